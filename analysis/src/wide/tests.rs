//! Each operation against exact rationals: both sides of the result, no farther apart than one unit.

use std::num::NonZeroU64;

use dashu::base::Sign;
use dashu::float::{FBig, round::mode::HalfEven};
use dashu::integer::{IBig, UBig};
use dashu::rational::RBig;
use proptest::prelude::*;

use super::{Round, Wide, exp_neg, fraction_to_f64, log2_up};

type Big = FBig<HalfEven, 2>;

fn exact(value: Wide) -> RBig {
    if value.is_zero() {
        return RBig::ZERO;
    }
    let power = UBig::ONE << usize::try_from(value.exponent.unsigned_abs()).unwrap();
    let mantissa = IBig::from(value.mantissa);
    if value.exponent < 0 {
        RBig::from_parts(mantissa, power)
    } else {
        RBig::from(mantissa * IBig::from(power))
    }
}

fn check(truth: &RBig, operation: impl Fn(Round) -> Wide) {
    let (low, high) = (operation(Round::Down), operation(Round::Up));
    assert!(exact(low) <= *truth && *truth <= exact(high), "{low:?} {high:?}");
    assert!(low.is_zero() || low.mantissa.leading_zeros() == 0);
    if low != high {
        let next = match low.mantissa.checked_add(1) {
            Some(mantissa) => Wide { mantissa, ..low },
            None => Wide {
                mantissa: 1 << 127,
                exponent: low.exponent + 1,
            },
        };
        assert_eq!(high, next, "the bounds are farther apart than one unit");
        assert!(
            exact(low) < *truth && *truth < exact(high),
            "an exact result was rounded"
        );
    }
}

/// Mantissas with long runs of zeros and ones, where carries are.
fn mantissa() -> impl Strategy<Value = u128> {
    let run = (0_u32..128, any::<bool>()).prop_map(|(bits, ones)| {
        let run = u128::MAX.checked_shl(bits).unwrap_or(0);
        if ones { run } else { !run }
    });
    prop_oneof![
        any::<u128>(),
        run.clone(),
        (run, 0_u128..3).prop_map(|(run, more)| run.wrapping_add(more))
    ]
}

fn wide() -> impl Strategy<Value = Wide> {
    (mantissa(), prop_oneof![-3_i64..3, -140_i64..140, -300_i64..300]).prop_map(|(mantissa, exponent)| {
        let value = Wide::from_u128(mantissa);
        if value.is_zero() {
            value
        } else {
            value.shrink(exponent)
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn integers_are_exact(value in mantissa()) {
        prop_assert_eq!(exact(Wide::from_u128(value)), RBig::from(value));
    }

    #[test]
    fn order_is_that_of_the_numbers(a in wide(), b in wide()) {
        prop_assert_eq!(a.cmp(&b), exact(a).cmp(&exact(b)));
    }

    #[test]
    fn sums(a in wide(), b in wide()) {
        check(&(exact(a) + exact(b)), |round| a.add(b, round));
    }

    #[test]
    fn differences(a in wide(), b in wide()) {
        let (great, small) = if a < b { (b, a) } else { (a, b) };
        check(&(exact(great) - exact(small)), |round| great.sub(small, round));
        prop_assert!(small.sub(great, Round::Up).is_zero());
    }

    #[test]
    fn products(a in wide(), b in wide(), factor: u64) {
        check(&(exact(a) * exact(b)), |round| a.mul(b, round));
        check(&(exact(a) * RBig::from(factor)), |round| a.mul_u64(factor, round));
    }

    #[test]
    fn quotients(a in wide(), divisor: NonZeroU64) {
        check(&(exact(a) / RBig::from(divisor.get())), |round| a.div_u64(divisor, round));
    }

    #[test]
    fn quotients_of_two(a in wide(), b in wide()) {
        prop_assume!(!b.is_zero());
        check(&(exact(a) / exact(b)), |round| a.div(b, round));
    }

    #[test]
    fn ratios(numerator in mantissa(), denominator in mantissa()) {
        let denominator = denominator.max(1);
        let truth = RBig::from(numerator) / RBig::from(denominator);
        check(&truth, |round| Wide::ratio(numerator, denominator, round));
    }

    #[test]
    fn powers_bracket_the_true_one(a in wide(), exponent in 0_u64..40) {
        let truth = exact(a).pow(isize::try_from(exponent).unwrap());
        prop_assert!(exact(a.pow(exponent, Round::Down)) <= truth);
        prop_assert!(exact(a.pow(exponent, Round::Up)) >= truth);
    }

    #[test]
    fn integers_at_or_above(a in wide()) {
        match a.ceil() {
            Some(whole) => prop_assert_eq!(IBig::from(whole), exact(a).ceil()),
            None => prop_assert!(exact(a) >= RBig::from(1_u128 << 127)),
        }
    }

    #[test]
    fn floats_at_or_below(a in wide()) {
        let float = RBig::try_from(fraction_to_f64(a)).unwrap();
        prop_assert!(float <= exact(a));
        let spacing = RBig::from_parts(1.into(), UBig::ONE << 52);
        prop_assert!(exact(a) - &float <= float * spacing);
    }
}

fn big(value: &RBig) -> Big {
    let part = |value: IBig| Big::from(value).with_precision(1024).value();
    part(value.numerator().clone()) / part(IBig::from_parts(Sign::Positive, value.denominator().clone()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn exponentials(numerator in 0_u64..1 << 34, denominator in 1_u64..1 << 24) {
        let truth = (-big(&RBig::from_parts(numerator.into(), denominator.into()))).exp();
        let [low, high] = [Round::Down, Round::Up].map(|round| {
            big(&exact(exp_neg(u128::from(numerator), u128::from(denominator), round)))
        });
        prop_assert!(low <= truth && truth <= high);
        // Whole parts up to 2^34 cost 34 bits and a few.
        prop_assert!(high - low <= truth >> 84);
    }

    #[test]
    fn logarithms(mantissa in mantissa(), exponent in 0_i64..5000) {
        let value = Wide::from_u128(mantissa | 1).shrink(exponent + 128);
        let (log, truth) = (Big::try_from(log2_up(value)).unwrap(), big(&exact(value)).log2());
        prop_assert!(log >= truth);
        let slack = (Big::ONE >> 59) + (-&truth >> 52);
        prop_assert!(log - truth <= slack);
    }
}

#[test]
fn logarithms_of_powers_of_two_are_exact() {
    for bits in [0, 1, 40, 5000] {
        assert_eq!(log2_up(Wide::ONE.shrink(bits)), -(bits as f64));
    }
}
