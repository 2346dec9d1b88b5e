//! Who owns what, read from the definitions of the adversaries and not from what the bounds make of them.

use crate::risk::{Adversary, Assumptions};
use crate::{Fraction, Stakes};

/// The accounts of the honest and of the adversary.
pub(super) struct Owners<'a> {
    stakes: &'a Stakes,
    /// Of each account, whether it is the adversary's.
    bad: Vec<bool>,
    /// Of each account, whether it is silent if it is honest.
    silent: Vec<bool>,
    /// What of each honest account is honest.
    part: Fraction,
    /// ⌊a·S⌋.
    budget: u64,
}

/// The honest part of an account, or an account of the adversary.
pub(super) struct Member {
    pub(super) stake: u64,
    pub(super) is_bad: bool,
    pub(super) is_silent: bool,
}

impl<'a> Owners<'a> {
    /// The adversary takes whole accounts, from the largest or smallest on, until one is beyond its budget; or the same
    /// part of all.
    pub(super) fn new(stakes: &'a Stakes, assumptions: &Assumptions) -> Self {
        let honest = assumptions.honest;
        let kept = share(stakes.total(), honest, u128::div_ceil);
        let budget = stakes.total().saturating_sub(kept);
        let count = stakes.accounts().len();
        let mut bad = vec![false; count];
        let places: Vec<usize> = match assumptions.adversary {
            Adversary::Largest => (0..count).collect(),
            Adversary::Smallest => (0..count).rev().collect(),
            Adversary::Dust | Adversary::Worst => Vec::new(),
        };
        let part = if places.is_empty() { honest } else { Fraction::ONE };
        let mut left = budget;
        for place in places {
            match left.checked_sub(stakes.accounts()[place].stake) {
                Some(rest) => (left, bad[place]) = (rest, true),
                None => break,
            }
        }
        Self {
            stakes,
            bad,
            silent: stakes.in_largest_groups(assumptions.offline_groups),
            part,
            budget,
        }
    }

    pub(super) const fn total(&self) -> u64 {
        self.stakes.total()
    }

    pub(super) const fn part(&self) -> Fraction {
        self.part
    }

    pub(super) const fn budget(&self) -> u64 {
        self.budget
    }

    fn accounts(&self) -> impl Iterator<Item = Member> {
        let accounts = self.stakes.accounts().iter().zip(&self.bad).zip(&self.silent);
        accounts.map(|((account, bad), silent)| Member {
            stake: account.stake,
            is_bad: *bad,
            is_silent: *silent,
        })
    }

    /// The whole stakes of honest accounts, of which [`Owners::part`] is honest; of those who vote, or of all.
    pub(super) fn good(&self, votes: bool) -> impl Iterator<Item = u64> {
        let good = self
            .accounts()
            .filter(move |member| !(member.is_bad || votes && member.is_silent));
        good.map(|member| member.stake)
    }

    /// The stakes of the adversary's accounts.
    pub(super) fn bad(&self) -> impl Iterator<Item = u64> {
        self.accounts()
            .filter(|member| member.is_bad)
            .map(|member| member.stake)
    }

    /// The honest units of stake. What dust takes of all is a whole number.
    pub(super) fn units(&self, votes: bool) -> u64 {
        let stake: u64 = self.good(votes).sum();
        if self.part == Fraction::ONE {
            stake
        } else if stake == self.total() {
            stake.saturating_sub(self.budget)
        } else {
            share(stake, self.part, |above, below| above / below)
        }
    }

    /// All honest parts and accounts of the adversary with at least one unit, in descending order.
    pub(super) fn members(&self) -> Vec<Member> {
        let members = self.accounts().map(|member| Member {
            stake: share(member.stake, self.part, |above, below| above / below),
            ..member
        });
        members.filter(|member| member.stake > 0).collect()
    }

    /// The units of the adversary that are in no account of the file.
    pub(super) fn dust(&self) -> u64 {
        if self.part == Fraction::ONE {
            return 0;
        }
        self.budget
    }
}

fn share(stake: u64, part: Fraction, divide: fn(u128, u128) -> u128) -> u64 {
    let product = u128::from(stake) * u128::from(part.numerator());
    divide(product, u128::from(part.denominator())) as u64
}

/// [SEAT-3]: i* − 1 and ρ(i*), for the first i with (1 − s/ρ)² ≥ (n − i)/(n − i + 1). None where nobody draws.
pub(super) fn split(expected: u32, total: u64, stakes: impl Iterator<Item = u64>) -> Option<(u32, u64)> {
    let mut rest = total;
    for (permanent, stake) in (0..expected).zip(stakes) {
        let others = f64::from(expected.saturating_sub(permanent));
        let left = 1.0 - stake as f64 / rest as f64;
        if left * left >= (others - 1.0) / others {
            return (others < rest as f64).then_some((permanent, rest));
        }
        rest = rest.saturating_sub(stake);
    }
    None
}
