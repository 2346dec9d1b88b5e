//! The split of a weighted committee [SEAT-3], in fractions.

use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;

/// i* − 1 and ρ(i*), or nothing where the committee is full: for stakes in descending order.
pub(crate) fn split(expected: u32, stakes: &[u64]) -> Option<(u32, u64)> {
    let total: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
    let (permanent, rest) = end_of_permanent(expected, stakes)?;
    let fewer_seats = u128::from(expected) < total && u64::from(expected - permanent) < rest;
    fewer_seats.then_some((permanent, rest))
}

/// i* − 1 and ρ(i*) for the first i* with (1 − s/ρ)² ≥ (n − i*)/(n − i* + 1), if there is one.
pub(crate) fn end_of_permanent(expected: u32, stakes: &[u64]) -> Option<(u32, u64)> {
    let mut rest: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
    // At i = n the right side is 0 and the left a square: the search ends there at the latest.
    for (i, stake) in (1..=expected).zip(stakes) {
        let left = RBig::ONE - fraction(u128::from(*stake), rest);
        let right = fraction(u128::from(expected - i), u128::from(expected - i + 1));
        if &left * &left >= right {
            return Some((i - 1, u64::try_from(rest).unwrap()));
        }
        rest -= u128::from(*stake);
    }
    None
}

/// What seats weigh, multiplied by n₂; in a full committee, as it is.
pub(crate) fn weight(expected: u32, split: Option<(u32, u64)>, guaranteed: u64, drawn: u64) -> u128 {
    let Some((permanent, rest)) = split else {
        return guaranteed.into();
    };
    let others = UBig::from(expected - permanent);
    let seat = RBig::from_parts(IBig::from(rest), others.clone());
    let weight = (RBig::from(guaranteed) + RBig::from(drawn) * seat) * RBig::from(others);
    let (numerator, denominator) = weight.into_parts();
    assert_eq!(denominator, UBig::ONE);
    u128::try_from(numerator).unwrap()
}

fn fraction(over: u128, under: u128) -> RBig {
    RBig::from_parts(IBig::from(over), UBig::from(under))
}
