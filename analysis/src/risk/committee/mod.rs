//! The bounds of one committee under any seat scheme: [`CommitteeLaw`].
//!
//! # What is known of the seats
//!
//! With the stakes of all accounts, the honest seats H have their exact distribution:
//!
//! | scheme | honest seats | adversary's seats |
//! |---|---|---|
//! | `quota` | quotas for sure, the fractions one by one: [`QuotaSeats`] | at most Poisson(τ·a) |
//! | `binomial` | Bin(honest units of stake, τ/S) | at most Poisson(τ·a) |
//! | `fait-accompli` | permanent members for sure, Bin(honest units of the others, n₂/ρ) | the same, at most Poisson for the drawn |
//! | `full`, and all of these where τ ≥ S or nobody is left to draw | the honest stake, certain | the adversary's, certain |
//! | `fixed` | τ minus the adversary's | Bin(τ, a), or hypergeometric for equal members of a known number |
//!
//! Without stakes H and A have a bound that holds whatever the stakes are: H and A are at most Poisson(τ·h) and
//! Poisson(τ·a). Under `fait-accompli` there is none, and under `fixed` stakes make no difference: it is a committee
//! of τ seats, each of them drawn by stake from the whole electorate, or all of them from equal members.
//!
//! # Why the Poisson tails hold
//!
//! Under `quota` and `binomial` seats of any set of accounts are a sum X of independent events with a mean of at most
//! λ, which is τ times their share. Hoeffding, "On the distribution of the number of successes in independent trials"
//! (1956), compares X with equal trials, of which there may be any number, and hence with Y ~ Poisson(λ):
//! P[X ≥ k] ≤ P[Y ≥ k] for k ≥ λ + 1, and, if λ is the mean, P[X < k] ≤ P[Y < k] for k ≤ λ. Nearer to the mean, where
//! this is not proved, the bound is 1.
//!
//! P[H + 2A ≥ 2T] is Σ P[H = h]·P[A ≥ ⌈(2T − h)/2⌉], with 1 for each P[A ≥ k] that is not proved: A becomes
//! max(Poisson(λ), ⌈λ⌉), λ = τ·a. The sum grows with h, so without stakes H may become max(Poisson(λ), ⌈λ⌉) with λ = τ·h
//! in the same way. For rare events all this makes no visible difference: they come from the tails.
//!
//! Every number is rounded up on the way, as [`crate::tail`] describes. A sum of n products is off by n parts in
//! 2^120; the bounds of RISK-2 close to 1 say no more than that the event is likely.
//!
//! # Which accounts are the adversary's
//!
//! [`Adversary`] says it. Whatever it owns, under `quota` and `binomial` its seats are taken as Poisson(τ·a), also where
//! its accounts have a little less than a·S. So its own distribution of stake never matters; that of the honest does, and
//! the three cases are no proof for all others: under `quota` some odd set of accounts may leave
//! fractions to the honest that are worse by a few bits. The bound without stakes covers them all.

mod drawn;
mod holdings;
mod known;
mod question;
mod seats;

use std::num::NonZeroU64;

use klero_committee::CommitteeSize;

use crate::{Fraction, Log2Bound, Stakes};

use super::{Risk, RiskError, check};
use drawn::Drawn;
pub(super) use drawn::split;
pub(super) use holdings::Holdings;
use known::{Fixed, Full};

pub use question::{Adversary, Assumptions, Failure, Scheme, Worst};

#[cfg(doc)]
use super::QuotaSeats;

/// The seats of one committee of τ expected seats, prepared so that many thresholds can be asked for.
///
/// With the stakes of n accounts preparing `quota` takes n²/2 steps for each adversary, and a threshold as many steps as
/// there are seats.
#[derive(Debug, Clone)]
pub struct CommitteeLaw {
    cases: Vec<(Adversary, Model)>,
    has_stakes: bool,
}

#[derive(Debug, Clone)]
enum Model {
    Drawn(Box<Drawn>),
    Full(Full),
    Fixed(Fixed),
}

