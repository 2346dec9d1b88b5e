//! What many scenarios came to.

use std::collections::BTreeMap;
use std::fmt;

use super::{Outcome, PERIODS};

/// Counts over outcomes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many outcomes.
    pub runs: u64,
    /// By the first period in which somebody saw round 1 decided; the last stands for itself and all later ones.
    pub first_decided: [u64; PERIODS + 2],
    /// The final block is older than the period that decided it.
    pub carried: u64,
    /// Processes saw round 1 decided in different periods.
    pub in_several: u64,
    /// As in [`Outcome`].
    pub two_faced: u64,
    /// As in [`Outcome`].
    pub torn: u64,
    /// As in [`Outcome`].
    pub two_staged: u64,
    /// As in [`Outcome`].
    pub went_on: u64,
    /// Outcomes by how long they took, in virtual seconds.
    pub seconds: BTreeMap<u64, u64>,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, outcome: &Outcome) {
        let first = outcome.decided.first().copied().unwrap_or(0) as usize;
        let last = outcome.decided.last().copied().unwrap_or(0);
        self.runs += 1;
        if let Some(count) = self.first_decided.get_mut(first.min(PERIODS + 1)) {
            *count += 1;
        }
        self.carried += u64::from(outcome.made < last);
        self.in_several += u64::from(outcome.decided.len() > 1);
        self.two_faced += u64::from(outcome.two_faced);
        self.torn += u64::from(outcome.torn);
        self.two_staged += u64::from(outcome.two_staged);
        self.went_on += u64::from(outcome.went_on);
        *self.seconds.entry(outcome.took.div_ceil(1_000)).or_insert(0) += 1;
    }

    /// Counts what another one counted.
    pub fn merge(&mut self, other: &Self) {
        self.runs += other.runs;
        for (own, more) in self.first_decided.iter_mut().zip(other.first_decided) {
            *own += more;
        }
        self.carried += other.carried;
        self.in_several += other.in_several;
        self.two_faced += other.two_faced;
        self.torn += other.torn;
        self.two_staged += other.two_staged;
        self.went_on += other.went_on;
        for (seconds, count) in &other.seconds {
            *self.seconds.entry(*seconds).or_insert(0) += count;
        }
    }

    /// The longest run in virtual seconds, rounded up.
    pub fn longest(&self) -> u64 {
        self.seconds.last_key_value().map_or(0, |(seconds, _)| *seconds)
    }

    /// The virtual seconds within which half of the runs were over, rounded up.
    pub fn median(&self) -> u64 {
        let mut below = 0;
        let mut over = self.seconds.iter().filter(|(_, count)| {
            below += **count;
            2 * below >= self.runs
        });
        over.next().map_or(0, |(seconds, _)| *seconds)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            runs,
            first_decided: [zero, one, two, three, later],
            ..
        } = self;
        writeln!(f, "runs                                           {runs:>8}")?;
        writeln!(f, "round 1 first decided in period 0              {zero:>8}")?;
        writeln!(f, "                                1              {one:>8}")?;
        writeln!(f, "                                2              {two:>8}")?;
        writeln!(f, "                                3              {three:>8}")?;
        writeln!(f, "                         a later one           {later:>8}")?;
        writeln!(
            f,
            "... a block that is older than the period      {:>8}",
            self.carried
        )?;
        writeln!(
            f,
            "processes saw it decided in different periods  {:>8}",
            self.in_several
        )?;
        writeln!(
            f,
            "others voted in later periods than a decision  {:>8}",
            self.went_on
        )?;
        writeln!(
            f,
            "twins signed two values in one role            {:>8}",
            self.two_faced
        )?;
        writeln!(
            f,
            "others voted Soft for two blocks in a period   {:>8}",
            self.torn
        )?;
        writeln!(
            f,
            "Cert votes for two blocks in round 1           {:>8}",
            self.two_staged
        )?;
        writeln!(
            f,
            "virtual seconds for three rounds, median       {:>8}",
            self.median()
        )?;
        writeln!(
            f,
            "                                  longest      {:>8}",
            self.longest()
        )
    }
}
