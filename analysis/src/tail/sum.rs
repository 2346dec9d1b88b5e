//! Sums of independent numbers.

use crate::Log2Bound;
use crate::wide::{Round, Wide};

use super::law::Law;
use super::masses::Masses;
use super::trials::bound;
use super::{Binomial, Event, Hypergeometric, Poisson, PoissonBinomial, TailError};

/// The most products that the parts of a sum take, without the widest one.
const MAX_PRODUCTS: u64 = 1 << 27;

/// The greatest variance of a part, as a power of two: its chances are all kept.
const MAX_PART_BITS: i64 = 24;

/// A number that is part of a [`Sum`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A Poisson number.
    Poisson(Poisson),
    /// Successes in equal trials.
    Binomial(Binomial),
    /// Marked ones among those drawn.
    Hypergeometric(Hypergeometric),
    /// Successes in trials with chances of their own.
    PoissonBinomial(PoissonBinomial),
}

impl From<Poisson> for Part {
    fn from(part: Poisson) -> Self {
        Self::Poisson(part)
    }
}

impl From<Binomial> for Part {
    fn from(part: Binomial) -> Self {
        Self::Binomial(part)
    }
}

impl From<Hypergeometric> for Part {
    fn from(part: Hypergeometric) -> Self {
        Self::Hypergeometric(part)
    }
}

impl From<PoissonBinomial> for Part {
    fn from(part: PoissonBinomial) -> Self {
        Self::PoissonBinomial(part)
    }
}

impl Part {
    fn support(&self) -> (u64, Option<u64>) {
        match self {
            Self::Poisson(part) => part.law().support(),
            Self::Binomial(part) => part.law().support(),
            Self::Hypergeometric(part) => part.law().support(),
            Self::PoissonBinomial(part) => part.support(),
        }
    }

    /// Whether the chances of all numbers that matter are few enough to be kept.
    fn is_narrow(&self) -> bool {
        let variance = match self {
            Self::Poisson(part) => part.law().variance(),
            Self::Binomial(part) => part.law().variance(),
            Self::Hypergeometric(part) => part.law().variance(),
            Self::PoissonBinomial(_) => return true,
        };
        variance <= Wide::ONE.shrink(-MAX_PART_BITS)
    }

    fn masses(&self, round: Round) -> Masses {
        match self {
            Self::Poisson(part) => Masses::of(part.law(), round),
            Self::Binomial(part) => Masses::of(part.law(), round),
            Self::Hypergeometric(part) => Masses::of(part.law(), round),
            Self::PoissonBinomial(part) => part.masses(round),
        }
    }
}

/// The sum of independent numbers, 0 without any.
///
/// ```
/// use klero_analysis::{Binomial, Event, Poisson, Sum};
///
/// // 20 seats in small accounts and one trial of each of 30 great ones.
/// let seats = Sum::new()
///     .and(Poisson::new("20".parse()?)?)
///     .and(Binomial::new(30, "2/3".parse()?)?);
/// assert_eq!(seats.tail(Event::Below(10))?.to_string(), "2^-38.7");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sum {
    parts: Vec<Part>,
}

impl Sum {
    /// The sum of nothing.
    pub const fn new() -> Self {
        Self { parts: Vec::new() }
    }

    /// This sum and one more number, independent of all others.
    #[must_use]
    pub fn and(mut self, part: impl Into<Part>) -> Self {
        self.parts.push(part.into());
        self
    }

    /// An upper bound of the chance of `event`; where that is below 2^-6200 the bound is not much smaller.
    ///
    /// # Errors
    /// [`TailError::Cost`] when a part has a variance above 2^24, or all parts but the widest
    /// take more than 2^27 products.
    pub fn tail(&self, event: Event) -> Result<Log2Bound, TailError> {
        let supports = self.parts.iter().map(Part::support);
        let support = supports.fold((0_u64, Some(0_u64)), |(first, last), (least, most)| {
            let last = last.zip(most).and_then(|(last, most)| last.checked_add(most));
            (first.saturating_add(least), last)
        });
        if let Some(bound) = event.settled(support) {
            return Ok(bound);
        }
        if !self.parts.iter().all(Part::is_narrow) {
            return Err(TailError::Cost);
        }
        bound(event, |event, round| self.chance(event, round))
    }

    /// The narrowest parts are multiplied out; the widest one needs no product.
    fn chance(&self, event: Event, round: Round) -> Result<Wide, TailError> {
        let mut parts: Vec<Masses> = self.parts.iter().map(|part| part.masses(round)).collect();
        parts.sort_by_key(Masses::len);
        let nothing = Masses::new(vec![Wide::ONE]);
        let widest = parts.pop().unwrap_or_else(|| nothing.clone());
        let mut products = 0;
        let narrow = parts.into_iter().try_fold(nothing, |sum, part| {
            products += sum.len() as u64 * part.len() as u64;
            let sum = (products <= MAX_PRODUCTS).then(|| sum.convolve(&part, round));
            sum.ok_or(TailError::Cost)
        });
        narrow?.chance_with(&widest, event, round)
    }
}
