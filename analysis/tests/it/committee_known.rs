//! Committees in which nothing is drawn, and those of a fixed number of seats.

use dashu::rational::RBig;
use klero_analysis::{Adversary, Assumptions, CommitteeLaw, Log2Bound, Risk, Scheme, Stakes};
use klero_committee::sampling::{Lottery, SeatScheme};

use crate::committee_oracle::{ADVERSARIES, bought, law, lots, share};
use crate::oracle::{Chance, integer, judge, ratio, sum};

fn certain(happens: bool) -> Log2Bound {
    if happens {
        Log2Bound::CERTAIN
    } else {
        Log2Bound::IMPOSSIBLE
    }
}

/// The three events for so much honest and adversarial stake [COM-2].
fn full(total: u64, bad: u64) -> Risk {
    let threshold = (2 * total) / 3 + 1;
    let good = total - bad;
    Risk {
        live: certain(good < threshold),
        split: certain(good + 2 * bad >= 2 * threshold),
        take: certain(bad >= threshold),
    }
}

#[test]
fn everyone_is_a_member() {
    let stakes = [40, 21, 17, 9, 8, 5];
    for part in 0..=20 {
        for adversary in ADVERSARIES {
            let bad = ratio(20 - part, 20);
            let owned = bought(&stakes, adversary, &bad);
            let owned: u64 = stakes
                .iter()
                .zip(owned)
                .map(|(stake, owned)| stake * u64::from(owned))
                .sum();
            let owned = if adversary == Adversary::Dust {
                5 * (20 - part)
            } else {
                owned
            };
            // τ ≥ S is full, too [SEAT-4].
            for (scheme, expected) in [
                (Scheme::Full, 7),
                (Scheme::Quota, 100),
                (Scheme::FaitAccompli, 200),
            ] {
                let law = law(scheme, expected, &stakes, (part, 20), adversary);
                assert!(law.is_full());
                assert_eq!(
                    law.failure(1).unwrap().risk,
                    full(100, owned),
                    "{part}/20, {adversary:?}"
                );
            }
        }
    }
}

/// Where nobody draws, fait-accompli is full as the lottery says.
#[test]
fn everyone_is_permanent_where_the_lottery_finds_none_to_draw() {
    let mut cases = [0, 0];
    for expected in 1..40 {
        for stakes in [
            vec![9, 9, 9, 9],
            vec![25, 9, 3, 1],
            vec![3; 12],
            vec![30, 2, 2, 2, 2, 2],
        ] {
            let lottery = Lottery::of(SeatScheme::FaitAccompli, expected, &stakes).unwrap();
            let law = law(
                Scheme::FaitAccompli,
                expected,
                &stakes,
                (1, 1),
                Adversary::Largest,
            );
            let is_full = lottery.scheme() == SeatScheme::Full;
            assert_eq!(law.is_full(), is_full, "{stakes:?}, τ = {expected}");
            cases[usize::from(is_full)] += 1;
        }
    }
    assert!(cases[0] > 10 && cases[1] > 10, "{cases:?}");
}

/// Without stakes a bound must hold for all of them: it is the worst case over all totals and adversaries.
#[test]
fn everyone_is_a_member_whatever_the_stakes_are() {
    for whole in [3, 6, 7, 20] {
        for part in 0..=whole {
            let assumptions = Assumptions::honest(share((part, whole)));
            let law = CommitteeLaw::new(Scheme::Full, 1, None, &assumptions).unwrap();
            let mut worst = full(1, 0);
            for total in 1..400 {
                let most = (whole - part) * total / whole;
                let risk = full(total, most);
                worst.live = if risk.live > worst.live {
                    risk.live
                } else {
                    worst.live
                };
                worst.split = if risk.split > worst.split {
                    risk.split
                } else {
                    worst.split
                };
                worst.take = if risk.take > worst.take {
                    risk.take
                } else {
                    worst.take
                };
            }
            assert_eq!(law.failure(1).unwrap().risk, worst, "h = {part}/{whole}");
        }
    }
}

