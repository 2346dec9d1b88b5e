//! What a genesis decides about stake.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::Ratio;
use klero_committee::sampling::Digest;
use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::sampling::vrf::VrfSuite;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The greatest age of evidence that a genesis may choose, in rounds.
pub const MAX_EVIDENCE_AGE: u64 = 1 << 20;

/// The numbers of section 9. Rounds and the smallest unit of stake.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// How long stake that unbonds stays liable; more than `evidence_age` + K [STK-4].
    pub unbonding_rounds: u64,
    /// How old an offence may be, in rounds, when the block with its evidence is made.
    pub evidence_age: u64,
    /// The share of bonded and unbonding stake that an offence costs, in millionths: 1 to 1,000,000 [STK-5].
    pub slash_millionths: u32,
    /// How many rounds without a trace suspend a validator; at least 2 [STK-7].
    pub activity_window: u64,
    /// Suspension leaves at least this share of the validators' stake active: the share at which the declared h
    /// still keeps the targets of the genesis.
    pub least_active_share: Ratio,
    /// The least stake of a validator; at least 1.
    pub min_bond: u64,
    /// What an entry that stays for ever costs: an account that a transfer makes, and each key that is registered.
    /// It is burnt, so that the state cannot be filled for nothing.
    pub entry_price: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// Why parameters were refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParametersError {
    /// Stake that would be free before evidence about it is too old.
    #[error("unbonding_rounds is {unbonding}: it must be more than evidence_age + K = {least}")]
    Unbonding {
        /// The rounds given.
        unbonding: u64,
        /// What they must exceed.
        least: u64,
    },
    /// An age out of bounds.
    #[error("evidence_age is {0}: choose 1 to 1048576 rounds")]
    EvidenceAge(u64),
    /// A share out of bounds.
    #[error("slash_millionths is {0}: choose 1 to 1000000")]
    Slash(u32),
    /// A window out of bounds.
    #[error("activity_window is {0}: it must be at least 2 rounds")]
    ActivityWindow(u64),
    /// A share that is none.
    #[error("least_active_share must be more than 0 and at most 1")]
    LeastActiveShare,
    /// Validators without stake.
    #[error("min_bond must be at least 1")]
    MinBond,
}

impl Parameters {
    /// For the default seed schedule, K = 320: offences count for 2000 rounds and cost a twentieth.
    pub const DEFAULT: Self = Self {
        unbonding_rounds: 3_000,
        evidence_age: 2_000,
        slash_millionths: 50_000,
        activity_window: 2_000,
        least_active_share: Ratio {
            numerator: 9,
            denominator: 10,
        },
        min_bond: 1,
        entry_price: 0,
    };

    /// The defaults with an unbonding time that suits the distances of a seed chain.
    pub const fn beside(seeds: &SeedSchedule) -> Self {
        let spare = Self::DEFAULT.unbonding_rounds
            - Self::DEFAULT.evidence_age
            - SeedSchedule::DEFAULT.electorate_lookback();
        Self {
            unbonding_rounds: seeds
                .electorate_lookback()
                .saturating_add(Self::DEFAULT.evidence_age + spare),
            ..Self::DEFAULT
        }
    }

    /// Checks that the numbers fit each other and the distances of the seed chain.
    ///
    /// # Errors
    /// [`ParametersError`] for the first thing that is wrong.
    pub fn validate(&self, seeds: &SeedSchedule) -> Result<(), ParametersError> {
        let least = self.evidence_age.saturating_add(seeds.electorate_lookback());
        let Ratio {
            numerator,
            denominator,
        } = self.least_active_share;
        match () {
            () if !(1..=MAX_EVIDENCE_AGE).contains(&self.evidence_age) => {
                Err(ParametersError::EvidenceAge(self.evidence_age))
            }
            () if self.unbonding_rounds <= least => Err(ParametersError::Unbonding {
                unbonding: self.unbonding_rounds,
                least,
            }),
            () if !(1..=1_000_000).contains(&self.slash_millionths) => {
                Err(ParametersError::Slash(self.slash_millionths))
            }
            () if self.activity_window < 2 => Err(ParametersError::ActivityWindow(self.activity_window)),
            () if numerator == 0 || numerator > denominator => Err(ParametersError::LeastActiveShare),
            () if self.min_bond == 0 => Err(ParametersError::MinBond),
            () => Ok(()),
        }
    }
}

/// What operations are judged by, the same in every round of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// The chain id.
    pub chain: Digest,
    /// The suite of all VRF keys.
    pub vrf: VrfSuite,
    /// The numbers.
    pub parameters: Parameters,
}
