//! The description of a run.

use std::collections::BTreeMap;

use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::sampling::vrf::{VrfError, VrfSuite};
use klero_committee::sampling::{LotteryError, SeatScheme};
use klero_committee::{CommitteeSize, ElectorateError, Profile, Ratio, Targets, Timing};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::crypto::Crypto;
use super::faults::{Cut, Faults, Shape};
use super::place::Clock;
use super::{Behaviour, Delay, Fate, Letter};

/// Why a description makes no run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    /// No nodes.
    #[error("a simulation needs at least one node")]
    NoNodes,
    /// A twin of a node that does not exist.
    #[error("there is no node {0} to be a twin of")]
    NoSuchNode(usize),
    /// A validator without keys.
    #[error("{0}")]
    Keys(#[from] VrfError),
    /// Both [`Builder::hashed`] and [`Builder::verifying`].
    #[error("hashed cryptography leaves nothing to verify")]
    NothingToVerify,
    /// [`Builder::hands`] that do not fit.
    #[error("{hands} validators are handed out to {nodes} nodes, and there are {stakes} stakes")]
    Hands {
        /// How many nodes were named.
        hands: usize,
        /// How many nodes there are.
        nodes: usize,
        /// How many validators.
        stakes: usize,
    },
    /// [`Builder::winner`] without [`Builder::hashed`].
    #[error("real keys draw what they draw: only hashed draws can be told who wins")]
    RealDraws,
    /// Stakes that make no electorate.
    #[error("{0}")]
    Electorate(#[from] ElectorateError),
    /// Committees that do not suit the electorate.
    #[error("{0}")]
    Committees(#[from] LotteryError),
}

/// A network to be: by default four honest nodes with one validator each, everyone a member of every committee,
/// and messages that take 5 to 50 ms. All times are virtual milliseconds from the start.
///
/// Written down, it tells what the nodes are, and leaves out all that happens to them: that is what the events of a
/// [`Run`](super::Run) tell.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Builder {
    pub(super) nodes: usize,
    pub(super) stakes: Option<Vec<u64>>,
    /// Which node has which validator, if they are not dealt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) hands: Option<Vec<usize>>,
    /// Takes the place of all that is set one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) whole_profile: Option<Profile>,
    pub(super) scheme: SeatScheme,
    pub(super) committee: CommitteeSize,
    pub(super) catch_up: u64,
    pub(super) proposers: u32,
    pub(super) timing: Timing,
    pub(super) k_max: u32,
    pub(super) seed: u64,
    pub(super) crypto: Crypto,
    pub(super) verifies: bool,
    #[serde(skip)]
    pub(super) records: bool,
    #[serde(skip)]
    pub(super) is_unchecked: bool,
    #[serde(skip)]
    pub(super) is_metered: bool,
    #[serde(skip)]
    pub(super) neighbours: Option<usize>,
    #[serde(skip)]
    pub(super) faults: Faults,
    pub(super) behaviours: Vec<(usize, Behaviour)>,
    pub(super) twins: Vec<usize>,
    #[serde(with = "winners")]
    pub(super) winners: BTreeMap<(u64, u32), u32>,
    /// What the keys of the validators follow from, if not from the run's seed.
    pub(super) keys_seed: Option<u64>,
    #[serde(skip)]
    pub(super) crashes: Vec<Crash>,
    #[serde(skip)]
    pub(super) starts: Vec<(usize, u64)>,
    #[serde(skip)]
    pub(super) clocks: Vec<(usize, Clock)>,
    #[serde(skip)]
    pub(super) reforms: Vec<(usize, u64)>,
}

/// A stop, and perhaps a start after it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Crash {
    pub(super) node: usize,
    pub(super) at: u64,
    pub(super) restart: Option<u64>,
    pub(super) forgets: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            nodes: 4,
            stakes: None,
            hands: None,
            whole_profile: None,
            scheme: SeatScheme::Full,
            committee: CommitteeSize {
                expected: 100,
                threshold: 69,
            },
            catch_up: 34,
            proposers: 8,
            timing: Timing::default(),
            k_max: 1_000,
            seed: 0,
            crypto: Crypto::Real,
            verifies: false,
            records: true,
            is_unchecked: false,
            is_metered: false,
            neighbours: None,
            faults: Faults::default(),
            behaviours: Vec::new(),
            twins: Vec::new(),
            winners: BTreeMap::new(),
            keys_seed: None,
            crashes: Vec::new(),
            starts: Vec::new(),
            clocks: Vec::new(),
            reforms: Vec::new(),
        }
    }
}

