//! The accounts that draw, and whose they are.

use klero_committee::MAX_MEMBERS;
use thiserror::Error;

use crate::risk::Adversary;
use crate::{Fraction, Stakes};

/// Dust is in accounts that expect at most a seat in so many committees.
const FINENESS: u64 = 16;

/// And in so many at least, if it has as many units: their seats are then all but Poisson.
const GRAINS: u64 = 4_096;

/// An account and its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Its stake, at least 1.
    pub stake: u64,
    /// Whether it is the adversary's.
    pub is_bad: bool,
}

/// The accounts of an electorate in descending order of stake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crowd {
    accounts: Vec<Account>,
    total: u64,
}

/// Why no accounts draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CrowdError {
    /// The worst of several.
    #[error("one adversary draws: choose --adversary dust, largest or smallest")]
    Worst,
    /// A share above 1.
    #[error("an honest share of {0}: choose 0 to 1")]
    Honest(Fraction),
    /// Dust in too many accounts.
    #[error("dust makes more than {MAX_MEMBERS} accounts of these: choose --adversary largest or smallest")]
    Dust,
}

impl Crowd {
    /// The accounts of `stakes` beside an adversary with at most the share 1 − `honest`. Dust is what every account loses,
    /// rounded up, in 4,096 equal accounts or more: none expects more than a sixteenth of a seat of `expected`.
    ///
    /// # Errors
    /// [`CrowdError`] for the worst adversary, which is another one for each event, and for too many accounts.
    pub fn new(
        stakes: &Stakes,
        honest: Fraction,
        adversary: Adversary,
        expected: u32,
    ) -> Result<Self, CrowdError> {
        let bad = honest.complement().ok_or(CrowdError::Honest(honest))?;
        let times = |stake: u64, share: Fraction| {
            let product = u128::from(stake) * u128::from(share.numerator());
            (product / u128::from(share.denominator())) as u64
        };
        let all = stakes.accounts().iter().map(|account| account.stake);
        let account = |stake, is_bad| Account { stake, is_bad };
        let accounts = match adversary {
            Adversary::Worst => return Err(CrowdError::Worst),
            Adversary::Dust => dusted(all.map(|stake| times(stake, honest)), stakes.total(), expected)?,
            Adversary::Largest => {
                let mut left = times(stakes.total(), bad);
                all.map(|stake| account(stake, buys(&mut left, stake))).collect()
            }
            Adversary::Smallest => {
                let mut left = times(stakes.total(), bad);
                let ascending = all.rev();
                let mut accounts: Vec<_> = ascending
                    .map(|stake| account(stake, buys(&mut left, stake)))
                    .collect();
                accounts.reverse();
                accounts
            }
        };
        let total = accounts.iter().map(|account| account.stake).sum();
        Ok(Self { accounts, total })
    }

    /// The accounts.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// Their stakes.
    pub fn stakes(&self) -> Vec<u64> {
        self.accounts.iter().map(|account| account.stake).collect()
    }

    /// The adversary's accounts and their share of all stake.
    pub fn bad(&self) -> (usize, f64) {
        let bad: Vec<u64> = self
            .accounts
            .iter()
            .filter(|account| account.is_bad)
            .map(|account| account.stake)
            .collect();
        (bad.len(), bad.iter().sum::<u64>() as f64 / self.total as f64)
    }
}

/// Pays a stake; once one is too expensive nothing is left for others.
const fn buys(left: &mut u64, stake: u64) -> bool {
    match left.checked_sub(stake) {
        Some(rest) => {
            *left = rest;
            true
        }
        None => {
            *left = 0;
            false
        }
    }
}

/// The honest parts of all accounts, and equal ones with the rest.
fn dusted(honest: impl Iterator<Item = u64>, total: u64, expected: u32) -> Result<Vec<Account>, CrowdError> {
    let mut accounts: Vec<Account> = honest
        .filter(|stake| *stake > 0)
        .map(|stake| Account { stake, is_bad: false })
        .collect();
    let dust = accounts
        .iter()
        .fold(total, |left, account| left.saturating_sub(account.stake));
    let most = (total / (FINENESS * u64::from(expected).max(1))).max(1);
    let count = dust.div_ceil(most).max(GRAINS.min(dust));
    if accounts.len() as u64 + count > MAX_MEMBERS as u64 {
        return Err(CrowdError::Dust);
    }
    // The first ones have a unit more.
    let stake = |place| dust / count + u64::from(place < dust % count);
    accounts.extend((0..count).map(|place| Account {
        stake: stake(place),
        is_bad: true,
    }));
    accounts.sort_by_key(|account| std::cmp::Reverse(account.stake));
    Ok(accounts)
}
