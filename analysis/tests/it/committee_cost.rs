//! What committees cost: against definitions in rationals, and against certificates that were made and measured.

use dashu::rational::RBig;
use klero_analysis::{Cost, RiskError, Scheme, Stakes, committee_cost};
use klero_committee::CommitteeSize;

use crate::oracle::{big, ratio};

const NETWORK: &[u8] = include_bytes!("../data/network.csv");

fn cost(scheme: Scheme, expected: u32, threshold: u64, stakes: &Stakes) -> Cost {
    committee_cost(scheme, CommitteeSize { expected, threshold }, stakes).unwrap()
}

fn near(computed: f64, exact: &RBig, what: &str) {
    let exact = big(exact).to_f64().value();
    assert!(
        (computed - exact).abs() <= 1e-9 * exact,
        "{what}: {computed} and {exact}"
    );
}

/// Σ over the stakes of 1 − (1 − p)^n, each trial by itself.
fn any(trials: impl Iterator<Item = (RBig, u64)>) -> RBig {
    trials.fold(RBig::ZERO, |sum, (chance, trials)| {
        let missed = (0..trials).fold(RBig::ONE, |product, _| product * (RBig::ONE - &chance));
        sum + RBig::ONE - missed
    })
}

#[test]
fn voters_are_the_accounts_with_at_least_one_seat() {
    let stakes = [31_u64, 22, 22, 11, 9, 4, 1];
    let file = Stakes::of(stakes).unwrap();
    let voters = |scheme| cost(scheme, 12, 8, &file).voters;
    let each = || stakes.into_iter();
    // q is at least 1 down to the stake of 9; the others have 48/100 and 12/100.
    near(voters(Scheme::Quota), &(RBig::from(5) + ratio(60, 100)), "quota");
    near(
        voters(Scheme::Binomial),
        &any(each().map(|stake| (ratio(12, 100), stake))),
        "binomial",
    );
    near(
        voters(Scheme::Fixed),
        &any(each().map(|stake| (ratio(stake, 100), 12))),
        "fixed",
    );
    near(voters(Scheme::Full), &RBig::from(7), "full");
    // With τ ≥ S everyone is a member.
    near(cost(Scheme::Quota, 100, 70, &file).voters, &RBig::from(7), "full");
}

#[test]
fn permanent_members_all_vote() {
    // i* = 3, ρ = 200, n₂ = 8: the example of the specification.
    let file = Stakes::of([500, 300].into_iter().chain([2; 100])).unwrap();
    let others = any((0..100).map(|_| (ratio(8, 200), 2)));
    let one = cost(Scheme::FaitAccompli, 10, 7, &file);
    near(one.voters, &(RBig::from(2) + &others), "voters");
    assert_eq!((one.seats, one.proofs), (Some(10.0), Some(0.0)));
    // T = 9 stands for 900 of 1000 stake: 100 are missing, half of what the others have.
    near(
        cost(Scheme::FaitAccompli, 10, 9, &file).proofs.unwrap(),
        &(others / RBig::from(2)),
        "proofs",
    );
}

#[test]
fn bytes_are_those_of_the_certificates_that_were_measured() {
    let zipf = Stakes::of((1..=1_000).map(|place| 1_000_000_000_000 / place)).unwrap();
    let network = Stakes::read(NETWORK).unwrap();
    // From the page "Measurements: certificates", rows with everyone there: with sr25519 and with bls12381.
    for (scheme, expected, threshold, stakes, sr25519, bls12381) in [
        (Scheme::Quota, 961, 690, &zipf, 4_721.0, 2_561.0),
        (Scheme::Quota, 961, 690, &network, 1_617.0, 993.0),
        (Scheme::Quota, 2_879, 1_973, &zipf, 356.0, 356.0),
        (Scheme::FaitAccompli, 961, 690, &zipf, 356.0, 356.0),
        (Scheme::FaitAccompli, 961, 690, &network, 356.0, 356.0),
    ] {
        let cost = cost(scheme, expected, threshold, stakes);
        assert_eq!(
            (cost.bytes, cost.bytes_bls12381),
            (Some(sr25519), Some(bls12381)),
            "{scheme:?}, {expected}"
        );
    }
    // Of binomial seats the greatest that were drawn are taken first, which the estimate does not know.
    for (stakes, sr25519) in [(&zipf, 8_698.0), (&network, 8_407.0)] {
        let bytes = cost(Scheme::Binomial, 2_879, 1_973, stakes).bytes.unwrap();
        assert!((1.0..1.15).contains(&(bytes / sr25519)), "{bytes} and {sr25519}");
    }
    assert_eq!(cost(Scheme::Fixed, 961, 690, &network).bytes, None);
}

#[test]
fn what_is_no_committee_has_no_cost() {
    let file = Stakes::of([70, 30]).unwrap();
    let refused = |expected, threshold| {
        committee_cost(Scheme::Quota, CommitteeSize { expected, threshold }, &file).map(|_| ())
    };
    assert_eq!(refused(0, 5), Err(RiskError::Expected(0)));
    assert_eq!(refused(9, 0), Err(RiskError::Threshold(0)));
}
