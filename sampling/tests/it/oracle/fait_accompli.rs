//! The split of a weighted committee [SEAT-3], in fractions.

use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;

/// i* − 1 and ρ(i*), or nothing where the committee is full: for stakes in descending order.
pub(crate) fn split(expected: u32, stakes: &[u64]) -> Option<(u32, u64)> {
    let mut rest: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
    if u128::from(expected) >= rest {
        return None;
    }
    // At i = n the right side is 0 and the left a square: the search ends there at the latest.
    for (i, stake) in (1..=expected).zip(stakes) {
        let left = RBig::ONE - fraction(u128::from(*stake), rest);
        let right = fraction(u128::from(expected - i), u128::from(expected - i + 1));
        if &left * &left >= right {
            let permanent = i - 1;
            let smaller = u128::from(expected - permanent) < rest;
            return smaller.then(|| (permanent, u64::try_from(rest).unwrap()));
        }
        rest -= u128::from(*stake);
    }
    None
}

fn fraction(over: u128, under: u128) -> RBig {
    RBig::from_parts(IBig::from(over), UBig::from(under))
}
