//! [BA-12]: filter time and deadlines. A period starts both timers; each deadline that passes, or that runs out
//! too early to be left, starts the next one.

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::{Output, RoundStart, Timer, TimerKind};

const RULE: &str = "BA-12";

/// How long a timer runs, and whether it is spread.
fn lasts(start: &RoundStart, timer: Timer) -> (u32, bool) {
    match timer.kind {
        TimerKind::Filter if timer.period == 0 => (start.filter, false),
        TimerKind::Filter => (start.timing.filter_max, false),
        TimerKind::Deadline(0) => (start.timing.deadline, true),
        TimerKind::Deadline(number) => {
            let mut step = start.timing.step_base;
            for _ in 1..number {
                if step >= start.timing.step_cap {
                    break;
                }
                step = step.saturating_mul(2);
            }
            (step.min(start.timing.step_cap), true)
        }
    }
}

/// Timers last as long as the rule says, and none is missing.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let (before, after) = (&transition.before.round, &transition.after.round);
    let mut kinds = Vec::new();
    for output in transition.outputs {
        if let Output::SetTimer {
            timer,
            after: time,
            spread,
        } = output
        {
            let expected = lasts(&after.start, *timer);
            ensure((*time, *spread) == expected, RULE, "a timer of another length")?;
            if (timer.round, timer.period) == (after.start.round, after.period) {
                kinds.push(timer.kind);
            }
        }
    }
    if !transition.same_period() {
        let both = kinds.contains(&TimerKind::Filter) && kinds.contains(&TimerKind::Deadline(0));
        ensure(both, RULE, "a period begins without its timers")?;
    }
    let following = TimerKind::Deadline(after.k.saturating_add(1));
    let was_passed = transition.same_period() && before.first_deadline_passed;
    let has_moved = !transition.same_period() || before.k != after.k || !was_passed;
    let runs_again = transition.timer().map(|timer| timer.kind) == Some(following) && was_passed;
    let is_due = after.first_deadline_passed && (has_moved || runs_again);
    ensure(
        !is_due || kinds.contains(&following),
        RULE,
        "no deadline follows the one that passed",
    )
}
