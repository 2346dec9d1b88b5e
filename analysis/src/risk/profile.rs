//! The committees of a genesis, and whether they keep what it declares [RISK-6].
//!
//! The targets are of one committee and one seed: each of the safety events at most 2^-safety, each way to make no progress
//! at most 2^-live. How much that is over years, [`super::chain_risk`] says, and `klero-analysis tune` chooses a target
//! of one committee that suits a target over years.
//!
//! J is a number of seats of Next that moves a node on [BA-10]: the adversary is not to have them alone in any of `k_max`
//! committees, and the honest are to have them as surely as they make progress.

use std::num::NonZeroU64;

use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile, Targets};
use serde::Serialize;
use thiserror::Error;

use crate::wide::{Round, Wide};
use crate::{Fraction, Log2Bound, Stakes};

use super::{Assumptions, CommitteeLaw, RiskError, Scheme, fork_risk, split_of_any_adversary};

/// So many accounts are always taken as they are. With more, the time for `quota`, which grows with their square, is taken
/// only where the bound for any stakes misses a target.
const FEW: usize = 2_048;

/// The bounds of a profile's committees, each for one committee and one seed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ProfileRisk {
    /// [RISK-1]: no progress, of the kind of step that fails most often.
    pub live: Log2Bound,
    /// [RISK-2]: two values staged, in one Soft committee.
    pub split: Log2Bound,
    /// [RISK-4]: a Cert quorum forged alone.
    pub take: Log2Bound,
    /// [RISK-3], with one Cert and one Next committee.
    pub fork_by_cert: Log2Bound,
    /// [RISK-3], with one Soft and one Next committee.
    pub fork_by_soft: Log2Bound,
    /// The adversary has J seats in any of `k_max` Next committees.
    pub catch_up_forged: Log2Bound,
    /// The honest have fewer than J seats in one Next committee.
    pub catch_up_missed: Log2Bound,
}

/// One of the bounds of a profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// What happens.
    pub name: &'static str,
    /// Its name in JSON and metrics.
    pub key: &'static str,
    /// How likely that is at most.
    pub bound: Log2Bound,
    /// The target: at most 2^-bits.
    pub bits: u32,
    /// Whether the target is that of safety, and not that of progress.
    pub is_safety: bool,
}

impl Event {
    /// Whether the bound is within the target.
    pub fn is_met(&self) -> bool {
        self.bound.is_within(self.bits)
    }
}

/// Targets that committees miss.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("{}", describe(.0))]
pub struct Missed(pub Vec<Event>);

fn describe(missed: &[Event]) -> String {
    let lines = missed.iter().map(|event| {
        let Event {
            name, bound, bits, ..
        } = event;
        let target = if event.is_safety { "safety" } else { "live" };
        format!("{name}: at most {bound:.2}, and targets.{target} asks for 2^-{bits}")
    });
    let lines: Vec<String> = lines.collect();
    lines.join("; ")
}

impl ProfileRisk {
    /// Every bound beside its target.
    pub fn events(&self, targets: &Targets) -> [Event; 7] {
        let safety = |name, key, bound| Event {
            name,
            key,
            bound,
            bits: targets.safety,
            is_safety: true,
        };
        let live = |name, key, bound| Event {
            name,
            key,
            bound,
            bits: targets.live,
            is_safety: false,
        };
        [
            live("no progress of a step [RISK-1]", "live", self.live),
            safety("two values staged [RISK-2]", "split", self.split),
            safety(
                "a fork by Cert and Next [RISK-3]",
                "fork_by_cert",
                self.fork_by_cert,
            ),
            safety(
                "a fork by Soft and Next [RISK-3]",
                "fork_by_soft",
                self.fork_by_soft,
            ),
            safety("a Cert quorum forged alone [RISK-4]", "take", self.take),
            safety(
                "J forged in any k [RISK-6]",
                "catch_up_forged",
                self.catch_up_forged,
            ),
            live(
                "J missed by the honest [RISK-6]",
                "catch_up_missed",
                self.catch_up_missed,
            ),
        ]
    }

