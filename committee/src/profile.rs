//! The profile: how large the committees of a chain are, what they promise, and how long steps take.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::seed::SeedSchedule;
use klero_sampling::vrf::VrfSuite;
use klero_sampling::{Lottery, LotteryError, SeatScheme, Weight};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Step;
use crate::certificate::MAX_PROOFS;

/// Expected seats τ and the threshold T in seats [COM-2].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct CommitteeSize {
    /// τ, 1 to 2^20.
    pub expected: u32,
    /// T, more than half of τ.
    pub threshold: u64,
}

/// A fraction of two integers, so that nothing that decides is a float.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// The upper number.
    pub numerator: u32,
    /// The lower number, not 0.
    pub denominator: u32,
}

/// What the genesis declares and its committees are to keep: the honest share of stake, and the base-2
/// logarithms of the chances of failure, both given as positive exponents (40 means 2^-40).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// The least honest share of stake, h.
    pub honest: Ratio,
    /// Two values staged in one step: at most 2^-safety.
    pub safety: u32,
    /// No progress of one step: at most 2^-live.
    pub live: u32,
}

/// How long steps take, in milliseconds [BA-12].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Timing {
    /// The least filter time.
    pub filter_min: u32,
    /// The greatest filter time, and that of every period after the first.
    pub filter_max: u32,
    /// The first deadline of a period, more than `filter_max`.
    pub deadline: u32,
    /// The step from the first deadline to the second; each later one is twice the one before.
    pub step_base: u32,
    /// The longest step.
    pub step_cap: u32,
}

impl Default for Timing {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl Timing {
    /// For networks that span the world.
    pub const DEFAULT: Self = Self {
        filter_min: 10,
        filter_max: 1_000,
        deadline: 4_000,
        step_base: 1_000,
        step_cap: 8_000,
    };

    /// The step that follows the k-th deadline: `step_base` doubled k times, at most `step_cap` [BA-12].
    pub fn step(&self, k: u32) -> u32 {
        let doubled = 1_u64
            .checked_shl(k)
            .map(|factor| u64::from(self.step_base).saturating_mul(factor));
        let step = doubled.unwrap_or(u64::MAX).min(u64::from(self.step_cap));
        u32::try_from(step).unwrap_or(self.step_cap)
    }
}

/// The committees and targets of a genesis.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// How votes' seats follow from draws.
    pub scheme: SeatScheme,
    /// What validators draw with.
    pub vrf: VrfSuite,
    /// Expected proposers a period, 1 to 2^16.
    pub propose: u32,
    /// The committee of Soft.
    pub soft: CommitteeSize,
    /// The committee of Cert.
    pub cert: CommitteeSize,
    /// The committee of each Next(k).
    pub next: CommitteeSize,
    /// J: seats in Next(k) that let a node leave k or catch up to it [BA-10].
    pub catch_up: u64,
    /// The greatest k [BA-10].
    pub k_max: u32,
    /// The distances of the seed chain.
    #[serde(default)]
    pub seeds: SeedSchedule,
    /// How long steps take.
    #[serde(default)]
    pub timing: Timing,
    /// What the committees are to keep.
    pub targets: Targets,
}

/// Why a profile was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProfileError {
    /// A committee outside the lottery's domain.
    #[error("committee of {step}: {cause}")]
    Committee {
        /// Which step.
        step: &'static str,
        /// What is wrong with it.
        cause: LotteryError,
    },
    /// A threshold at which two values could reach a quorum without a fault, or none could.
    #[error(
        "committee of {step}: threshold {threshold} of {expected} expected seats; it must be more than half of them and at most all"
    )]
    Threshold {
        /// Which step.
        step: &'static str,
        /// T.
        threshold: u64,
        /// τ.
        expected: u32,
    },
    /// A threshold that takes more proofs than a certificate has room for.
    #[error(
        "committee of {step}: threshold {threshold}: a certificate has room for 8192 proofs; choose a smaller committee, or the scheme full"
    )]
    Proofs {
        /// Which step.
        step: &'static str,
        /// T.
        threshold: u64,
    },
    /// Proposers out of bounds.
    #[error("{0} expected proposers: choose 1 to 65536")]
    Proposers(u32),
    /// J out of bounds.
    #[error("catch_up is {0}: it must be at least 1 and below the threshold of next")]
    CatchUp(u64),
    /// Distances of the seed chain out of bounds.
    #[error("seeds: lookback must be at least 2 and refresh at least 1")]
    Seeds,
    /// Times that contradict each other.
    #[error(
        "timing: it must hold that 1 <= filter_min <= filter_max < deadline and 1 <= step_base <= step_cap"
    )]
    Timing,
    /// A share that is none.
    #[error("targets.honest must be more than 2/3 and at most 1")]
    Honest,
    /// k_max out of bounds.
    #[error("k_max is {0}: choose 1 to 4096")]
    KMax(u32),
}

