//! Seats against their definition, evaluated in exact integers of any length.

use dashu::integer::UBig;
use klero_sampling::{Draw, Lottery, SeatScheme};
use proptest::prelude::*;
use serde::Deserialize;

/// A draw by its x.
fn draw(x: &UBig) -> Draw {
    let bytes = x.to_be_bytes();
    let mut padded = [0; 32];
    padded[32 - bytes.len()..].copy_from_slice(&bytes);
    Draw::from_bytes(padded)
}

/// How many x have u = (2x + 1)/2^257 < `numerator`/`denominator`: exactly those below the result.
fn draws_below(numerator: &UBig, denominator: &UBig) -> UBig {
    let scaled = numerator << 257;
    if scaled <= *denominator {
        return UBig::ZERO;
    }
    let twice = denominator << 1;
    (scaled - denominator + &twice - UBig::ONE) / twice
}

/// For each k < s, how many x have at most k binomial seats. S^s · CDF(k) is summed term by term, each term
/// C(s, j)·τ^j·(S − τ)^(s − j) taken from its own three factors.
fn steps(stake: u64, total: u64, expected: u32) -> impl Iterator<Item = UBig> {
    let exponent = usize::try_from(stake).unwrap();
    let whole = UBig::from(total).pow(exponent);
    let miss = UBig::from(total - u64::from(expected));
    let (mut choices, mut hits, mut misses) = (UBig::ONE, UBig::ONE, miss.pow(exponent));
    let mut sum = UBig::ZERO;
    (0..stake).map(move |k| {
        sum += &choices * &hits * &misses;
        choices = &choices * (stake - k) / (k + 1);
        hits *= expected;
        misses /= &miss;
        draws_below(&sum, &whole)
    })
}

fn binomial(x: &UBig, stake: u64, total: u64, expected: u32) -> u64 {
    let lottery = Lottery::new(SeatScheme::Binomial, expected, total).unwrap();
    let seats = lottery.seats(&draw(x), stake).unwrap();
    assert_eq!(seats.guaranteed, 0);
    seats.drawn
}

/// (s, S, τ)
const EDGES: [(u64, u64, u32); 24] = [
    (1, 2, 1),
    (1, 1000, 999),
    (1, 1 << 63, 1),
    (1, 1 << 63, 1 << 20),
    (2, 3, 1),
    (3, 1 << 63, 1 << 20),
    (4, (1 << 63) - 25, 1),
    (5, 5, 4),
    // Here CDF(3) is a draw, although S is no power of two.
    (6, 5 << 43, 2721),
    (26, (1 << 63) - 1, 1 << 20),
    (64, 64, 1),
    (64, 64, 63),
    (100, (1 << 20) + 1, 1 << 20),
    // CDF(64) is a draw.
    (129, 1024, 256),
    (255, 256, 128),
    (256, 512, 256),
    // CDF(0) is the first draw and CDF(256) the last.
    (257, 512, 256),
    (258, 1 << 21, 1 << 20),
    (300, 300, 299),
    (1000, 4096, 20),
    (3000, 3000, 1500),
    (4096, 4096, 1),
    (4096, 4096, 4095),
    (4096, 5000, 30),
];

/// [SEAT-2] [SORT-2] The last draw with at most k seats and the first with more, for some forty k of each edge.
#[test]
fn binomial_turns_exactly_at_each_step() {
    let limit = UBig::ONE << 256;
    for (stake, total, expected) in EDGES {
        let stride = stake.div_ceil(40);
        let mut seen = 0;
        for (k, below) in (0..stake).zip(steps(stake, total, expected)) {
            // Steps so close to 0 or 1 that no draw lies beyond them are still to be looked at from inside.
            if k % stride != 0 && k + 1 != stake {
                continue;
            }
            if below > UBig::ZERO {
                assert!(
                    binomial(&(&below - UBig::ONE), stake, total, expected) <= k,
                    "{stake} {total} {expected} {k}"
                );
                seen += 1;
            }
            if below < limit {
                assert!(
                    binomial(&below, stake, total, expected) > k,
                    "{stake} {total} {expected} {k}"
                );
                seen += 1;
            }
        }
        assert!(seen > 0);
    }
}

/// [SEAT-2] The first and the last draw: a draw next to 1 wins what the tail of the distribution gives it, not
/// the whole stake.
#[test]
fn binomial_of_the_extreme_draws() {
    let last = (UBig::ONE << 256) - UBig::ONE;
    for (stake, total, expected) in EDGES {
        for x in [UBig::ZERO, UBig::ONE, &last - UBig::ONE, last.clone()] {
            let seats = steps(stake, total, expected)
                .take_while(|below| x >= *below)
                .count() as u64;
            assert_eq!(
                binomial(&x, stake, total, expected),
                seats,
                "{x} {stake} {total} {expected}"
            );
        }
    }
    let lottery = Lottery::new(SeatScheme::Binomial, 1, 1 << 63).unwrap();
    assert_eq!(lottery.seats(&draw(&last), 1 << 63).unwrap().drawn, LONGEST_TAIL);
}

/// min{k : 1 − CDF(k) < 2^-257} for the Poisson distribution of mean 1, from which a binomial of 2^63 draws
/// differs by a factor of 1 + k²/2^63 at most in its tail.
const LONGEST_TAIL: u64 = 57;

/// [SEAT-2] No stake, and all of the greatest.
#[test]
fn binomial_at_the_ends_of_the_stake() {
    let middle = UBig::ONE << 255;
    assert_eq!(binomial(&middle, 0, 1000, 10), 0);
    // pmf(0) is about e^-2^20 here; the median is the mean.
    assert_eq!(binomial(&middle, 1 << 63, 1 << 63, 1 << 20), 1 << 20);
}