impl Builder {
    /// How many nodes.
    pub const fn nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// So many validators with stakes after Zipf, dealt to the nodes as evenly as they go.
    pub fn validators(self, count: u32) -> Self {
        self.stakes((1..=u64::from(count)).map(|rank| 1_000_000 / rank))
    }

    /// A validator for each stake, dealt to the nodes as evenly as they go. Without this each node has one
    /// validator, and all have the same stake.
    pub fn stakes(mut self, stakes: impl IntoIterator<Item = u64>) -> Self {
        self.stakes = Some(stakes.into_iter().collect());
        self
    }

    /// The node, by its number, that has the validator of each of [`Builder::stakes`]. Without this they are dealt.
    pub fn hands(mut self, nodes: impl IntoIterator<Item = usize>) -> Self {
        self.hands = Some(nodes.into_iter().collect());
        self
    }

    /// The committees, times and distances of a profile, in the place of all those that are set one by one. What
    /// validators draw with is as [`Builder::hashed`] says, whatever the profile does.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.whole_profile = Some(profile);
        self
    }

    /// How seats follow from draws.
    pub const fn scheme(mut self, scheme: SeatScheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Expected seats and threshold of Soft, Cert and Next, and J; without meaning where everyone is a member.
    /// Nothing checks them: a threshold that is too low is a way to see forks.
    pub const fn committee(mut self, expected: u32, threshold: u64, catch_up: u64) -> Self {
        self.committee = CommitteeSize { expected, threshold };
        self.catch_up = catch_up;
        self
    }

    /// Expected proposers a period. The more, the seldomer there is none.
    pub const fn proposers(mut self, expected: u32) -> Self {
        self.proposers = expected;
        self
    }

    /// How long steps take.
    pub const fn timing(mut self, timing: Timing) -> Self {
        self.timing = timing;
        self
    }

    /// The greatest k.
    pub const fn k_max(mut self, k_max: u32) -> Self {
        self.k_max = k_max;
        self
    }

    /// The seed that everything random follows from.
    pub const fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Everything received is encoded, decoded and verified. Slow; changes nothing else.
    pub const fn verifying(mut self) -> Self {
        self.verifies = true;
        self
    }

    /// Draws by a keyed hash and signs everything alike: many times faster, and nothing can be verified.
    pub const fn hashed(mut self) -> Self {
        self.crypto = Crypto::Hashed;
        self
    }

    /// Leaves out [`check`](crate::check()), which takes a copy of the machine for every input. Changes nothing
    /// else; the oracle watches all the same.
    pub const fn unchecked(mut self) -> Self {
        self.is_unchecked = true;
        self
    }

    /// Each node has at most so many neighbours, rounded up to an even number and at least two: random links that go
    /// both ways. It speaks to them alone, answers to questions excepted, and hears of all others through them.
    /// Without this everyone is a neighbour of everyone.
    pub const fn neighbours(mut self, neighbours: usize) -> Self {
        self.neighbours = Some(neighbours);
        self
    }

    /// Counts what each node sends, receives and would have to verify; changes nothing else.
    pub const fn metered(mut self) -> Self {
        self.is_metered = true;
        self
    }

    /// Events are not kept: a long run takes no memory for them, and leaves nothing to replay.
    pub const fn unrecorded(mut self) -> Self {
        self.records = false;
        self
    }

    /// The least and greatest delay of a message.
    pub const fn delay(mut self, least: u64, most: u64) -> Self {
        self.faults.delay = Delay::Uniform(least, most);
        self
    }

    /// How long messages take.
    pub const fn delays(mut self, delay: Delay) -> Self {
        self.faults.delay = delay;
        self
    }

    /// How long messages take that are sent before [`Builder::calm_from`].
    pub const fn stormy_delays(mut self, delay: Delay) -> Self {
        self.faults.stormy_delay = Some(delay);
        self
    }

    /// Messages from one node to another take so many times longer than they would.
    pub fn slow_link(mut self, from: usize, to: usize, times: u64) -> Self {
        self.faults.slow.push((from, to, times));
        self
    }

    /// A node's clock: its timers run for `per_mille` thousandths of what they should, 1,000 being right, and ring
    /// so many milliseconds late.
    pub fn clock(mut self, node: usize, per_mille: u32, late: u64) -> Self {
        self.clocks.push((node, Clock { per_mille, late }));
        self
    }

    /// How many messages of a thousand are lost.
    pub const fn loss(mut self, per_mille: u32) -> Self {
        self.faults.loss = per_mille;
        self
    }

    /// How many messages of a thousand arrive twice.
    pub const fn duplication(mut self, per_mille: u32) -> Self {
        self.faults.duplication = per_mille;
        self
    }

    /// When loss and duplication end; without this, never.
    pub const fn calm_from(mut self, at: u64) -> Self {
        self.faults.until = at;
        self
    }

    /// From one time to another only nodes of one group hear each other.
    pub fn partition(mut self, begins: u64, ends: u64, groups: &[&[usize]]) -> Self {
        let shape = Shape::Groups(groups.iter().map(|group| group.to_vec()).collect());
        self.faults.cuts.push(Cut { begins, ends, shape });
        self
    }

    /// From one time to another `deaf` does not hear `silenced`.
    pub fn one_way(mut self, begins: u64, ends: u64, silenced: usize, deaf: usize) -> Self {
        let shape = Shape::OneWay(silenced, deaf);
        self.faults.cuts.push(Cut { begins, ends, shape });
        self
    }

    /// A rule that messages obey: it looks at each and says what becomes of it. Of several the first that does not
    /// leave a message to its usual fate decides. Rules hold until
    /// [`Simulation::lift_rules`](super::Simulation::lift_rules).
    pub fn rule(mut self, rule: impl Fn(&Letter) -> Fate + Send + Sync + 'static) -> Self {
        self.faults.rules.add(rule);
        self
    }

    /// A node's behaviour, if not honest.
    pub fn behaviour(mut self, node: usize, behaviour: Behaviour) -> Self {
        self.behaviours.push((node, behaviour));
        self
    }

    /// When a node starts for the first time; without this within the first 20 ms.
    pub fn starts(mut self, node: usize, at: u64) -> Self {
        self.starts.push((node, at));
        self
    }

    /// A node whose behaviour ends at some time; from then on it is honest.
    pub fn behaviour_until(mut self, node: usize, behaviour: Behaviour, until: u64) -> Self {
        self.reforms.push((node, until));
        self.behaviour(node, behaviour)
    }

    /// A node stops at once, and starts again later from what its log holds.
    pub fn crash(self, node: usize, at: u64, restart: u64) -> Self {
        self.crash_with(node, at, Some(restart), false)
    }

    /// A node stops at once, for good.
    pub fn stop(self, node: usize, at: u64) -> Self {
        self.crash_with(node, at, None, false)
    }

    /// A node stops at once and starts again later without what its log held of the open round. This breaks
    /// [BA-9], and is a way to see a node break its word.
    pub fn forget(self, node: usize, at: u64, restart: u64) -> Self {
        self.crash_with(node, at, Some(restart), true)
    }

    fn crash_with(mut self, node: usize, at: u64, restart: Option<u64>, forgets: bool) -> Self {
        self.crashes.push(Crash {
            node,
            at,
            restart,
            forgets,
        });
        self
    }

    /// One more node, with the keys of this one: two honest processes that together equivocate (Bano and others,
    /// "Twins: BFT Systems Made Robust", 2021). Twins are numbered after all other nodes, in the order of these
    /// calls.
    pub fn twin(mut self, node: usize) -> Self {
        self.twins.push(node);
        self
    }

    /// In this round and period every validator draws a seat for Propose, and this one, by its index in the electorate,
    /// the lowest rank. Hashed draws only.
    pub fn winner(mut self, round: u64, period: u32, validator: u32) -> Self {
        self.winners.insert((round, period), validator);
        self
    }

    pub(super) fn make_profile(&self) -> Profile {
        if let Some(profile) = &self.whole_profile {
            return profile.clone();
        }
        Profile {
            scheme: self.scheme,
            vrf: VrfSuite::Sr25519,
            propose: self.proposers,
            soft: self.committee,
            cert: self.committee,
            next: self.committee,
            catch_up: self.catch_up,
            k_max: self.k_max,
            seeds: SeedSchedule::default(),
            timing: self.timing,
            targets: Targets {
                honest: Ratio {
                    numerator: 3,
                    denominator: 4,
                },
                safety: 1,
                live: 1,
            },
        }
    }
}

/// JSON has no maps by pairs.
mod winners {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    type Winners = BTreeMap<(u64, u32), u32>;

    pub(super) fn serialize<S: Serializer>(winners: &Winners, to: S) -> Result<S::Ok, S::Error> {
        let listed: Vec<(u64, u32, u32)> = winners
            .iter()
            .map(|((round, period), winner)| (*round, *period, *winner))
            .collect();
        listed.serialize(to)
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Winners, D::Error> {
        let listed: Vec<(u64, u32, u32)> = Vec::deserialize(from)?;
        let entry = |(round, period, winner)| ((round, period), winner);
        Ok(listed.into_iter().map(entry).collect())
    }
}
