//! `simulate`: what is computed, measured.

use std::io::{BufRead, Write};

use clap::{Args, Subcommand};

#[cfg(feature = "simulate")]
use super::network::NetworkArgs;
use super::rare::RareCommand;

#[cfg(feature = "simulate")]
const EXAMPLES: &str = "Examples:
  klero-analysis simulate --nodes 7 --rounds 20 --loss 100
  klero-analysis simulate --plan 12 --record storm.run
  klero-analysis simulate --replay storm.run                  step through it
  klero-analysis simulate --replay storm.run --at 500 --node 3
  klero-analysis simulate --profile profile.toml --stake validators.csv --rounds 200 --draws 10000 --seed 1";

#[cfg(not(feature = "simulate"))]
const EXAMPLES: &str = "A network on virtual time needs a program with the simulator: cargo build --release -p klero-analysis --features simulate";

/// What to simulate.
#[derive(Debug, Clone, Args)]
#[command(after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
#[cfg_attr(
    not(feature = "simulate"),
    command(subcommand_required = true, arg_required_else_help = true)
)]
pub struct SimulateCommand {
    /// Something other than a network.
    #[command(subcommand)]
    pub part: Option<SimulatePart>,
    /// The network to run.
    #[cfg(feature = "simulate")]
    #[command(flatten)]
    pub network: NetworkArgs,
}

/// What is simulated other than a network.
#[derive(Debug, Clone, Subcommand)]
pub enum SimulatePart {
    /// How likely a rare event of one committee is, by importance sampling, beside what is computed.
    Rare(RareCommand),
}

impl SimulateCommand {
    /// Runs it.
    pub(super) fn run(&self, input: &mut dyn BufRead, out: &mut dyn Write) -> anyhow::Result<()> {
        match &self.part {
            Some(SimulatePart::Rare(command)) => command.run(out),
            #[cfg(feature = "simulate")]
            None => self.network.run(input, out),
            #[cfg(not(feature = "simulate"))]
            None => {
                // Clap asks for one.
                let _ = input;
                Ok(())
            }
        }
    }
}
