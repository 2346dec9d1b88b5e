//! What is said of all rounds at the end.

use serde::Serialize;

use super::rounds::Finished;

/// The summary of a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Summary {
    /// Rounds that became final at every node that ran.
    pub(crate) rounds: u64,
    /// Rounds that took more than one period.
    pub(crate) later_periods: u64,
    /// Transactions in them.
    pub(crate) transactions: u64,
    /// From the first proposal to the last finality, in seconds.
    pub(crate) seconds: f64,
    /// Transactions a second in that time.
    pub(crate) transactions_per_second: f64,
    /// Time to finality in milliseconds that half of the rounds needed at most.
    pub(crate) finality_p50_ms: Option<f64>,
    /// The same for 95 of 100 rounds.
    pub(crate) finality_p95_ms: Option<f64>,
    /// The same for 99 of 100 rounds.
    pub(crate) finality_p99_ms: Option<f64>,
    /// The share of the votes counted in Cert that carried a proof.
    pub(crate) votes_with_proof: Option<f64>,
}

/// Collects rounds.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    times_ms: Vec<f64>,
    rounds: u64,
    later_periods: u64,
    transactions: u64,
    votes: u64,
    votes_with_proof: u64,
    began_us: Option<u64>,
    ended_us: u64,
}

impl Tally {
    /// Adds a round.
    pub(crate) fn add(&mut self, finished: &Finished) {
        let line = &finished.line;
        self.times_ms.extend(line.finality_ms);
        self.rounds += 1;
        self.later_periods += u64::from(line.period > 0);
        self.transactions += line.transactions;
        self.votes += finished.votes;
        self.votes_with_proof += finished.votes_with_proof;
        self.began_us
            .get_or_insert(finished.proposed_us.unwrap_or(finished.final_us));
        self.ended_us = self.ended_us.max(finished.final_us);
    }

    /// The summary of the rounds so far.
    pub(crate) fn summary(&self) -> Summary {
        let mut times_ms = self.times_ms.clone();
        times_ms.sort_by(f64::total_cmp);
        let micros = self
            .ended_us
            .saturating_sub(self.began_us.unwrap_or(self.ended_us));
        let seconds = micros as f64 / 1e6;
        let per_second = if micros == 0 {
            0.0
        } else {
            self.transactions as f64 / seconds
        };
        Summary {
            rounds: self.rounds,
            later_periods: self.later_periods,
            transactions: self.transactions,
            seconds: rounded(seconds),
            transactions_per_second: rounded(per_second),
            finality_p50_ms: percentile(&times_ms, 50),
            finality_p95_ms: percentile(&times_ms, 95),
            finality_p99_ms: percentile(&times_ms, 99),
            votes_with_proof: (self.votes > 0)
                .then(|| rounded(self.votes_with_proof as f64 / self.votes as f64)),
        }
    }
}

impl Summary {
    /// The summary for people.
    pub(crate) fn page(&self) -> String {
        let time = |time: Option<f64>| time.map_or("-".into(), |time| format!("{time:.0} ms"));
        let mut page = format!(
            "\n{} rounds in {:.1} s, {} of them in a later period\n",
            self.rounds, self.seconds, self.later_periods
        );
        page.push_str(&format!(
            "time to finality: p50 {}, p95 {}, p99 {}\n",
            time(self.finality_p50_ms),
            time(self.finality_p95_ms),
            time(self.finality_p99_ms)
        ));
        page.push_str(&format!(
            "{} transactions, {:.1} a second\n",
            self.transactions, self.transactions_per_second
        ));
        if let Some(share) = self.votes_with_proof {
            page.push_str(&format!("{:.0} % of the votes carried a proof\n", share * 100.0));
        }
        page
    }
}

/// The least of the sorted values that `percent` of 100 values do not exceed (nearest rank).
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted.get(rank - 1).copied()
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::super::rounds::RoundLine;
    use super::*;

    fn finished(round: u64, finality_ms: f64) -> Finished {
        Finished {
            line: RoundLine {
                round,
                period: u32::from(round == 3),
                finality_ms: Some(finality_ms),
                transactions: 10,
                seats: 3,
                threshold: 3,
                signers: 3,
                certificate_bytes: 100,
            },
            proposed_us: Some(round * 100_000),
            final_us: round * 100_000 + 50_000,
            votes: 4,
            votes_with_proof: 1,
        }
    }

    #[test]
    fn percentiles_are_by_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&values, 50), Some(50.0));
        assert_eq!(percentile(&values, 99), Some(99.0));
        assert_eq!(percentile(&values[..1], 50), Some(1.0));
        assert_eq!(percentile(&values[..30], 99), Some(30.0));
        assert_eq!(percentile(&[], 50), None);
    }

    #[test]
    fn a_run_is_summed_up() {
        let mut tally = Tally::default();
        for round in 1..=4 {
            tally.add(&finished(round, 10.0 * round as f64));
        }
        let summary = tally.summary();
        assert_eq!(
            (summary.rounds, summary.later_periods, summary.transactions),
            (4, 1, 40)
        );
        assert_eq!(summary.seconds, 0.35);
        assert_eq!(summary.transactions_per_second, 114.286);
        assert_eq!(summary.finality_p50_ms, Some(20.0));
        assert_eq!(summary.votes_with_proof, Some(0.25));
    }

    #[test]
    fn no_rounds_have_a_summary_too() {
        let summary = Tally::default().summary();
        assert_eq!(
            (summary.rounds, summary.seconds, summary.finality_p99_ms),
            (0, 0.0, None)
        );
        assert!(summary.page().contains("p50 -"));
    }
}
