//! Importance sampling of committees against exact distributions of small ones, from the definitions of the schemes.
//!
//! Nothing here calls the estimator's laws or the bounds' tails.

use dashu::rational::RBig;
use klero_analysis::rare::{AdversarySeats, RareCommittee, RareEvent, estimate};
use klero_analysis::{Adversary, Assumptions, Scheme, Stakes};

use crate::committee_oracle::{ADVERSARIES, bad_mean, bought, lots, share};
use crate::honest_seats::f64_of;
use crate::oracle::{Big, integer, poisson, ratio};
use crate::rare_sums::few;

pub(crate) const EVENTS: [RareEvent; 3] = [RareEvent::Live, RareEvent::Split, RareEvent::Take];
pub(crate) const HONEST: (u64, u64) = (4, 5);

/// A hundred and two accounts; the first have a few seats, the last a part of one.
pub(crate) fn stakes() -> Vec<u64> {
    (1..=102).map(|rank| 1_000_000 / (rank + 4)).collect()
}

/// Seats that are sure, and P[0 are drawn], P[1], …
#[derive(Clone)]
struct Side {
    sure: u64,
    drawn: Vec<Big>,
}

impl Side {
    fn none() -> Self {
        Self {
            sure: 0,
            drawn: vec![integer(1)],
        }
    }

    fn and(self, sure: u64, drawn: &[Big]) -> Self {
        let mut sums = vec![integer(0); self.drawn.len() + drawn.len() - 1];
        for (i, first) in self.drawn.iter().enumerate() {
            for (j, second) in drawn.iter().enumerate() {
                sums[i + j] += first * second;
            }
        }
        // What is left out is below 2^-700.
        sums.truncate(400);
        Self {
            sure: self.sure + sure,
            drawn: sums,
        }
    }

    /// [SEAT-1] of one account, or of the honest part of it.
    fn quota(self, quota: &RBig) -> Self {
        let whole = quota.floor();
        let fraction = quota - RBig::from(whole.clone());
        self.and(u64::try_from(whole).unwrap(), &lots(1, &fraction))
    }
}

/// The honest and the adversary's seats where a seat weighs 1.
fn sides(scheme: Scheme, expected: u32, adversary: Adversary, seats: AdversarySeats) -> [Side; 2] {
    let stakes = stakes();
    let total: u64 = stakes.iter().sum();
    let owned = bought(&stakes, adversary, &ratio(1, 5));
    let part = if adversary == Adversary::Dust {
        ratio(4, 5)
    } else {
        RBig::ONE
    };
    let dust = if adversary == Adversary::Dust {
        total / 5
    } else {
        0
    };
    let quota = |stake: u64| ratio(stake, total) * RBig::from(expected);
    let unit = quota(1);
    let of = |is_bad: bool, part: &RBig| {
        let accounts = stakes.iter().zip(&owned).filter(|(_, bad)| **bad == is_bad);
        match scheme {
            Scheme::Quota => accounts.fold(Side::none(), |side, (stake, _)| {
                side.quota(&(quota(*stake) * part))
            }),
            // Units are alike, whoever has them.
            _ => {
                let units: u64 = accounts.map(|(stake, _)| *stake).sum();
                let units = if is_bad { units } else { units - dust };
                Side::none().and(0, &few(units, &unit))
            }
        }
    };
    let bad = match seats {
        AdversarySeats::Model => Side::none().and(0, &poisson(&bad_mean(expected, HONEST), 400)),
        AdversarySeats::Drawn => of(true, &RBig::ONE).and(0, &few(dust, &unit)),
    };
    [of(false, &part), bad]
}

/// The chance of an event, over all pairs.
fn exact(event: RareEvent, threshold: u64, [good, bad]: &[Side; 2]) -> Big {
    let mut chance = integer(0);
    for (h, first) in (good.sure..).zip(&good.drawn) {
        if event == RareEvent::Live {
            chance += if h < threshold { first.clone() } else { integer(0) };
            continue;
        }
        for (a, second) in (bad.sure..).zip(&bad.drawn) {
            let happens = match event {
                RareEvent::Split => h + 2 * a >= 2 * threshold,
                _ => a >= threshold,
            };
            if happens {
                chance += first * second;
            }
        }
    }
    chance
}

/// Estimates with one seed, and compares.
pub(crate) fn judge(committee: &RareCommittee<'_>, exact: &Big, what: &str) {
    let (sum, event) = committee.sum().unwrap();
    let found = estimate(&sum, event, 40_000, 11);
    if *exact == integer(0) {
        assert_eq!(found.log2, f64::NEG_INFINITY, "{what}");
        return;
    }
    let truth = f64_of(&exact.log2());
    let off = (found.log2 - truth).exp2() - 1.0;
    assert!(
        off.abs() < 4.0 * found.relative + 1e-9,
        "{what}: {found:?} of 2^{truth}"
    );
    assert!(found.half_width() < 0.1, "{what}: {found:?}");
}

