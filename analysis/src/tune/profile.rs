//! The committees of a whole chain: small, and together within a target over years.
//!
//! There are four ways to a fork that [`crate::risk::chain_risk`] sums: two once a period and two once for each Next committee. Over the
//! horizon, and for every seed that the adversary can choose from, that makes so many chances; each of them gets an equal
//! part of the safety target, and this part is what the profile declares as its own: the target of one committee and one
//! seed, which every node checks [RISK-6]. The committees are a little better than that, so that they keep it when stakes move.
//!
//! Every threshold is the greatest that the target of progress allows: it costs nothing, and all of safety gets better by it.
//!
//! - Cert and Next have one size, the smallest at which a fork between them [RISK-3] and a forged Cert quorum [RISK-4] are
//!   rare enough.
//! - Soft has the smallest size at which two staged values [RISK-2] and a fork between it and Next are.
//! - J is the least that the adversary's seats alone do not reach in any of `k_max` committees, and the honest have to reach
//!   it as often as a quorum is to come about.
//!
//! Where the stakes are known, all of this holds for them.

use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile};

use crate::Stakes;
use crate::risk::{
    Assumptions, ChainRisk, CommitteeLaw, Committees, Horizon, ProfileRisk, Scheme, chain_risk, fork_risk,
    profile_risk, split_of_profile,
};

use super::{Bits, LARGEST, TuneError, smallest_size};

/// A profile, and what it keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct TunedProfile {
    /// The profile: the given one with other committees, J and targets.
    pub profile: Profile,
    /// The bounds of its committees.
    pub risk: ProfileRisk,
    /// What they amount to over the horizon.
    pub chain: ChainRisk,
}

/// The smallest committees with which a chain keeps `bits.safety` over the horizon and `bits.live` in each step. Times, proposers and
/// all else are those of `base`.
///
/// # Errors
/// [`TuneError`] when there are none.
pub fn tune_profile(
    base: &Profile,
    stakes: Option<&Stakes>,
    assumptions: &Assumptions,
    bits: Bits,
    horizon: &Horizon,
) -> Result<TunedProfile, TuneError> {
    let scheme = Scheme::from(base.scheme);
    super::check(scheme, assumptions.honest)?;
    let declared = bits.safety + ceil_log2(chances(base, horizon));
    let tuner = Tuner {
        scheme: base.scheme,
        stakes,
        assumptions,
        live: bits.live + bits.margin,
        safety: declared + bits.margin,
    };
    let next = tuner.smallest("cert and next", |law, size| {
        Ok(law.take(size.threshold)?.0.is_within(tuner.safety) && tuner.is_no_fork([size, size])?)
    })?;
    let soft = tuner.smallest("soft", |law, size| {
        let split = split_of_profile(tuner.scheme, law, size, stakes, assumptions)?;
        Ok(split.is_within(tuner.safety) && tuner.is_no_fork([size, next])?)
    })?;
    let catch_up = tuner.catch_up(next, ceil_log2(u64::from(base.k_max)))?;
    let mut profile = Profile {
        soft,
        cert: next,
        next,
        catch_up,
        ..base.clone()
    };
    profile.targets.safety = declared;
    profile.targets.live = bits.live;
    let risk = profile_risk(&profile, stakes, assumptions)?;
    Ok(TunedProfile {
        chain: chain_risk(&profile, &risk, horizon),
        risk,
        profile,
    })
}

/// How many chances of a fork there are over a horizon.
fn chances(profile: &Profile, horizon: &Horizon) -> u64 {
    let Committees { periods, nexts, .. } = Committees::of(&profile.timing, horizon);
    let seeds = (u64::from(profile.propose) + 1).saturating_mul(horizon.lookahead.max(1));
    let ways = periods.saturating_add(nexts).saturating_mul(2);
    ways.saturating_mul(seeds)
}

struct Tuner<'a> {
    scheme: SeatScheme,
    stakes: Option<&'a Stakes>,
    assumptions: &'a Assumptions,
    live: u32,
    /// Bits of one committee and one seed.
    safety: u32,
}

impl Tuner<'_> {
    fn law(&self, expected: u32) -> Result<CommitteeLaw, TuneError> {
        Ok(CommitteeLaw::new(
            Scheme::from(self.scheme),
            expected,
            self.stakes,
            self.assumptions,
        )?)
    }

    /// The smallest committee, with the greatest threshold that progress allows, that suits.
    fn smallest(
        &self,
        what: &'static str,
        suits: impl Fn(&CommitteeLaw, CommitteeSize) -> Result<bool, TuneError>,
    ) -> Result<CommitteeSize, TuneError> {
        let fit = |expected| {
            let law = self.law(expected)?;
            let Some(threshold) = self.live_threshold(&law, expected)? else {
                return Ok(None);
            };
            let size = CommitteeSize { expected, threshold };
            Ok(suits(&law, size)?.then_some(size))
        };
        smallest_size(fit)?.ok_or(TuneError::NoCommittee {
            what,
            safety: self.safety,
            live: self.live,
        })
    }

    /// The greatest threshold that makes progress often enough, if it is more than half of the seats.
    fn live_threshold(&self, law: &CommitteeLaw, expected: u32) -> Result<Option<u64>, TuneError> {
        let is_live =
            |threshold| -> Result<bool, TuneError> { Ok(law.live(threshold)?.0.is_within(self.live)) };
        let (mut low, mut high) = (u64::from(expected) / 2 + 1, u64::from(expected.min(LARGEST)));
        if low > high || !is_live(low)? {
            return Ok(None);
        }
        while low < high {
            let middle = low + (high - low).div_ceil(2);
            if is_live(middle)? {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Ok(Some(low))
    }

    fn is_no_fork(&self, sizes: [CommitteeSize; 2]) -> Result<bool, TuneError> {
        Ok(fork_risk(self.scheme, sizes, self.stakes, self.assumptions)?.is_within(self.safety))
    }

    /// J: the least that the adversary does not reach alone in any of 2^`times` committees.
    fn catch_up(&self, next: CommitteeSize, times: u32) -> Result<u64, TuneError> {
        let (law, bits) = (self.law(next.expected)?, self.safety + times);
        let (mut low, mut high) = (1, next.threshold);
        while low < high {
            let middle = low + (high - low) / 2;
            if law.take(middle)?.0.is_within(bits) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if low < next.threshold && law.live(low)?.0.is_within(self.live) {
            Ok(low)
        } else {
            Err(TuneError::CatchUp {
                threshold: next.threshold,
                bits,
            })
        }
    }
}

/// ⌈log2 n⌉, 0 for 0.
const fn ceil_log2(count: u64) -> u32 {
    u64::BITS - count.saturating_sub(1).leading_zeros()
}
