//! `failure`: how likely one committee is to fail, or the committees of a chain.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::{ArgGroup, Args, ValueEnum};
use serde_json::{Map, Value, json};

use crate::risk::{Adversary, Assumptions, CommitteeLaw, Failure, Scheme, chain_risk, profile_risk, share};
use crate::{Fraction, Log2Bound, Stakes};

use super::chain::{self, HorizonArgs};
use super::stake;

/// The committee, and what is known about the electorate.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("known").args(["stake", "profile"]).multiple(true))]
#[command(after_help = "Examples:
  klero-analysis failure --scheme quota --expected 2879 --threshold 1973 --honest 0.8
  klero-analysis failure --scheme quota --expected 961 --threshold 690 --honest 0.8 --stake validators.csv
  klero-analysis failure --profile genesis.json --horizon 10y --round-time 1s")]
pub struct FailureCommand {
    /// All events of a chain with this profile: a .toml file of `tune --out`, JSON, or a genesis with its validators' stakes.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["scheme", "expected", "threshold", "population"])]
    pub profile: Option<PathBuf>,
    /// With --profile: how long, how fast.
    #[command(flatten)]
    pub time: HorizonArgs,
    /// How seats come about.
    #[arg(long, value_enum, default_value = "quota")]
    pub scheme: Scheme,
    /// Seats that are expected, 1 to 2^20; not needed under full.
    #[arg(long, value_name = "SEATS")]
    pub expected: Option<u32>,
    /// Seats that make a quorum; not needed under full.
    #[arg(long, value_name = "SEATS")]
    pub threshold: Option<u64>,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5; with --profile it is that of the targets, if absent.
    #[arg(long, value_name = "SHARE", required_unless_present = "profile")]
    pub honest: Option<Fraction>,
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: Option<PathBuf>,
    /// Where the adversary's stake is, if the stakes are known.
    #[arg(long, value_enum, default_value = "worst", requires = "known")]
    pub adversary: Adversary,
    /// So many of the largest groups of the file do not vote either.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "stake")]
    pub offline_groups: usize,
    /// Under fixed: draw the seats from so many equal members, without putting back. Without this each is drawn by stake.
    #[arg(long, value_name = "N")]
    pub population: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

impl FailureCommand {
    /// Computes and prints the three bounds.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let stakes = self.stake.as_deref().map(stake::open).transpose()?;
        if let Some(path) = &self.profile {
            return self.run_profile(path, stakes, out);
        }
        let honest = self.honest.context("--honest is missing")?;
        let (failure, is_full) = self
            .failure(stakes.as_ref(), honest)
            .map_err(|error| anyhow!("{error}; see `klero-analysis failure --help`"))?;
        if self.json {
            writeln!(out, "{}", self.object(&failure, honest, is_full))?;
            return Ok(());
        }
        self.describe(stakes.as_ref(), honest, is_full, out)?;
        table(&failure, out)
    }

    /// All events of a chain.
    fn run_profile(&self, path: &Path, stakes: Option<Stakes>, out: &mut dyn Write) -> anyhow::Result<()> {
        let (profile, in_genesis) = chain::read(path)?;
        let stakes = stakes.or(in_genesis);
        let honest = self.honest.map_or_else(|| share(&profile), Ok)?;
        let risk = profile_risk(&profile, stakes.as_ref(), &self.assumptions(honest))
            .map_err(|error| anyhow!("{error}; see `klero-analysis failure --help`"))?;
        let horizon = self.time.horizon();
        let over_time = chain_risk(&profile, &risk, &horizon);
        if self.json {
            let object = chain::object(&profile, honest, &risk, &over_time, &horizon);
            return Ok(writeln!(out, "{object}")?);
        }
        chain::describe(&profile, honest, out)?;
        match (&stakes, &self.stake) {
            (Some(stakes), Some(file)) => stake::describe(stakes, file, out)?,
            (Some(stakes), None) => stake::describe(stakes, path, out)?,
            (None, _) => writeln!(out, "whatever the stakes are")?,
        }
        Ok(write!(
            out,
            "\n{}",
            chain::table(&profile, &risk, &over_time, &horizon)
        )?)
    }

    fn assumptions(&self, honest: Fraction) -> Assumptions {
        Assumptions {
            honest,
            adversary: self.adversary,
            offline_groups: self.offline_groups,
            population: self.population,
        }
    }

