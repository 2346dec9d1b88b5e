//! `plot`: pictures of what the other commands print.

mod args;

use std::io::Write;
use std::path::Path;

use anyhow::{anyhow, bail};
use clap::Subcommand;
use klero_committee::CommitteeSize;
use serde::Serialize;

use crate::Stakes;
use crate::plot::{ByHonest, ByOffline, BySize, ByThreshold, Figure, Schemes, Spread, Subject, png, svg};
use crate::risk::{Assumptions, RiskError, Scheme};

use crate::cli::failure::name;
use crate::cli::origin::{Input, Origin, create, is_new};
use crate::cli::progress::Progress;
use crate::cli::stake;

pub use args::{
    CommitteeArgs, FailurePlot, GivenCommitteeArgs, HonestPlot, OfflinePlot, OutArgs, SchemesPlot, StakePlot,
    ThresholdPlot,
};

/// How wide a picture is, and how high its charts, in pixels.
const SIZE: (f64, f64) = (960.0, 500.0);
/// Pixels of a PNG for each of those.
const SCALE: u32 = 2;

/// What to plot.
#[derive(Debug, Clone, Subcommand)]
pub enum PlotCommand {
    /// How likely a committee is to fail, against its size.
    Failure(FailurePlot),
    /// No progress and two values, against the threshold of one committee.
    Threshold(ThresholdPlot),
    /// The same, against the honest share.
    Honest(HonestPlot),
    /// No progress, against how many of the largest groups are offline.
    Offline(OfflinePlot),
    /// What the largest accounts and groups hold together.
    Stake(StakePlot),
    /// The schemes side by side: failure and certificate, against the size.
    Compare(SchemesPlot),
}

impl PlotCommand {
    /// Computes, and writes the picture, the points or both.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Failure(plot) => plot.run(out),
            Self::Threshold(plot) => plot.run(out),
            Self::Honest(plot) => plot.run(out),
            Self::Offline(plot) => plot.run(out),
            Self::Stake(plot) => plot.run(out),
            Self::Compare(plot) => plot.run(out),
        }
    }
}

impl FailurePlot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let known = self.of.read()?;
        let progress = Progress::of(2 * u64::from(BySize::POINTS), "sizes");
        let points = BySize::compute(&self.of.subject(&known), self.up_to, self.target, &|| {
            progress.tick();
        });
        let points = points.map_err(|error| wrong(&error, "failure"))?;
        drop(progress);
        let mut arguments = self.of.arguments();
        arguments.extend(self.up_to.map(|size| ("up-to", size.to_string())));
        arguments.extend(self.target.map(|bits| ("target", format!("2^-{bits}"))));
        let origin = Origin::new("plot failure", &arguments, known.input());
        self.of
            .output
            .write(&points, &points.figure(&self.of.subject(&known)), &origin, out)
    }
}

impl ThresholdPlot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(threshold) = self
            .threshold
            .filter(|threshold| *threshold > u64::from(self.expected))
        {
            let expected = self.expected;
            bail!(
                "a threshold of {threshold} with {expected} seats expected is hardly ever reached: choose 1 to {expected}; \
                 see `klero-analysis plot threshold --help`"
            );
        }
        let known = self.of.read()?;
        let progress = Progress::of(ByThreshold::POINTS, "thresholds");
        let subject = self.of.subject(&known);
        let points = ByThreshold::compute(&subject, self.expected, self.threshold, &|| progress.tick());
        let points = points.map_err(|error| wrong(&error, "threshold"))?;
        drop(progress);
        let mut arguments = vec![("expected", self.expected.to_string())];
        arguments.extend(self.threshold.map(|seats| ("threshold", seats.to_string())));
        arguments.extend(self.of.arguments());
        let origin = Origin::new("plot threshold", &arguments, known.input());
        self.of
            .output
            .write(&points, &points.figure(&subject), &origin, out)
    }
}

impl HonestPlot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let known = self.of.read()?;
        let progress = Progress::of(ByHonest::POINTS, "honest shares");
        let subject = self.of.subject(&known);
        let points = ByHonest::compute(&subject, self.committee.size(), &|| progress.tick());
        let points = points.map_err(|error| wrong(&error, "honest"))?;
        drop(progress);
        let mut arguments = self.committee.arguments();
        arguments.extend(self.of.arguments());
        let origin = Origin::new("plot honest", &arguments, known.input());
        self.of
            .output
            .write(&points, &points.figure(&subject), &origin, out)
    }
}

impl OfflinePlot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let known = self.of.read()?;
        let subject = self.of.subject(&known);
        let stakes = known
            .stakes()
            .ok_or_else(|| wrong(&RiskError::NeedsGroups, "offline"))?;
        let progress = Progress::of(u64::from(self.offline_groups) + 1, "groups");
        let most = usize::from(self.offline_groups);
        let points = ByOffline::compute(&subject, stakes, self.committee.size(), most, &|| progress.tick());
        let points = points.map_err(|error| wrong(&error, "offline"))?;
        drop(progress);
        let mut arguments = self.committee.arguments();
        arguments.push(("offline-groups", self.offline_groups.to_string()));
        arguments.extend(self.of.arguments());
        let origin = Origin::new("plot offline", &arguments, known.input());
        self.of
            .output
            .write(&points, &points.figure(&subject), &origin, out)
    }
}