impl Profile {
    /// Everyone is a member of every committee, weighed by stake: for networks of a few dozen validators, where
    /// sampling would save nothing. The sizes of the committees say nothing then.
    pub const fn full() -> Self {
        let unused = CommitteeSize {
            expected: 3,
            threshold: 2,
        };
        Self {
            scheme: SeatScheme::Full,
            vrf: VrfSuite::Sr25519,
            propose: 26,
            soft: unused,
            cert: unused,
            next: unused,
            catch_up: 1,
            k_max: 1024,
            seeds: SeedSchedule::DEFAULT,
            timing: Timing::DEFAULT,
            targets: Targets {
                honest: Ratio {
                    numerator: 4,
                    denominator: 5,
                },
                safety: 40,
                live: 20,
            },
        }
    }

    /// Checks everything that does not depend on the electorate.
    ///
    /// # Errors
    /// [`ProfileError`] for the first thing that is wrong.
    pub fn validate(&self) -> Result<(), ProfileError> {
        for (step, size) in [("soft", self.soft), ("cert", self.cert), ("next", self.next)] {
            // What is in the domain of one scheme is in that of all.
            Lottery::new(SeatScheme::Full, size.expected, 1 << 63)
                .map_err(|cause| ProfileError::Committee { step, cause })?;
            let expected = u64::from(size.expected);
            if size.threshold.saturating_mul(2) <= expected || size.threshold > expected {
                let CommitteeSize { expected, threshold } = size;
                return Err(ProfileError::Threshold {
                    step,
                    threshold,
                    expected,
                });
            }
        }
        for (step, CommitteeSize { threshold, .. }) in
            [("soft", self.soft), ("cert", self.cert), ("next", self.next)]
        {
            if self.scheme != SeatScheme::Full && threshold > MAX_PROOFS as u64 {
                return Err(ProfileError::Proofs { step, threshold });
            }
        }
        let time = &self.timing;
        let filters = 1 <= time.filter_min && time.filter_min <= time.filter_max;
        let steps = 1 <= time.step_base && time.step_base <= time.step_cap;
        let honest = self.targets.honest;
        match () {
            () if self.propose == 0 || self.propose > 1 << 16 => Err(ProfileError::Proposers(self.propose)),
            () if self.catch_up == 0 || self.catch_up >= self.next.threshold => {
                Err(ProfileError::CatchUp(self.catch_up))
            }
            () if !self.seeds.is_valid() => Err(ProfileError::Seeds),
            () if !(filters && time.filter_max < time.deadline && steps) => Err(ProfileError::Timing),
            () if u64::from(honest.numerator) * 3 <= u64::from(honest.denominator) * 2
                || honest.numerator > honest.denominator =>
            {
                Err(ProfileError::Honest)
            }
            () if self.k_max == 0 || self.k_max > 4096 => Err(ProfileError::KMax(self.k_max)),
            () => Ok(()),
        }
    }

    /// The lottery of a step over the stakes of an electorate, in descending order. Proposers draw binomial seats under every scheme [SORT-3].
    ///
    /// # Errors
    /// [`LotteryError`] when the profile or the total is outside the lottery's domain.
    pub fn lottery(&self, step: Step, stakes: &[u64]) -> Result<Lottery, LotteryError> {
        let scheme = match step {
            Step::Propose => SeatScheme::Binomial,
            Step::Soft | Step::Cert | Step::Next(_) => self.scheme,
        };
        Lottery::of(scheme, self.expected(step), stakes)
    }

    /// τ of a step.
    pub const fn expected(&self, step: Step) -> u32 {
        match step {
            Step::Propose => self.propose,
            Step::Soft => self.soft.expected,
            Step::Cert => self.cert.expected,
            Step::Next(_) => self.next.expected,
        }
    }

    /// T of a step for a lottery: the weight of the profile's seats, or ⌊2S/3⌋ + 1 where everyone is a member
    /// [COM-2]. `None` for Propose, which has no quorum.
    pub fn threshold(&self, step: Step, lottery: &Lottery) -> Option<Weight> {
        let size = match step {
            Step::Propose => return None,
            Step::Soft => self.soft,
            Step::Cert => self.cert,
            Step::Next(_) => self.next,
        };
        Some(match lottery.scheme() {
            SeatScheme::Full => Weight::from(lottery.total()) * 2 / 3 + 1,
            SeatScheme::Quota | SeatScheme::Binomial | SeatScheme::FaitAccompli => {
                lottery.weight_of_seats(size.threshold)
            }
        })
    }

    /// J for a lottery of Next: the weight of the profile's seats, or more than a third of the stake where everyone
    /// is a member [BA-10].
    pub fn catch_up_weight(&self, lottery: &Lottery) -> Weight {
        match lottery.scheme() {
            SeatScheme::Full => Weight::from(lottery.total()) / 3 + 1,
            SeatScheme::Quota | SeatScheme::Binomial | SeatScheme::FaitAccompli => {
                lottery.weight_of_seats(self.catch_up)
            }
        }
    }
}
