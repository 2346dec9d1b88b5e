//! [BA-11]: on entering a later period, on being moved to a later k and each time a deadline runs out a node sends again
//! its own votes, the Soft certificate of p, the Next certificates of p − 1 for every value, the staged and the carried body.

use std::collections::BTreeSet;

use klero_committee::{Role, Step, Value};

use super::Checked;
use super::transition::{Transition, present, previous, weight_of_speakers};
use super::violation::ensure;
use crate::{Input, Output, Resend, TimerKind};

const RULE: &str = "BA-11";

/// Everything that the node has is in it.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    if matches!(transition.input, Input::Start(_)) || !is_due(transition) {
        return Ok(());
    }
    let all = transition.outputs.iter().filter_map(|output| match output {
        Output::Resend(items) => Some(items),
        _ => None,
    });
    let items: Vec<&Resend> = all.flatten().collect();
    let round = &transition.after.round;
    let own = Resend::OwnVotes { period: round.period };
    ensure(items.contains(&&own), RULE, "own votes are not sent again")?;
    ensure(
        items.contains(&&Resend::Previous),
        RULE,
        "block r − 1 is not sent again",
    )?;
    let sent: BTreeSet<(Role, Value)> = items
        .iter()
        .filter_map(|item| match item {
            Resend::Certificate(role, value) => Some((*role, *value)),
            _ => None,
        })
        .collect();
    for (step, value) in present(transition.after)
        .iter()
        .flat_map(|period| &period.quorums)
    {
        ensure(
            *step != Step::Soft || sent.contains(&(transition.role(*step), *value)),
            RULE,
            "the Soft certificate of p is not sent again",
        )?;
    }
    for (step, value) in previous(transition.after)
        .iter()
        .flat_map(|period| &period.quorums)
    {
        let has_any = sent.iter().any(|(role, other)| {
            other == value && matches!(role.step, Step::Next(_)) && role.period != round.period
        });
        ensure(
            !matches!(step, Step::Next(_)) || has_any,
            RULE,
            "a Next certificate of p − 1 is not sent again",
        )?;
    }
    let staged = present(transition.after).and_then(|period| period.staged);
    let carried = previous(transition.after).and_then(|period| period.next_value);
    let mut held = [staged, carried]
        .into_iter()
        .flatten()
        .filter(|block| round.held.contains(block));
    ensure(
        held.all(|block| items.contains(&&Resend::Block(block))),
        RULE,
        "the staged or the carried body is not sent again",
    )
}

fn is_due(transition: &Transition<'_>) -> bool {
    let before = &transition.before.round;
    let ran_out = match transition.timer().map(|timer| timer.kind) {
        Some(TimerKind::Deadline(0)) => !before.first_deadline_passed,
        Some(TimerKind::Deadline(number)) => {
            before.first_deadline_passed && before.k.checked_add(1) == Some(number)
        }
        _ => false,
    };
    let after = &transition.after.round;
    // J seats of a later k move a node there, which is to have passed the deadlines before it [BA-10].
    let seats = weight_of_speakers(present(transition.after), Step::Next(after.k));
    let is_moved = after.k > before.k && seats >= after.start.thresholds.catch_up;
    ran_out || is_moved || !transition.same_period()
}