impl StakePlot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(honest) = self.honest {
            honest
                .complement()
                .ok_or_else(|| wrong(&RiskError::Honest(honest), "stake"))?;
        }
        self.output.check()?;
        let (stakes, input) = stake::open_hashed(&self.stake)?;
        let points = Spread::compute(&stakes);
        let mut arguments = vec![("stake", self.stake.display().to_string())];
        arguments.extend(self.honest.map(|honest| ("honest", honest.to_string())));
        let origin = Origin::new("plot stake", &arguments, Some(&input));
        let figure = points.figure(&file_name(&self.stake), self.honest);
        self.output.write(&points, &figure, &origin, out)
    }
}

impl SchemesPlot {
    fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        self.output.check()?;
        let (stakes, input) = stake::open_hashed(&self.stake)?;
        let network = file_name(&self.stake);
        let subject = Subject {
            scheme: Scheme::Quota,
            stakes: Some(&stakes),
            network: &network,
            assumptions: Assumptions {
                adversary: self.adversary,
                ..Assumptions::honest(self.honest)
            },
        };
        let count = Schemes::COMPARED.len() as u64 * u64::from(BySize::POINTS.min(self.up_to));
        let progress = Progress::of(count, "schemes");
        let points = Schemes::compute(&subject, &stakes, self.up_to, &|| progress.tick());
        let points = points.map_err(|error| wrong(&error, "compare"))?;
        drop(progress);
        let arguments = [
            ("honest", self.honest.to_string()),
            ("stake", self.stake.display().to_string()),
            ("adversary", name(&self.adversary)),
            ("up-to", self.up_to.to_string()),
        ];
        let origin = Origin::new("plot compare", &arguments, Some(&input));
        self.output.write(&points, &points.figure(&subject), &origin, out)
    }
}

/// The stake file, if one is named.
struct Known {
    file: Option<(Stakes, Input)>,
    network: String,
}

impl Known {
    fn stakes(&self) -> Option<&Stakes> {
        self.file.as_ref().map(|(stakes, _)| stakes)
    }

    fn input(&self) -> Option<&Input> {
        self.file.as_ref().map(|(_, input)| input)
    }
}

impl CommitteeArgs {
    /// Reads the stakes. Whether the output can be written is asked first: it is a pity to compute for nothing.
    fn read(&self) -> anyhow::Result<Known> {
        if self.scheme == Scheme::Full {
            bail!(
                "under full everyone is a member: there is no committee to plot; see `klero-analysis plot --help`"
            );
        }
        self.output.check()?;
        Ok(Known {
            file: self.stake.as_deref().map(stake::open_hashed).transpose()?,
            network: self.stake.as_deref().map(file_name).unwrap_or_default(),
        })
    }

    fn subject<'a>(&self, known: &'a Known) -> Subject<'a> {
        Subject {
            scheme: self.scheme,
            stakes: known.stakes(),
            network: &known.network,
            assumptions: Assumptions {
                adversary: self.adversary,
                ..Assumptions::honest(self.honest)
            },
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        let mut arguments = vec![
            ("scheme", name(&self.scheme)),
            ("honest", self.honest.to_string()),
        ];
        if let Some(stake) = &self.stake {
            arguments.push(("stake", stake.display().to_string()));
            arguments.push(("adversary", name(&self.adversary)));
        }
        arguments
    }
}

impl GivenCommitteeArgs {
    const fn size(&self) -> CommitteeSize {
        CommitteeSize {
            expected: self.expected,
            threshold: self.threshold,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        vec![
            ("expected", self.expected.to_string()),
            ("threshold", self.threshold.to_string()),
        ]
    }
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Svg,
    Png,
}

impl OutArgs {
    /// Refuses a file that is there, or of no known kind.
    fn check(&self) -> anyhow::Result<()> {
        self.out.as_deref().map_or(Ok(()), |file| {
            format_of(file)?;
            is_new(file)
        })
    }

    fn write(
        &self,
        points: &impl Serialize,
        figure: &Figure,
        origin: &Origin,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        self.check()?;
        if let Some(file) = &self.out {
            let picture = figure.picture(SIZE.0, SIZE.1);
            let bytes = match format_of(file)? {
                Format::Svg => svg::file(&picture, &origin.lines()).into_bytes(),
                Format::Png => png::file(&picture, SCALE, &origin.entries())?,
            };
            create(file, &bytes)?;
            if !self.json {
                writeln!(out, "{}: {}", file.display(), figure.description)?;
            }
        }
        if self.json {
            writeln!(out, "{}", serde_json::to_string(points)?)?;
        }
        Ok(())
    }
}

fn format_of(file: &Path) -> anyhow::Result<Format> {
    let ending = file
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "svg" => Ok(Format::Svg),
        "png" => Ok(Format::Png),
        _ => bail!(
            "{} is neither .svg nor .png; choose another --out",
            file.display()
        ),
    }
}

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn wrong(error: &RiskError, plot: &str) -> anyhow::Error {
    anyhow!("{error}; see `klero-analysis plot {plot} --help`")
}
