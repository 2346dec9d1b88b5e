//! Rounds of the protocol on virtual time.

use std::collections::BTreeMap;

use klero_agreement::sim::storm::StormError;
use klero_agreement::sim::{Behaviour, Simulation};
use klero_committee::{Profile, Role, Step, Timing};

use super::Crowd;

/// How many nodes the honest accounts are dealt to. One more has the adversary's.
pub const HONEST_NODES: usize = 4;

/// Milliseconds that a message takes.
pub const DELAY: u64 = 10;

/// Virtual milliseconds that a round may take on average. Where steps hardly ever make progress, the run ends there.
const LIMIT: u64 = 600_000;

/// What became of rounds and of their steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rounds {
    /// Of Soft, Cert and Next, how many steps no value had a quorum in, and how many there were.
    pub steps: [(u64, u64); 3],
    /// For each period how many rounds were decided in it or later; the first has all.
    pub periods: Vec<u64>,
}

/// Runs so many rounds of a network in which the adversary's accounts are silent, which is the worst it can do to progress,
/// and everyone else hears everyone within the shortest filter time.
///
/// # Errors
/// [`StormError`] when a promise of the agreement is broken, the profile does not suit the accounts, or rounds take longer
/// than ten minutes on average.
pub fn run_rounds(profile: &Profile, crowd: &Crowd, rounds: u64, seed: u64) -> Result<Rounds, StormError> {
    let mut network = network(profile, crowd, seed)?;
    network.run_until_round(rounds, rounds.saturating_mul(LIMIT))?;
    let mut periods: Vec<u64> = Vec::new();
    for decision in network
        .decisions(0)
        .iter()
        .filter(|decision| decision.round <= rounds)
    {
        let period = decision.period as usize;
        periods.resize(periods.len().max(period + 1), 0);
        periods.iter_mut().take(period + 1).for_each(|count| *count += 1);
    }
    Ok(Rounds {
        steps: steps(&network, rounds),
        periods,
    })
}

fn network(profile: &Profile, crowd: &Crowd, seed: u64) -> Result<Simulation, StormError> {
    // Who proposes is settled long before the filter time.
    let timing = Timing {
        filter_min: profile.timing.filter_max,
        ..profile.timing
    };
    let profile = Profile {
        timing,
        ..profile.clone()
    };
    let mut turn = (0..HONEST_NODES).cycle();
    let hands = crowd.accounts().iter().map(|account| match account.is_bad {
        true => HONEST_NODES,
        false => turn.next().unwrap_or(0),
    });
    let together = (0..HONEST_NODES).fold(Simulation::builder(), |builder, node| builder.starts(node, 0));
    let network = together
        .nodes(HONEST_NODES + 1)
        .stakes(crowd.stakes())
        .hands(hands)
        .profile(profile)
        .delay(DELAY, DELAY)
        .hashed()
        .unchecked()
        .unrecorded()
        .behaviour(HONEST_NODES, Behaviour::Mute)
        .starts(HONEST_NODES, u64::MAX)
        .seed(seed)
        .build()?;
    Ok(network)
}

/// Steps without and with a quorum for some value, of rounds that are over.
fn steps(network: &Simulation, rounds: u64) -> [(u64, u64); 3] {
    let mut quorums: BTreeMap<Role, bool> = BTreeMap::new();
    for outcome in network.outcomes().filter(|outcome| outcome.role.round <= rounds) {
        *quorums.entry(outcome.role).or_default() |= outcome.is_quorum;
    }
    let count = |is_counted: fn(Step) -> bool| {
        let counted = quorums.iter().filter(|(role, _)| is_counted(role.step));
        counted.fold((0, 0), |(without, all), (_, is_quorum)| {
            (without + u64::from(!is_quorum), all + 1)
        })
    };
    [
        count(|step| step == Step::Soft),
        count(|step| step == Step::Cert),
        count(|step| matches!(step, Step::Next(_))),
    ]
}