/// [SEAT-1] The quota oracle: (2x + 1)·S < 2^257 · ((τ·s) mod S).
fn quota(x: &UBig, stake: u64, total: u64, expected: u32) -> (u64, u64) {
    let product = UBig::from(stake) * expected;
    let rest = &product % &UBig::from(total);
    let wins = ((x << 1) + UBig::ONE) * total < rest << 257;
    (u64::try_from(product / total).unwrap(), u64::from(wins))
}

fn check_quota(x: &UBig, stake: u64, total: u64, expected: u32) {
    let lottery = Lottery::new(SeatScheme::Quota, expected, total).unwrap();
    let seats = lottery.seats(&draw(x), stake).unwrap();
    let (guaranteed, drawn) = quota(x, stake, total, expected);
    assert_eq!(
        (seats.guaranteed, seats.drawn),
        (guaranteed, drawn),
        "{x} {stake} {total} {expected}"
    );
    assert_eq!(seats.total(), guaranteed + drawn);
}

/// [SEAT-1] The last draw that wins the extra seat and the first that does not.
#[test]
fn quota_turns_exactly_at_the_fraction() {
    let last = (UBig::ONE << 256) - UBig::ONE;
    let long = [
        ((1 << 63) - 1, 1 << 63, 1 << 20),
        (1 << 62, (1 << 63) - 25, 3),
        (1 << 63, 1 << 63, 7),
    ];
    for (stake, total, expected) in EDGES.into_iter().chain(long) {
        let rest = UBig::from(stake) * expected % UBig::from(total);
        let below = draws_below(&rest, &UBig::from(total));
        for x in [UBig::ZERO, last.clone(), below.clone()] {
            check_quota(&x, stake, total, expected);
        }
        if below > UBig::ZERO {
            check_quota(&(below - UBig::ONE), stake, total, expected);
        }
    }
}

/// [SEAT-4] Everyone weighs its stake, by choice or because τ ≥ S.
#[test]
fn full_is_the_stake() {
    for (scheme, expected, total) in [
        (SeatScheme::Full, 3, 1000),
        (SeatScheme::Quota, 1000, 1000),
        (SeatScheme::Binomial, 1001, 1000),
    ] {
        let lottery = Lottery::new(scheme, expected, total).unwrap();
        for stake in [0, 1, 999, 1000] {
            assert_eq!(lottery.seats(&draw(&UBig::ZERO), stake).unwrap().total(), stake);
        }
    }
}

/// Draws from everywhere, and many from next to 0 and 1.
fn any_x() -> impl Strategy<Value = UBig> {
    (any::<[u8; 32]>(), 0_usize..256, 0..3).prop_map(|(bytes, shift, kind)| {
        let x = UBig::from_be_bytes(&bytes);
        match kind {
            0 => x,
            1 => x >> shift,
            _ => (UBig::ONE << 256) - UBig::ONE - (x >> shift),
        }
    })
}

/// (s, S, τ) with s up to `most`.
fn any_question(most: u64) -> impl Strategy<Value = (u64, u64, u32)> {
    (
        prop_oneof![2_u64..100, 100_u64..100_000, 2_u64..=1 << 63],
        any::<u64>(),
        any::<u32>(),
        0_u32..20,
    )
        .prop_map(move |(total, stake, expected, shift)| {
            let greatest = u32::try_from(total - 1)
                .unwrap_or(u32::MAX)
                .min(1 << (20 - shift));
            (stake % total.min(most) + 1, total, expected % greatest + 1)
        })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(4000) })]

    /// [SEAT-2] [SORT-3]
    #[test]
    fn binomial_is_its_definition(x in any_x(), (stake, total, expected) in any_question(120)) {
        let seats = steps(stake, total, expected).take_while(|below| x >= *below).count() as u64;
        prop_assert_eq!(binomial(&x, stake, total, expected), seats);
    }

    /// [SEAT-1]
    #[test]
    fn quota_is_its_definition(x in any_x(), (stake, total, expected) in any_question(u64::MAX)) {
        check_quota(&x, stake, total, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    /// [SEAT-2]
    #[test]
    fn binomial_of_longer_stakes_is_its_definition(x in any_x(), (stake, total, expected) in any_question(4096)) {
        let seats = steps(stake, total, expected).take_while(|below| x >= *below).count() as u64;
        prop_assert_eq!(binomial(&x, stake, total, expected), seats);
    }
}

#[derive(Deserialize)]
struct Vector {
    digest: String,
    stake: String,
    total: String,
    expected: u32,
    quota: u64,
    binomial: Option<u64>,
}

/// [SEAT-1] [SEAT-2] Cases computed elsewhere, most of them with stakes too great for the oracle above.
#[test]
fn seats_of_the_vectors() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../../vectors/seats.json")).unwrap();
    for vector in &vectors {
        let (stake, total): (u64, u64) = (vector.stake.parse().unwrap(), vector.total.parse().unwrap());
        let draw = Draw::from_bytes(hex::decode(&vector.digest).unwrap().try_into().unwrap());
        let seats = |scheme| Lottery::new(scheme, vector.expected, total)?.seats(&draw, stake);
        assert_eq!(
            seats(SeatScheme::Quota).unwrap().total(),
            vector.quota,
            "{}",
            vector.digest
        );
        if let Some(expected) = vector.binomial {
            assert_eq!(
                seats(SeatScheme::Binomial).unwrap().total(),
                expected,
                "{}",
                vector.digest
            );
        }
    }
    assert!(vectors.iter().filter(|vector| vector.binomial.is_some()).count() > 80);
}