    /// Whether all targets are kept.
    ///
    /// # Errors
    /// [`Missed`], with each target that is not.
    pub fn check(&self, targets: &Targets) -> Result<(), Missed> {
        let events = self.events(targets);
        let missed: Vec<Event> = events.into_iter().filter(|event| !event.is_met()).collect();
        if missed.is_empty() {
            Ok(())
        } else {
            Err(Missed(missed))
        }
    }
}

/// The bounds of a profile's committees over `stakes`, or over any stakes, under these assumptions.
///
/// # Errors
/// [`RiskError`] when the committees are outside the domain, or when stakes or groups are missing.
pub fn profile_risk(
    profile: &Profile,
    stakes: Option<&Stakes>,
    assumptions: &Assumptions,
) -> Result<ProfileRisk, RiskError> {
    let law = |expected| CommitteeLaw::new(Scheme::from(profile.scheme), expected, stakes, assumptions);
    let Profile { soft, cert, next, .. } = *profile;
    let of_soft = law(soft.expected)?;
    // Committees are often alike, and preparing them takes the time.
    let of_cert = if cert.expected == soft.expected {
        of_soft.clone()
    } else {
        law(cert.expected)?
    };
    let of_next = if next.expected == cert.expected {
        of_cert.clone()
    } else {
        law(next.expected)?
    };
    let fork = |first| fork_risk(profile.scheme, [first, next], stakes, assumptions);
    let live = of_soft.live(soft.threshold)?.0;
    let live = live.greater(of_cert.live(cert.threshold)?.0);
    let split = split_of_profile(profile.scheme, &of_soft, soft, stakes, assumptions)?;
    let (reached, missed) = of_next.catch_up(profile.catch_up)?;
    let times = Wide::from_u128(u128::from(profile.k_max));
    Ok(ProfileRisk {
        live: live.greater(of_next.live(next.threshold)?.0),
        split,
        take: of_cert.take(cert.threshold)?.0,
        fork_by_cert: fork(cert)?,
        fork_by_soft: fork(soft)?,
        catch_up_forged: Log2Bound::at_most(reached.wide().mul(times, Round::Up)),
        catch_up_missed: missed,
    })
}

/// [RISK-2] of a committee with this law: the worst of the adversaries, or of any where that bound is the lesser one.
///
/// The three adversaries count the seats of all that may be the adversary's, while the largest accounts that it can own may leave
/// it far less than that.
pub(crate) fn split_of_profile(
    scheme: SeatScheme,
    law: &CommitteeLaw,
    size: CommitteeSize,
    stakes: Option<&Stakes>,
    assumptions: &Assumptions,
) -> Result<Log2Bound, RiskError> {
    let split = law.split(size.threshold)?.0;
    match (scheme, stakes) {
        (SeatScheme::Quota, Some(stakes)) if !law.is_full() => {
            let any = split_of_any_adversary(size, assumptions.honest, stakes.accounts().len())?;
            Ok(split.lesser(any))
        }
        _ => Ok(split),
    }
}

/// The bounds of a chain's committees for an electorate with these stakes, as a node computes them: with the declared honest share
/// and the worst adversary.
///
/// # Errors
/// [`RiskError`] when the committees or the stakes are outside the domain.
pub fn electorate_risk(
    profile: &Profile,
    stakes: impl IntoIterator<Item = u64>,
) -> Result<ProfileRisk, RiskError> {
    let assumptions = Assumptions::honest(share(profile)?);
    let stakes: Vec<u64> = stakes.into_iter().collect();
    let sum = stakes.iter().map(|stake| u128::from(*stake)).sum();
    let stakes = Stakes::of(stakes).map_err(|_| RiskError::Total(sum))?;
    if stakes.accounts().len() > FEW
        && let Ok(risk) = profile_risk(profile, None, &assumptions)
        && risk.check(&profile.targets).is_ok()
    {
        return Ok(risk);
    }
    profile_risk(profile, Some(&stakes), &assumptions)
}

/// The honest share that a profile declares.
///
/// # Errors
/// [`RiskError::NoShare`] when it is no fraction.
pub fn share(profile: &Profile) -> Result<Fraction, RiskError> {
    let honest = profile.targets.honest;
    let denominator = NonZeroU64::new(u64::from(honest.denominator)).ok_or(RiskError::NoShare)?;
    Ok(Fraction::new(u64::from(honest.numerator), denominator))
}
