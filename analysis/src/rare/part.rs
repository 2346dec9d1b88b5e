//! A number of seats, and the same number under an exponential tilt.
//!
//! The tilt t of a law with the masses p(k) has masses proportional to p(k)·e^(t·k). Its normalizer is the moment
//! generating function M(t), of which the logarithm K(t) and its slope K'(t), the tilted mean, have closed forms for
//! Bernoulli, binomial and Poisson numbers; for a hypergeometric number both are sums over its masses.

use super::table::Masses;

/// How many seats come about at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// One with this chance, or none.
    Lot(f64),
    /// So many lots of one chance.
    Lots(f64, f64),
    /// Poisson with this mean.
    Poisson(f64),
    /// Seats of marked members among those drawn without putting back.
    Hand(Hand),
}

/// A hypergeometric number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hand {
    pub(super) population: u64,
    pub(super) marked: u64,
    pub(super) draws: u64,
}

/// K(t) and K'(t).
pub(super) struct Moments {
    pub(super) log: f64,
    pub(super) mean: f64,
}

impl Part {
    /// The most seats; infinite under Poisson.
    pub(super) fn most(&self) -> f64 {
        match *self {
            Self::Lot(chance) => f64::from(u8::from(chance > 0.0)),
            Self::Lots(trials, chance) if chance > 0.0 => trials,
            Self::Poisson(mean) if mean > 0.0 => f64::INFINITY,
            Self::Lots(..) | Self::Poisson(_) => 0.0,
            Self::Hand(hand) => hand.marked.min(hand.draws) as f64,
        }
    }

    /// The least seats.
    pub(super) fn least(&self) -> f64 {
        match *self {
            Self::Lot(chance) | Self::Lots(_, chance) if chance < 1.0 => 0.0,
            Self::Lot(_) => 1.0,
            Self::Lots(trials, _) => trials,
            Self::Poisson(_) => 0.0,
            Self::Hand(hand) => hand.least() as f64,
        }
    }

    /// K(t) and K'(t).
    pub(super) fn moments(&self, tilt: f64) -> Moments {
        match *self {
            Self::Lot(chance) => Moments {
                log: (chance * tilt.exp_m1()).ln_1p(),
                mean: tilted(chance, tilt),
            },
            Self::Lots(trials, chance) => Moments {
                log: trials * (chance * tilt.exp_m1()).ln_1p(),
                mean: trials * tilted(chance, tilt),
            },
            Self::Poisson(mean) => Moments {
                log: mean * tilt.exp_m1(),
                mean: mean * tilt.exp(),
            },
            Self::Hand(hand) => {
                let (plain, masses) = (hand.masses(0.0), hand.masses(tilt));
                Moments {
                    // The masses are relative to those of the modes: of the one without, and of the one with the tilt.
                    log: masses.log_sum() - plain.log_sum() + hand.log_ratio(plain.mode, masses.mode, tilt),
                    mean: masses.mean(),
                }
            }
        }
    }

    /// The masses under a tilt; none for a single lot, which needs none.
    pub(super) fn masses(&self, tilt: f64) -> Option<Masses> {
        match *self {
            Self::Lot(_) => None,
            Self::Lots(trials, chance) => {
                let won = tilted(chance, tilt);
                let lost = (1.0 - chance) / (chance * tilt.exp_m1() + 1.0);
                // At most 2^63 lots.
                let (most, mode) = (trials as u64, ((trials + 1.0) * won).floor().min(trials) as u64);
                let odds = won / lost;
                Some(Masses::new(0, most, mode, |k| {
                    (trials - k as f64) / (k as f64 + 1.0) * odds
                }))
            }
            Self::Poisson(mean) => {
                let mean = mean * tilt.exp();
                Some(Masses::new(0, u64::MAX, mean.floor() as u64, |k| {
                    mean / (k as f64 + 1.0)
                }))
            }
            Self::Hand(hand) => Some(hand.masses(tilt)),
        }
    }
}

/// The chance of a lot under a tilt.
fn tilted(chance: f64, tilt: f64) -> f64 {
    chance * tilt.exp() / (chance * tilt.exp_m1() + 1.0)
}

impl Hand {
    const fn least(&self) -> u64 {
        self.draws
            .saturating_sub(self.population.saturating_sub(self.marked))
    }

    /// p(k + 1)/p(k), without a tilt.
    fn ratio(&self, k: u64) -> f64 {
        let unmarked = self.population.saturating_sub(self.marked);
        // Draws that are not marked, one of which becomes marked.
        let others = self.draws.saturating_sub(k);
        let left = self.marked.saturating_sub(k) as f64 * others as f64;
        left / ((k as f64 + 1.0) * (unmarked.saturating_sub(others) as f64 + 1.0))
    }

    fn masses(&self, tilt: f64) -> Masses {
        let (least, most) = (self.least(), self.marked.min(self.draws));
        let odds = tilt.exp();
        // The ratio falls with k: the mode is the first place at which the next mass is no greater.
        let (mut low, mut high) = (least, most);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.ratio(middle) * odds > 1.0 {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Masses::new(least, most, low, |k| self.ratio(k) * odds)
    }

    /// ln of p(to)·e^(tilt·to) by p(from).
    fn log_ratio(&self, from: u64, to: u64, tilt: f64) -> f64 {
        let steps: f64 = (from.min(to)..from.max(to)).map(|k| self.ratio(k).ln()).sum();
        let steps = if to < from { -steps } else { steps };
        steps + tilt * to as f64
    }
}
