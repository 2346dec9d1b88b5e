//! Quota seats of known stakes, against every outcome of the draws.

use dashu::rational::RBig;
use klero_analysis::{Event, Fraction, QuotaSeats, RiskError, TailError, poisson_risk, quota_risk};
use klero_committee::CommitteeSize;
use klero_committee::sampling::{Lottery, SeatScheme};
use proptest::prelude::*;

use crate::oracle::{Big, Chance, fraction, integer, judge, outcomes, poisson_below, ratio};

/// Stakes proportional to 1, 1/2, 1/3, …
pub(crate) fn zipf(count: u64) -> Vec<u64> {
    (1..=count).map(|rank| 10_000_000 / rank).collect()
}

/// P[H = 0], P[H = 1], … by the definition [SEAT-1]: each stake has ⌊q⌋ seats and one more with chance frac(q).
pub(crate) fn seats(stakes: &[u64], total: u64, expected: u32, share: &RBig) -> Vec<RBig> {
    let quotas = stakes
        .iter()
        .map(|stake| share * ratio(*stake, total) * RBig::from(expected));
    let (whole, fractions): (Vec<_>, Vec<_>) = quotas.map(RBig::split_at_point).unzip();
    let guaranteed = whole
        .into_iter()
        .map(|seats| usize::try_from(seats).unwrap())
        .sum();
    let mut chances = vec![RBig::ZERO; guaranteed];
    chances.extend(outcomes(&fractions));
    chances
}

pub(crate) fn below(seats: &[RBig], k: u64) -> Chance {
    let k = usize::try_from(k).unwrap();
    Chance::exact(&seats.iter().take(k).fold(RBig::ZERO, |sum, chance| sum + chance))
}

#[test]
fn few_zipf_validators_against_every_outcome() {
    let stakes = zipf(9);
    let total = stakes.iter().sum();
    for (expected, share) in [(4, (1, 1)), (20, (4, 5)), (57, (9, 10)), (1_000, (2, 3))] {
        let truth = seats(&stakes, total, expected, &ratio(share.0, share.1));
        let part = fraction(&format!("{}/{}", share.0, share.1));
        let computed = QuotaSeats::new(stakes.iter().copied(), total, expected, part).unwrap();
        assert_eq!(computed.most() as usize + 1, truth.len());
        for k in computed.guaranteed().saturating_sub(2)..computed.most() + 3 {
            let what = format!("τ = {expected}, {k} seats");
            judge(&computed.tail(Event::Below(k)), &below(&truth, k), &what);
            judge(
                &computed.tail(Event::AtLeast(k)),
                &below(&truth, k).opposite(),
                &what,
            );
            judge(&computed.tail(Event::AtMost(k)), &below(&truth, k + 1), &what);
            judge(
                &computed.tail(Event::Above(k)),
                &below(&truth, k + 1).opposite(),
                &what,
            );
        }
    }
}

#[test]
fn the_risks_of_few_validators_against_every_outcome() {
    let stakes = zipf(8);
    let total = stakes.iter().sum();
    for (expected, threshold, numerator, denominator) in [(30, 21, 4, 5), (60, 43, 9, 10), (25, 18, 3, 4)] {
        let share = ratio(numerator, denominator);
        let size = CommitteeSize { expected, threshold };
        let risk = quota_risk(&stakes, size, fraction(&share.to_string())).unwrap();
        let truth = seats(&stakes, total, expected, &share);
        let what = format!("τ = {expected}, T = {threshold}");
        // [RISK-1]
        judge(&risk.live, &below(&truth, threshold), &what);
        // [RISK-2]
        let mean = (RBig::ONE - share) * RBig::from(expected);
        judge(&risk.split, &staged_twice(&truth, &mean, threshold), &what);
        // [RISK-4]
        judge(&risk.take, &poisson_below(&mean, threshold).opposite(), &what);
    }
}

/// P[H + 2A ≥ 2T] for A ~ Poisson(mean), case by case of H.
fn staged_twice(honest: &[RBig], mean: &RBig, threshold: u64) -> Chance {
    let (mut of, mut against): (Big, Big) = (integer(0), integer(0));
    for (seats, chance) in honest.iter().enumerate() {
        let missing = (2 * threshold).saturating_sub(seats as u64).div_ceil(2);
        let fewer = poisson_below(mean, missing);
        let chance = crate::oracle::big(chance);
        of += &chance * fewer.against;
        against += chance * fewer.of;
    }
    Chance { of, against }
}