impl CommitteeLaw {
    /// The seats of a committee with `expected` seats (τ, 1 to 2^20; without meaning under `full`), over `stakes` if they
    /// are known.
    ///
    /// # Errors
    /// [`RiskError`] when τ or the honest share is outside its domain, or when stakes or groups are missing.
    pub fn new(
        scheme: Scheme,
        expected: u32,
        stakes: Option<&Stakes>,
        assumptions: &Assumptions,
    ) -> Result<Self, RiskError> {
        let Assumptions {
            honest,
            adversary,
            offline_groups,
            population,
        } = *assumptions;
        if scheme != Scheme::Full {
            check(CommitteeSize {
                expected,
                threshold: 1,
            })?;
        }
        honest.complement().ok_or(RiskError::Honest(honest))?;
        if offline_groups > 0 && !stakes.is_some_and(Stakes::is_grouped) {
            return Err(RiskError::NeedsGroups);
        }
        let Some(stakes) = stakes else {
            let case = Model::without_stakes(scheme, expected, honest, population)?;
            return Ok(Self {
                cases: vec![(adversary, case)],
                has_stakes: false,
            });
        };
        let offline = stakes.in_largest_groups(offline_groups);
        let model = |adversary: &Adversary| {
            let holdings = Holdings::new(stakes, honest, *adversary, &offline);
            Model::of(scheme, expected, &holdings, population).map(|model| (*adversary, model))
        };
        let cases = adversary.cases().iter().map(model);
        Ok(Self {
            cases: cases.collect::<Result<_, _>>()?,
            has_stakes: true,
        })
    }

    /// Whether nothing is drawn because everyone is a member: the threshold is ⌊2S/3⌋ + 1 then, whatever is asked for.
    pub fn is_full(&self) -> bool {
        self.cases
            .iter()
            .all(|(_, model)| matches!(model, Model::Full(_)))
    }

    /// The bounds for a threshold (T, 1 to 2^22).
    ///
    /// # Errors
    /// [`RiskError`] when T is outside its domain.
    pub fn failure(&self, threshold: u64) -> Result<Failure, RiskError> {
        let (live, by_live) = self.live(threshold)?;
        let (split, by_split) = self.split(threshold)?;
        let (take, by_take) = self.take(threshold)?;
        let worst = Worst {
            live: by_live,
            split: by_split,
            take: by_take,
        };
        Ok(Failure {
            risk: Risk { live, split, take },
            worst: self.has_stakes.then_some(worst),
        })
    }

    /// [RISK-1], no progress, `P[H < T]`: the greatest bound, and of which adversary.
    ///
    /// # Errors
    /// As [`CommitteeLaw::failure`].
    pub fn live(&self, threshold: u64) -> Result<(Log2Bound, Adversary), RiskError> {
        self.worst(threshold, Model::live)
    }

    /// [RISK-2], two values staged, `P[H + 2A ≥ 2T]`: the greatest bound, and of which adversary.
    ///
    /// # Errors
    /// As [`CommitteeLaw::failure`].
    pub fn split(&self, threshold: u64) -> Result<(Log2Bound, Adversary), RiskError> {
        self.worst(threshold, Model::split)
    }

    /// [RISK-4], forged without any honest vote, `P[A ≥ T]`: the greatest bound, and of which adversary.
    ///
    /// # Errors
    /// As [`CommitteeLaw::failure`].
    pub fn take(&self, threshold: u64) -> Result<(Log2Bound, Adversary), RiskError> {
        self.worst(threshold, Model::take)
    }

    /// J, the seats that move a node on [BA-10] [RISK-6]: the adversary has them alone, and the honest miss them; the greatest
    /// bound of each.
    ///
    /// # Errors
    /// As [`CommitteeLaw::failure`].
    pub fn catch_up(&self, seats: u64) -> Result<(Log2Bound, Log2Bound), RiskError> {
        let reached = self.worst(seats, Model::catch_up_forged)?.0;
        Ok((reached, self.worst(seats, Model::catch_up_missed)?.0))
    }

