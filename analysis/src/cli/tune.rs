//! `tune`: the smallest committees for given targets.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::Args;
use klero_committee::sampling::SeatScheme;
use klero_committee::{Profile, Ratio, Targets};
use serde_json::{Map, json};

use crate::risk::{Adversary, Assumptions, Scheme};
use crate::tune::{Bits, Tuned, TunedProfile, smallest_committee, tune_profile};
use crate::{Fraction, Stakes};

use super::chain::{self, HorizonArgs};
use super::failure::{name, put_bounds};
use super::origin::{Input, Origin, create, is_new, quoted, software};
use super::progress::Progress;
use super::stake;

/// What is asked for.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  klero-analysis tune --honest 0.8 --safety 2^-40 --live 2^-20 --horizon 10y --round-time 1s --out profile.toml
  klero-analysis tune --one-committee --honest 0.8 --safety 2^-40 --live 2^-40 --stake validators.csv
  klero-analysis tune --one-committee --scheme binomial --honest 0.8 --safety 2^-40 --live 2^-20")]
pub struct TuneCommand {
    /// The smallest single committee that keeps RISK-1 and RISK-2, for one seed: without grinding or horizon.
    #[arg(long, conflicts_with_all = ["horizon", "round_time", "lookahead", "out", "base", "margin"])]
    pub one_committee: bool,
    /// How long the safety target is to hold, and for what rounds.
    #[command(flatten)]
    pub time: HorizonArgs,
    /// Make the committees so many bits better than the targets that the profile declares: for stakes that move.
    #[arg(long, value_name = "BITS", default_value_t = 2, value_parser = clap::value_parser!(u32).range(..=64))]
    pub margin: u32,
    /// Take times, proposers and distances from this profile, but not the scheme; committees, J and targets of
    /// it do not matter. Without it they are those for networks that span the world.
    #[arg(long, value_name = "FILE")]
    pub base: Option<PathBuf>,
    /// Write the profile to a new file, for `klero genesis new --profile`.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How seats come about: quota, binomial, fait-accompli or fixed.
    #[arg(long, value_enum, default_value = "quota")]
    pub scheme: Scheme,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5; more than 2/3.
    #[arg(long, value_name = "SHARE")]
    pub honest: Fraction,
    /// Two values staged [RISK-2]: at most this, as 2^-80.
    #[arg(long, value_name = "CHANCE", value_parser = bits)]
    pub safety: u32,
    /// No progress of a step [RISK-1]: at most this, as 2^-20.
    #[arg(long, value_name = "CHANCE", value_parser = bits)]
    pub live: u32,
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: Option<PathBuf>,
    /// Where the adversary's stake is, if the stakes are known.
    #[arg(long, value_enum, default_value = "worst", requires = "stake")]
    pub adversary: Adversary,
    /// So many of the largest groups of the file do not vote either.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "stake")]
    pub offline_groups: usize,
    /// Print {"expected":…,"threshold":…} with the bounds.
    #[arg(long)]
    pub json: bool,
}

/// The b of 2^-b.
pub(super) fn bits(text: &str) -> Result<u32, String> {
    let bits = text.strip_prefix("2^-").and_then(|bits| bits.parse().ok());
    bits.filter(|bits| (1..=4096).contains(bits))
        .ok_or_else(|| "write a power of two from 2^-1 to 2^-4096, as 2^-80".to_owned())
}

