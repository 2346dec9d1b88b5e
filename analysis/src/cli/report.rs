//! `report`: a page about a network.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use clap::Args;

use crate::Fraction;
use crate::plot::Subject;
use crate::report::{Question, Report, Words, page};
use crate::risk::{Adversary, Assumptions, Scheme};
use crate::tune::{Bits, TuneError, tune_profile};

use super::chain::{self, HorizonArgs};
use super::failure::name;
use super::origin::{Input, Origin, create, is_new, quoted};
use super::plot::file_name;
use super::progress::Progress;
use super::stake;
use super::tune::{base_profile, bits};

/// What is asked for.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Example:
  klero-analysis report --stake validators.csv --honest 0.8 --safety 2^-40 --live 2^-20 --horizon 10y --out report.html")]
pub struct ReportCommand {
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: PathBuf,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5; more than 2/3.
    #[arg(long, value_name = "SHARE")]
    pub honest: Fraction,
    /// Any fork over the horizon: at most this, as 2^-40.
    #[arg(long, value_name = "CHANCE", value_parser = bits)]
    pub safety: u32,
    /// No progress of a step [RISK-1]: at most this, as 2^-20.
    #[arg(long, value_name = "CHANCE", value_parser = bits)]
    pub live: u32,
    /// How long the safety target is to hold, and for what rounds.
    #[command(flatten)]
    pub time: HorizonArgs,
    /// Make the committees so many bits better than the targets that the profile declares: for stakes that move.
    #[arg(long, value_name = "BITS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(..=64))]
    pub margin: u32,
    /// Take times, proposers and distances from this profile, as `tune` does.
    #[arg(long, value_name = "FILE")]
    pub base: Option<PathBuf>,
    /// How seats come about: quota, binomial or fait-accompli.
    #[arg(long, value_enum, default_value = "quota")]
    pub scheme: Scheme,
    /// Where the adversary's stake is.
    #[arg(long, value_enum, default_value = "worst")]
    pub adversary: Adversary,
    /// Show what happens when up to so many of the largest groups are offline.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    pub offline_groups: u16,
    /// What the network is called; without this the name of the file.
    #[arg(long, value_name = "NAME")]
    pub network: Option<String>,
    /// The new file.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

impl ReportCommand {
    /// Computes everything and writes the page.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let ending = self.out.extension().and_then(|ending| ending.to_str());
        if !ending.is_some_and(|ending| ["html", "htm"].contains(&ending.to_ascii_lowercase().as_str())) {
            bail!("{} is not .html; choose another --out", self.out.display());
        }
        is_new(&self.out)?;
        let (stakes, input) = stake::open_hashed(&self.stake)?;
        let network = self.network.clone().unwrap_or_else(|| file_name(&self.stake));
        let question = Question {
            subject: Subject {
                scheme: self.scheme,
                stakes: Some(&stakes),
                network: &network,
                assumptions: Assumptions {
                    adversary: self.adversary,
                    ..Assumptions::honest(self.honest)
                },
            },
            stakes: &stakes,
            bits: Bits {
                safety: self.safety,
                live: self.live,
                margin: self.margin,
            },
            horizon: self.time.horizon(),
            offline_groups: usize::from(self.offline_groups),
        };
        let report = self.report(&question)?;
        let html = page(&question, &report, &self.words(&input)?);
        create(&self.out, html.as_bytes())?;
        let soft = report.tuned.profile.soft;
        let (file, expected, threshold) = (self.out.display(), soft.expected, soft.threshold);
        writeln!(
            out,
            "{file}: {} seats, Soft {expected} with threshold {threshold}; any fork in the time at most {:.1}\n\
             next: open it in a browser",
            name(&self.scheme),
            report.tuned.chain.horizon
        )?;
        Ok(())
    }

    fn report(&self, question: &Question<'_>) -> anyhow::Result<Report> {
        let wrong = |error: TuneError| anyhow!("{error}; see `klero-analysis report --help`");
        let progress = Progress::spinner("looking for the smallest committees");
        let Question {
            subject,
            stakes,
            bits,
            horizon,
            ..
        } = question;
        let base = base_profile(self.scheme, self.honest, self.base.as_deref())?;
        let tuned = tune_profile(&base, Some(stakes), &subject.assumptions, *bits, horizon).map_err(wrong)?;
        drop(progress);
        let progress = Progress::of(Report::ticks(question), "what they keep");
        Report::compute(question, tuned, &|| progress.tick()).map_err(|error| wrong(error.into()))
    }

    fn words(&self, input: &Input) -> anyhow::Result<Words> {
        let mut shared = vec![
            ("stake", self.stake.display().to_string()),
            ("honest", self.honest.to_string()),
            ("safety", format!("2^-{}", self.safety)),
            ("live", format!("2^-{}", self.live)),
            ("horizon", chain::time(self.time.horizon)),
            ("round-time", chain::time(self.time.round_time)),
            ("lookahead", self.time.lookahead.to_string()),
            ("margin", self.margin.to_string()),
            ("scheme", name(&self.scheme)),
            ("adversary", name(&self.adversary)),
        ];
        if let Some(file) = &self.base {
            shared.push(("base", file.display().to_string()));
        }
        let tune = Origin::new("tune", &shared, None).command;
        let mut all = shared;
        all.push(("offline-groups", self.offline_groups.to_string()));
        all.extend(self.network.clone().map(|network| ("network", network)));
        let network = self.network.as_deref().map_or_else(|| "NAME".to_owned(), quoted);
        let mut origin = Origin::new("report", &all, Some(input));
        if let Some(file) = &self.base {
            origin.inputs.push(Input::of_profile(file)?);
        }
        Ok(Words {
            commands: vec![
                format!("{tune} --out profile.toml"),
                format!(
                    "klero genesis new --network {network} --validators FILES --profile profile.toml --out genesis.json"
                ),
                "klero genesis validate genesis.json".to_owned(),
            ],
            origin: origin.entries(),
        })
    }
}
