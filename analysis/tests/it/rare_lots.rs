//! Importance sampling where seats are few of many lots, against exact distributions from the definitions: fait-accompli,
//! a fixed number of seats, and stakes that are not known.

use dashu::rational::RBig;
use klero_analysis::rare::{AdversarySeats, RareCommittee, RareError, RareEvent};
use klero_analysis::{Adversary, Assumptions, Scheme, Stakes};

use crate::committee_oracle::{ADVERSARIES, bad_mean, bought, share};
use crate::oracle::{Big, big, integer, poisson, ratio};
use crate::rare_committees::{EVENTS, HONEST, judge, stakes};
use crate::rare_sums::few;

fn committee(scheme: Scheme, expected: u32, threshold: u64, event: RareEvent) -> RareCommittee<'static> {
    RareCommittee {
        scheme,
        expected,
        threshold,
        stakes: None,
        assumptions: Assumptions {
            adversary: Adversary::Dust,
            ..Assumptions::honest(share(HONEST))
        },
        seats: AdversarySeats::Model,
        event,
    }
}

/// What weighs how much under fait-accompli, multiplied by n₂.
struct Weights {
    sure: [u128; 2],
    drawn: [Vec<Big>; 2],
    seat: u128,
    /// n₂.
    others: u128,
}

/// [SEAT-3] for accounts, of each of which its owner is known, in descending order.
fn weights(expected: u32, accounts: &[(u64, bool)], model: Option<u64>) -> Weights {
    let mut rest: u64 = accounts.iter().map(|(stake, _)| stake).sum();
    let mut permanent = 0;
    loop {
        let (stake, others) = (accounts[permanent].0, u64::from(expected) - permanent as u64);
        let left = RBig::ONE - ratio(stake, rest);
        if &left * &left >= ratio(others - 1, others) {
            break;
        }
        rest -= stake;
        permanent += 1;
    }
    let others = u64::from(expected) - permanent as u64;
    let (above, below) = accounts.split_at(permanent);
    let of = |accounts: &[(u64, bool)], bad: bool| -> u64 {
        accounts
            .iter()
            .filter(|(_, is_bad)| *is_bad == bad)
            .map(|(stake, _)| stake)
            .sum()
    };
    let sure = [false, true].map(|bad| u128::from(of(above, bad)) * u128::from(others));
    let chance = ratio(others, rest);
    let bad = match model {
        None => few(of(below, true), &chance),
        Some(budget) => poisson(&(chance.clone() * RBig::from(budget - of(above, true))), 400),
    };
    Weights {
        sure,
        drawn: [few(of(below, false), &chance), bad],
        seat: rest.into(),
        others: others.into(),
    }
}

impl Weights {
    fn exact(&self, event: RareEvent, needed: u128) -> Big {
        let ([sure, sure_bad], [good, bad]) = (self.sure, &self.drawn);
        let mut chance = integer(0);
        for (h, first) in (0..).zip(good) {
            for (a, second) in (0..).zip(bad) {
                let (h, a) = (sure + h * self.seat, sure_bad + a * self.seat);
                let happens = match event {
                    RareEvent::Live => h < needed,
                    RareEvent::Split => h + 2 * a >= 2 * needed,
                    RareEvent::Take => a >= needed,
                };
                if happens {
                    chance += first * second;
                }
            }
        }
        chance
    }
}

/// [RISK-1] [RISK-2] [RISK-4]
#[test]
fn fait_accompli_has_the_chances_of_its_definition() {
    let (stakes, expected) = (stakes(), 60);
    let electorate = Stakes::of(stakes.clone()).unwrap();
    let total: u64 = stakes.iter().sum();
    for (adversary, seats) in ADVERSARIES
        .into_iter()
        .flat_map(|adversary| [AdversarySeats::Model, AdversarySeats::Drawn].map(|seats| (adversary, seats)))
    {
        let owned = bought(&stakes, adversary, &ratio(1, 5));
        let mut accounts: Vec<(u64, bool)> = stakes.iter().copied().zip(owned).collect();
        let mut budget = total / 5;
        if adversary == Adversary::Dust {
            accounts = stakes.iter().map(|stake| (stake * 4 / 5, false)).collect();
            let dust = total - accounts.iter().map(|(stake, _)| stake).sum::<u64>();
            accounts.extend((0..dust).map(|_| (1, true)));
            budget = dust;
        }
        let model = (seats == AdversarySeats::Model).then_some(budget);
        let weights = weights(expected, &accounts, model);
        for (event, threshold) in EVENTS.into_iter().flat_map(|event| [(event, 40), (event, 44)]) {
            let needed =
                (u128::from(threshold) * u128::from(total) * weights.others).div_ceil(expected.into());
            let rare = RareCommittee {
                stakes: Some(&electorate),
                seats,
                assumptions: Assumptions {
                    adversary,
                    ..Assumptions::honest(share(HONEST))
                },
                ..committee(Scheme::FaitAccompli, expected, threshold, event)
            };
            let what = format!("{adversary:?}, {seats:?}, {event:?}, T = {threshold}");
            judge(&rare, &weights.exact(event, needed), &what);
        }
    }
}

