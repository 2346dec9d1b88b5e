//! [BA-8]: a Cert quorum of any period decides, once, and the block is final as soon as its body is held.

use klero_committee::Step;

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::{Agreement, Output};

const RULE: &str = "BA-8";

/// What is decided and held is final; nothing else is.
pub(super) fn state(machine: &Agreement) -> Checked {
    let round = &machine.round;
    let held = round
        .decision
        .is_some_and(|(_, block)| round.held.contains(&block));
    ensure(
        round.decided || !held,
        RULE,
        "a decided block whose body is held is not final",
    )?;
    ensure(
        !round.decided || round.decision.is_some(),
        RULE,
        "final without a decision",
    )?;
    ensure(!round.decided || held, RULE, "final without its body")
}

/// A decision comes by a Cert quorum, never changes, and is told once.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    if !transition.same_round() {
        return Ok(());
    }
    let (before, after) = (&transition.before.round, &transition.after.round);
    ensure(
        before.decision.is_none() || before.decision == after.decision,
        RULE,
        "a decision changes",
    )?;
    if before.decision.is_none() && after.decision.is_some() {
        let quorum = transition.quorum();
        let by_cert = quorum.filter(|(role, _)| role.step == Step::Cert);
        let decided = by_cert.and_then(|(role, value)| Some((role, *value.block()?)));
        ensure(
            after.decision == decided,
            RULE,
            "a decision without a Cert quorum",
        )?;
    }
    let told: Vec<_> = transition
        .outputs
        .iter()
        .filter_map(|output| match output {
            Output::Decided { role, block } => Some((*role, *block)),
            _ => None,
        })
        .collect();
    let is_final = after.decided && !before.decided;
    let expected = after.decision.filter(|_| is_final);
    ensure(
        told.as_slice() == expected.as_slice() && (after.decided || !before.decided),
        RULE,
        "a decision is told twice, too early or not at all",
    )
}
