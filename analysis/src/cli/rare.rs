//! `simulate rare`: a committee's rare event by importance sampling, beside its computed bound.

use std::fmt::Write as _;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde_json::json;

use crate::rare::{AdversarySeats, Estimate, RareCommittee, RareEvent, estimate};
use crate::risk::{Adversary, Assumptions, CommitteeLaw, Scheme};
use crate::{Fraction, Log2Bound, Stakes, Verdict};

use super::failure::name;
use super::stake;

/// The committee, the event, and how often to draw.
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  klero-analysis simulate rare --expected 961 --threshold 690 --honest 0.8 --event live --seed 1 --stake validators.csv
  klero-analysis simulate rare --scheme binomial --expected 2879 --threshold 1973 --honest 0.8 --event split --seed 1
The exit status is 1 when the estimate contradicts the bound.")]
pub struct RareCommand {
    /// How seats come about: quota, binomial, fait-accompli or fixed.
    #[arg(long, value_enum, default_value = "quota")]
    pub scheme: Scheme,
    /// Seats that are expected, 1 to 2^20.
    #[arg(long, value_name = "SEATS")]
    pub expected: u32,
    /// Seats that make a quorum.
    #[arg(long, value_name = "SEATS")]
    pub threshold: u64,
    /// The honest share of stake, as a decimal or a fraction: 0.8, 4/5.
    #[arg(long, value_name = "SHARE")]
    pub honest: Fraction,
    /// What is to happen: no progress, two values staged, or a quorum forged alone.
    #[arg(long, value_enum)]
    pub event: RareEvent,
    /// The stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE")]
    pub stake: Option<PathBuf>,
    /// Where the adversary's stake is, if the stakes are known.
    #[arg(long, value_enum, default_value = "worst", requires = "stake")]
    pub adversary: Adversary,
    /// Draw the adversary's seats as the bound has them, or as its accounts do.
    #[arg(long, value_enum, default_value = "model")]
    pub adversary_seats: AdversarySeats,
    /// So many of the largest groups of the file do not vote either.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "stake")]
    pub offline_groups: usize,
    /// Under fixed: draw the seats from so many equal members, without putting back.
    #[arg(long, value_name = "N")]
    pub population: Option<u64>,
    /// How many committees to draw.
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(1_000..=1_000_000_000))]
    pub samples: u64,
    /// The seed that everything random follows from.
    #[arg(long)]
    pub seed: u64,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What was computed, what was estimated, and against which adversary.
struct Beside {
    bound: Log2Bound,
    found: Estimate,
    adversary: Adversary,
}