/// [RISK-1] [RISK-2] [RISK-4] A of τ seats, drawn by stake or from equal members.
#[test]
fn a_fixed_number_of_seats_has_its_chances() {
    let bad = few(60, &ratio(1, 5));
    // 21 of 105 are the adversary's.
    let choose = |n: u64, k: u64| (0..k.min(n + 1)).fold(RBig::ONE, |c, i| c * ratio(n - i, i + 1));
    let hand = |k: u64| big(&(choose(21, k) * choose(84, 60 - k) / choose(105, 60)));
    let hand: Vec<Big> = (0..=21).map(hand).collect();
    for (population, bad) in [(None, bad), (Some(105), hand)] {
        for (event, threshold) in [
            (RareEvent::Live, 32),
            (RareEvent::Live, 41),
            (RareEvent::Split, 38),
            (RareEvent::Split, 35),
            (RareEvent::Take, 21),
            (RareEvent::Take, 19),
        ] {
            let exact = (0_u64..).zip(&bad).filter(|(a, _)| match event {
                RareEvent::Live => 60 - a < threshold,
                RareEvent::Split => 60 + a >= 2 * threshold,
                RareEvent::Take => *a >= threshold,
            });
            let exact = exact.fold(integer(0), |sum, (_, chance)| sum + chance);
            let mut rare = committee(Scheme::Fixed, 60, threshold, event);
            rare.assumptions.population = population;
            judge(&rare, &exact, &format!("{population:?} {event:?} {threshold}"));
        }
    }
}

/// [RISK-1] [RISK-2] [RISK-4]
#[test]
fn without_stakes_seats_are_poisson() {
    let bad = poisson(&bad_mean(60, HONEST), 300);
    let good = poisson(&(ratio(4, 5) * RBig::from(60)), 300);
    for scheme in [Scheme::Quota, Scheme::Binomial] {
        for (event, threshold) in EVENTS
            .into_iter()
            .flat_map(|event| [(event, 20), (event, 45), (event, 70)])
        {
            let mut exact = integer(0);
            for (h, first) in (0..).zip(&good) {
                for (a, second) in (0..).zip(&bad) {
                    let happens = match event {
                        RareEvent::Live => h < threshold,
                        RareEvent::Split => h + 2 * a >= 2 * threshold,
                        RareEvent::Take => a >= threshold,
                    };
                    if happens {
                        exact += first * second;
                    }
                }
            }
            let rare = committee(scheme, 60, threshold, event);
            judge(&rare, &exact, &format!("{scheme:?} {event:?} {threshold}"));
        }
    }
}

#[test]
fn what_cannot_be_estimated_is_refused() {
    let refused = |rare: RareCommittee<'_>| rare.sum().map(|_| ()).unwrap_err();
    let quota = committee(Scheme::Quota, 60, 40, RareEvent::Live);
    let few = Stakes::of([30, 30]).unwrap();
    let some = Stakes::of([300, 300]).unwrap();
    let with = |stakes| RareCommittee {
        stakes: Some(stakes),
        ..quota
    };
    assert_eq!(
        refused(committee(Scheme::Full, 60, 40, RareEvent::Live)),
        RareError::Full
    );
    assert_eq!(refused(with(&few)), RareError::Full);
    let mut worst = with(&some);
    worst.assumptions.adversary = Adversary::Worst;
    assert_eq!(refused(worst), RareError::Worst);
    let drawn = RareCommittee {
        seats: AdversarySeats::Drawn,
        ..quota
    };
    assert_eq!(refused(drawn), RareError::NoAccounts);
    let mut groups = with(&some);
    groups.assumptions.offline_groups = 1;
    assert!(refused(groups).to_string().contains("column `group`"));
    let mut crowded = committee(Scheme::Fixed, 60, 40, RareEvent::Take);
    crowded.assumptions.population = Some(59);
    assert!(
        refused(crowded)
            .to_string()
            .contains("60 draws of a population of 59")
    );
    for (expected, threshold) in [(0, 1), (1 << 21, 1), (5, 0), (5, 1 << 23)] {
        let rare = committee(Scheme::Quota, expected, threshold, RareEvent::Take);
        assert!(refused(rare).to_string().contains("choose 1 to"));
    }
    let accomplished = committee(Scheme::FaitAccompli, 60, 40, RareEvent::Live);
    assert!(
        refused(accomplished)
            .to_string()
            .contains("name those of the network")
    );
}
