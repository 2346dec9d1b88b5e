//! `simulate` itself: a network on virtual time, run from a seed or replayed from a file.

use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use klero_agreement::sim::storm::{Plan, StormError};
use klero_agreement::sim::{Failure, Run, Simulation};
use serde_json::json;

use super::measure::MeasureArgs;
use super::replay;

/// What to run.
#[derive(Debug, Clone, Args)]
pub struct NetworkArgs {
    /// How many nodes, with one validator each.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub nodes: u16,
    /// How many rounds every node has to finalize.
    #[arg(long, default_value_t = 10)]
    pub rounds: u64,
    /// Messages lost of a thousand.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=999))]
    pub loss: u32,
    /// The seed that everything random follows from.
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Keys, draws and signatures that are real; without this a keyed hash stands for them.
    #[arg(long)]
    pub real: bool,
    /// The storm of this seed instead: a network with random faults of every kind.
    #[arg(long, value_name = "SEED", conflicts_with_all = ["nodes", "rounds", "loss", "seed", "real"])]
    pub plan: Option<u64>,
    /// Write the run to a file, also when it fails.
    #[arg(long, value_name = "FILE", conflicts_with = "replay")]
    pub record: Option<PathBuf>,
    /// Step through the run in a file: commands are read from the terminal, `h` lists them.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["nodes", "rounds", "loss", "seed", "real", "plan"])]
    pub replay: Option<PathBuf>,
    /// Show the nodes just after this event of the replay, and end.
    #[arg(long, value_name = "EVENT", requires = "replay")]
    pub at: Option<usize>,
    /// Of --at: this node alone.
    #[arg(long, requires = "at")]
    pub node: Option<usize>,
    /// List every event of the replay with what it led to, and end.
    #[arg(long, requires = "replay", conflicts_with = "at")]
    pub list: bool,
    /// Print JSON: one object a line.
    #[arg(long)]
    pub json: bool,
    /// A profile to measure instead.
    #[command(flatten)]
    pub measure: MeasureArgs,
}

impl NetworkArgs {
    /// Runs or replays.
    pub(super) fn run(&self, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(profile) = &self.measure.profile {
            return self.measure.run(profile, self.rounds, self.seed, self.json, out);
        }
        if let Some(file) = &self.replay {
            let run = read(file)?;
            return match (self.at, self.list) {
                (Some(event), _) => replay::show(run, event, self.node, self.json, out),
                (None, true) => replay::list(run, self.json, out),
                (None, false) if self.json => {
                    bail!("--json needs --list or --at EVENT: stepping is for people")
                }
                (None, false) => replay::step_through(run, input, out),
            };
        }
        let mut network = self.network()?;
        let ended = match self.plan {
            Some(seed) => Plan::random(seed).run_in(&mut network).map(|_| ()),
            None => {
                let limit = self.rounds.saturating_mul(60_000);
                let reached = network.run_until_round(self.rounds, limit);
                reached.map(|_| ()).map_err(StormError::from)
            }
        };
        self.print(&network, out)?;
        match ended {
            Ok(()) => self.record(&network.run(), out),
            Err(StormError::Failure(failure)) => {
                self.record(&failure.run, out)?;
                Err(self.blame(&failure))
            }
            Err(StormError::Build(error)) => Err(error.into()),
        }
    }

    fn network(&self) -> anyhow::Result<Simulation> {
        if let Some(seed) = self.plan {
            return Ok(Plan::random(seed).network()?);
        }
        let builder = Simulation::builder().nodes(usize::from(self.nodes));
        let builder = builder.seed(self.seed).loss(self.loss);
        Ok(if self.real { builder } else { builder.hashed() }.build()?)
    }

    /// The rounds, as the first node that finalized the most of them saw them.
    fn print(&self, network: &Simulation, out: &mut dyn Write) -> anyhow::Result<()> {
        let heights = network.heights();
        let highest = heights.iter().max();
        let node = heights
            .iter()
            .position(|height| Some(height) == highest)
            .unwrap_or(0);
        if !self.json {
            writeln!(out, "{} nodes, {}", heights.len(), network.crypto())?;
            writeln!(out, "{:>6} {:>7} {:>10}  block", "round", "period", "final at")?;
        }
        for decision in network.decisions(node) {
            let (round, period, at) = (decision.round, decision.period, decision.at);
            let block = decision.block;
            if self.json {
                let line = json!({"round": round, "period": period, "at": at, "block": block});
                writeln!(out, "{line}")?;
            } else {
                writeln!(out, "{round:>6} {period:>7} {at:>7} ms  {}", block.short())?;
            }
        }
        Ok(())
    }

    fn record(&self, run: &Run, out: &mut dyn Write) -> anyhow::Result<()> {
        let Some(file) = &self.record else { return Ok(()) };
        fs::write(file, run.to_string()).with_context(|| format!("{} cannot be written", file.display()))?;
        if !self.json {
            writeln!(out, "{} events are in {}", run.len(), file.display())?;
        }
        Ok(())
    }

    fn blame(&self, failure: &Failure) -> anyhow::Error {
        let help = match &self.record {
            Some(file) => format!(
                "step through it: klero-analysis simulate --replay {}",
                file.display()
            ),
            None => "run it again with --record FILE to step through it".to_owned(),
        };
        anyhow::anyhow!("{failure}\n{help}")
    }
}

fn read(file: &Path) -> anyhow::Result<Run> {
    let text = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    Run::read(&text).with_context(|| format!("{} cannot be replayed", file.display()))
}
