//! `compare`: the schemes side by side.

use std::io::Write;
use std::path::PathBuf;

use anyhow::anyhow;
use clap::{Args, ValueEnum};
use klero_committee::CommitteeSize;
use serde_json::{Map, Value, json};

use crate::risk::{Adversary, Assumptions, Cost, Failure, RiskError, Scheme, committee_cost, committee_risk};
use crate::{Fraction, Log2Bound, Stakes};

use super::failure::{self, name};
use super::stake;

/// One committee, under every scheme.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis compare --stake validators.csv --expected 961 --threshold 690 --honest 0.8

`klero-analysis plot compare` draws the schemes against the size.")]
pub struct CompareCommand {
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: PathBuf,
    /// Seats that are expected, 1 to 2^20.
    #[arg(long, value_name = "SEATS")]
    pub expected: u32,
    /// Seats that make a quorum; under full it is two thirds of the stake.
    #[arg(long, value_name = "SEATS")]
    pub threshold: u64,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5.
    #[arg(long, value_name = "SHARE")]
    pub honest: Fraction,
    /// Where the adversary's stake is.
    #[arg(long, value_enum, default_value = "worst")]
    pub adversary: Adversary,
    /// So many of the largest groups of the file do not vote either.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offline_groups: usize,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

type Row = (Scheme, Cost, Failure);

impl CompareCommand {
    /// Computes every scheme and prints the table.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let stakes = stake::open(&self.stake)?;
        let rows = Scheme::value_variants()
            .iter()
            .map(|scheme| self.row(*scheme, &stakes));
        let rows = rows
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| anyhow!("{error}; see `klero-analysis compare --help`"))?;
        if self.json {
            writeln!(out, "{}", self.object(&rows))?;
            return Ok(());
        }
        let (expected, threshold, honest) = (self.expected, self.threshold, self.honest);
        writeln!(
            out,
            "{expected} seats expected, threshold {threshold}, honest share {honest}"
        )?;
        stake::describe(&stakes, &self.stake, out)?;
        if self.offline_groups > 0 {
            writeln!(out, "silent besides: the {} largest groups", self.offline_groups)?;
        }
        table(&rows, out)
    }

    fn row(&self, scheme: Scheme, stakes: &Stakes) -> Result<Row, RiskError> {
        let size = CommitteeSize {
            expected: self.expected,
            threshold: self.threshold,
        };
        let assumptions = Assumptions {
            honest: self.honest,
            adversary: self.adversary,
            offline_groups: self.offline_groups,
            population: None,
        };
        let cost = committee_cost(scheme, size, stakes)?;
        Ok((
            scheme,
            cost,
            committee_risk(scheme, size, Some(stakes), &assumptions)?,
        ))
    }

    fn object(&self, rows: &[Row]) -> Value {
        let rows = rows.iter().map(|(scheme, cost, failure)| {
            let mut object = Map::new();
            object.insert("scheme".to_owned(), json!(scheme));
            object.extend(json!(cost).as_object().cloned().unwrap_or_default());
            failure::put_bounds(failure, &mut object);
            Value::from(object)
        });
        json!({
            "expected": self.expected,
            "threshold": self.threshold,
            "honest": self.honest.to_string(),
            "adversary": self.adversary,
            "offline_groups": self.offline_groups,
            "schemes": rows.collect::<Vec<_>>(),
        })
    }
}

fn table(rows: &[Row], out: &mut dyn Write) -> anyhow::Result<()> {
    let mut line = |cells: [String; 9]| -> anyhow::Result<()> {
        let [scheme, seats, voters, proofs, bytes, bls, live, split, take] = cells;
        Ok(writeln!(
            out,
            "{scheme:<14}{seats:>8}{voters:>9}{proofs:>8}{bytes:>8}{bls:>10}  {live:>11} {split:>11} {take:>11}"
        )?)
    };
    line(["", "", "", "", "bytes", "bytes", "no", "two values", "forged"].map(str::to_owned))?;
    line(
        [
            "scheme", "seats", "voters", "proofs", "sr25519", "bls12381", "progress", "staged", "alone",
        ]
        .map(str::to_owned),
    )?;
    for (scheme, cost, Failure { risk, .. }) in rows {
        let number = |value: Option<f64>| value.map_or_else(|| "-".to_owned(), |value| format!("{value:.0}"));
        let bound = |bound: Log2Bound| format!("{bound:.2}");
        line([
            name(scheme),
            number(cost.seats),
            number(Some(cost.voters)),
            number(cost.proofs),
            number(cost.bytes),
            number(cost.bytes_bls12381),
            bound(risk.live),
            bound(risk.split),
            bound(risk.take),
        ])?;
    }
    Ok(())
}
