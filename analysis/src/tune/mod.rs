//! The smallest committee that keeps two targets, and the committees of a whole profile.
//!
//! For a size τ the chance of two values [RISK-2] falls with the threshold T, and the chance of no progress [RISK-1] rises.
//! So the least T that is safe enough is the one that goes on most often, and τ suits if that is often enough.
//!
//! # Whether it is the smallest
//!
//! Larger committees vary less, but τ and T are integers, and now and then τ + 1 fits the targets a little worse than τ. The
//! search doubles τ until it suits, halves the gap, and then looks at each of the [`LOOK_BELOW`] sizes below what it found.
//! A smaller committee that suits would have to stand alone, with so many larger ones that do not.

mod profile;

use klero_committee::CommitteeSize;
use thiserror::Error;

use crate::risk::{Assumptions, CommitteeLaw, Failure, RiskError, Scheme};
use crate::{Fraction, Log2Bound, Stakes};

pub use profile::{TunedProfile, tune_profile};

/// How many sizes below the smallest one found must not suit.
pub const LOOK_BELOW: u32 = 24;
/// The largest committee that is looked at: with a larger threshold a certificate of a genesis has no room for its proofs.
pub const LARGEST: u32 = 8192;

/// What a committee has to keep, in bits: 40 stands for a chance of at most 2^-40.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bits {
    /// Two values staged [RISK-2], and whatever else endangers safety.
    pub safety: u32,
    /// No progress of one step [RISK-1].
    pub live: u32,
    /// By how many bits the committees of a profile keep more than it declares, in both: for stakes that move after
    /// the genesis. [`smallest_committee`] takes no notice of it.
    pub margin: u32,
}

/// Why there is no such committee.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TuneError {
    /// Everyone is a member: nothing is to be chosen.
    #[error(
        "under full everyone is a member and a quorum is more than 2/3 of the stake: there is no size to choose"
    )]
    Full,
    /// Too little honest stake.
    #[error(
        "an honest share of {0}: with 2/3 or less no sampled committee can be both safe and live. The honest seats of one \
         committee are then no more than the threshold that keeps two quorums apart, however large it is"
    )]
    Honest(Fraction),
    /// No committee up to [`LARGEST`] suits.
    #[error(
        "no committee of up to {LARGEST} seats keeps 2^-{safety} for safety and 2^-{live} for progress; of {LARGEST} seats \
         one with the safe threshold {threshold} makes no progress with a chance of up to {at_most}. Ask for less, or for a \
         larger honest share"
    )]
    TooMuch {
        /// The bits asked for.
        safety: u32,
        /// The bits asked for.
        live: u32,
        /// The least threshold of the largest committee that is safe enough.
        threshold: u64,
        /// The chance that it makes no progress.
        at_most: String,
    },
    /// No threshold of the largest committee is safe enough.
    #[error("no threshold of up to {LARGEST} of as many seats keeps 2^-{0} for safety: ask for less")]
    Unsafe(u32),
    /// No committee of a profile suits.
    #[error(
        "{what}: no committee of up to {LARGEST} seats makes progress but for 2^-{live} and keeps 2^-{safety}, which is what the \
         safety target over the horizon is for one committee and one seed. Ask for less, for a shorter horizon, or for a \
         larger honest share"
    )]
    NoCommittee {
        /// Which committee.
        what: &'static str,
        /// Bits of one committee and one seed.
        safety: u32,
        /// Bits of progress.
        live: u32,
    },
    /// No J between what the adversary reaches and what the honest reach.
    #[error(
        "no J below the threshold {threshold} of Next is out of the adversary's reach but for 2^-{bits} and within that of the honest"
    )]
    CatchUp {
        /// T of Next.
        threshold: u64,
        /// Bits, over all k.
        bits: u32,
    },
    /// A question outside the domain.
    #[error(transparent)]
    Risk(#[from] RiskError),
}

/// A committee, and what it keeps.
#[derive(Debug, Clone, PartialEq)]
pub struct Tuned {
    /// The size.
    pub size: CommitteeSize,
    /// Its bounds.
    pub failure: Failure,
    /// How many sizes were looked at.
    pub tried: u32,
}

