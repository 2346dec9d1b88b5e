//! The arguments of each plot.

use std::path::PathBuf;

use clap::Args;

use crate::Fraction;
use crate::cli::tune::bits;
use crate::risk::{Adversary, Scheme};

/// Where the picture goes.
#[derive(Debug, Clone, Args)]
pub struct OutArgs {
    /// The new file: its name ends in .svg or .png.
    #[arg(long, value_name = "FILE", required_unless_present = "json")]
    pub out: Option<PathBuf>,
    /// Print the points as JSON.
    #[arg(long)]
    pub json: bool,
}

/// Which committees, over which electorate.
#[derive(Debug, Clone, Args)]
pub struct CommitteeArgs {
    /// How seats come about: quota, binomial, fait-accompli or fixed.
    #[arg(long, value_enum, default_value = "quota")]
    pub scheme: Scheme,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5.
    #[arg(long, value_name = "SHARE")]
    pub honest: Fraction,
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: Option<PathBuf>,
    /// Where the adversary's stake is, if the stakes are known.
    #[arg(long, value_enum, default_value = "worst", requires = "stake")]
    pub adversary: Adversary,
    /// Where the picture goes.
    #[command(flatten)]
    pub output: OutArgs,
}

/// A committee.
#[derive(Debug, Clone, Args)]
pub struct GivenCommitteeArgs {
    /// Seats that are expected, 1 to 2^20.
    #[arg(long, value_name = "SEATS")]
    pub expected: u32,
    /// Seats that make a quorum.
    #[arg(long, value_name = "SEATS")]
    pub threshold: u64,
}

/// `plot failure`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis plot failure --honest 0.8 --stake validators.csv --target 2^-40 --out failure.svg")]
pub struct FailurePlot {
    /// Which committees.
    #[command(flatten)]
    pub of: CommitteeArgs,
    /// The largest size; without this a little beyond the target, or 3000.
    #[arg(long, value_name = "SEATS", value_parser = clap::value_parser!(u32).range(1..=8192))]
    pub up_to: Option<u32>,
    /// Mark the smallest committee that keeps both bounds within this, as 2^-40.
    #[arg(long, value_name = "CHANCE", value_parser = bits)]
    pub target: Option<u32>,
}

/// `plot threshold`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis plot threshold --expected 961 --honest 0.8 --stake validators.csv --out threshold.svg")]
pub struct ThresholdPlot {
    /// Which committees.
    #[command(flatten)]
    pub of: CommitteeArgs,
    /// Seats that are expected, 1 to 2^20.
    #[arg(long, value_name = "SEATS")]
    pub expected: u32,
    /// Mark this threshold instead of the best.
    #[arg(long, value_name = "SEATS")]
    pub threshold: Option<u64>,
}

/// `plot honest`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis plot honest --expected 961 --threshold 690 --honest 0.8 --stake validators.csv --out honest.svg")]
pub struct HonestPlot {
    /// Which committees.
    #[command(flatten)]
    pub of: CommitteeArgs,
    /// The committee.
    #[command(flatten)]
    pub committee: GivenCommitteeArgs,
}

/// `plot offline`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis plot offline --expected 961 --threshold 690 --honest 0.95 --stake validators.csv --out offline.svg")]
pub struct OfflinePlot {
    /// Which committees.
    #[command(flatten)]
    pub of: CommitteeArgs,
    /// The committee.
    #[command(flatten)]
    pub committee: GivenCommitteeArgs,
    /// So many of the largest groups of the file, one after another.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100), requires = "stake")]
    pub offline_groups: u16,
}

/// `plot stake`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis plot stake --stake validators.csv --out stake.svg")]
pub struct StakePlot {
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: PathBuf,
    /// Mark the share that is not honest.
    #[arg(long, value_name = "SHARE")]
    pub honest: Option<Fraction>,
    /// Where the picture goes.
    #[command(flatten)]
    pub output: OutArgs,
}

/// `plot compare`
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis plot compare --honest 0.8 --stake validators.csv --out schemes.svg")]
pub struct SchemesPlot {
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: PathBuf,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5.
    #[arg(long, value_name = "SHARE")]
    pub honest: Fraction,
    /// Where the adversary's stake is.
    #[arg(long, value_enum, default_value = "worst")]
    pub adversary: Adversary,
    /// The largest size.
    #[arg(long, value_name = "SEATS", default_value_t = 3000, value_parser = clap::value_parser!(u32).range(1..=8192))]
    pub up_to: u32,
    /// Where the picture goes.
    #[command(flatten)]
    pub output: OutArgs,
}
