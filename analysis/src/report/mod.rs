//! A page about a network: which committees to choose, why, at what cost, and what if. With the feature `report`.
//!
//! The page is one HTML file. It needs nothing besides: no script, no style sheet, no font, no picture of its own.

mod cost;
mod outlook;
mod page;
mod sections;
mod what_if;

use klero_committee::{CommitteeSize, Profile};

use crate::Stakes;
use crate::plot::{ByHonest, ByOffline, BySize, ByThreshold, Schemes, Spread, Subject};
use crate::risk::{Horizon, RiskError};
use crate::tune::{Bits, TunedProfile};

pub use cost::{StepCost, step_costs};
pub use page::page;
pub use what_if::HonestRow;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The network, its stakes and the assumptions.
    pub subject: Subject<'a>,
    /// The stakes once more, which are known here.
    pub stakes: &'a Stakes,
    /// The targets.
    pub bits: Bits,
    /// For how long.
    pub horizon: Horizon,
    /// How many of the largest groups may be offline, at most.
    pub offline_groups: usize,
}

/// The commands that a page shows, and where it comes from.
#[derive(Debug, Clone, Default)]
pub struct Words {
    /// One command a line: to make the profile, the genesis, and to check it.
    pub commands: Vec<String>,
    /// Names and values: software, command, input.
    pub origin: Vec<(String, String)>,
}

/// What the page shows.
#[derive(Debug, Clone)]
pub struct Report {
    /// The committees and what they keep.
    pub tuned: TunedProfile,
    /// What a step of each kind costs.
    pub costs: Vec<StepCost>,
    /// Why the size.
    pub by_size: BySize,
    /// Why the threshold.
    pub by_threshold: ByThreshold,
    /// If the honest share is another.
    pub by_honest: ByHonest,
    /// The same for some shares, Soft and Cert.
    pub honest_rows: Vec<HonestRow>,
    /// If groups are offline; none without a column of groups.
    pub by_offline: Option<ByOffline>,
    /// Who holds the stake.
    pub spread: Spread,
    /// The other schemes.
    pub schemes: Schemes,
}

impl Report {
    /// How many ticks [`Report::compute`] makes, at most.
    pub const fn ticks(question: &Question<'_>) -> u64 {
        let sizes = (2 + Schemes::COMPARED.len() as u64) * BySize::POINTS as u64;
        let rows = what_if::LESS.len() as u64;
        sizes + rows + ByThreshold::POINTS + 1 + ByHonest::POINTS + question.offline_groups as u64 + 1
    }

    /// Everything that the page shows about committees that were tuned. `tick` is called now and then.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn compute(question: &Question<'_>, tuned: TunedProfile, tick: &dyn Fn()) -> Result<Self, RiskError> {
        let Question { subject, stakes, .. } = question;
        let soft = tuned.profile.soft;
        let largest = soft.expected.max(tuned.profile.cert.expected);
        let most = (largest.saturating_mul(3) / 2).min(crate::tune::LARGEST);
        let by_offline = if stakes.is_grouped() {
            let most = question.offline_groups;
            Some(ByOffline::compute(
                subject,
                stakes,
                slowest(&tuned.profile),
                most,
                tick,
            )?)
        } else {
            None
        };
        Ok(Self {
            costs: step_costs(subject.scheme, &tuned.profile, stakes)?,
            by_size: BySize::compute(subject, Some(most), None, tick)?,
            by_threshold: ByThreshold::compute(subject, soft.expected, Some(soft.threshold), tick)?,
            by_honest: ByHonest::compute(subject, soft, tick)?,
            honest_rows: what_if::honest_rows(subject, &tuned.profile, tick)?,
            by_offline,
            spread: Spread::compute(stakes),
            schemes: Schemes::compute(subject, stakes, most, tick)?,
            tuned,
        })
    }
}

/// The committee whose steps fail most often: the one with the greater part T/τ, or the smaller of equal ones.
fn slowest(profile: &Profile) -> CommitteeSize {
    let (soft, next) = (profile.soft, profile.next);
    let part =
        |one: CommitteeSize, other: CommitteeSize| u128::from(one.threshold) * u128::from(other.expected);
    let (of_soft, of_next) = (part(soft, next), part(next, soft));
    if of_soft > of_next || of_soft == of_next && soft.expected <= next.expected {
        soft
    } else {
        next
    }
}
