//! [BA-9]: a restart resumes exactly where the log ends: it speaks nowhere a second time and forgets nothing on
//! which later votes of the period depend.

use super::Checked;
use super::transition::{carried, committable, present, previous};
use super::violation::ensure;
use crate::Agreement;

const RULE: &str = "BA-9";

/// Checks that `after`, which resumed from the log, goes on where `before` was.
///
/// # Errors
/// A [`super::Violation`] if it does not.
pub fn check_restart(before: &Agreement, after: &Agreement) -> Checked {
    let (old, new) = (&before.round, &after.round);
    ensure(
        old.start.round == new.start.round && (old.period, old.entry) == (new.period, new.entry),
        RULE,
        "another period",
    )?;
    ensure(
        (old.k, old.first_deadline_passed) == (new.k, new.first_deadline_passed),
        RULE,
        "another k, or the first deadline is forgotten",
    )?;
    ensure(old.spoken == new.spoken, RULE, "what was spoken is forgotten")?;
    let staged = |machine| present(machine).and_then(|period| period.staged);
    ensure(
        staged(before) == staged(after) && committable(before) == committable(after),
        RULE,
        "what was staged is forgotten",
    )?;
    let next = |machine| previous(machine).map(|period| (period.next_value, period.next_bottom));
    ensure(
        carried(before) == carried(after)
            && next(before).unwrap_or_default() == next(after).unwrap_or_default(),
        RULE,
        "value or bottom of the period before is forgotten",
    )?;
    ensure(before.alarm == after.alarm, "BA-13", "the alarm is forgotten")
}

/// Whether what the log holds now is enough.
pub(super) fn resumes(machine: &Agreement) -> Checked {
    let again = Agreement::restore(machine.round.start, &machine.snapshot());
    let Some((again, _)) = again else {
        return ensure(false, RULE, "the log does not resume the round");
    };
    check_restart(machine, &again)
}
