//! What a distribution must offer to be walked over.

use std::num::NonZeroU64;

use crate::Log2Bound;
use crate::wide::{Round, Wide};

use super::walk::{Direction, share};
use super::{Event, MAX_STEPS, MAX_VARIANCE_BITS, TailError};

/// A distribution on integers whose neighbouring terms have a simple ratio, which falls as they grow.
pub(crate) trait Law {
    /// The least and the greatest number that can come up; None where there is no greatest.
    fn support(&self) -> (u64, Option<u64>);

    /// m of [`super`], rounded down, within the support.
    fn middle(&self) -> u64;

    /// The term of the middle. A number that makes integers of all terms, if there is one that fits, keeps exact
    /// what can be: the chance of at least two heads in three tosses is then 1/2 and not a little more.
    fn start(&self) -> Wide {
        Wide::ONE
    }

    /// The term of j + 1, given that of j, which is not the last.
    fn above(&self, term: Wide, j: u64, round: Round) -> Wide;

    /// The term of j − 1, given that of j, which is not the first.
    fn below(&self, term: Wide, j: u64, round: Round) -> Wide;

    /// An upper bound of the chance of `event`.
    fn tail(&self, event: Event) -> Result<Log2Bound, TailError>
    where
        Self: Sized,
    {
        if let Some(bound) = event.settled(self.support()) {
            return Ok(bound);
        }
        let (k, middle) = (event.start()?, self.middle());
        if k.abs_diff(middle) > MAX_STEPS {
            return Err(TailError::Far(k));
        }
        let direction = Direction::of(k > middle);
        Ok(if event.is_upper() == (direction == Direction::Up) {
            Log2Bound::at_most(share(self, k, direction, Round::Up))
        } else {
            Log2Bound::unless(share(self, k, direction, Round::Down))
        })
    }
}

/// Refuses a variance beyond the walk.
pub(super) fn check(variance: Wide) -> Result<(), TailError> {
    let greatest = Wide::ONE.shrink(-i64::from(MAX_VARIANCE_BITS));
    (variance <= greatest).then_some(()).ok_or(TailError::Variance)
}

/// C(n, k), if it has at most 120 bits or so.
pub(super) fn choices(n: u64, k: u64) -> Option<u128> {
    let k = k.min(n.checked_sub(k)?);
    (0..k).try_fold(1_u128, |choices, i| {
        let product = choices.checked_mul(u128::from(n - i))?;
        Some(product / (u128::from(i) + 1))
    })
}

/// `term` times the product of the numbers `above`, by those in `below`, which are not 0.
pub(super) fn by_ratio(term: Wide, above: [u64; 2], below: [u64; 2], round: Round) -> Wide {
    let above = Wide::from_u128(u128::from(above[0]) * u128::from(above[1]));
    below.into_iter().fold(term.mul(above, round), |term, divisor| {
        term.div_u64(NonZeroU64::new(divisor).unwrap_or(NonZeroU64::MIN), round)
    })
}
