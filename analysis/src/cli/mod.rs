//! The command line: `klero-analysis …`. `klero analysis …` offers all but plots and reports, which a node has no use for.

mod chain;
mod compare;
mod failure;
#[cfg(feature = "simulate")]
mod measure;
#[cfg(feature = "simulate")]
mod measure_rare;
#[cfg(feature = "simulate")]
mod network;
mod origin;
mod parts;
#[cfg(feature = "report")]
mod plot;
mod progress;
mod published;
mod rare;
#[cfg(feature = "simulate")]
mod replay;
#[cfg(feature = "report")]
mod report;
mod simulate;
mod stake;
mod tail;
mod tune;

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use compare::CompareCommand;
pub use failure::FailureCommand;
#[cfg(feature = "simulate")]
pub use measure::MeasureArgs;
#[cfg(feature = "simulate")]
pub use network::NetworkArgs;
pub use parts::PartArgs;
#[cfg(feature = "report")]
pub use plot::{
    CommitteeArgs, FailurePlot, GivenCommitteeArgs, HonestPlot, OfflinePlot, OutArgs, PlotCommand,
    SchemesPlot, StakePlot, ThresholdPlot,
};
pub use published::PublishedCommand;
pub use rare::RareCommand;
#[cfg(feature = "report")]
pub use report::ReportCommand;
pub use simulate::{SimulateCommand, SimulatePart};
pub use stake::StakeCommand;
pub use tail::{Chances, EventArgs, Question, TailCommand};
pub use tune::TuneCommand;

/// How likely a committee is to fail, as bounds that are never too small.
#[derive(Debug, Clone, Parser)]
#[command(name = "klero-analysis", version, arg_required_else_help = true)]
pub struct Cli {
    /// What to compute.
    #[command(subcommand)]
    pub command: AnyCommand,
}

/// The commands of `klero-analysis`.
#[derive(Debug, Clone, Subcommand)]
pub enum AnyCommand {
    /// Those that another program may take in as well.
    #[command(flatten)]
    Command(Command),
    /// Plots as SVG or PNG.
    #[cfg(feature = "report")]
    #[command(subcommand, arg_required_else_help = true)]
    Plot(PlotCommand),
    /// A page about a network: which committees, why, at what cost, and what if.
    #[cfg(feature = "report")]
    Report(ReportCommand),
}

impl AnyCommand {
    /// Computes and writes the result to `out`.
    ///
    /// # Errors
    /// As [`Command::run`].
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Command(command) => command.run(out),
            #[cfg(feature = "report")]
            Self::Plot(command) => command.run(out),
            #[cfg(feature = "report")]
            Self::Report(command) => command.run(out),
        }
    }
}

/// The commands that `klero analysis` has, too.
#[derive(Debug, Clone, Subcommand)]
pub enum Command {
    /// The chance that a number drawn from a distribution is beyond k.
    #[command(subcommand, arg_required_else_help = true)]
    Tail(TailCommand),
    /// The published figures of others, computed again: which reproduce, which do not.
    Published(PublishedCommand),
    /// How likely one committee is to fail.
    Failure(FailureCommand),
    /// The seat schemes side by side on one stake file.
    Compare(CompareCommand),
    /// The smallest committee that keeps what is asked for.
    Tune(TuneCommand),
    /// How concentrated the stake of a network is.
    Stake(StakeCommand),
    /// Measure what is computed: rare events of one committee, or a network on virtual time.
    Simulate(SimulateCommand),
}

impl Command {
    /// Computes and writes the result to `out`.
    ///
    /// # Errors
    /// What is wrong with the question and which command helps, or why `out` takes no more.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Tail(command) => command.run(out),
            Self::Published(command) => command.run(out),
            Self::Failure(command) => command.run(out),
            Self::Compare(command) => command.run(out),
            Self::Tune(command) => command.run(out),
            Self::Stake(command) => command.run(out),
            Self::Simulate(command) => command.run(&mut io::stdin().lock(), out),
        }
    }
}

/// Runs the command in `args`, of which the first is the name of the program: results go to standard output,
/// errors to standard error. The status is 0 only if the result was written, 1 if there is none, and 2 for
/// arguments that are no command.
pub fn cli(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version come this way as well; clap knows where each is printed.
            let printed = error.print().is_ok();
            return if printed && !error.use_stderr() {
                ExitCode::SUCCESS
            } else {
                ExitCode::from(2)
            };
        }
    };
    let mut out = io::stdout().lock();
    match cli.command.run(&mut out).and_then(|()| Ok(out.flush()?)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where standard error is closed, the status alone tells.
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
