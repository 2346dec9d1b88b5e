//! Seats by quota [SEAT-1]: ⌊q⌋ for sure, q = τ·s/S, and one more with the chance frac(q).

/// Quotient and remainder of τ·s by S; the quotient is at most τ if s ≤ S.
pub(super) fn quota(stake: u64, total: u64, expected: u32) -> (u64, u64) {
    let product = u128::from(expected) * u128::from(stake);
    let whole = product / u128::from(total.max(1));
    // What is left is below S, hence its low 64 bits are all of it.
    (
        whole as u64,
        (product as u64).wrapping_sub((whole as u64).wrapping_mul(total)),
    )
}

/// Whether u < r/S, that is (2x + 1)·S < 2^257·r, for the remainder r.
///
/// Halved it reads x·S + S/2 < 2^256·r. The right side is an integer, hence the left may be rounded down to
/// x·S + ⌊S/2⌋; and only its part above 2^256 decides.
pub(super) fn wins(draw: &[u8; 32], remainder: u64, total: u64) -> bool {
    let (words, _) = draw.as_chunks::<8>();
    let carry = words.iter().rev().fold(u128::from(total / 2), |carry, word| {
        // At most (2^64 − 1)·2^63 + 2^64, hence within 128 bits; the low limb is not needed.
        (u128::from(u64::from_be_bytes(*word)) * u128::from(total) + carry) >> 64
    });
    carry < u128::from(remainder)
}

/// How many draws win: the x with x·S + ⌊S/2⌋ < 2^256·r are those below (2^256·r − ⌊S/2⌋)/S, rounded up. Most
/// significant limb first.
pub(super) fn winning_draws(remainder: u64, total: u64) -> [u64; 4] {
    let total = u128::from(total.max(1));
    // Rounding up adds S − 1, and S − 1 − ⌊S/2⌋ is never negative.
    let addend = total - 1 - total / 2;
    let mut rest = u128::from(remainder);
    [0, 0, 0, addend as u64].map(|low| {
        let dividend = rest << 64 | u128::from(low);
        rest = dividend % total;
        (dividend / total) as u64
    })
}
