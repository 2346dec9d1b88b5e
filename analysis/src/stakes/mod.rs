//! Stake files: who holds how much, and how concentrated that is.
//!
//! # The format
//!
//! Comma-separated values with the header `id,stake` or `id,stake,group`, one account a line. A group is whoever
//! may fail at once: an operator, a hosting network. A field may stand in double quotes, in which a comma is
//! text and two quotes are one. Lines end with a line feed, with or without a carriage return.
//!
//! Stakes are positive integers of any length. If they add up to more than 2^63, all of them are divided by one
//! power of ten, [`Stakes::scale`], the smallest that makes them fit; each quotient is rounded down, and accounts
//! of which nothing is left are left out, [`Stakes::dropped`]. The total stays above 9·10^17 then and loses less than
//! one unit an account: no share changes by more than 10^-13.

mod concentration;
mod parse;

use std::cmp::Reverse;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use klero_committee::sampling::MAX_TOTAL;
use thiserror::Error;

pub use concentration::{Concentration, Holder};

/// The most accounts of a file: as many as an electorate may have members.
pub const MAX_ACCOUNTS: usize = 1 << 16;

/// The longest line of a file, in bytes.
pub const MAX_LINE: usize = 4096;

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// What it is called.
    pub id: String,
    /// At least 1, in units of 10^[`Stakes::scale`].
    pub stake: u64,
    /// With whom it may fail at once; none if the field is empty or there is no such column.
    pub group: Option<String>,
}

/// The accounts of a network in descending order of stake, equal stakes by ascending id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stakes {
    accounts: Vec<Account>,
    total: u64,
    scale: usize,
    dropped: usize,
    grouped: bool,
}

/// Why a stake file was refused.
#[derive(Debug, Error)]
pub enum StakesError {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Read(#[from] io::Error),
    /// A line is wrong.
    #[error("line {line}: {cause}")]
    Line {
        /// Which, from 1.
        line: usize,
        /// What is wrong with it.
        cause: LineError,
    },
    /// Nobody has any stake.
    #[error("there is no account: write one a line under the header id,stake or id,stake,group")]
    Empty,
}

/// What is wrong with a line of a stake file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    /// Not the names of the columns.
    #[error("the header is `{0}`: it must be id,stake or id,stake,group")]
    Header(String),
    /// Too few or too many fields.
    #[error("{found} fields, and the header names {expected}; a field with a comma stands in double quotes")]
    Columns {
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// Nothing stands on the line.
    #[error("it is empty")]
    Blank,
    /// The account has no name.
    #[error("the id is empty")]
    NoId,
    /// Two accounts with one name.
    #[error("the id `{id}` stands on line {first} already")]
    Twice {
        /// The name.
        id: String,
        /// Where it stood before.
        first: usize,
    },
    /// A stake that is not made of digits.
    #[error("the stake `{0}` is not an integer: digits only, in the smallest unit")]
    Number(String),
    /// A stake of 0.
    #[error("the stake is 0: leave out who has none")]
    Zero,
    /// A stake below 0.
    #[error("the stake `{0}` is negative")]
    Negative(String),
    /// A quote that does not open or close a field.
    #[error("a double quote neither opens nor closes a field; inside of one write two")]
    Quote,
    /// Bytes that are no text.
    #[error("it is not UTF-8")]
    Text,
    /// A line beyond the limit.
    #[error("it is longer than {MAX_LINE} bytes")]
    Long,
    /// An account beyond the limit.
    #[error("there are more than {MAX_ACCOUNTS} accounts, the most an electorate may have")]
    Many,
}

impl Stakes {
    /// The accounts of a file.
    ///
    /// # Errors
    /// [`StakesError`], with the line for what is malformed.
    pub fn open(path: &Path) -> Result<Self, StakesError> {
        Self::read(BufReader::new(File::open(path)?))
    }

