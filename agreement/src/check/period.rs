//! [BA-6] [BA-7]: a period is left only by a Soft quorum of a later one, which the node enters, or by a Next
//! quorum of period q ≥ p, which moves it to q + 1. Its clock starts then.

use klero_committee::{Step, Value};

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::Entry;

/// The period rises by a quorum that was seen with this input, and by nothing else.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    if !transition.same_round() {
        return Ok(());
    }
    let (before, after) = (&transition.before.round, &transition.after.round);
    let quorum = transition.quorum();
    let target = quorum.and_then(|(role, _)| match role.step {
        Step::Soft if role.period > before.period => Some((role.period, "BA-6")),
        Step::Next(_) if role.period >= before.period => Some((role.period.checked_add(1)?, "BA-7")),
        _ => None,
    });
    let Some((period, rule)) = target else {
        return ensure(
            after.period == before.period && after.entry == before.entry,
            "BA-7",
            "the period changes without a quorum",
        );
    };
    ensure(
        after.period == period,
        rule,
        "a quorum does not lead to its period",
    )?;
    let entry = match quorum {
        Some((role, _)) if role.step == Step::Soft => Entry::Staged,
        Some((_, Value::Block(block))) => Entry::Carried(block),
        _ => Entry::Bottom,
    };
    ensure(after.entry == entry, rule, "a period is entered in another way")
}
