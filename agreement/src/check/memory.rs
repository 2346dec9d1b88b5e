//! [BA-10]: what a node keeps is bounded by the electorate and the profile, whatever members send.

use std::collections::BTreeMap;

use klero_committee::Step;

use super::Checked;
use super::violation::ensure;
use crate::Agreement;
use crate::period::Period;

const RULE: &str = "BA-10";

/// Of a member's Next votes: its two highest k, those within one of the own k, and those that carried J.
const MOST_NEXT: usize = 6;
/// Blocks of one proposer and period that were proposed again.
const MOST_AGAIN: usize = 4;
/// Bodies that are known to be held, beside those that rules keep.
const MOST_BODIES: usize = 256;

/// Periods p − 1, p and p + 1; in each a few votes, quorums and proposals of every member.
pub(super) fn state(machine: &Agreement) -> Checked {
    let round = &machine.round;
    for (number, period) in &round.periods {
        ensure(
            number.abs_diff(round.period) <= 1,
            RULE,
            "a period is held that is not relevant",
        )?;
        votes(period, round.start.k_max)?;
        let again = period.proposed_again.values();
        ensure(
            again.into_iter().all(|blocks| blocks.len() <= MOST_AGAIN),
            RULE,
            "a proposer's blocks without bound",
        )?;
    }
    for bodies in [&round.held, &round.validated, &round.rejected] {
        ensure(bodies.len() <= MOST_BODIES, RULE, "bodies without bound")?;
    }
    ensure(
        machine.upcoming.len() <= 16,
        RULE,
        "early proposals without bound",
    )?;
    votes(machine.upcoming.period(), round.start.k_max)
}

fn votes(period: &Period, k_max: u32) -> Checked {
    let mut next: BTreeMap<u32, usize> = BTreeMap::new();
    for (step, tally) in &period.tallies {
        if let Step::Next(k) = step {
            ensure(*k <= k_max, RULE, "a Next vote beyond k_max is kept")?;
            let voters: std::collections::BTreeSet<u32> = tally.votes().map(|vote| vote.voter()).collect();
            for voter in voters {
                let held = next.entry(voter).or_default();
                *held = held.saturating_add(1);
            }
        }
    }
    ensure(
        next.values().all(|held| *held <= MOST_NEXT),
        RULE,
        "a member's Next votes without bound",
    )?;
    let mut quorums: BTreeMap<Step, usize> = BTreeMap::new();
    for (step, _) in &period.quorums {
        let noted = quorums.entry(*step).or_default();
        *noted = noted.saturating_add(1);
    }
    ensure(
        quorums.values().all(|noted| *noted <= 2),
        RULE,
        "the quorums of a role without bound",
    )
}
