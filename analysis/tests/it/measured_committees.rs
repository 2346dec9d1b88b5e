//! Committees drawn by the lottery of a node, beside what is computed and beside exact distributions.

use klero_analysis::measure::{Crowd, CrowdError, Draws, Rate, draw_committees};
use klero_analysis::{Adversary, Assumptions, CommitteeLaw, Stakes, Verdict};
use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, MAX_MEMBERS, Profile, Step};

use crate::committee_oracle::{ADVERSARIES, bought, share};
use crate::honest_seats::{HonestSeats, f64_of};
use crate::oracle::ratio;

const HONEST: (u64, u64) = (4, 5);
const COUNT: u64 = 40_000;

fn stakes() -> Vec<u64> {
    (1..=150).map(|rank| 100_000_000 / (rank + 9)).collect()
}

fn electorate() -> Stakes {
    Stakes::of(stakes()).unwrap()
}

fn crowd(adversary: Adversary, expected: u32) -> Crowd {
    Crowd::new(&electorate(), share(HONEST), adversary, expected).unwrap()
}

fn drawn(scheme: SeatScheme, size: CommitteeSize, crowd: &Crowd, seed: u64) -> Draws {
    let profile = Profile {
        scheme,
        cert: size,
        ..Profile::full()
    };
    draw_committees(&profile, Step::Cert, crowd, COUNT, seed).unwrap()
}

/// [RISK-1] The adversary owns accounts, so honest seats have an exact distribution that is known otherwise.
#[test]
fn drawn_committees_miss_as_often_as_the_exact_distribution_says() {
    use SeatScheme::{Binomial, FaitAccompli, Quota};
    for (scheme, adversary) in [
        (Quota, Adversary::Largest),
        (Quota, Adversary::Smallest),
        (Binomial, Adversary::Largest),
        (Binomial, Adversary::Smallest),
        // Without the small ones nobody would draw.
        (FaitAccompli, Adversary::Largest),
    ] {
        let expected = 140;
        let crowd = crowd(adversary, expected);
        let honest = crowd.accounts().iter().filter(|account| !account.is_bad);
        let honest: Vec<u64> = honest.map(|account| account.stake).collect();
        let seats = HonestSeats::new(scheme, &stakes(), &honest, expected);
        let threshold = seats.threshold(50);
        let exact = f64_of(&seats.below(threshold));
        let draws = drawn(scheme, CommitteeSize { expected, threshold }, &crowd, 5);
        let deviation = (exact * (1.0 - exact) / COUNT as f64).sqrt();
        let rate = draws.live as f64 / COUNT as f64;
        assert!(
            (rate - exact).abs() < 4.0 * deviation,
            "{scheme:?} {adversary:?}: {rate} for {exact}"
        );
        // One seat is seen.
        let wrong = f64_of(&seats.below(threshold + 1));
        assert!(
            (rate - wrong).abs() > 4.0 * deviation,
            "{scheme:?} {adversary:?}: {rate} for {wrong}"
        );
    }
}

/// [RISK-1] [RISK-2] [RISK-4] Thresholds at which every event is common enough to be seen.
#[test]
fn no_rate_is_above_its_bound_and_those_of_dust_are_the_bound() {
    for scheme in [SeatScheme::Quota, SeatScheme::Binomial] {
        for adversary in ADVERSARIES {
            let expected = 60;
            let assumptions = Assumptions {
                adversary,
                ..Assumptions::honest(share(HONEST))
            };
            let law = CommitteeLaw::new(scheme.into(), expected, Some(&electorate()), &assumptions).unwrap();
            let crowd = crowd(adversary, expected);
            for (threshold, event) in [(41, 0), (44, 1), (19, 2)] {
                let risk = law.failure(threshold).unwrap().risk;
                let bound = [risk.live, risk.split, risk.take][event];
                let draws = drawn(scheme, CommitteeSize { expected, threshold }, &crowd, 6);
                let seen = [draws.live, draws.split, draws.take][event];
                let rate = Rate {
                    seen,
                    of: draws.of,
                    bound,
                };
                let what = format!("{scheme:?}, {adversary:?}, {event}: {rate:?}");
                assert_ne!(rate.verdict(), Verdict::Above, "{what}");
                if adversary == Adversary::Dust {
                    // Its accounts are small, and not as small as can be.
                    assert!(seen > 100 && rate.share() > 0.9 * bound.log2().exp2(), "{what}");
                }
            }
        }
    }
}

#[test]
fn a_full_committee_draws_nothing() {
    let size = CommitteeSize {
        expected: 3,
        threshold: 2,
    };
    let draws = drawn(SeatScheme::Full, size, &crowd(Adversary::Largest, 3), 1);
    let none = Draws {
        of: COUNT,
        ..Draws::default()
    };
    assert_eq!(draws, none);
    let crowd = Crowd::new(&electorate(), share((1, 5)), Adversary::Largest, 3).unwrap();
    let all = Draws {
        of: COUNT,
        live: COUNT,
        split: COUNT,
        take: COUNT,
    };
    assert_eq!(drawn(SeatScheme::Full, size, &crowd, 1), all);
}

#[test]
fn a_seed_determines_what_is_drawn() {
    let size = CommitteeSize {
        expected: 60,
        threshold: 44,
    };
    let with = |seed| drawn(SeatScheme::Quota, size, &crowd(Adversary::Dust, 60), seed);
    assert_eq!(with(1), with(1));
    assert_ne!(with(1), with(2));
}

#[test]
fn the_adversary_has_what_it_can_afford() {
    let total: u64 = stakes().iter().sum();
    for adversary in [Adversary::Largest, Adversary::Smallest] {
        let crowd = crowd(adversary, 60);
        let owned: Vec<bool> = crowd.accounts().iter().map(|account| account.is_bad).collect();
        assert_eq!(crowd.stakes(), stakes());
        assert_eq!(owned, bought(&stakes(), adversary, &ratio(1, 5)), "{adversary:?}");
    }
    let dust = crowd(Adversary::Dust, 60);
    assert_eq!(dust.stakes().iter().sum::<u64>(), total);
    assert!(dust.stakes().is_sorted_by(|first, second| first >= second));
    let bad: Vec<u64> = dust
        .accounts()
        .iter()
        .filter(|account| account.is_bad)
        .map(|account| account.stake)
        .collect();
    let sum: u64 = bad.iter().sum();
    assert!((total / 5..total / 5 + 151).contains(&sum));
    assert_eq!(bad.len(), 4_096);
    assert!((dust.bad().1 - 0.2).abs() < 1e-6 && dust.bad().0 == bad.len());
    // None expects more than a sixteenth of a seat.
    let many = crowd(Adversary::Dust, 15_000);
    let bad = many.accounts().iter().filter(|account| account.is_bad);
    assert!(bad.clone().all(|account| account.stake * 240_000 <= total));
    assert!((48_000..49_000).contains(&bad.count()));
}

#[test]
fn what_cannot_be_drawn_is_refused() {
    let of = |honest, adversary, expected| {
        Crowd::new(&electorate(), share(honest), adversary, expected).unwrap_err()
    };
    assert_eq!(of(HONEST, Adversary::Worst, 60), CrowdError::Worst);
    assert_eq!(of((6, 5), Adversary::Dust, 60), CrowdError::Honest(share((6, 5))));
    let crowded = of(HONEST, Adversary::Dust, 1 << 20);
    assert_eq!(crowded, CrowdError::Dust);
    assert!(crowded.to_string().contains(&MAX_MEMBERS.to_string()));
}
