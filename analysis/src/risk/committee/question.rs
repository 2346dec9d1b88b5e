//! What is asked about a committee, and what is answered.

use clap::ValueEnum;
use klero_committee::sampling::SeatScheme;
use serde::Serialize;

use crate::Fraction;
use crate::risk::Risk;

/// How the seats of a committee come about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scheme {
    /// [SEAT-1]: ⌊τ·s/S⌋ seats for sure and one more by lot for the fraction.
    Quota,
    /// [SEAT-2]: each unit of stake is one draw.
    Binomial,
    /// [SEAT-3]: the largest are members and weigh their stake, the others draw.
    FaitAccompli,
    /// [SEAT-4]: everyone is a member and weighs its stake.
    Full,
    /// A fixed number of seats, each drawn by stake, or from equal members. Klero has none such; others do.
    Fixed,
}

impl From<SeatScheme> for Scheme {
    fn from(scheme: SeatScheme) -> Self {
        match scheme {
            SeatScheme::Quota => Self::Quota,
            SeatScheme::Binomial => Self::Binomial,
            SeatScheme::FaitAccompli => Self::FaitAccompli,
            SeatScheme::Full => Self::Full,
        }
    }
}

/// Which stake is the adversary's, a·S of it, a = 1 − h.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, ValueEnum, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adversary {
    /// Every account keeps the share h of its stake, the rest is in accounts too small to hold a seat for sure.
    Dust,
    /// The largest accounts, from the first on, as long as their sum does not exceed a·S.
    Largest,
    /// The smallest accounts, from the last on, as long as their sum does not exceed a·S.
    Smallest,
    /// For each event the one of the three with the greatest bound.
    #[default]
    Worst,
}

impl Adversary {
    /// Those that it stands for.
    pub(in crate::risk) const fn cases(self) -> &'static [Self] {
        match self {
            Self::Dust => &[Self::Dust],
            Self::Largest => &[Self::Largest],
            Self::Smallest => &[Self::Smallest],
            Self::Worst => &[Self::Dust, Self::Largest, Self::Smallest],
        }
    }
}

/// What is assumed about an electorate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assumptions {
    /// The honest share of stake, h, 0 to 1.
    pub honest: Fraction,
    /// Where the adversary's stake is. Without stakes it makes no difference.
    pub adversary: Adversary,
    /// So many of the largest groups are silent besides, which matters for progress: their honest accounts do not vote.
    /// Needs stakes with groups unless it is 0.
    pub offline_groups: usize,
    /// Under [`Scheme::Fixed`]: the seats go to so many equal members, drawn without putting back; without it each seat is
    /// drawn by stake. The shares are shares of members then, those of the honest rounded up.
    pub population: Option<u64>,
}

impl Assumptions {
    /// The worst adversary, and nobody silent.
    pub const fn honest(honest: Fraction) -> Self {
        Self {
            honest,
            adversary: Adversary::Worst,
            offline_groups: 0,
            population: None,
        }
    }
}

/// The bounds of one committee, and whose they are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Failure {
    /// The bounds.
    pub risk: Risk,
    /// The adversary with the greatest bound of each event; none without stakes.
    pub worst: Option<Worst>,
}

/// The adversary with the greatest bound of each event, the first named of equal ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Worst {
    /// Of [RISK-1].
    pub live: Adversary,
    /// Of [RISK-2].
    pub split: Adversary,
    /// Of [RISK-4].
    pub take: Adversary,
}