    fn worst(
        &self,
        threshold: u64,
        event: impl Fn(&Model, u64) -> Result<Log2Bound, RiskError>,
    ) -> Result<(Log2Bound, Adversary), RiskError> {
        check(CommitteeSize {
            expected: 1,
            threshold,
        })?;
        let mut worst = None::<(Log2Bound, Adversary)>;
        for (adversary, model) in &self.cases {
            let bound = event(model, threshold)?;
            if worst.is_none_or(|(most, _)| bound > most) {
                worst = Some((bound, *adversary));
            }
        }
        // There is at least one case.
        Ok(worst.unwrap_or((Log2Bound::CERTAIN, Adversary::Worst)))
    }
}

impl Model {
    fn without_stakes(
        scheme: Scheme,
        expected: u32,
        honest: Fraction,
        population: Option<u64>,
    ) -> Result<Self, RiskError> {
        Ok(match scheme {
            Scheme::Quota | Scheme::Binomial => {
                Self::Drawn(Box::new(Drawn::of_any_stakes(expected, honest)?))
            }
            Scheme::FaitAccompli => return Err(RiskError::NeedsStakes),
            Scheme::Full => Self::Full(Full::of_any_stakes(honest)),
            Scheme::Fixed => Self::Fixed(Fixed::new(expected, honest, honest, population)?),
        })
    }

    fn of(
        scheme: Scheme,
        expected: u32,
        holdings: &Holdings<'_>,
        population: Option<u64>,
    ) -> Result<Self, RiskError> {
        let drawn = match scheme {
            Scheme::Fixed => return Ok(Self::Fixed(Fixed::of(expected, holdings, population)?)),
            // [SEAT-4]
            Scheme::Full => None,
            _ if u64::from(expected) >= holdings.total() => None,
            Scheme::Quota => Some(Drawn::quota(expected, holdings)?),
            Scheme::Binomial => Some(Drawn::binomial(expected, holdings)?),
            Scheme::FaitAccompli => Drawn::fait_accompli(expected, holdings)?,
        };
        Ok(match drawn {
            Some(drawn) => Self::Drawn(Box::new(drawn)),
            None => Self::Full(Full::of(holdings)),
        })
    }

    fn live(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        match self {
            Self::Drawn(drawn) => drawn.live(threshold),
            Self::Full(full) => Ok(full.live()),
            Self::Fixed(fixed) => fixed.live(threshold),
        }
    }

    fn split(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        match self {
            Self::Drawn(drawn) => drawn.split(threshold),
            Self::Full(full) => Ok(full.split()),
            Self::Fixed(fixed) => fixed.split(threshold),
        }
    }

    fn take(&self, threshold: u64) -> Result<Log2Bound, RiskError> {
        match self {
            Self::Drawn(drawn) => drawn.take(threshold),
            Self::Full(full) => Ok(full.take()),
            Self::Fixed(fixed) => fixed.take(threshold),
        }
    }

    fn catch_up_forged(&self, seats: u64) -> Result<Log2Bound, RiskError> {
        match self {
            Self::Full(full) => Ok(full.catch_up_forged()),
            Self::Drawn(_) | Self::Fixed(_) => self.take(seats),
        }
    }

    fn catch_up_missed(&self, seats: u64) -> Result<Log2Bound, RiskError> {
        match self {
            Self::Full(full) => Ok(full.catch_up_missed()),
            Self::Drawn(_) | Self::Fixed(_) => self.live(seats),
        }
    }
}

/// The bounds of one committee: [`CommitteeLaw`] for a single threshold.
///
/// # Errors
/// [`RiskError`] when a number is outside its domain, or when stakes or groups are missing.
pub fn committee_risk(
    scheme: Scheme,
    size: CommitteeSize,
    stakes: Option<&Stakes>,
    assumptions: &Assumptions,
) -> Result<Failure, RiskError> {
    CommitteeLaw::new(scheme, size.expected, stakes, assumptions)?.failure(size.threshold)
}

/// `part`/`whole`, where the latter is not 0.
fn part_of(part: u64, whole: u64) -> Fraction {
    NonZeroU64::new(whole).map_or(Fraction::ONE, |whole| Fraction::new(part, whole))
}