/// Figures of another program, in Python with fractions and 60 digits.
#[test]
fn two_hundred_zipf_validators() {
    let stakes: Vec<u64> = (1..=200).map(|rank| 1_000_000_000_000 / rank).collect();
    for (expected, threshold, honest, live, split) in [
        (300, 212, "0.8", -19.543616492514435, -12.607159371418813),
        (500, 362, "0.8", -31.74320544444025, -25.508074024457333),
        (500, 362, "0.9", -170.81044773138126, -71.6077664219798),
        (1_000, 735, "0.8", -105.97643572294254, -57.474184172985396),
    ] {
        let risk = quota_risk(&stakes, CommitteeSize { expected, threshold }, fraction(honest)).unwrap();
        for (bound, figure) in [(risk.live, live), (risk.split, split)] {
            let error: f64 = bound.log2() / figure - 1.0;
            assert!(error.abs() < 1e-12, "{bound:.9} and {figure}");
        }
    }
}

#[test]
fn guaranteed_seats_are_those_of_the_lottery() {
    let stakes = zipf(300);
    let total = stakes.iter().sum();
    for expected in [1, 13, 961, 100_000] {
        let lottery = Lottery::new(SeatScheme::Quota, expected, total).unwrap();
        let guaranteed: u64 = stakes
            .iter()
            .map(|stake| lottery.guaranteed(*stake).unwrap())
            .sum();
        let drawing = stakes.iter().filter(|stake| lottery.draws(**stake)).count() as u64;
        let seats = QuotaSeats::new(stakes.iter().copied(), total, expected, Fraction::ONE).unwrap();
        assert_eq!(
            (seats.guaranteed(), seats.most()),
            (guaranteed, guaranteed + drawing),
            "τ = {expected}"
        );
    }
}

#[test]
fn many_equal_accounts_come_close_to_poisson_and_stay_below_it() {
    let size = CommitteeSize {
        expected: 100,
        threshold: 72,
    };
    let quota = quota_risk(&[1_000_000; 2_000], size, fraction("9/10")).unwrap();
    let poisson = poisson_risk(size, fraction("9/10")).unwrap();
    for (quota, poisson) in [(quota.live, poisson.live), (quota.split, poisson.split)] {
        assert!(
            quota <= poisson && poisson.log2() - quota.log2() < 1.0,
            "{quota} {poisson}"
        );
    }
    assert_eq!(quota.take, poisson.take);
}

#[test]
fn the_greatest_numbers_of_the_domain() {
    let stakes = [(1 << 62) - 7, 5, 1 << 62, 2];
    let total = 1 << 63;
    let share = (u64::MAX - 1, u64::MAX);
    let truth = seats(&stakes, total, 1 << 20, &ratio(share.0, share.1));
    let part = fraction(&format!("{}/{}", share.0, share.1));
    let computed = QuotaSeats::new(stakes, total, 1 << 20, part).unwrap();
    for k in computed.guaranteed()..=computed.most() {
        judge(
            &computed.tail(Event::AtMost(k)),
            &below(&truth, k + 1),
            &format!("{k} seats"),
        );
    }
}

#[test]
fn what_is_no_distribution_of_stake_is_refused() {
    let size = CommitteeSize {
        expected: 9,
        threshold: 7,
    };
    let risk = |stakes: &[u64], honest: &str| quota_risk(stakes, size, fraction(honest)).map(|_| ());
    assert_eq!(risk(&[], "0.8"), Err(RiskError::Total(0)));
    assert_eq!(risk(&[0, 0], "0.8"), Err(RiskError::Total(0)));
    assert_eq!(risk(&[1 << 63, 1], "0.8"), Err(RiskError::Total((1 << 63) + 1)));
    assert_eq!(
        risk(&[u64::MAX; 3], "0.8"),
        Err(RiskError::Total(3 * u128::from(u64::MAX)))
    );
    assert_eq!(
        risk(&[4, 5], "0.8"),
        Err(RiskError::Full {
            expected: 9,
            total: 9
        }),
        "[SEAT-4]"
    );
    assert_eq!(risk(&[50, 50], "1.1"), Err(RiskError::Honest(fraction("1.1"))));
    let seats = QuotaSeats::new([60, 41], 100, 9, Fraction::ONE).map(|_| ());
    assert_eq!(
        seats,
        Err(RiskError::Excess {
            stakes: 101,
            total: 100
        })
    );
    assert!(!matches!(
        risk(&[50, 50], "0.8"),
        Err(RiskError::Tail(TailError::Variance))
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn any_few_stakes(stakes in prop::collection::vec(1_u64..1 << 40, 1..9), expected in 1_u32..400, k in 0_u64..410) {
        let total: u64 = stakes.iter().sum();
        prop_assume!(total > u64::from(expected));
        let truth = seats(&stakes, total, expected, &ratio(5, 6));
        let computed = QuotaSeats::new(stakes, total, expected, fraction("5/6")).unwrap();
        judge(&computed.tail(Event::Below(k)), &below(&truth, k), "below");
        judge(&computed.tail(Event::AtLeast(k)), &below(&truth, k).opposite(), "at least");
    }
}