/// [RISK-1] [RISK-2] [RISK-4]
#[test]
fn quota_and_binomial_have_the_chances_of_their_definitions() {
    let electorate = Stakes::of(stakes()).unwrap();
    let mut rarest = 0.0_f64;
    for scheme in [Scheme::Quota, Scheme::Binomial] {
        for adversary in ADVERSARIES {
            for seats in [AdversarySeats::Model, AdversarySeats::Drawn] {
                let sides = sides(scheme, 60, adversary, seats);
                for (event, threshold) in EVENTS
                    .into_iter()
                    .flat_map(|event| [(event, 35), (event, 42), (event, 50)])
                {
                    let committee = RareCommittee {
                        scheme,
                        expected: 60,
                        threshold,
                        stakes: Some(&electorate),
                        assumptions: Assumptions {
                            adversary,
                            ..Assumptions::honest(share(HONEST))
                        },
                        seats,
                        event,
                    };
                    let chance = exact(event, threshold, &sides);
                    if chance > integer(0) {
                        rarest = rarest.min(f64_of(&chance.log2()));
                    }
                    let what = format!("{scheme:?}, {adversary:?}, {seats:?}, {event:?}, T = {threshold}");
                    judge(&committee, &chance, &what);
                }
            }
        }
    }
    assert!(rarest < -50.0, "nothing was rare: 2^{rarest}");
}

/// A threshold that is off by one seat is another chance, and seen.
#[test]
fn one_seat_is_seen() {
    let electorate = Stakes::of(stakes()).unwrap();
    let sides = sides(Scheme::Quota, 60, Adversary::Dust, AdversarySeats::Model);
    for event in EVENTS {
        let committee = RareCommittee {
            scheme: Scheme::Quota,
            expected: 60,
            threshold: 40,
            stakes: Some(&electorate),
            assumptions: Assumptions {
                adversary: Adversary::Dust,
                ..Assumptions::honest(share(HONEST))
            },
            seats: AdversarySeats::Model,
            event,
        };
        let (sum, tail) = committee.sum().unwrap();
        let found = estimate(&sum, tail, 40_000, 12);
        for threshold in [39, 41] {
            let off = (found.log2 - f64_of(&exact(event, threshold, &sides).log2())).exp2() - 1.0;
            assert!(
                off.abs() > 6.0 * found.relative,
                "{event:?} {threshold}: {found:?}"
            );
        }
    }
}

/// [RISK-1] The three largest of seven groups are silent: what is left of the honest has to reach the threshold.
#[test]
fn silent_groups_do_not_vote() {
    let stakes = stakes();
    let lines: Vec<String> = stakes
        .iter()
        .enumerate()
        .map(|(i, stake)| format!("v{i:03},{stake},g{}", i % 7))
        .collect();
    let electorate = Stakes::read(format!("id,stake,group\n{}\n", lines.join("\n")).as_bytes()).unwrap();
    // The groups of the three largest accounts are larger than the others, account by account.
    let silent: Vec<bool> = (0..stakes.len()).map(|i| i % 7 < 3).collect();
    let total: u64 = stakes.iter().sum();
    for (scheme, adversary) in [Scheme::Quota, Scheme::Binomial, Scheme::Fixed]
        .into_iter()
        .flat_map(|scheme| [(scheme, Adversary::Dust), (scheme, Adversary::Smallest)])
    {
        let owned = bought(&stakes, adversary, &ratio(1, 5));
        let part = if adversary == Adversary::Dust {
            ratio(4, 5)
        } else {
            RBig::ONE
        };
        let votes = stakes
            .iter()
            .zip(silent.iter().zip(&owned))
            .filter(|(_, (silent, bad))| !**silent && !**bad);
        let votes: Vec<u64> = votes.map(|(stake, _)| *stake).collect();
        let units = u64::try_from((RBig::from(votes.iter().sum::<u64>()) * &part).floor()).unwrap();
        let good = match scheme {
            Scheme::Quota => votes.iter().fold(Side::none(), |side, stake| {
                side.quota(&(ratio(*stake, total) * RBig::from(60) * &part))
            }),
            Scheme::Binomial => Side::none().and(0, &few(units, &ratio(60, total))),
            _ => Side::none().and(0, &few(60, &ratio(units, total))),
        };
        for threshold in [9, 15] {
            let committee = RareCommittee {
                scheme,
                expected: 60,
                threshold,
                stakes: Some(&electorate),
                assumptions: Assumptions {
                    adversary,
                    offline_groups: 3,
                    ..Assumptions::honest(share(HONEST))
                },
                seats: AdversarySeats::Model,
                event: RareEvent::Live,
            };
            let chance = exact(RareEvent::Live, threshold, &[good.clone(), Side::none()]);
            judge(
                &committee,
                &chance,
                &format!("{scheme:?}, {adversary:?}, T = {threshold}"),
            );
        }
    }
}
