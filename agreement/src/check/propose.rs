//! [BA-2]: on entering (r, p) a node proposes once: a new block if p = 0 or a Next quorum for ⊥ brought it there,
//! the carried block if a Next quorum for it did, nothing if a Soft quorum did. μ is the lowest proposal seen.

use klero_committee::sampling::Digest;
use klero_committee::{Step, Value};

use super::Checked;
use super::transition::{Transition, present};
use super::violation::ensure;
use crate::{Input, Output};

const RULE: &str = "BA-2";

/// Proposals fall due on entering a period, and μ changes only for a lower one.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    lowest(transition)?;
    let mut due: Vec<(u32, Option<Digest>)> = Vec::new();
    for output in transition.outputs {
        if let Output::Propose { period, carried } = output {
            due.push((*period, *carried));
        }
    }
    if matches!(transition.input, Input::Start(_)) || transition.after.alarm.is_some() {
        return Ok(());
    }
    let entered = transition.after.round.period;
    let expected = match transition.quorum() {
        Some((role, value)) if !transition.same_period() && matches!(role.step, Step::Next(_)) => {
            let carried = match value {
                Value::Bottom => None,
                Value::Block(block) => Some(block),
            };
            vec![(entered, carried)]
        }
        _ => Vec::new(),
    };
    ensure(due == expected, RULE, "not what is to be proposed here")
}

fn lowest(transition: &Transition<'_>) -> Checked {
    let Input::Proposal(proposal) = transition.input else {
        return Ok(());
    };
    let (old, new) = (present(transition.before), present(transition.after));
    let old = old.and_then(|period| period.lowest.as_ref());
    let new = new.and_then(|period| period.lowest.as_ref());
    let known = present(transition.before).and_then(|period| period.proposers.get(&proposal.proposer()));
    ensure(
        known.is_none_or(|(first, _)| first.block() == proposal.block())
            || !proposal.is_fresh()
            || new != Some(proposal),
        RULE,
        "the second fresh block of a proposer counts",
    )?;
    let order = |rank: &klero_committee::Proposal| (*rank.priority(), *rank.block());
    if let Some(old) = old {
        ensure(
            new.is_some_and(|new| order(new) <= order(old)),
            RULE,
            "a proposal took the place of a lower one",
        )?;
    }
    let is_passed_on = transition.outputs.contains(&Output::Relay);
    let is_present = proposal.role() == transition.role(Step::Propose);
    ensure(
        !is_passed_on || !is_present || new == Some(proposal),
        "BA-10",
        "a proposal is passed on that is not the lowest",
    )
}
