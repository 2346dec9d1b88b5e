//! `tail`: the chance that a number drawn from a distribution is beyond k.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};

use crate::{Binomial, Event, Fraction, Hypergeometric, Log2Bound, Poisson, PoissonBinomial, TailError};

use super::parts::{PartArgs, read};

/// The distributions.
#[derive(Debug, Clone, Subcommand)]
pub enum TailCommand {
    /// Poisson: events that come independently, at a known mean.
    Poisson {
        /// The mean, as a decimal or a fraction: 26, 0.685, 1/3; at most 2^40.
        #[arg(long)]
        mean: Fraction,
        /// Beyond what, and how to print it.
        #[command(flatten)]
        question: Question,
    },
    /// Binomial: successes in n independent trials.
    Binomial {
        /// The trials.
        #[arg(long)]
        n: u64,
        /// The chance of a success, as a decimal or a fraction: 0.25, 1/3.
        #[arg(long)]
        p: Fraction,
        /// Beyond what, and how to print it.
        #[command(flatten)]
        question: Question,
    },
    /// Hypergeometric: marked ones among those drawn from a population without putting back.
    Hypergeometric {
        /// How many there are, at most 2^63.
        #[arg(long)]
        population: u64,
        /// How many of them are marked.
        #[arg(long)]
        marked: u64,
        /// How many are drawn.
        #[arg(long)]
        draws: u64,
        /// Beyond what, and how to print it.
        #[command(flatten)]
        question: Question,
    },
    /// Poisson-binomial: successes in independent trials that each have a chance of their own.
    PoissonBinomial {
        /// Where the chances come from.
        #[command(flatten)]
        chances: Chances,
        /// Beyond what, and how to print it.
        #[command(flatten)]
        question: Question,
    },
    /// The sum of independent numbers; each kind of part may be given several times.
    Sum {
        /// The numbers.
        #[command(flatten)]
        parts: PartArgs,
        /// Beyond what, and how to print it.
        #[command(flatten)]
        question: Question,
    },
}

/// The chances of trials, from exactly one source.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = false)]
pub struct Chances {
    /// The chances, as decimals or fractions: 0.1,1/3.
    #[arg(long, value_delimiter = ',')]
    pub p: Vec<Fraction>,
    /// A file with one chance in each line; empty lines and those that start with # do not count.
    #[arg(long)]
    pub file: Option<PathBuf>,
}

/// What is asked of a distribution.
#[derive(Debug, Clone, Copy, Args)]
pub struct Question {
    /// Beyond what.
    #[command(flatten)]
    pub event: EventArgs,
    /// Print {"log2":…,"value":"…"}.
    #[arg(long)]
    pub json: bool,
}

/// The event whose chance is asked for: exactly one of the four.
#[derive(Debug, Clone, Copy, Args)]
#[group(required = true, multiple = false)]
pub struct EventArgs {
    /// At least K.
    #[arg(long, value_name = "K")]
    pub ge: Option<u64>,
    /// More than K.
    #[arg(long, value_name = "K")]
    pub gt: Option<u64>,
    /// At most K.
    #[arg(long, value_name = "K")]
    pub le: Option<u64>,
    /// Less than K.
    #[arg(long, value_name = "K")]
    pub lt: Option<u64>,
}

impl EventArgs {
    /// The event; none unless exactly one is given, which clap sees to.
    fn event(&self) -> Option<Event> {
        match (self.ge, self.gt, self.le, self.lt) {
            (Some(k), None, None, None) => Some(Event::AtLeast(k)),
            (None, Some(k), None, None) => Some(Event::Above(k)),
            (None, None, Some(k), None) => Some(Event::AtMost(k)),
            (None, None, None, Some(k)) => Some(Event::Below(k)),
            _ => None,
        }
    }
}

/// The answer to a question.
pub(crate) struct Answer {
    /// The distribution.
    name: String,
    event: Event,
    pub(crate) bound: Log2Bound,
    json: bool,
}

impl TailCommand {
    /// Computes and prints the bound.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let answer = self.answer()?;
        let bound = answer.bound;
        if answer.json {
            serde_json::to_writer(&mut *out, &bound)?;
            writeln!(out)?;
        } else {
            writeln!(out, "P[{}] for X ~ {}, rounded up", answer.event, answer.name)?;
            writeln!(out, "value  {}", bound.decimal())?;
            writeln!(out, "log2   {}", bound.log2())?;
        }
        Ok(())
    }

    /// Computes the bound.
    pub(crate) fn answer(&self) -> anyhow::Result<Answer> {
        match self {
            Self::Poisson { mean, question } => {
                let tail = |event| Poisson::new(*mean)?.tail(event);
                question.answer("poisson", format!("Poisson({mean})"), tail)
            }
            Self::Binomial { n, p, question } => {
                let tail = |event| Binomial::new(*n, *p)?.tail(event);
                question.answer("binomial", format!("Binomial({n}, {p})"), tail)
            }
            Self::Hypergeometric {
                population,
                marked,
                draws,
                question,
            } => {
                let name = format!("Hypergeometric({population}, {marked}, {draws})");
                let tail = |event| Hypergeometric::new(*population, *marked, *draws)?.tail(event);
                question.answer("hypergeometric", name, tail)
            }
            Self::PoissonBinomial { chances, question } => {
                let from_file = chances.file.as_deref().map(read).transpose()?;
                let chances = from_file.unwrap_or_else(|| chances.p.clone());
                let name = format!("PoissonBinomial({} trials)", chances.len());
                let tail = |event| Ok(PoissonBinomial::new(chances)?.tail(event));
                question.answer("poisson-binomial", name, tail)
            }
            Self::Sum { parts, question } => {
                let tail = |event| parts.sum()?.tail(event);
                question.answer("sum", parts.name(), tail)
            }
        }
    }
}

impl Question {
    fn answer(
        self,
        command: &str,
        name: String,
        tail: impl FnOnce(Event) -> Result<Log2Bound, TailError>,
    ) -> anyhow::Result<Answer> {
        let help = format!("see `klero-analysis tail {command} --help`");
        let event = self.event.event();
        let event = event.with_context(|| format!("not exactly one event; {help}"))?;
        let bound = tail(event).map_err(|error| anyhow!("{error}; {help}"))?;
        Ok(Answer {
            name,
            event,
            bound,
            json: self.json,
        })
    }
}
