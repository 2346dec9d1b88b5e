//! How concentrated stake is, by account and by group.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Account, Stakes};

/// How many of the largest are listed.
const LARGEST: usize = 5;

/// Who holds how much.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Holder {
    /// The account or the group.
    pub name: String,
    /// In the unit of [`Stakes::total`].
    pub stake: u64,
    /// Its part of the total stake, 0 to 1.
    pub share: f64,
}

/// Measures of the concentration of stake among holders: accounts, or groups.
///
/// They describe and bound nothing: the integers behind them are exact, and each is divided once, as a float.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Concentration {
    /// How many holders there are (n).
    pub count: usize,
    /// The fewest holders with more than a third of the stake together: enough to stop a network whose quorum is
    /// two thirds. Nakamoto coefficient: Srinivasan and Lee, "Quantifying Decentralization" (2017).
    pub nakamoto_third: usize,
    /// The fewest with more than half.
    pub nakamoto_half: usize,
    /// The fewest with more than two thirds.
    pub nakamoto_two_thirds: usize,
    /// The Gini coefficient Σ (2i − n − 1)·s(i) / (n·S), i from 1 in ascending order: 0 if all hold the same, and
    /// near 1 if one holds nearly all.
    pub gini: f64,
    /// The Herfindahl-Hirschman index Σ (s/S)², 1/n to 1.
    pub hhi: f64,
    /// 1/HHI: as many equal holders would have the same index.
    pub effective: f64,
    /// The largest, five at most, in descending order.
    pub largest: Vec<Holder>,
}

impl Stakes {
    /// The concentration among accounts.
    pub fn by_account(&self) -> Concentration {
        let accounts = self.accounts().iter();
        let holders = accounts.map(|account| (account.id.as_str(), account.stake));
        concentration(holders.collect(), self.total())
    }

    /// The concentration among groups; none without a column of groups. An account without a group is one of its
    /// own.
    pub fn by_group(&self) -> Option<Concentration> {
        let groups = self.is_grouped().then(|| self.groups())?;
        let holders = groups.into_iter().map(|(key, stake)| (key.name(), stake));
        Some(concentration(holders.collect(), self.total()))
    }

    /// The largest groups, `count` at most, in descending order; an account without a group is one of its own.
    pub fn largest_groups(&self, count: usize) -> Vec<Holder> {
        let groups = self.groups().into_iter().take(count);
        groups
            .map(|(key, stake)| holder(key.name(), stake, self.total()))
            .collect()
    }

    /// For each account, in their order, whether it belongs to one of the `count` largest groups.
    pub(crate) fn in_largest_groups(&self, count: usize) -> Vec<bool> {
        let groups = self.groups().into_iter().take(count);
        let largest: BTreeSet<_> = groups.map(|(key, _)| key).collect();
        let accounts = self.accounts().iter();
        accounts
            .map(|account| largest.contains(&Key::of(account)))
            .collect()
    }

    /// The groups with their stakes in descending order, equal stakes by ascending name.
    fn groups(&self) -> Vec<(Key<'_>, u64)> {
        let mut groups = BTreeMap::<_, u64>::new();
        for account in self.accounts() {
            let stake = groups.entry(Key::of(account)).or_default();
            // At most the total.
            *stake = stake.saturating_add(account.stake);
        }
        let mut groups: Vec<_> = groups.into_iter().collect();
        groups.sort_by_key(|(_, stake)| Reverse(*stake));
        groups
    }
}

/// A group, or an account without one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key<'a> {
    Group(&'a str),
    Alone(&'a str),
}

impl<'a> Key<'a> {
    fn of(account: &'a Account) -> Self {
        match &account.group {
            Some(group) => Self::Group(group),
            None => Self::Alone(&account.id),
        }
    }

    const fn name(self) -> &'a str {
        match self {
            Self::Group(name) | Self::Alone(name) => name,
        }
    }
}

/// Of holders in descending order with `total` stake in sum.
fn concentration(holders: Vec<(&str, u64)>, total: u64) -> Concentration {
    let stakes = || holders.iter().map(|(_, stake)| u128::from(*stake));
    let whole = u128::from(total);
    // Stakes are at most 2^63 in sum, so squares are at most 2^126 in sum.
    let squares: u128 = stakes().map(|stake| stake * stake).sum();
    let count = holders.len();
    let ranks = (0..count as i128).map(|place| count as i128 - 1 - 2 * place);
    let spread: i128 = stakes()
        .zip(ranks)
        .map(|(stake, rank)| rank * stake as i128)
        .sum();
    let nakamoto = |numerator: u128, denominator: u128| {
        let mut sum = 0;
        let reached = |stake: u128| {
            sum += stake;
            sum * denominator > whole * numerator
        };
        stakes().map(reached).take_while(|reached| !reached).count() + 1
    };
    let largest = holders
        .iter()
        .take(LARGEST)
        .map(|&(name, stake)| holder(name, stake, total));
    Concentration {
        count,
        nakamoto_third: nakamoto(1, 3),
        nakamoto_half: nakamoto(1, 2),
        nakamoto_two_thirds: nakamoto(2, 3),
        gini: spread as f64 / (count as u128 * whole) as f64,
        hhi: squares as f64 / (whole * whole) as f64,
        effective: (whole * whole) as f64 / squares as f64,
        largest: largest.collect(),
    }
}

fn holder(name: &str, stake: u64, total: u64) -> Holder {
    Holder {
        name: name.to_owned(),
        stake,
        share: stake as f64 / total as f64,
    }
}
