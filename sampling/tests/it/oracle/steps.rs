//! A distribution function between bounds, and what can be said for certain from it.

use dashu::integer::UBig;

use super::{draws_below, is_below};

/// A number from `low` to `low` + `gap`.
#[derive(Debug, Clone)]
pub(crate) struct Bounds {
    pub(crate) low: UBig,
    pub(crate) gap: UBig,
}

/// CDF(k), k = `first`, `first` + 1, …, as the share that the weights up to k have in all.
///
/// If `first` is not 0, the weights up to it are too small for any draw; after the last k there are none for a
/// draw either.
pub(crate) struct Steps {
    pub(crate) first: u64,
    /// The weights up to k, summed.
    pub(crate) sums: Vec<Bounds>,
    pub(crate) total: Bounds,
}

impl Steps {
    /// CDF(k) is at least the first and at most the second of these fractions.
    ///
    /// With the weights up to k at most and those beyond k at least what they can be, CDF(k) is at most this.
    fn fractions(&self, sum: &Bounds) -> [(UBig, UBig); 2] {
        let high = &sum.low + &sum.gap;
        let beyond_low = &self.total.low - &sum.low;
        let beyond_high = &self.total.low + &self.total.gap - &high;
        let least = (sum.low.clone(), &sum.low + beyond_high);
        let most = (high.clone(), high + beyond_low);
        [least, most]
    }

    /// min{k : u < CDF(k)} [SEAT-2].
    ///
    /// Panics unless the bounds exclude every other answer.
    pub(crate) fn seats(&self, x: &UBig) -> u64 {
        let index = self.sums.partition_point(|sum| {
            let [(numerator, denominator), _] = self.fractions(sum);
            !is_below(x, &numerator, &denominator)
        });
        assert!(index < self.sums.len(), "{x} is above the last step");
        if let Some(before) = index.checked_sub(1) {
            let [_, (numerator, denominator)] = self.fractions(&self.sums[before]);
            assert!(
                !is_below(x, &numerator, &denominator),
                "{x} is too close to a step"
            );
        }
        self.first + index as u64
    }

    /// How many draws have at most k seats: the x of the first that has more.
    ///
    /// Panics unless the bounds exclude every other answer.
    pub(crate) fn draws_up_to(&self, k: u64) -> UBig {
        let Some(index) = k.checked_sub(self.first) else {
            return UBig::ZERO;
        };
        let Some(sum) = self.sums.get(usize::try_from(index).unwrap()) else {
            return UBig::ONE << 256;
        };
        let [least, most] = self
            .fractions(sum)
            .map(|(over, under)| draws_below(&over, &under));
        assert_eq!(least, most, "the step of {k} is not known to one draw");
        least
    }

    /// The probabilities of 0 to `last` seats, for tests that count.
    pub(crate) fn probabilities(&self, last: u64) -> Vec<f64> {
        let mut below = UBig::ZERO;
        (0..=last)
            .map(|k| {
                let up_to = self.draws_up_to(k);
                let share = (&up_to - &below).to_f64().value() / 2_f64.powi(256);
                below = up_to;
                share
            })
            .collect()
    }
}
