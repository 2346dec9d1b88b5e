//! Numbers as people write them.

use klero_analysis::{Fraction, FractionError};
use klero_committee::Ratio;

use crate::oracle::fraction;

#[test]
fn fractions_and_decimals_are_read_exactly_and_reduced() {
    for (text, numerator, denominator) in [
        ("1/3", 1, 3),
        ("6/4", 3, 2),
        ("0/7", 0, 1),
        ("26", 26, 1),
        ("26.0", 26, 1),
        ("0.1", 1, 10),
        ("0.685", 137, 200),
        ("007.50", 15, 2),
        ("0.0000000000000000001", 1, 10_000_000_000_000_000_000),
        ("0.10000000000000000000000000", 1, 10),
        (
            "18446744073709551615/18446744073709551614",
            u64::MAX,
            u64::MAX - 1,
        ),
    ] {
        let read = fraction(text);
        assert_eq!(
            (read.numerator(), read.denominator()),
            (numerator, denominator),
            "{text}"
        );
        assert_eq!(fraction(&read.to_string()), read, "{text}");
    }
}

#[test]
fn what_is_no_number_is_refused_with_the_reason() {
    for text in [
        "", "x", "-1", "+1", "1.", ".5", "1/", "/3", "1/2/3", "1e-3", " 1", "0.5/1", "1_000", "1.2.3",
    ] {
        assert_eq!(
            text.parse::<Fraction>(),
            Err(FractionError::Form(text.to_owned())),
            "{text}"
        );
    }
    assert_eq!(
        "1/0".parse::<Fraction>(),
        Err(FractionError::Zero("1/0".to_owned()))
    );
    for text in [
        "18446744073709551616",
        "0.00000000000000000001",
        "1/99999999999999999999",
    ] {
        assert_eq!(
            text.parse::<Fraction>(),
            Err(FractionError::Length(text.to_owned())),
            "{text}"
        );
    }
}

#[test]
fn the_complement_exists_up_to_one() {
    assert_eq!(fraction("1/3").complement(), Some(fraction("2/3")));
    assert_eq!(Fraction::ONE.complement(), Some(fraction("0")));
    assert_eq!(fraction("4/3").complement(), None);
}

#[test]
fn the_ratio_of_a_genesis_is_one() {
    assert_eq!(
        Fraction::try_from(Ratio {
            numerator: 8,
            denominator: 10
        }),
        Ok(fraction("4/5"))
    );
    assert!(
        Fraction::try_from(Ratio {
            numerator: 8,
            denominator: 0
        })
        .is_err()
    );
}
