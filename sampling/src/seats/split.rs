//! Where the permanent members of a fait-accompli committee end [SEAT-3].

use super::LotteryError;

/// The split of an electorate, in the order of descending stake, into permanent members and those who draw.
///
/// Gaži, Kiayias and Russell, "Fait Accompli Committee Selection" (CCS 2023), in its weighted form: a large holder
/// whose seat is as good as certain holds it for sure, and chance is spent on the others alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Split {
    /// Members whose weight is their stake, i* − 1.
    pub permanent: u32,
    /// The stake of all others together, ρ(i*).
    pub rest: u64,
}

/// The first i with (1 − s(i)/ρ(i))² ≥ (n − i)/(n − i + 1), for n = `expected` and ρ(1) = `total`; none if there is
/// no such i or if the others would draw at least as many seats as they have stake: the committee is `full` then.
///
/// # Errors
/// [`LotteryError::Order`] unless the stakes descend.
pub(super) fn split(expected: u32, total: u64, stakes: &[u64]) -> Result<Option<Split>, LotteryError> {
    if !stakes.is_sorted_by(|first, second| first >= second) {
        return Err(LotteryError::Order);
    }
    let mut rest = total;
    for (permanent, stake) in (0..expected).zip(stakes) {
        let others = expected.saturating_sub(permanent);
        let after = rest.saturating_sub(*stake);
        // (ρ − s)²·(n − i + 1) ≥ ρ²·(n − i), and n − i + 1 is `others`.
        if square_times(after, others) >= square_times(rest, others.saturating_sub(1)) {
            let split = Split { permanent, rest };
            return Ok((u64::from(others) < rest).then_some(split));
        }
        rest = after;
    }
    Ok(None)
}

/// value²·factor as (multiple of 2^64, rest): some 160 bits.
fn square_times(value: u64, factor: u32) -> (u128, u64) {
    let (square, factor) = (u128::from(value) * u128::from(value), u128::from(factor));
    let low = (square & u128::from(u64::MAX)) * factor;
    ((square >> 64) * factor + (low >> 64), low as u64)
}
