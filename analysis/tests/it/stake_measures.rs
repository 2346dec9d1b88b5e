//! Measures of concentration, against their definitions as double sums and as searches over all sets.

use dashu::rational::RBig;
use klero_analysis::{Concentration, Stakes};
use proptest::prelude::*;

use crate::oracle::{big, ratio};

const NETWORK: &str = include_str!("../data/network.csv");

fn near(computed: f64, exact: &RBig, what: &str) {
    let exact: f64 = big(exact).to_f64().value();
    assert!(
        (computed - exact).abs() <= 1e-12 * exact.abs(),
        "{what}: {computed} and {exact}"
    );
}

/// Judges by the definitions, in rationals.
fn judge(computed: &Concentration, stakes: &[u64]) {
    let total: u64 = stakes.iter().sum();
    assert_eq!(computed.count, stakes.len());
    // Half of the mean difference of two holders, as a part of the mean.
    let differences: u128 = stakes
        .iter()
        .flat_map(|a| stakes.iter().map(|b| u128::from(a.abs_diff(*b))))
        .sum();
    let gini = RBig::from(differences) / RBig::from(2 * stakes.len() as u128 * u128::from(total));
    near(computed.gini, &gini, "Gini");
    // The chance that two units drawn at random belong to one holder.
    let hhi = stakes.iter().fold(RBig::ZERO, |sum, stake| {
        sum + ratio(*stake, total) * ratio(*stake, total)
    });
    near(computed.hhi, &hhi, "HHI");
    near(computed.effective, &(RBig::ONE / hhi), "1/HHI");
    let mut descending = stakes.to_vec();
    descending.sort_unstable_by(|a, b| b.cmp(a));
    let largest: Vec<u64> = computed.largest.iter().map(|holder| holder.stake).collect();
    assert_eq!(largest, descending[..5.min(stakes.len())]);
    for holder in &computed.largest {
        near(holder.share, &ratio(holder.stake, total), &holder.name);
    }
}

/// The size of the smallest set of holders with more than `numerator`/`denominator` of all stake.
fn smallest_set(stakes: &[u64], numerator: u64, denominator: u64) -> usize {
    let total: u64 = stakes.iter().sum();
    let sum = |set: u32| -> u64 {
        let members = stakes.iter().enumerate().filter(|(i, _)| set >> i & 1 == 1);
        members.map(|(_, stake)| stake).sum()
    };
    let sets = (0..1_u32 << stakes.len()).filter(|set| sum(*set) * denominator > total * numerator);
    sets.map(|set| set.count_ones() as usize).min().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_few_holders(stakes in prop::collection::vec(1_u64..60, 1..10), unit in 1_u64..1 << 40) {
        let scaled: Vec<u64> = stakes.iter().map(|stake| stake * unit).collect();
        let computed = Stakes::of(scaled.iter().copied()).unwrap().by_account();
        judge(&computed, &scaled);
        prop_assert_eq!(computed.nakamoto_third, smallest_set(&stakes, 1, 3));
        prop_assert_eq!(computed.nakamoto_half, smallest_set(&stakes, 1, 2));
        prop_assert_eq!(computed.nakamoto_two_thirds, smallest_set(&stakes, 2, 3));
    }
}

/// A line of the file, whose only commas besides the two that separate are in quotes.
fn line(line: &str) -> (u64, String) {
    let mut fields = line.splitn(3, ',').skip(1);
    let stake = fields.next().unwrap().parse().unwrap();
    (stake, fields.next().unwrap().trim_matches('"').to_owned())
}

#[test]
fn a_thousand_accounts_and_their_groups() {
    let lines: Vec<_> = NETWORK.lines().skip(1).map(line).collect();
    let stakes = Stakes::read(NETWORK.as_bytes()).unwrap();
    let accounts: Vec<u64> = lines.iter().map(|(stake, _)| *stake).collect();
    judge(&stakes.by_account(), &accounts);

    let mut names: Vec<_> = lines.iter().map(|(_, group)| group).collect();
    names.sort();
    names.dedup();
    let sum = |name| {
        lines
            .iter()
            .filter(|(_, group)| group == name)
            .map(|(stake, _)| stake)
            .sum()
    };
    let groups: Vec<u64> = names.into_iter().map(sum).collect();
    judge(&stakes.by_group().unwrap(), &groups);
}

#[test]
fn exactly_a_third_is_not_more_than_a_third() {
    let computed = Stakes::of([1; 6]).unwrap().by_account();
    assert_eq!(
        (
            computed.nakamoto_third,
            computed.nakamoto_half,
            computed.nakamoto_two_thirds
        ),
        (3, 4, 5)
    );
    assert_eq!((computed.gini, computed.effective), (0.0, 6.0));
}

#[test]
fn an_account_without_a_group_is_one_of_its_own() {
    let stakes = Stakes::read(&b"id,stake,group\na,5,x\nb,4,\nc,3,\nd,2,x\nx,1,\n"[..]).unwrap();
    let groups = stakes.by_group().unwrap();
    let named: Vec<_> = groups
        .largest
        .iter()
        .map(|holder| (holder.name.as_str(), holder.stake))
        .collect();
    assert_eq!(named, [("x", 7), ("b", 4), ("c", 3), ("x", 1)]);
    assert_eq!(Stakes::of([5, 4]).unwrap().by_group(), None);
}
