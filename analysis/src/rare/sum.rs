//! Weighted sums of independent numbers of seats, and drawing them under an exponential tilt.

use crate::Event;

use super::part::{Hand, Moments, Part};
use super::random::Random;
use super::table::{TWO_64, Table};

/// The greatest tilt: where even this does not bring the mean to the threshold, the event is the very end of what is
/// possible, and the tilt as good as certain to draw it.
const MOST_TILT: f64 = 200.0;

/// X = c + Σ w·N over independent numbers of seats N with their weights w, 1 or more.
///
/// It knows masses and moments of each N, and no tail of anything.
#[derive(Debug, Clone, Default)]
pub struct SeatSum {
    sure: u64,
    parts: Vec<(Part, u32)>,
}

impl SeatSum {
    /// Nothing yet.
    pub const fn new() -> Self {
        Self {
            sure: 0,
            parts: Vec::new(),
        }
    }

    /// Seats that are certain, counted so many times.
    #[must_use]
    pub const fn certain(mut self, seats: u64, weight: u32) -> Self {
        self.sure = self.sure.saturating_add(seats.saturating_mul(weight as u64));
        self
    }

    /// One seat with a chance.
    #[must_use]
    pub fn lot(self, chance: f64, weight: u32) -> Self {
        self.with(Part::Lot(chance.clamp(0.0, 1.0)), weight)
    }

    /// The seats of so many lots of one chance.
    #[must_use]
    pub fn lots(self, trials: u64, chance: f64, weight: u32) -> Self {
        self.with(Part::Lots(trials as f64, chance.clamp(0.0, 1.0)), weight)
    }

    /// A Poisson number of seats.
    #[must_use]
    pub fn poisson(self, mean: f64, weight: u32) -> Self {
        self.with(Part::Poisson(mean.max(0.0)), weight)
    }

    /// The marked ones among so many draws from a population, without putting back.
    #[must_use]
    pub fn hand(self, population: u64, marked: u64, draws: u64, weight: u32) -> Self {
        let hand = Hand {
            population,
            marked: marked.min(population),
            draws: draws.min(population),
        };
        self.with(Part::Hand(hand), weight)
    }

    fn with(mut self, part: Part, weight: u32) -> Self {
        let (least, most) = (part.least(), part.most());
        if least < most {
            self.parts.push((part, weight));
            return self;
        }
        // Nothing is left to chance.
        self.certain(least as u64, weight)
    }

    /// Whether an event has to happen or cannot; none if it is left to chance.
    pub(super) fn is_decided(&self, event: Event) -> Option<bool> {
        let sum = |end: fn(&Part) -> f64| {
            let parts = self.parts.iter();
            self.sure as f64
                + parts
                    .map(|(part, weight)| end(part) * f64::from(*weight))
                    .sum::<f64>()
        };
        let (least, most) = (sum(Part::least), sum(Part::most));
        let (below, k) = threshold(event);
        match k as f64 {
            k if k <= least => Some(!below),
            k if k > most => Some(below),
            _ => None,
        }
    }

    /// K(θ) and K'(θ) of X.
    fn moments(&self, tilt: f64) -> Moments {
        let start = Moments {
            log: self.sure as f64 * tilt,
            mean: self.sure as f64,
        };
        self.parts.iter().fold(start, |sum, (part, weight)| {
            let weight = f64::from(*weight);
            let part = part.moments(tilt * weight);
            Moments {
                log: sum.log + part.log,
                mean: sum.mean + part.mean * weight,
            }
        })
    }

    /// The mean of X.
    pub(super) fn mean(&self) -> f64 {
        self.moments(0.0).mean
    }

    /// The tilt with the mean `target`, found by halving; K' rises with it.
    pub(super) fn tilt_to(&self, target: f64) -> f64 {
        let (mut low, mut high) = (-MOST_TILT, MOST_TILT);
        for _ in 0..100 {
            let middle = low + (high - low) / 2.0;
            if self.moments(middle).mean < target {
                low = middle;
            } else {
                high = middle;
            }
        }
        low + (high - low) / 2.0
    }

    /// What draws X under a tilt.
    pub(super) fn tilted(&self, tilt: f64) -> TiltedSum {
        let mut tilted = TiltedSum {
            sure: self.sure,
            lots: Vec::new(),
            tables: Vec::new(),
            log: self.moments(tilt).log,
        };
        for (part, weight) in &self.parts {
            let tilt = tilt * f64::from(*weight);
            match part.masses(tilt) {
                Some(masses) => tilted.tables.push((Table::new(&masses), *weight)),
                // The greatest integers are as good as 1.
                None => {
                    let chance = part.moments(tilt).mean;
                    tilted.lots.push(((chance * TWO_64) as u64, *weight));
                }
            }
        }
        tilted
    }
}

/// As "below k" or its opposite, "at least k".
pub(super) const fn threshold(event: Event) -> (bool, u64) {
    match event {
        Event::Below(k) => (true, k),
        Event::AtMost(k) => (true, k.saturating_add(1)),
        Event::AtLeast(k) => (false, k),
        Event::Above(k) => (false, k.saturating_add(1)),
    }
}

/// A sum under a tilt, ready to be drawn.
#[derive(Debug, Clone)]
pub(super) struct TiltedSum {
    sure: u64,
    /// For each lot its chance, of 2^64, and its weight.
    lots: Vec<(u64, u32)>,
    tables: Vec<(Table, u32)>,
    /// K(θ).
    pub(super) log: f64,
}

impl TiltedSum {
    /// X, once.
    #[inline]
    pub(super) fn draw(&self, random: &mut Random) -> u64 {
        let mut sum = self.sure;
        for (chance, weight) in &self.lots {
            sum += u64::from(random.next() < *chance) * u64::from(*weight);
        }
        for (table, weight) in &self.tables {
            sum += table.draw(random.next()) * u64::from(*weight);
        }
        sum
    }
}