/// The chance that the number of adversarial seats is in `event`.
fn among(seats: u64, bad: &RBig, event: impl Fn(u64) -> bool) -> Chance {
    let chances = lots(seats, bad);
    let part = |happens: bool| -> Vec<_> {
        let picked = chances.iter().zip(0..).filter(|(_, k)| event(*k) == happens);
        picked.map(|(chance, _)| chance.clone()).collect()
    };
    let (of, against) = (part(true), part(false));
    if of.is_empty() || against.is_empty() {
        return Chance {
            of: integer(u8::from(against.is_empty())),
            against: integer(u8::from(of.is_empty())),
        };
    }
    Chance {
        of: sum(&of),
        against: sum(&against),
    }
}

#[test]
fn a_fixed_number_of_seats() {
    for (seats, part, whole) in [(30, 4, 5), (11, 2, 3), (50, 9, 10)] {
        let bad = RBig::ONE - ratio(part, whole);
        let assumptions = Assumptions::honest(share((part, whole)));
        let stakes = Stakes::of([70, 20, 10]).unwrap();
        for stakes in [None, Some(&stakes)] {
            let law = CommitteeLaw::new(Scheme::Fixed, seats, stakes, &assumptions).unwrap();
            let seats = u64::from(seats);
            for threshold in [1, seats / 2, seats * 7 / 10, seats, seats + 1] {
                let risk = law.failure(threshold).unwrap().risk;
                let what = format!("{threshold} of {seats}");
                let chance = |event: &dyn Fn(u64) -> bool| among(seats, &bad, event);
                judge(&risk.live, &chance(&|bad| seats - bad < threshold), &what);
                judge(&risk.split, &chance(&|bad| seats + bad >= 2 * threshold), &what);
                judge(&risk.take, &chance(&|bad| bad >= threshold), &what);
            }
        }
    }
}

#[test]
fn a_silent_group_lowers_the_share_that_votes() {
    let text = "id,stake,group\na,50,x\nb,30,y\nc,20,z\n";
    let file = Stakes::read(text.as_bytes()).unwrap();
    let assumptions = Assumptions {
        honest: share((4, 5)),
        adversary: Adversary::Dust,
        offline_groups: 1,
        population: None,
    };
    // Of b and c four fifths vote: 40 of 100.
    let law = CommitteeLaw::new(Scheme::Fixed, 20, Some(&file), &assumptions).unwrap();
    let live = among(20, &ratio(3, 5), |silent| 20 - silent < 6);
    judge(&law.failure(6).unwrap().risk.live, &live, "fixed");
    let law = CommitteeLaw::new(Scheme::Full, 1, Some(&file), &assumptions).unwrap();
    assert_eq!(law.failure(1).unwrap().risk.live, Log2Bound::CERTAIN);
}

/// The chance of `event` for the marked ones in a draw: every set of members that may be drawn is looked at.
fn drawn(population: u64, marked: u64, draws: u64, event: impl Fn(u64) -> bool) -> Chance {
    let (mut all, mut happens) = (0_u64, 0_u64);
    for set in (0..1_u32 << population).filter(|set| u64::from(set.count_ones()) == draws) {
        let among = (set & ((1 << marked) - 1)).count_ones();
        all += 1;
        happens += u64::from(event(u64::from(among)));
    }
    Chance::exact(&ratio(happens, all))
}

#[test]
fn equal_members_are_drawn_without_putting_back() {
    // Of 14 members ⌊14·a⌋ are the adversary's.
    for (seats, (part, whole), bad) in [(7, (4, 5), 2), (9, (2, 3), 4), (5, (1, 2), 7), (14, (9, 10), 1)] {
        let assumptions = Assumptions {
            population: Some(14),
            ..Assumptions::honest(share((part, whole)))
        };
        let law = CommitteeLaw::new(Scheme::Fixed, seats, None, &assumptions).unwrap();
        let seats = u64::from(seats);
        for threshold in 1..=seats + 1 {
            let risk = law.failure(threshold).unwrap().risk;
            let what = format!("{threshold} of {seats}, {bad} bad");
            let chance = |event: &dyn Fn(u64) -> bool| drawn(14, bad, seats, event);
            judge(&risk.live, &chance(&|bad| seats - bad < threshold), &what);
            judge(&risk.split, &chance(&|bad| seats + bad >= 2 * threshold), &what);
            judge(&risk.take, &chance(&|bad| bad >= threshold), &what);
        }
    }
}
