//! Figures of the literature, recomputed elsewhere with 45 digits (the shared vectors, file `committees.json`).

use klero_analysis::{Binomial, Event, Log2Bound, Poisson, poisson_risk, poisson_votes};
use klero_committee::CommitteeSize;

use crate::oracle::{big, decimal, fraction, ratio};

/// The bound shows the figure rounded up to ten digits.
fn reproduces(bound: Log2Bound, figure: &str) {
    let (shown, truth) = (decimal(&bound.decimal()), decimal(figure));
    assert!(shown >= truth, "{} is below {figure}", bound.decimal());
    let close = truth * big(&ratio(1_000_000_002, 1_000_000_000));
    assert!(shown <= close, "{} is not {figure}", bound.decimal());
}

fn binomial(n: u64, p: &str, k: u64) -> Log2Bound {
    Binomial::new(n, fraction(p))
        .unwrap()
        .tail(Event::AtLeast(k))
        .unwrap()
}

fn poisson(mean: &str, event: Event) -> Log2Bound {
    Poisson::new(fraction(mean)).unwrap().tail(event).unwrap()
}

/// `algorand-sosp17-step`, the starred point of figure 3: h = 0.8, τ = 2000, T = 0.685·τ. A step needs more than T.
#[test]
fn algorand_sosp17_step() {
    // [RISK-1]
    let size = CommitteeSize {
        expected: 2_000,
        threshold: 1_371,
    };
    reproduces(
        poisson_risk(size, fraction("0.8")).unwrap().live,
        "2.05998781982450572e-9",
    );
    // [RISK-2]
    let split = poisson_votes(2_000, 2 * 1_370 + 1, fraction("0.8")).unwrap();
    reproduces(split, "2.14502738291990795e-9");
}

/// `algorand-sosp17-proposer`: 1 to 70 proposers when 26 are expected.
#[test]
fn algorand_sosp17_proposers() {
    reproduces(poisson("26", Event::AtMost(0)), "5.10908902806332472e-12");
    reproduces(poisson("26", Event::AtLeast(71)), "2.71978935916754722e-13");
}

/// `go-algorand-soft`: τ = 2990, T = 2267 [RISK-1] [RISK-2].
#[test]
fn go_algorand_soft_committee() {
    let size = CommitteeSize {
        expected: 2_990,
        threshold: 2_267,
    };
    for (honest, live, split) in [
        ("0.8", "0.00486127764007614176", "2.58210606576121126e-39"),
        ("0.75", "0.694772212157341774", "1.3991897539582808e-26"),
        ("0.9", "2.04109409259436546e-17", "8.30190677064469072e-79"),
    ] {
        let risk = poisson_risk(size, fraction(honest)).unwrap();
        reproduces(risk.live, live);
        reproduces(risk.split, split);
    }
    let third = poisson_risk(size, fraction("2/3")).unwrap();
    assert_eq!(
        format!("{:.2}", third.split),
        "2^-38.53",
        "the vector has -38.538"
    );
}

/// `go-algorand-next`: τ = 5000, T = 3838 [RISK-1] [RISK-2].
#[test]
fn go_algorand_next_committee() {
    let size = CommitteeSize {
        expected: 5_000,
        threshold: 3_838,
    };
    for (honest, live, split) in [
        ("0.8", "0.00487749965885822095", "1.24873807913509125e-71"),
        ("0.9", "1.99316397932856283e-24", "1.98345072268705277e-141"),
    ] {
        let risk = poisson_risk(size, fraction(honest)).unwrap();
        reproduces(risk.live, live);
        reproduces(risk.split, split);
    }
}

/// `ethresearch1830-*`: a committee taken over, of fixed size and of Poisson size [RISK-4].
#[test]
fn ethresearch_1830_takeover() {
    reproduces(binomial(200, "1/4", 133), "6.25858133311177551e-35");
    reproduces(binomial(100, "1/3", 67), "6.45722957238220908e-12");
    let take = |expected, threshold, honest| {
        poisson_risk(CommitteeSize { expected, threshold }, fraction(honest))
            .unwrap()
            .take
    };
    reproduces(take(200, 133, "3/4"), "1.89499665520984908e-22");
    reproduces(take(100, 67, "2/3"), "1.91279215416500256e-7");
}

/// `eth2-128`, `elastico-100` and the exact value of `polkadot-unresponsive`.
#[test]
fn committees_drawn_one_by_one() {
    reproduces(binomial(128, "1/3", 86), "5.55156073179174721e-15");
    reproduces(binomial(100, "0.25", 34), "0.0275945641300946108");
    // The vector has eight digits, rounded to the nearest.
    let few = Binomial::new(1_000, fraction("0.5"))
        .unwrap()
        .tail(Event::Below(250))
        .unwrap();
    assert!(few.decimal().starts_with("2.23714677"), "{}", few.decimal());
}

/// `dfinity-inf-3-*`: the smallest group whose majority is honest, from an infinite population with a third faulty.
#[test]
fn dfinity_groups() {
    for (bits, smallest) in [(40, 423), (80, 887), (128, 1_447)] {
        let fails = |n: u64| !binomial(n, "1/3", n.div_ceil(2)).is_within(bits);
        assert!(!fails(smallest) && (1..smallest).all(fails), "2^-{bits}");
    }
}