impl RareCommand {
    /// Computes, estimates and prints both.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let stakes = self.stake.as_deref().map(stake::open).transpose()?;
        let beside = self
            .beside(stakes.as_ref())
            .map_err(|error| anyhow!("{error}; see `klero-analysis simulate rare --help`"))?;
        if self.json {
            writeln!(out, "{}", self.object(&beside, stakes.is_some()))?;
        } else {
            self.print(&beside, stakes.as_ref(), out)?;
        }
        if beside.verdict() == Verdict::Above {
            bail!(
                "the estimate contradicts the bound; to be sure, run it again with another --seed and more --samples"
            );
        }
        Ok(())
    }

    fn beside(&self, stakes: Option<&Stakes>) -> anyhow::Result<Beside> {
        if self.population.is_some() && self.scheme != Scheme::Fixed {
            bail!("--population is for the scheme fixed: the others draw by stake");
        }
        let assumptions = Assumptions {
            honest: self.honest,
            adversary: self.adversary,
            offline_groups: self.offline_groups,
            population: self.population,
        };
        let law = CommitteeLaw::new(self.scheme, self.expected, stakes, &assumptions)?;
        let (bound, adversary) = match self.event {
            RareEvent::Live => law.live(self.threshold),
            RareEvent::Split => law.split(self.threshold),
            RareEvent::Take => law.take(self.threshold),
        }?;
        let committee = RareCommittee {
            scheme: self.scheme,
            expected: self.expected,
            threshold: self.threshold,
            stakes,
            assumptions: Assumptions {
                adversary,
                ..assumptions
            },
            seats: self.adversary_seats,
            event: self.event,
        };
        let (sum, event) = committee.sum()?;
        let found = estimate(&sum, event, self.samples, self.seed);
        Ok(Beside {
            bound,
            found,
            adversary,
        })
    }

    fn object(&self, beside: &Beside, has_stakes: bool) -> serde_json::Value {
        let Beside {
            bound,
            found,
            adversary,
        } = beside;
        // JSON has no infinity: null is what cannot happen.
        json!({
            "scheme": self.scheme,
            "expected": self.expected,
            "threshold": self.threshold,
            "honest": self.honest.to_string(),
            "event": self.event,
            "adversary": has_stakes.then_some(adversary),
            "adversary_seats": self.adversary_seats,
            "offline_groups": self.offline_groups,
            "population": self.population,
            "bound_log2": bound.log2(),
            "estimate_log2": found.log2,
            "low_log2": found.low_log2,
            "high_log2": found.high_log2,
            "half_width": found.half_width(),
            "samples": found.samples,
            "hits": found.hits,
            "hits_are_opposite": found.is_opposite,
            "effective": found.effective,
            "tilt": found.tilt,
            "seed": self.seed,
            "verdict": beside.verdict(),
        })
    }

    fn print(&self, beside: &Beside, stakes: Option<&Stakes>, out: &mut dyn Write) -> anyhow::Result<()> {
        let (expected, threshold, honest) = (self.expected, self.threshold, self.honest);
        let scheme = name(&self.scheme);
        writeln!(
            out,
            "{scheme}: {expected} seats expected, threshold {threshold}, honest share {honest}"
        )?;
        if let Some((stakes, file)) = stakes.zip(self.stake.as_deref()) {
            stake::describe(stakes, file, out)?;
        }
        if self.offline_groups > 0 {
            writeln!(out, "silent besides: the {} largest groups", self.offline_groups)?;
        }
        writeln!(out, "{}", self.question(beside.adversary, stakes.is_some()))?;
        let Beside { bound, found, .. } = beside;
        writeln!(
            out,
            "\ncomputed  {:<10} {}",
            format!("{bound:.3}"),
            scientific(bound.log2())?
        )?;
        writeln!(
            out,
            "estimate  {:<10} {}",
            log2(found.log2),
            scientific(found.log2)?
        )?;
        if found.samples == 0 {
            let sure = if found.log2 < 0.0 {
                "it cannot happen"
            } else {
                "it has to happen"
            };
            writeln!(out, "\n{sure}, whatever is drawn")?;
        } else {
            writeln!(
                out,
                "95 %      {} to {}, which is ±{:.2} %\n\n{} committees drawn with seed {}, tilted by {:.4}: it {} in \
                 {}, with weights worth {:.0} equal ones",
                log2(found.low_log2),
                log2(found.high_log2),
                found.half_width() * 100.0,
                found.samples,
                self.seed,
                found.tilt,
                if found.is_opposite {
                    "fails to happen"
                } else {
                    "happens"
                },
                found.hits,
                found.effective
            )?;
        }
        Ok(writeln!(out, "{}", beside.words())?)
    }

    /// What is asked, and how both sides are drawn.
    fn question(&self, adversary: Adversary, has_stakes: bool) -> String {
        let mut text = match self.event {
            RareEvent::Live => "no progress [RISK-1]: H < T",
            RareEvent::Split => "two values staged [RISK-2]: H + 2A >= 2T",
            RareEvent::Take => "forged without honest votes [RISK-4]: A >= T",
        }
        .to_owned();
        if has_stakes {
            // A string takes whatever is written to it.
            let _ = write!(text, ", against {}", name(&adversary));
        }
        let is_drawn = has_stakes || self.scheme == Scheme::Fixed;
        if self.event != RareEvent::Take {
            let how = if is_drawn {
                "as accounts draw them"
            } else {
                "Poisson"
            };
            let _ = write!(text, "; honest seats {how}");
        }
        if self.event != RareEvent::Live {
            let how = match self.adversary_seats {
                _ if self.scheme == Scheme::Fixed => "as they are drawn",
                AdversarySeats::Model => "Poisson, as in the bound",
                AdversarySeats::Drawn => "as its accounts draw them",
            };
            let _ = write!(text, "; adversary's {how}");
        }
        text
    }
}

impl Beside {
    fn verdict(&self) -> Verdict {
        self.found.verdict(&self.bound)
    }

    fn words(&self) -> String {
        match self.verdict() {
            Verdict::Agrees => "the estimate agrees with the bound".to_owned(),
            Verdict::Below if self.found.log2.is_finite() => {
                let bits = self.bound.log2() - self.found.log2;
                format!("the bound holds: the estimate is 2^{bits:.3} times below it")
            }
            Verdict::Below => "the bound holds".to_owned(),
            Verdict::Above => "the estimate is above the bound".to_owned(),
        }
    }
}

/// A power of two with three decimals.
pub(super) fn log2(log2: f64) -> String {
    if log2 == f64::NEG_INFINITY {
        "0".to_owned()
    } else {
        // Adding 0 turns −0 into 0.
        format!("2^{:.3}", log2 + 0.0)
    }
}

/// Four digits of 2^`log2`, also far below what a float can hold.
fn scientific(log2: f64) -> anyhow::Result<String> {
    if log2 == f64::NEG_INFINITY {
        return Ok("0".to_owned());
    }
    let log10 = log2 * std::f64::consts::LOG10_2;
    let digits = format!("{:.3e}", 10_f64.powf(log10 - log10.floor()));
    let (digits, carry) = digits.split_once('e').context("a float has an exponent")?;
    let power = log10.floor() + carry.parse::<f64>()?;
    Ok(format!("{digits}e{power}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_two_are_shown_in_decimal_however_small() {
        let shown = |log2| scientific(log2).unwrap();
        assert_eq!(shown(-10.0), "9.766e-4");
        assert_eq!(shown(-4000.0), "7.586e-1205");
        assert_eq!(
            (shown(0.0), shown(f64::NEG_INFINITY)),
            ("1.000e0".into(), "0".into())
        );
        // A little above a power of ten.
        assert_eq!(shown(0.000_01 - 10.0 * std::f64::consts::LOG2_10), "1.000e-10");
    }
}
