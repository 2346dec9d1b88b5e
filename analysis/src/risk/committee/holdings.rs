//! Who owns what: the honest accounts, those that are silent, and the adversary.

use std::ops::Range;

use crate::stakes::Account;
use crate::{Fraction, Stakes};

use super::Adversary;

/// The accounts of an electorate as the honest and the adversary hold them.
pub(in crate::risk) struct Holdings<'a> {
    stakes: &'a Stakes,
    /// For each account, whether it is silent if it is honest.
    offline: &'a [bool],
    /// Of each honest account, this part is honest, and the rest dust of the adversary.
    share: Fraction,
    /// The accounts, by their places, that the adversary owns.
    bad: Range<usize>,
    /// a·S, rounded down: what the adversary has at most.
    budget: u64,
    honest: Fraction,
}

/// An account, or the honest part of it, in integers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub(super) stake: u64,
    pub(super) is_bad: bool,
    pub(super) is_offline: bool,
}

impl<'a> Holdings<'a> {
    /// For one of the three adversaries; `honest` (h) is at most 1.
    pub(in crate::risk) fn new(
        stakes: &'a Stakes,
        honest: Fraction,
        adversary: Adversary,
        offline: &'a [bool],
    ) -> Self {
        let bad = honest.complement().unwrap_or(Fraction::ONE);
        let budget = times(stakes.total(), bad);
        let accounts = stakes.accounts();
        let (share, bad) = match adversary {
            Adversary::Dust | Adversary::Worst => (honest, 0..0),
            Adversary::Largest => (Fraction::ONE, 0..affordable(accounts.iter(), budget)),
            Adversary::Smallest => {
                let count = affordable(accounts.iter().rev(), budget);
                (
                    Fraction::ONE,
                    accounts.len().saturating_sub(count)..accounts.len(),
                )
            }
        };
        Self {
            stakes,
            offline,
            share,
            bad,
            budget,
            honest,
        }
    }

    /// S.
    pub(in crate::risk) const fn total(&self) -> u64 {
        self.stakes.total()
    }

    /// h.
    pub(super) const fn honest(&self) -> Fraction {
        self.honest
    }

    /// a·S, rounded down.
    pub(super) const fn budget(&self) -> u64 {
        self.budget
    }

    /// The honest part of each honest account.
    pub(in crate::risk) const fn share(&self) -> Fraction {
        self.share
    }

    /// Whether anyone is silent.
    pub(super) fn has_offline(&self) -> bool {
        self.offline.contains(&true)
    }

    /// The whole stakes of the accounts that are honest, of which [`Holdings::share`] is; without those that are silent if
    /// `votes`.
    pub(in crate::risk) fn accounts(&self, votes: bool) -> impl Iterator<Item = u64> {
        let all = self.stakes.accounts().iter().zip(self.offline).enumerate();
        all.filter(move |(place, (_, offline))| !(self.bad.contains(place) || votes && **offline))
            .map(|(_, (account, _))| account.stake)
    }

    /// The stake that is the adversary's: under dust all that it may have.
    pub(super) fn owned(&self) -> u64 {
        if self.share == Fraction::ONE {
            let accounts = self.stakes.accounts().get(self.bad.clone());
            accounts
                .unwrap_or_default()
                .iter()
                .map(|account| account.stake)
                .sum()
        } else {
            self.budget
        }
    }

    /// The honest stake that votes, rounded down.
    pub(super) fn voting(&self) -> u64 {
        if self.has_offline() {
            times(self.accounts(true).sum(), self.share)
        } else {
            // What is not the adversary's, also under dust.
            self.total().saturating_sub(self.owned())
        }
    }

    /// All accounts in descending order, of each its honest part rounded down; and how much stake is dust. Together they
    /// have the whole stake.
    pub(super) fn members(&self) -> (Vec<Member>, u64) {
        let accounts = self.stakes.accounts().iter().zip(self.offline).enumerate();
        let members = accounts.map(|(place, (account, offline))| Member {
            stake: times(account.stake, self.share),
            is_bad: self.bad.contains(&place),
            is_offline: *offline,
        });
        let members: Vec<_> = members.filter(|member| member.stake > 0).collect();
        let sum: u64 = members.iter().map(|member| member.stake).sum();
        let dust = self.total().saturating_sub(sum);
        (members, dust)
    }
}

/// How many accounts, one after another, have at most `budget` together.
fn affordable<'a>(accounts: impl Iterator<Item = &'a Account>, budget: u64) -> usize {
    let sums = accounts.scan(0_u64, |sum, account| {
        *sum = sum.saturating_add(account.stake);
        Some(*sum)
    });
    sums.take_while(|sum| *sum <= budget).count()
}

/// A share of a stake, rounded down.
pub(super) fn times(stake: u64, share: Fraction) -> u64 {
    let product = u128::from(stake) * u128::from(share.numerator());
    // At most the stake, the share being at most 1.
    u64::try_from(product / u128::from(share.denominator())).unwrap_or(stake)
}