    /// The accounts of a text.
    ///
    /// # Errors
    /// As [`Stakes::open`].
    pub fn read(text: impl BufRead) -> Result<Self, StakesError> {
        let (rows, grouped) = parse::rows(text)?;
        let (scale, quotients) = scaled(rows.iter().map(|row| row.digits.as_str()));
        let all = rows.len();
        let accounts = rows.into_iter().zip(quotients);
        let accounts = accounts.map(|(row, stake)| Account {
            id: row.id,
            stake,
            group: row.group,
        });
        let accounts: Vec<_> = accounts.filter(|account| account.stake > 0).collect();
        let dropped = all.saturating_sub(accounts.len());
        Self::sorted(accounts, scale, dropped, grouped)
    }

    /// Accounts without groups, called by their places from 0, for stakes that are known otherwise. Stakes of 0
    /// are left out.
    ///
    /// # Errors
    /// [`StakesError::Empty`] when none is left.
    pub fn of(stakes: impl IntoIterator<Item = u64>) -> Result<Self, StakesError> {
        let stakes: Vec<_> = stakes.into_iter().map(|stake| stake.to_string()).collect();
        let (scale, quotients) = scaled(stakes.iter().map(String::as_str));
        let accounts = quotients.into_iter().enumerate();
        let accounts = accounts.map(|(place, stake)| Account {
            id: place.to_string(),
            stake,
            group: None,
        });
        let accounts: Vec<_> = accounts.filter(|account| account.stake > 0).collect();
        let dropped = stakes.len().saturating_sub(accounts.len());
        Self::sorted(accounts, scale, dropped, false)
    }

    /// The sum of the stakes is at most 2^63.
    fn sorted(
        mut accounts: Vec<Account>,
        scale: usize,
        dropped: usize,
        grouped: bool,
    ) -> Result<Self, StakesError> {
        accounts.sort_by(|a, b| (Reverse(a.stake), &a.id).cmp(&(Reverse(b.stake), &b.id)));
        let total = accounts.iter().map(|account| account.stake).sum();
        if accounts.is_empty() {
            return Err(StakesError::Empty);
        }
        Ok(Self {
            accounts,
            total,
            scale,
            dropped,
            grouped,
        })
    }

    /// The accounts in descending order of stake.
    pub fn accounts(&self) -> &[Account] {
        &self.accounts
    }

    /// The sum of all stakes (S), 1 to 2^63, in units of 10^[`Stakes::scale`].
    pub const fn total(&self) -> u64 {
        self.total
    }

    /// The stakes are those of the file divided by 10 to this power: 0 unless they exceed 2^63 in sum.
    pub const fn scale(&self) -> usize {
        self.scale
    }

    /// How many accounts are left out because nothing is left of their stake after the division.
    pub const fn dropped(&self) -> usize {
        self.dropped
    }

    /// Whether there is a column of groups.
    pub const fn is_grouped(&self) -> bool {
        self.grouped
    }
}

/// The smallest power of ten by which these positive integers, without leading zeros, have to be divided so that
/// their quotients, rounded down, add up to at most 2^63; and the quotients.
fn scaled<'a>(digits: impl Iterator<Item = &'a str> + Clone) -> (usize, Vec<u64>) {
    let longest = digits.clone().map(str::len).max().unwrap_or(0);
    // 2^63 has 19 digits.
    let mut scale = longest.saturating_sub(19);
    loop {
        let quotients: Option<Vec<u64>> = digits.clone().map(|digits| quotient(digits, scale)).collect();
        let fits = |stakes: &Vec<u64>| {
            let sum: u128 = stakes.iter().map(|stake| u128::from(*stake)).sum();
            sum <= u128::from(MAX_TOTAL)
        };
        if let Some(quotients) = quotients.filter(fits) {
            return (scale, quotients);
        }
        scale = scale.saturating_add(1);
    }
}

/// An integer without its last `scale` digits, if that has at most 64 bits.
fn quotient(digits: &str, scale: usize) -> Option<u64> {
    match digits.len().checked_sub(scale) {
        None | Some(0) => Some(0),
        Some(length) => digits.get(..length)?.parse().ok(),
    }
}
