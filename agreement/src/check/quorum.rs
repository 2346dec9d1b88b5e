//! [BA-6] [BA-7] [BA-8]: what a quorum leaves behind, and that it takes a quorum to leave it.

use klero_committee::{Step, Value};

use super::Checked;
use super::transition::{Transition, present};
use super::violation::ensure;
use crate::period::Period;

/// A Soft quorum of p stages, a Next quorum of p − 1 or later is recorded, a Cert quorum decides; no staged value
/// changes and no record is lost.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    if !transition.same_round() {
        return Ok(());
    }
    let (before, after) = (&transition.before.round, &transition.after.round);
    let quorum = transition.quorum();
    for (number, old) in &before.periods {
        if let Some(new) = after.periods.get(number) {
            let of_period = quorum.filter(|(role, _)| role.period == *number);
            records(of_period, old, new)?;
            ensure(
                *number >= before.period || new.staged == old.staged,
                "BA-6",
                "a Soft quorum of an earlier period stages",
            )?;
        }
    }
    let Some((role, value)) = quorum else {
        return Ok(());
    };
    let period = after.periods.get(&role.period);
    match (role.step, value) {
        (Step::Soft, Value::Block(block)) if role.period >= before.period => {
            let staged = present(transition.after).and_then(|period| period.staged);
            let is_contradicted = transition.after.alarm.is_some();
            let stages = staged == Some(block) || is_contradicted;
            ensure(stages, "BA-6", "a Soft quorum of p does not stage its value")
        }
        (Step::Next(_), value) if role.period.saturating_add(1) >= before.period => {
            let recorded = period.is_none_or(|period| match value {
                Value::Bottom => period.next_bottom,
                Value::Block(block) => {
                    period.next_value == Some(block) || (period.next_value.is_some() && period.next_bottom)
                }
            });
            ensure(recorded, "BA-7", "a Next quorum is not recorded")
        }
        (Step::Cert, Value::Block(_)) => {
            ensure(after.decision.is_some(), "BA-8", "a Cert quorum does not decide")
        }
        _ => Ok(()),
    }
}

/// σ, value and bottom of one period.
fn records(quorum: Option<(klero_committee::Role, Value)>, old: &Period, new: &Period) -> Checked {
    let by = |wanted: fn(Step) -> bool| quorum.is_some_and(|(role, _)| wanted(role.step));
    let soft = by(|step| step == Step::Soft);
    let next = by(|step| matches!(step, Step::Next(_)));
    ensure(
        new.staged == old.staged || (soft && old.staged.is_none()),
        "BA-6",
        "a staged value changes, or is staged without a Soft quorum",
    )?;
    let value = new.next_value == old.next_value || (next && old.next_value.is_none());
    let bottom = new.next_bottom == old.next_bottom || (next && new.next_bottom);
    ensure(
        value && bottom,
        "BA-7",
        "value or bottom changes without a Next quorum",
    )
}
