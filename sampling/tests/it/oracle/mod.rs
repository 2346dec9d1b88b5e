//! An oracle of seats: the definitions of the specification, evaluated in integers of any length.
//!
//! It calls nothing of the crate. The binomial distribution comes in two ways that have only the definition in
//! common, and agree where both apply: for at most [`EXACT`] units of stake it is summed up in whole numbers,
//! beyond that it is enclosed between bounds ([`interval`]). Either way the answer is a proof: whoever asks is
//! stopped where the bounds leave more than one.

pub(crate) mod chance;
pub(crate) mod exact;
pub(crate) mod fait_accompli;
pub(crate) mod interval;
pub(crate) mod points;
pub(crate) mod questions;
pub(crate) mod quota;
pub(crate) mod steps;

pub(crate) use chance::Chance;
pub(crate) use steps::Steps;

use dashu::integer::UBig;
use klero_sampling::Draw;

/// The greatest stake whose distribution is computed without any rounding.
pub(crate) const EXACT: u64 = 4096;

/// `stake` units out of `total`, of which each wins with `expected`/`total`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Question {
    pub(crate) stake: u64,
    pub(crate) total: u64,
    pub(crate) expected: u32,
}

impl Question {
    pub(crate) fn new(stake: u64, total: u64, expected: u32) -> Self {
        Self {
            stake,
            total,
            expected,
        }
    }

    /// The binomial distribution, where τ < S.
    pub(crate) fn binomial(&self) -> Steps {
        if self.stake <= EXACT {
            exact::steps(self)
        } else {
            interval::steps(self)
        }
    }

    /// S − τ: what remains for a unit to lose.
    fn miss(&self) -> u64 {
        self.total - u64::from(self.expected)
    }
}

/// x of the last draw.
pub(crate) fn last_x() -> UBig {
    (UBig::ONE << 256) - UBig::ONE
}

/// A draw by its x.
pub(crate) fn draw(x: &UBig) -> Draw {
    let bytes = x.to_be_bytes();
    let mut padded = [0; 32];
    padded[32 - bytes.len()..].copy_from_slice(&bytes);
    Draw::from_bytes(padded)
}

/// Whether u = (2x + 1)/2^257 < `numerator`/`denominator`.
pub(crate) fn is_below(x: &UBig, numerator: &UBig, denominator: &UBig) -> bool {
    ((x << 1) + UBig::ONE) * denominator < numerator << 257
}

/// How many x have u = (2x + 1)/2^257 < `numerator`/`denominator`: exactly those below the result.
pub(crate) fn draws_below(numerator: &UBig, denominator: &UBig) -> UBig {
    let scaled = numerator << 257;
    if scaled <= *denominator {
        return UBig::ZERO;
    }
    let twice = denominator << 1;
    (scaled - denominator + &twice - UBig::ONE) / twice
}
