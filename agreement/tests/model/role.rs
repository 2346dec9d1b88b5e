//! What can be voted for in two periods, numbered.

use klero_agreement::committee::Step;

/// The periods of the model; entering the one after them ends a node's part.
pub(crate) const PERIODS: u32 = 2;
/// Ten votes a period: Soft and Cert for each of two blocks, Next(0) and Next(1) for these and for ⊥.
pub(crate) const SLOTS: u8 = 20;

const OF_PERIOD: u8 = 10;
const BOTTOM: u8 = 2;

/// A role and a value, as a number below [`SLOTS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(pub(crate) u8);

impl Slot {
    /// The slot of a vote; `number` is that of the block, `None` for ⊥.
    pub(crate) fn new(period: u32, step: Step, number: Option<u8>) -> Self {
        let first = match step {
            Step::Soft => 0,
            Step::Cert => 2,
            Step::Next(0) => 4,
            Step::Next(1) => 7,
            Step::Next(_) | Step::Propose => panic!("not a vote of the model: {step:?}"),
        };
        let period = u8::try_from(period).unwrap();
        Self(period * OF_PERIOD + first + number.unwrap_or(BOTTOM))
    }

    pub(crate) fn period(self) -> u32 {
        u32::from(self.0 / OF_PERIOD)
    }

    pub(crate) fn step(self) -> Step {
        match self.0 % OF_PERIOD {
            0 | 1 => Step::Soft,
            2 | 3 => Step::Cert,
            4..=6 => Step::Next(0),
            _ => Step::Next(1),
        }
    }

    /// The number of the block, `None` for ⊥.
    pub(crate) fn number(self) -> Option<u8> {
        let number = match self.0 % OF_PERIOD {
            low @ 0..=3 => low % 2,
            middle @ 4..=6 => middle - 4,
            high => high - 7,
        };
        Some(number).filter(|number| *number != BOTTOM)
    }

    /// The slot with the two blocks exchanged.
    pub(crate) fn exchanged(self) -> Self {
        Self::new(self.period(), self.step(), self.number().map(|number| 1 - number))
    }
}
