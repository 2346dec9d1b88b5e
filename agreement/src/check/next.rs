//! [BA-5]: when deadline k of p has passed, Next(k) for the committable value, else for value(p − 1) if seen
//! without bottom(p − 1), else for ⊥.

use klero_committee::{Step, Value};

use super::Checked;
use super::transition::{Transition, carried, committable};
use super::violation::ensure;
use crate::{Agreement, Input, TimerKind};

const RULE: &str = "BA-5";

/// Past a deadline its vote was spoken; no Next vote forgets what Cert was spoken for.
pub(super) fn state(machine: &Agreement) -> Checked {
    let round = &machine.round;
    let present = Step::Next(round.k);
    ensure(
        !round.first_deadline_passed || round.spoken.contains_key(&present),
        RULE,
        "deadline k has passed, and no Next(k) vote",
    )?;
    let cert = round.spoken.get(&Step::Cert);
    for (step, value) in &round.spoken {
        if let Step::Next(k) = step {
            let was_due = round.first_deadline_passed && *k <= round.k;
            ensure(was_due, RULE, "a Next vote before its deadline")?;
            ensure(
                cert.is_none_or(|cert| cert == value),
                RULE,
                "Next is for another value than the one that Cert was spoken for",
            )?;
        }
    }
    Ok(())
}

/// A Next vote is of the k in which the node is now, and for the value that the rule gives. Early votes that a
/// round's start brings in may lead through several steps, of which the last state tells only the last.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let after = transition.after;
    if matches!(transition.input, Input::Start(_)) {
        return Ok(());
    }
    for cast in transition.casts_now() {
        let Step::Next(k) = cast.role.step else { continue };
        ensure(k == after.round.k, RULE, "Next of another k than the node is in")?;
        let block = committable(after).or_else(|| carried(after));
        let due = block.map_or(Value::Bottom, Value::Block);
        ensure(
            cast.value == due,
            RULE,
            "Next for another value than the rule gives",
        )?;
        let first = transition.timer().map(|timer| timer.kind) == Some(TimerKind::Deadline(0));
        ensure(k > 0 || first, RULE, "Next(0) without the first deadline")?;
    }
    Ok(())
}
