//! How many of equal lots win, as a float: for intervals around what was seen, not for bounds.

use super::part::Part;
use super::table::Masses;

/// A binomial number.
#[derive(Debug, Clone)]
pub(crate) struct Lots {
    /// None where nothing is left to chance: then the number itself.
    masses: Result<Masses, u64>,
}

impl Lots {
    pub(crate) fn new(trials: u64, chance: f64) -> Self {
        let part = Part::Lots(trials as f64, chance);
        let masses = match chance {
            chance if chance <= 0.0 => Err(0),
            chance if chance >= 1.0 => Err(trials),
            _ => part.masses(0.0).ok_or(0),
        };
        Self { masses }
    }

    /// P[X ≥ k]; what is below 10^-20 counts as nothing.
    pub(crate) fn at_least(&self, k: u64) -> f64 {
        match &self.masses {
            Ok(masses) => masses.share(|number| number >= k),
            Err(number) => f64::from(u8::from(*number >= k)),
        }
    }

    /// P[X ≤ k], in the same way.
    pub(crate) fn at_most(&self, k: u64) -> f64 {
        match &self.masses {
            Ok(masses) => masses.share(|number| number <= k),
            Err(number) => f64::from(u8::from(*number <= k)),
        }
    }
}