    fn failure(&self, stakes: Option<&Stakes>, honest: Fraction) -> anyhow::Result<(Failure, bool)> {
        if self.population.is_some() && self.scheme != Scheme::Fixed {
            bail!("--population is for the scheme fixed: the others draw by stake");
        }
        let size = self.expected.zip(self.threshold);
        let (expected, threshold) = match self.scheme {
            // It says nothing there.
            Scheme::Full => (1, 1),
            _ => size.context("--expected and --threshold are missing")?,
        };
        let law = CommitteeLaw::new(self.scheme, expected, stakes, &self.assumptions(honest))?;
        Ok((law.failure(threshold)?, law.is_full()))
    }

    fn object(&self, failure: &Failure, honest: Fraction, is_full: bool) -> Value {
        let mut object = Map::new();
        let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
        put("scheme", json!(self.scheme));
        put("expected", json!(self.expected));
        put("threshold", json!(self.threshold));
        put("honest", json!(honest.to_string()));
        put("full", json!(is_full));
        put("offline_groups", json!(self.offline_groups));
        put("population", json!(self.population));
        put("adversary", json!(failure.worst.map(|_| self.adversary)));
        put_bounds(failure, &mut object);
        object.into()
    }

    fn describe(
        &self,
        stakes: Option<&Stakes>,
        honest: Fraction,
        is_full: bool,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let scheme = name(&self.scheme);
        match self.expected.zip(self.threshold) {
            Some((expected, threshold)) if !is_full => {
                writeln!(
                    out,
                    "{scheme}: {expected} seats expected, threshold {threshold}, honest share {honest}"
                )?;
            }
            _ => {
                let quorum = "a quorum is more than 2/3 of the stake";
                writeln!(
                    out,
                    "{scheme}: everyone is a member, {quorum}, honest share {honest}"
                )?;
            }
        }
        if let Some((stakes, file)) = stakes.zip(self.stake.as_deref()) {
            stake::describe(stakes, file, out)?;
        }
        if self.offline_groups > 0 {
            writeln!(out, "silent besides: the {} largest groups", self.offline_groups)?;
        }
        if let Some(population) = self.population {
            return Ok(writeln!(
                out,
                "the seats are drawn from {population} equal members without putting back"
            )?);
        }
        let note = match (stakes, self.scheme) {
            (_, Scheme::Fixed) => "each seat is drawn by stake, whoever has it",
            (None, Scheme::Full) => "whatever the stakes are",
            (None, _) => WHATEVER,
            (Some(_), _) => return Ok(()),
        };
        Ok(writeln!(out, "{note}")?)
    }
}

/// Each bound as a logarithm and as a number, and the adversary that it holds for.
pub(super) fn put_bounds(failure: &Failure, object: &mut Map<String, Value>) {
    for (name, bound, adversary) in rows(failure) {
        // JSON has no infinity: null is what cannot happen.
        object.insert(format!("{name}_log2"), json!(bound.log2()));
        object.insert(name.to_owned(), json!(bound.decimal()));
        object.insert(format!("{name}_adversary"), json!(adversary));
    }
}

/// In which tails the bounds without stakes are proved.
const WHATEVER: &str =
    "whatever the stakes are: Poisson, proved for fewer honest seats than their mean and for seats
more than one above the mean; what lies nearer to it counts as certain";

/// As it is written on the command line.
pub(super) fn name(value: &impl ValueEnum) -> String {
    let value = value.to_possible_value();
    value.map_or_else(String::new, |value| value.get_name().to_owned())
}

/// The events with their names in JSON.
fn rows(failure: &Failure) -> [(&'static str, Log2Bound, Option<Adversary>); 3] {
    let (risk, worst) = (failure.risk, failure.worst);
    [
        ("live", risk.live, worst.map(|worst| worst.live)),
        ("split", risk.split, worst.map(|worst| worst.split)),
        ("take", risk.take, worst.map(|worst| worst.take)),
    ]
}

fn table(failure: &Failure, out: &mut dyn Write) -> anyhow::Result<()> {
    let by = if failure.worst.is_some() { "adversary" } else { "" };
    let line = |event, log2: String, value: String, by: &str| {
        let line = format!("{event:<37} {log2:<10} {value:<18} {by}");
        line.trim_end().to_owned()
    };
    let head = line("event", "at most".to_owned(), "probability".to_owned(), by);
    writeln!(out, "\n{head}")?;
    let events = [
        "no progress [RISK-1]",
        "two values staged [RISK-2]",
        "forged without honest votes [RISK-4]",
    ];
    for ((_, bound, adversary), event) in rows(failure).into_iter().zip(events) {
        let by = adversary.map_or_else(String::new, |adversary| name(&adversary));
        writeln!(
            out,
            "{}",
            line(event, format!("{bound:.2}"), bound.decimal(), &by)
        )?;
    }
    Ok(())
}