impl TuneCommand {
    /// Searches and prints.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(file) = &self.out {
            is_new(file)?;
        }
        let (stakes, input) = self.stake.as_deref().map(stake::open_hashed).transpose()?.unzip();
        let assumptions = Assumptions {
            honest: self.honest,
            adversary: self.adversary,
            offline_groups: self.offline_groups,
            population: None,
        };
        let bits = Bits {
            safety: self.safety,
            live: self.live,
            margin: self.margin,
        };
        if !self.one_committee {
            return self.run_profile(stakes.as_ref(), input.as_ref(), &assumptions, bits, out);
        }
        let progress = Progress::spinner("looking for the smallest committee");
        let tuned = smallest_committee(self.scheme, stakes.as_ref(), &assumptions, bits)
            .map_err(|error| anyhow!("{error}; see `klero-analysis tune --help`"))?;
        drop(progress);
        if self.json {
            return self.print_json(&tuned, out);
        }
        let Tuned { size, failure, tried } = &tuned;
        let (expected, threshold) = (size.expected, size.threshold);
        writeln!(
            out,
            "{}: {expected} seats expected, threshold {threshold}",
            name(&self.scheme)
        )?;
        if let Some((stakes, file)) = stakes.as_ref().zip(self.stake.as_deref()) {
            stake::describe(stakes, file, out)?;
        }
        let risk = &failure.risk;
        writeln!(
            out,
            "no progress [RISK-1] at most {:.2}, two values [RISK-2] at most {:.2}; {tried} sizes tried\nnext: \
             klero-analysis failure --scheme {} --expected {expected} --threshold {threshold} --honest {}{}",
            risk.live,
            risk.split,
            name(&self.scheme),
            self.honest,
            self.stake_argument()
        )?;
        Ok(())
    }

    /// The stake file, as the next command takes it.
    fn stake_argument(&self) -> String {
        let stake = self.stake.as_deref().map(|file| file.display().to_string());
        stake.map_or_else(String::new, |file| format!(" --stake {}", quoted(&file)))
    }

    fn run_profile(
        &self,
        stakes: Option<&Stakes>,
        input: Option<&Input>,
        assumptions: &Assumptions,
        bits: Bits,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let horizon = self.time.horizon();
        let base = base_profile(self.scheme, self.honest, self.base.as_deref())?;
        let progress = Progress::spinner("looking for the smallest committees");
        let tuned = tune_profile(&base, stakes, assumptions, bits, &horizon)
            .map_err(|error| anyhow!("{error}; see `klero-analysis tune --help`"))?;
        drop(progress);
        tuned.profile.validate()?;
        if let Some(path) = &self.out {
            let text = format!(
                "{}{}",
                self.comment(&tuned, input)?,
                toml::to_string(&tuned.profile)?
            );
            create(path, text.as_bytes())?;
        }
        if self.json {
            return Ok(writeln!(out, "{}", json!(tuned.profile))?);
        }
        chain::describe(&tuned.profile, self.honest, out)?;
        if let Some((stakes, file)) = stakes.zip(self.stake.as_deref()) {
            stake::describe(stakes, file, out)?;
        }
        write!(out, "\n{}", self.table(&tuned))?;
        if let Some((path, network)) = self.out.as_deref().map(|path| (path, "NAME")) {
            writeln!(
                out,
                "\nnext: klero genesis new --network {network} --validators FILES --profile {} --out genesis.json",
                path.display()
            )?;
        }
        Ok(())
    }

    /// Where a profile comes from.
    fn comment(&self, tuned: &TunedProfile, input: Option<&Input>) -> anyhow::Result<String> {
        let mut arguments = vec![
            ("scheme", name(&self.scheme)),
            ("honest", self.honest.to_string()),
            ("safety", format!("2^-{}", self.safety)),
            ("live", format!("2^-{}", self.live)),
            ("horizon", chain::time(self.time.horizon)),
            ("round-time", chain::time(self.time.round_time)),
            ("lookahead", self.time.lookahead.to_string()),
            ("margin", self.margin.to_string()),
        ];
        if let Some(file) = &self.stake {
            arguments.push(("stake", file.display().to_string()));
            arguments.push(("adversary", name(&self.adversary)));
        }
        if self.offline_groups > 0 {
            arguments.push(("offline-groups", self.offline_groups.to_string()));
        }
        if let Some(file) = &self.base {
            arguments.push(("base", file.display().to_string()));
        }
        let mut origin = Origin::new("tune", &arguments, input);
        if let Some(file) = &self.base {
            origin.inputs.push(Input::of_profile(file)?);
        }
        let mut lines = vec![format!("made by {}:", software()), origin.command];
        let inputs = origin.inputs.iter();
        lines.extend(inputs.map(|input| format!("{}: SHA-256 {}", input.path, input.sha256)));
        let text = format!("{}\n{}", lines.join("\n"), self.table(tuned));
        let lines = text.lines();
        Ok(lines
            .map(|line| format!("{}\n", format!("# {line}").trim_end()))
            .collect())
    }

    fn table(&self, tuned: &TunedProfile) -> String {
        chain::table(&tuned.profile, &tuned.risk, &tuned.chain, &self.time.horizon())
    }

    fn print_json(&self, tuned: &Tuned, out: &mut dyn Write) -> anyhow::Result<()> {
        let mut object = Map::new();
        object.insert("expected".to_owned(), json!(tuned.size.expected));
        object.insert("threshold".to_owned(), json!(tuned.size.threshold));
        put_bounds(&tuned.failure, &mut object);
        Ok(writeln!(out, "{}", serde_json::Value::from(object))?)
    }
}

/// What is not tuned: times, proposers and distances, of a profile or those for networks that span the world.
pub(super) fn base_profile(scheme: Scheme, honest: Fraction, base: Option<&Path>) -> anyhow::Result<Profile> {
    let scheme = match scheme {
        Scheme::Quota => SeatScheme::Quota,
        Scheme::Binomial => SeatScheme::Binomial,
        Scheme::FaitAccompli => SeatScheme::FaitAccompli,
        Scheme::Full => SeatScheme::Full,
        Scheme::Fixed => {
            bail!("no chain draws by the scheme fixed: choose quota, binomial or fait-accompli")
        }
    };
    let narrow =
        |number: u64| u32::try_from(number).context("write the honest share with smaller numbers: 4/5");
    let honest = Ratio {
        numerator: narrow(honest.numerator())?,
        denominator: narrow(honest.denominator())?,
    };
    let base = match base {
        Some(path) => chain::read(path)?.0,
        None => Profile::full(),
    };
    Ok(Profile {
        scheme,
        targets: Targets {
            honest,
            ..base.targets
        },
        ..base
    })
}