/// The smallest committee that keeps the targets, over `stakes` if they are known.
///
/// # Errors
/// [`TuneError`] when there is none.
pub fn smallest_committee(
    scheme: Scheme,
    stakes: Option<&Stakes>,
    assumptions: &Assumptions,
    bits: Bits,
) -> Result<Tuned, TuneError> {
    check(scheme, assumptions.honest)?;
    let mut search = Search {
        scheme,
        stakes,
        assumptions,
        bits,
        tried: 0,
    };
    let found = smallest_size(|expected| {
        let fit = search.fit(expected)?;
        Ok(fit.map(|(threshold, failure)| (CommitteeSize { expected, threshold }, failure)))
    })?;
    match found {
        Some((size, failure)) => Ok(Tuned {
            size,
            failure,
            tried: search.tried,
        }),
        None => Err(search.why_not()?),
    }
}

/// Refuses what no size helps against.
fn check(scheme: Scheme, honest: Fraction) -> Result<(), TuneError> {
    if scheme == Scheme::Full {
        return Err(TuneError::Full);
    }
    if u128::from(honest.numerator()) * 3 <= u128::from(honest.denominator()) * 2 {
        return Err(TuneError::Honest(honest));
    }
    Ok(())
}

/// The first size that fits, as the module describes the search; `None` when not even [`LARGEST`] does.
fn smallest_size<T>(
    mut fit: impl FnMut(u32) -> Result<Option<T>, TuneError>,
) -> Result<Option<T>, TuneError> {
    let (mut least, mut most) = (0, 1);
    let mut found = loop {
        match fit(most)? {
            Some(found) => break found,
            None if most >= LARGEST => return Ok(None),
            None => (least, most) = (most, (most * 2).min(LARGEST)),
        }
    };
    // `most` fits, and `least` does not.
    while most - least > 1 {
        let middle = least + (most - least) / 2;
        match fit(middle)? {
            Some(better) => (found, most) = (better, middle),
            None => least = middle,
        }
    }
    let mut candidate = most;
    while candidate > 1 && most - candidate < LOOK_BELOW {
        candidate -= 1;
        if let Some(better) = fit(candidate)? {
            (found, most) = (better, candidate);
        }
    }
    Ok(Some(found))
}

struct Search<'a> {
    scheme: Scheme,
    stakes: Option<&'a Stakes>,
    assumptions: &'a Assumptions,
    bits: Bits,
    tried: u32,
}

impl Search<'_> {
    /// The least threshold of τ seats that is safe enough, with its bounds, if it is live enough, too.
    fn fit(&mut self, expected: u32) -> Result<Option<(u64, Failure)>, TuneError> {
        self.tried += 1;
        let law = self.law(expected)?;
        let Some(threshold) = self.safe_threshold(&law, expected)? else {
            return Ok(None);
        };
        if !law.live(threshold)?.0.is_within(self.bits.live) {
            return Ok(None);
        }
        Ok(Some((threshold, law.failure(threshold)?)))
    }

    fn law(&self, expected: u32) -> Result<CommitteeLaw, RiskError> {
        CommitteeLaw::new(self.scheme, expected, self.stakes, self.assumptions)
    }

    /// The least threshold, more than half of the seats and at most all, that keeps the safety target.
    fn safe_threshold(&self, law: &CommitteeLaw, expected: u32) -> Result<Option<u64>, RiskError> {
        let is_safe = |threshold| -> Result<bool, RiskError> {
            Ok(law.split(threshold)?.0.is_within(self.bits.safety))
        };
        let (mut low, mut high) = (u64::from(expected) / 2 + 1, u64::from(expected));
        if low > high || !is_safe(high)? {
            return Ok(None);
        }
        while low < high {
            let middle = low + (high - low) / 2;
            if is_safe(middle)? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Ok(Some(high))
    }

    fn why_not(&self) -> Result<TuneError, TuneError> {
        let Bits { safety, live, .. } = self.bits;
        let law = self.law(LARGEST)?;
        let Some(threshold) = self.safe_threshold(&law, LARGEST)? else {
            return Ok(TuneError::Unsafe(safety));
        };
        let at_most: Log2Bound = law.live(threshold)?.0;
        Ok(TuneError::TooMuch {
            safety,
            live,
            threshold,
            at_most: at_most.to_string(),
        })
    }
}
