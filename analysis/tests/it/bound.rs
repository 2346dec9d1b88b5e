//! How a bound is shown: never below itself.

use klero_analysis::{Binomial, Event, Log2Bound, Poisson};
use proptest::prelude::*;

use crate::oracle::fraction;

/// The chance that `n` coins all show heads.
fn coins(n: u64) -> Log2Bound {
    Binomial::new(n, fraction("1/2"))
        .unwrap()
        .tail(Event::AtLeast(n))
        .unwrap()
}

#[test]
fn powers_of_two_are_exact() {
    for (n, log2, decimal) in [
        (1, "2^-1.0", "5e-1"),
        (3, "2^-3.0", "1.25e-1"),
        (10, "2^-10.0", "9.765625e-4"),
        (40, "2^-40.0", "9.094947018e-13"),
    ] {
        let bound = coins(n);
        assert_eq!(bound.log2(), -(n as f64));
        assert_eq!(
            (bound.to_string().as_str(), bound.decimal().as_str()),
            (log2, decimal)
        );
        assert!(bound.is_within(n as u32) && !bound.is_within(n as u32 + 1));
    }
}

#[test]
fn logarithms_are_shown_rounded_up() {
    // log2 of the chance is −40.239…
    let bound = Binomial::new(111, fraction("1/3"))
        .unwrap()
        .tail(Event::AtLeast(74))
        .unwrap();
    assert_eq!(bound.to_string(), "2^-40.2");
    assert_eq!(
        format!("{bound:.0} {bound:.2} {bound:.3} {bound:.4}"),
        "2^-40 2^-40.23 2^-40.239 2^-40.2390"
    );
}

#[test]
fn the_certain_and_the_impossible() {
    let shown = |bound: Log2Bound| {
        (
            bound.to_string(),
            bound.decimal(),
            serde_json::to_string(&bound).unwrap(),
        )
    };
    let texts = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(
        shown(Log2Bound::IMPOSSIBLE),
        texts("0", "0", r#"{"log2":null,"value":"0"}"#)
    );
    assert_eq!(
        shown(Log2Bound::CERTAIN),
        texts("2^0.0", "1", r#"{"log2":0.0,"value":"1"}"#)
    );
    assert!(Log2Bound::IMPOSSIBLE < coins(5_000) && coins(5_000) < coins(1) && coins(1) < Log2Bound::CERTAIN);
}

#[test]
fn what_is_almost_certain_is_told_from_the_certain_by_its_logarithm() {
    let bound = Poisson::new(fraction("0.000000000001"))
        .unwrap()
        .tail(Event::AtMost(0))
        .unwrap();
    assert_eq!(bound.decimal(), "1");
    assert!(
        bound.log2() < 0.0 && bound.log2() > -1.5e-12,
        "{:e}",
        bound.log2()
    );
    assert_eq!(bound.to_string(), "2^0.0");
}

proptest! {
    #[test]
    fn no_form_is_below_the_bound(n in 1_u64..400, k in 0_u64..400, decimals in 0_usize..9) {
        let bound = Binomial::new(n, fraction("1/7")).unwrap().tail(Event::AtLeast(k)).unwrap();
        prop_assume!(bound != Log2Bound::IMPOSSIBLE);
        let shown = format!("{bound:.decimals$}");
        let shown: f64 = shown.strip_prefix("2^").unwrap().parse().unwrap();
        prop_assert!(shown >= bound.log2());
        prop_assert!(shown - bound.log2() <= 10_f64.powi(-(decimals as i32)) * 1.000_001);
    }
}
