//! What the launcher prints: results to standard output, remarks to standard error.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::rounds::RoundLine;
use super::summary::Summary;
use crate::output;

/// The last line of JSON.
#[derive(Serialize)]
struct LastLine<'a> {
    summary: &'a Summary,
}

/// Where lines go.
#[derive(Debug)]
pub(crate) struct Screen {
    json: bool,
    bar: Option<ProgressBar>,
}

impl Screen {
    /// Lines for people or as JSON; with a progress bar where a terminal is attached and the number of rounds
    /// is known.
    pub(crate) fn new(json: bool, rounds: Option<u64>) -> Self {
        let is_watched = !json && std::io::stderr().is_terminal();
        let bar = rounds.filter(|_| is_watched).map(|rounds| {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} rounds, {elapsed}");
            ProgressBar::new(rounds).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { json, bar }
    }

    /// Text for people; it is no result where results are JSON.
    pub(crate) fn say(&self, text: &str) -> anyhow::Result<()> {
        if self.json {
            eprint!("{text}");
            return Ok(());
        }
        self.aside(|| output::write(text))
    }

    /// A remark, which is no result.
    pub(crate) fn remark(&self, text: &str) {
        self.aside(|| eprintln!("{text}"));
    }

    /// A finished round.
    pub(crate) fn round(&self, line: &RoundLine) -> anyhow::Result<()> {
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
        if self.json {
            output::json_line(line)
        } else {
            self.aside(|| output::write(&text(line)))
        }
    }

    /// The end.
    pub(crate) fn summary(&self, summary: &Summary) -> anyhow::Result<()> {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        if self.json {
            output::json_line(&LastLine { summary })
        } else {
            output::write(&summary.page())
        }
    }

    /// Prints without disturbing the bar.
    fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }
}

fn text(line: &RoundLine) -> String {
    let time = line.finality_ms.map_or("-".into(), |time| format!("{time:.1}"));
    format!(
        "round {:>5}  period {}  {time:>7} ms  {:>5} transactions  {}/{} seats  {} signers  {} bytes\n",
        line.round,
        line.period,
        line.transactions,
        line.seats,
        line.threshold,
        line.signers,
        line.certificate_bytes
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_one_line() {
        let line = RoundLine {
            round: 12,
            period: 0,
            finality_ms: Some(43.25),
            transactions: 3,
            seats: 712,
            threshold: 690,
            signers: 150,
            certificate_bytes: 9824,
        };
        assert_eq!(
            text(&line),
            "round    12  period 0     43.2 ms      3 transactions  712/690 seats  150 signers  9824 bytes\n"
        );
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"round":12,"period":0,"finality_ms":43.25,"transactions":3,"seats":712,"#.to_owned()
                + r#""threshold":690,"signers":150,"certificate_bytes":9824}"#
        );
    }
}
