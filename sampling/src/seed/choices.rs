//! How many seeds an adversary may choose from.

/// The expected number of seeds of one round among which an adversary with the share a = p/q of the stake may
/// choose, as a fraction in lowest terms, while messages arrive in time [SEED-6]:
///
/// 1 / (1 − a/(1 − a) − a) = q·(q − p) / (q² − 3·p·q + p²).
///
/// From a seed that it knows it reaches, one step of the chain of seeds further, as many more as it holds
/// priorities below the first honest one, a/(1 − a) on average; and, where it holds the lowest (probability a),
/// the seed of the failed period. The generations of this tree have 1, μ, μ², … seeds, where μ is the sum.
///
/// `None` where q is 0, or where the number has no bound: from a = (3 − √5)/2 = 0.381… on.
///
/// ```
/// use klero_sampling::seed::choices;
///
/// assert_eq!(choices((1, 4)), Some((12, 5))); // 2.4 seeds
/// assert_eq!(choices((2, 5)), None);
/// ```
pub fn choices(adversary: (u32, u32)) -> Option<(u128, u128)> {
    let (p, q, honest) = shares(adversary)?;
    // At most 2^64 each, hence no overflow in 128 bits.
    let bound = (q * q + p * p).checked_sub(3 * p * q)?;
    lowest_terms(q * honest, bound)
}

/// As [`choices`], for an adversary that keeps proposals back but lets no period fail [SEED-6]:
///
/// (1 − a)/(1 − 2·a) = (q − p)/(q − 2·p).
///
/// `None` where q is 0, or from a = 1/2 on.
pub fn choices_without_failed_periods(adversary: (u32, u32)) -> Option<(u128, u128)> {
    let (p, q, honest) = shares(adversary)?;
    lowest_terms(honest, q.checked_sub(2 * p)?)
}

/// p, q and q − p, where p < q.
fn shares((p, q): (u32, u32)) -> Option<(u128, u128, u128)> {
    let honest = q.checked_sub(p).filter(|honest| *honest > 0)?;
    Some((u128::from(p), u128::from(q), u128::from(honest)))
}

fn lowest_terms(numerator: u128, denominator: u128) -> Option<(u128, u128)> {
    let (mut divisor, mut rest) = (numerator, denominator);
    while rest > 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    let denominator = denominator.checked_div(divisor).filter(|it| *it > 0)?;
    Some((numerator / divisor, denominator))
}
