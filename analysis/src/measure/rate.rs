//! How often something happened, beside the bound of its chance.

use crate::rare::Lots;
use crate::{Log2Bound, Verdict};

/// A measurement contradicts a bound when one as far off, on its side, has a smaller chance than this: with a dozen rows
/// one of a thousand runs complains for nothing.
const FAR: f64 = 5e-5;

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rate {
    /// In so many cases it did.
    pub seen: u64,
    /// Of so many.
    pub of: u64,
    /// What was computed: an upper bound of its chance.
    pub bound: Log2Bound,
}

impl Rate {
    /// The share of cases; 0 of none.
    pub fn share(&self) -> f64 {
        self.seen as f64 / self.of.max(1) as f64
    }

    /// The interval of 95 % of Clopper and Pearson ("The use of confidence or fiducial limits illustrated in the case of
    /// the binomial", 1934): the chances for which what was seen, or more, and what was seen, or less, have 2.5 % each.
    pub fn interval(&self) -> (f64, f64) {
        // Either chance changes in one direction with the other.
        let halve = |is_low: &dyn Fn(f64) -> bool| {
            let (mut low, mut high) = (0.0, 1.0);
            for _ in 0..60 {
                let middle = low + (high - low) / 2.0;
                if is_low(middle) {
                    low = middle;
                } else {
                    high = middle;
                }
            }
            low + (high - low) / 2.0
        };
        let low = match self.seen {
            0 => 0.0,
            seen => halve(&|chance| Lots::new(self.of, chance).at_least(seen) < 0.025),
        };
        let high = if self.seen == self.of {
            1.0
        } else {
            halve(&|chance| Lots::new(self.of, chance).at_most(self.seen) > 0.025)
        };
        (low, high)
    }

    /// What the rate says of the bound.
    pub fn verdict(&self) -> Verdict {
        let lots = Lots::new(self.of, self.bound.log2().exp2());
        match () {
            () if lots.at_least(self.seen) < FAR => Verdict::Above,
            () if lots.at_most(self.seen) < FAR => Verdict::Below,
            () => Verdict::Agrees,
        }
    }
}
