//! [BA-3]: when the filter time of p has passed, a node votes Soft once, by the first case that applies.

use klero_committee::sampling::Digest;
use klero_committee::{Step, Value};

use super::Checked;
use super::transition::{Transition, carried, present, previous};
use super::violation::ensure;
use crate::{Agreement, TimerKind};

const RULE: &str = "BA-3";

/// What the cases give, and whether it is a fresh block.
fn candidate(machine: &Agreement) -> Option<(Digest, bool)> {
    if let Some(block) = carried(machine) {
        return Some((block, false));
    }
    let lowest = present(machine)?.lowest.as_ref()?;
    let block = *lowest.block();
    if machine.round.rejected.contains(&block) {
        return None;
    }
    if lowest.is_fresh() {
        return Some((block, true));
    }
    let proposed_before = previous(machine)?.next_value == Some(block);
    proposed_before.then_some((block, false))
}

/// Who has something to vote for between the filter time and the first deadline has voted.
pub(super) fn state(machine: &Agreement) -> Checked {
    let round = &machine.round;
    let is_time = round.filter_passed && !round.first_deadline_passed;
    ensure(
        !is_time || candidate(machine).is_none() || round.spoken.contains_key(&Step::Soft),
        RULE,
        "there is something to vote for, and no Soft vote",
    )
}

/// A Soft vote comes after the filter time and is for what the cases give. Who had nothing to vote for then waits for
/// a candidate until the first deadline.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let is_over = transition.same_period() && transition.before.round.first_deadline_passed;
    let at_filter = transition.timer().map(|timer| timer.kind) == Some(TimerKind::Filter);
    for cast in transition.casts().filter(|cast| cast.role.step == Step::Soft) {
        ensure(
            transition.after.round.filter_passed,
            RULE,
            "Soft before the filter time",
        )?;
        ensure(
            at_filter || !is_over,
            RULE,
            "Soft for what came after the first deadline",
        )?;
        let due = candidate(transition.after).map(|(block, fresh)| (Value::Block(block), fresh));
        ensure(
            due == Some((cast.value, cast.fresh)),
            RULE,
            "Soft for another value than the first case gives",
        )?;
    }
    Ok(())
}
