//! The committees of a whole chain: small, and together within a target over years.
//!
//! A quarter of the safety target goes to each of the four ways to a fork that [`crate::risk::chain_risk`] sums. Every
//! threshold is the greatest that the target of progress allows: it costs nothing, and all of safety gets better by it.
//!
//! - Cert and Next have one size, the smallest at which a fork between them [RISK-3] and a forged Cert quorum [RISK-4] are
//!   rare enough.
//! - Soft has the smallest size at which two staged values [RISK-2] and a fork between it and Next are.
//! - J is the least that the adversary's seats alone do not reach in any of `k_max` committees, up to the safety target, and
//!   the honest have to reach it as often as a quorum is to come about.
//!
//! [RISK-1], [RISK-2] and [RISK-4] are those of the stakes, where they are known; [RISK-3] is the Poisson bound, which holds for
//! all, so that knowing the stakes makes Soft smaller rather than Cert and Next.

use klero_committee::{CommitteeSize, Profile};

use crate::risk::{Assumptions, CommitteeLaw, Committees, Horizon, Scheme, fork_risk};
use crate::{Log2Bound, Stakes};

use super::{Bits, LARGEST, TuneError, smallest_size};

/// A profile, and what its committees keep: for one seed and one committee each.
#[derive(Debug, Clone, PartialEq)]
pub struct TunedProfile {
    /// The profile: the given one with other committees and J.
    pub profile: Profile,
    /// How many committees the horizon has.
    pub committees: Committees,
    /// By how many seeds every chance is multiplied.
    pub seeds: u64,
    /// [RISK-2] of Soft.
    pub split: Log2Bound,
    /// [RISK-4] of Cert.
    pub take: Log2Bound,
    /// [RISK-3] of Cert and Next, and of Soft and Next.
    pub forks: [Log2Bound; 2],
    /// [RISK-1] of the kind of step that fails most often.
    pub live: Log2Bound,
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
    let committees = Committees::of(&base.timing, horizon);
    let seeds = (u64::from(base.propose) + 1).saturating_mul(horizon.lookahead.max(1));
    let part = |count: u64| bits.safety + 2 + ceil_log2(count) + ceil_log2(seeds);
    let tuner = Tuner {
        scheme: Scheme::from(base.scheme),
        stakes,
        assumptions,
        live: bits.live,
        period: part(committees.periods),
        next: part(committees.nexts),
    };
    super::check(tuner.scheme, assumptions.honest)?;
    let honest = assumptions.honest;
    let next = tuner.smallest("cert and next", |law, size| {
        Ok(law.take(size.threshold)?.0.is_within(tuner.period)
            && fork_risk(size, size, honest)?.is_within(tuner.next))
    })?;
    let soft = tuner.smallest("soft", |law, size| {
        Ok(law.split(size.threshold)?.0.is_within(tuner.period)
            && fork_risk(size, next, honest)?.is_within(tuner.next))
    })?;
    let laws = [tuner.law(soft.expected)?, tuner.law(next.expected)?];
    let live = [laws[0].live(soft.threshold)?.0, laws[1].live(next.threshold)?.0];
    let catch_up = tuner.catch_up(
        &laws[1],
        next.threshold,
        bits.safety + ceil_log2(u64::from(base.k_max)),
    )?;
    let mut profile = Profile {
        soft,
        cert: next,
        next,
        catch_up,
        ..base.clone()
    };
    profile.targets.safety = bits.safety;
    profile.targets.live = bits.live;
    Ok(TunedProfile {
        committees,
        seeds,
        split: laws[0].split(soft.threshold)?.0,
        take: laws[1].take(next.threshold)?.0,
        forks: [fork_risk(next, next, honest)?, fork_risk(soft, next, honest)?],
        live: if live[0].log2() > live[1].log2() {
            live[0]
        } else {
            live[1]
        },
        profile,
    })
}

struct Tuner<'a> {
    scheme: Scheme,
    stakes: Option<&'a Stakes>,
    assumptions: &'a Assumptions,
    live: u32,
    /// Bits of what is counted once a period.
    period: u32,
    /// Bits of what is counted once for each Next committee.
    next: u32,
}

impl Tuner<'_> {
    fn law(&self, expected: u32) -> Result<CommitteeLaw, TuneError> {
        Ok(CommitteeLaw::new(
            self.scheme,
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
            period: self.period,
            next: self.next,
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

    /// J: the least that the adversary does not reach alone.
    fn catch_up(&self, law: &CommitteeLaw, threshold: u64, bits: u32) -> Result<u64, TuneError> {
        let (mut low, mut high) = (1, threshold);
        while low < high {
            let middle = low + (high - low) / 2;
            if law.take(middle)?.0.is_within(bits) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        if low < threshold && law.live(low)?.0.is_within(self.live) {
            Ok(low)
        } else {
            Err(TuneError::CatchUp { threshold, bits })
        }
    }
}

/// ⌈log2 n⌉, 0 for 0.
const fn ceil_log2(count: u64) -> u32 {
    u64::BITS - count.saturating_sub(1).leading_zeros()
}
