//! The bounds of binomial and fait-accompli committees of known stakes, against all their numbers of seats.

use dashu::rational::RBig;
use klero_analysis::{Adversary, CommitteeLaw, Scheme};

use crate::committee_oracle::{ADVERSARIES, Truth, bad_mean, bought, law, lots};
use crate::oracle::{poisson, ratio, sum};

const SHARES: [(u64, u64); 3] = [(4, 5), (9, 10), (7, 10)];

fn thresholds(expected: u32) -> [u64; 4] {
    let expected = u64::from(expected);
    [1, expected / 2, expected * 7 / 10, expected + 4]
}

#[test]
fn binomial_seats_of_few_units_of_stake() {
    let stakes = [31, 22, 22, 11, 9, 4, 1];
    // In the last case every unit wins with more than half.
    for expected in [10, 26, 60] {
        for share in SHARES {
            for adversary in ADVERSARIES {
                let law = law(Scheme::Binomial, expected, &stakes, share, adversary);
                let bad = RBig::ONE - ratio(share.0, share.1);
                let units = match adversary {
                    // 100 units: no adversary has a part of one.
                    Adversary::Dust => u64::try_from((RBig::from(100) * bad).floor()).unwrap(),
                    _ => {
                        let owned = bought(&stakes, adversary, &bad);
                        stakes
                            .iter()
                            .zip(owned)
                            .map(|(stake, owned)| stake * u64::from(owned))
                            .sum()
                    }
                };
                let honest = lots(100 - units, &ratio(u64::from(expected), 100));
                let truth = Truth::of_seats(honest, bad_mean(expected, share));
                for threshold in thresholds(expected) {
                    truth.judge(
                        &law,
                        threshold,
                        &format!("{adversary:?}, τ = {expected}, h = {share:?}"),
                    );
                }
            }
        }
    }
}

/// Stakes whose tails can be multiplied out, with some large ones.
const UNEQUAL: [u64; 30] = [
    120, 70, 31, 10, 6, 5, 5, 4, 4, 4, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1,
];

/// i* − 1 and ρ(i*) by their definition, in fractions [SEAT-3].
fn split(stakes: &[u64], expected: u32) -> (usize, u64) {
    for (before, stake) in stakes.iter().enumerate() {
        let rest: u64 = stakes[before..].iter().sum();
        let left = RBig::ONE - ratio(*stake, rest);
        let others = u64::from(expected) - before as u64;
        if &left * &left >= ratio(others - 1, others) {
            return (before, rest);
        }
    }
    unreachable!("so many small ones end every list");
}

/// `accounts`: the stake of each, and whether it is honest; they descend.
fn fait_accompli(accounts: &[(u64, bool)], expected: u32, budget: u64) -> Truth {
    let stakes: Vec<u64> = accounts.iter().map(|(stake, _)| *stake).collect();
    let (permanent, rest) = split(&stakes, expected);
    let others = u64::from(expected) - permanent as u64;
    let of = |part: &[(u64, bool)], honest: bool| -> u64 {
        let part = part.iter().filter(|(_, is_honest)| *is_honest == honest);
        part.map(|(stake, _)| stake).sum()
    };
    let (above, below) = accounts.split_at(permanent);
    let weight = |stake: u64| u128::from(others) * u128::from(stake);
    let drawn = (budget - of(above, false)).min(rest);
    Truth {
        sure: weight(of(above, true)),
        voting: None,
        drawn: lots(of(below, true), &ratio(others, rest)),
        bad: weight(of(above, false)),
        mean: ratio(drawn, rest) * RBig::from(others),
        seat: u128::from(rest),
        unit: (
            u128::from(others) * u128::from(stakes.iter().sum::<u64>()),
            u128::from(expected),
        ),
    }
}

fn compare(law: &CommitteeLaw, truth: &Truth, expected: u32, what: &str) {
    for threshold in thresholds(expected) {
        truth.judge(law, threshold, what);
    }
}

#[test]
fn permanent_members_and_those_who_draw() {
    let mut permanent = Vec::new();
    // S = 300: every honest part is whole.
    for expected in [6, 12, 20] {
        for share in SHARES {
            let bad = RBig::ONE - ratio(share.0, share.1);
            let budget = u64::try_from((RBig::from(300) * &bad).floor()).unwrap();
            for adversary in ADVERSARIES {
                let owned = bought(&UNEQUAL, adversary, &bad);
                let mut accounts: Vec<_> = UNEQUAL
                    .into_iter()
                    .zip(owned.iter().map(|owned| !owned))
                    .collect();
                let mut held = budget;
                if adversary == Adversary::Dust {
                    for (stake, _) in &mut accounts {
                        *stake = *stake * share.0 / share.1;
                    }
                    let dust = 300 - accounts.iter().map(|(stake, _)| stake).sum::<u64>();
                    held = dust;
                    accounts.extend((0..dust).map(|_| (1, false)));
                }
                let truth = fait_accompli(&accounts, expected, held);
                let law = law(Scheme::FaitAccompli, expected, &UNEQUAL, share, adversary);
                permanent.push(truth.sure > 0 && truth.bad > 0);
                compare(
                    &law,
                    &truth,
                    expected,
                    &format!("{adversary:?}, τ = {expected}, h = {share:?}"),
                );
            }
        }
    }
    assert!(
        permanent.contains(&true),
        "nowhere are members of both sides permanent"
    );
}

#[test]
fn a_binomial_committee_of_much_stake_is_nearly_poisson() {
    let stakes = [1 << 60, 1 << 58, 1 << 57, 12_345];
    let law = law(Scheme::Binomial, 200, &stakes, (4, 5), Adversary::Dust);
    let (bound, _) = law.live(120).unwrap();
    let poisson = sum(&poisson(&RBig::from(160), 120)).log2().to_f64().value();
    assert!((bound.log2() - poisson).abs() < 1e-9, "{bound:.9} and {poisson}");
}
