//! What a measurement says of a bound.

use serde::Serialize;

/// What a measurement says of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The bound may be the chance itself.
    Agrees,
    /// The chance is smaller than the bound, as it may be.
    Below,
    /// The chance is greater: the bound is none.
    Above,
}

impl Verdict {
    /// In words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Below => "below",
            Self::Above => "ABOVE",
        }
    }
}
