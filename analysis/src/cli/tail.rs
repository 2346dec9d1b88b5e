//! `tail`: the chance that a number drawn from a distribution is beyond k.

use std::io::Write;

use anyhow::{Context, anyhow};
use clap::{Args, Subcommand};

use crate::{Binomial, Event, Fraction, Log2Bound, Poisson, TailError};

/// The distributions.
#[derive(Debug, Clone, Subcommand)]
pub enum TailCommand {
    /// Poisson: events that come independently, at a known mean.
    Poisson {
        /// The mean, as a decimal or a fraction: 26, 0.685, 1/3; at most 2^24.
        #[arg(long)]
        mean: Fraction,
        /// Beyond what.
        #[command(flatten)]
        event: EventArgs,
        /// Print {"log2":…,"value":"…"}.
        #[arg(long)]
        json: bool,
    },
    /// Binomial: successes in n independent trials.
    Binomial {
        /// The trials.
        #[arg(long)]
        n: u64,
        /// The chance of a success, as a decimal or a fraction: 0.25, 1/3.
        #[arg(long)]
        p: Fraction,
        /// Beyond what.
        #[command(flatten)]
        event: EventArgs,
        /// Print {"log2":…,"value":"…"}.
        #[arg(long)]
        json: bool,
    },
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

impl TailCommand {
    /// Computes and prints the bound.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        match self {
            Self::Poisson { mean, event, json } => {
                let tail = |event| Poisson::new(*mean)?.tail(event);
                print(out, "poisson", &format!("Poisson({mean})"), *event, *json, tail)
            }
            Self::Binomial { n, p, event, json } => {
                let tail = |event| Binomial::new(*n, *p)?.tail(event);
                print(
                    out,
                    "binomial",
                    &format!("Binomial({n}, {p})"),
                    *event,
                    *json,
                    tail,
                )
            }
        }
    }
}

fn print(
    out: &mut dyn Write,
    command: &str,
    name: &str,
    event: EventArgs,
    json: bool,
    tail: impl FnOnce(Event) -> Result<Log2Bound, TailError>,
) -> anyhow::Result<()> {
    let help = format!("see `klero-analysis tail {command} --help`");
    let event = event
        .event()
        .with_context(|| format!("not exactly one event; {help}"))?;
    let bound = tail(event).map_err(|error| anyhow!("{error}; {help}"))?;
    if json {
        serde_json::to_writer(&mut *out, &bound)?;
        writeln!(out)?;
    } else {
        writeln!(out, "P[{event}] for X ~ {name}, rounded up")?;
        writeln!(out, "value  {}", bound.decimal())?;
        writeln!(out, "log2   {}", bound.log2())?;
    }
    Ok(())
}
