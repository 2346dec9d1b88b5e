//! [BA-7]: the bodies of σ(p), σ(p − 1), value(p − 1) and of the last carried value are kept.

use super::Checked;
use super::transition::{Transition, present, previous};
use super::violation::ensure;

/// What was held of these is still held, and is as valid as it was.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    if !transition.same_round() {
        return Ok(());
    }
    let (before, after) = (&transition.before.round, &transition.after.round);
    let staged = present(transition.after).and_then(|period| period.staged);
    let earlier = previous(transition.after);
    let kept = [
        staged,
        earlier.and_then(|period| period.staged),
        earlier.and_then(|period| period.next_value),
        after.last_carried,
        after.decision.map(|(_, block)| block),
    ];
    for block in kept.iter().flatten() {
        let is_held = !before.held.contains(block) || after.held.contains(block);
        let is_valid = !before.validated.contains(block) || after.validated.contains(block);
        ensure(
            is_held && is_valid,
            "BA-7",
            "a body is forgotten that a rule needs",
        )?;
    }
    Ok(())
}
