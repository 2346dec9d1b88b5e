//! [COM-4]: a voter counts once for each of at most two values of a role, with the most seats that it showed.

use std::collections::BTreeMap;

use klero_committee::sampling::Weight;

use super::Checked;
use super::transition::{Transition, weight_for};
use super::violation::ensure;
use crate::{Input, Output};

const RULE: &str = "COM-4";

/// After a vote the count of its role is what its votes add up to.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let (Input::Vote(vote), true) = (transition.input, transition.same_round()) else {
        return Ok(());
    };
    let role = vote.role();
    if role.round != transition.after.round.start.round {
        return Ok(());
    }
    let period = transition.after.round.periods.get(&role.period);
    let Some(tally) = period.and_then(|period| period.tallies.get(&role.step)) else {
        return Ok(());
    };
    let mut values: BTreeMap<u32, Vec<_>> = BTreeMap::new();
    for vote in tally.votes() {
        ensure(vote.role() == role, RULE, "a vote is counted in another role")?;
        values.entry(vote.voter()).or_default().push(vote.value());
    }
    for of_voter in values.values() {
        let is_one_or_two = match of_voter.as_slice() {
            [_] => true,
            [first, second] => first != second,
            _ => false,
        };
        ensure(is_one_or_two, RULE, "a voter counts twice for one value")?;
    }
    for (value, weight) in tally.values() {
        let counted: Weight = weight_for(period, role.step, *value);
        ensure(
            weight == counted,
            RULE,
            "a count is not the sum of its voters' seats",
        )?;
    }
    let said = values.get(&vote.voter()).map_or(&[][..], Vec::as_slice);
    let shows_two = said.len() == 2 && said.last() == Some(&vote.value());
    let is_evidence = |output: &Output| matches!(output, Output::Evidence(_));
    ensure(
        shows_two || !transition.outputs.iter().any(is_evidence),
        RULE,
        "evidence against a voter that said one thing",
    )
}
