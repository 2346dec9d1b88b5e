//! How figures are computed.

use std::fmt;

use anyhow::{Context, bail, ensure};
use clap::Parser;
use serde::{Deserialize, Serialize};

use crate::cli::{AnyCommand, Cli, Command};
use crate::wide::{Round, Wide};
use crate::{Binomial, Event, Fraction, Hypergeometric, Log2Bound, poisson_votes};

/// The greatest group that is looked for.
const MAX_GROUP: u64 = 10_000;

/// A computation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
pub enum Computation {
    /// The sum of some tails, times a number: a bound of the chance that any of that many such things happens.
    Tails {
        /// Arguments of `klero-analysis tail`.
        tails: Vec<String>,
        /// The number.
        times: u64,
    },
    /// P[H + 2A ≥ votes] for Poisson seats: two quorums when the adversary votes twice.
    Votes {
        /// τ.
        expected: u32,
        /// h.
        honest: String,
        /// The votes of both quorums.
        votes: u64,
    },
    /// A tail and two quorums.
    Step {
        /// Arguments of `klero-analysis tail`: no quorum.
        live: String,
        /// τ.
        expected: u32,
        /// h.
        honest: String,
        /// The votes of two quorums.
        votes: u64,
    },
    /// The smallest group drawn from a population of which one in `part` is faulty, such that half of it or more
    /// are faulty with a chance below 2^-`bits`.
    Smallest {
        /// How many there are; without end if not given.
        population: Option<u64>,
        /// One in how many is faulty.
        part: u64,
        /// The target.
        bits: u32,
    },
}

/// What a computation gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    /// An upper bound of a probability.
    Bound(Log2Bound),
    /// A number of members.
    Count(u64),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bound(bound) => f.write_str(&bound.decimal()),
            Self::Count(count) => write!(f, "{count}"),
        }
    }
}

impl Computation {
    /// Computes.
    pub(super) fn value(&self) -> anyhow::Result<Value> {
        Ok(match self {
            Self::Tails { tails, times } => {
                let mut sum = Wide::ZERO;
                for arguments in tails {
                    sum = sum.add(tail(arguments)?.wide(), Round::Up);
                }
                match (tails.as_slice(), times) {
                    // Alone, a tail close to 1 keeps its logarithm.
                    ([arguments], 1) => Value::Bound(tail(arguments)?),
                    _ => Value::Bound(Log2Bound::at_most(sum.mul_u64(*times, Round::Up))),
                }
            }
            Self::Votes {
                expected,
                honest,
                votes,
            } => Value::Bound(poisson_votes(*expected, *votes, honest.parse()?)?),
            Self::Step {
                live,
                expected,
                honest,
                votes,
            } => {
                let two = poisson_votes(*expected, *votes, honest.parse()?)?;
                let sum = tail(live)?.wide().add(two.wide(), Round::Up);
                Value::Bound(Log2Bound::at_most(sum))
            }
            Self::Smallest {
                population,
                part,
                bits,
            } => Value::Count(smallest(*population, *part, *bits)?),
        })
    }
}

impl fmt::Display for Computation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let votes = |expected: &u32, honest: &str, votes: &u64| {
            format!(
                "P[H + 2A ≥ {votes}], H ~ Poisson({expected}·{honest}), A ~ Poisson({expected}·(1 − {honest}))"
            )
        };
        match self {
            Self::Tails { tails, times } => {
                let sum = tails.iter().map(|tail| format!("`tail {tail}`"));
                f.write_str(&sum.collect::<Vec<_>>().join(" + "))?;
                match times {
                    1 => Ok(()),
                    times => write!(f, " · {times}"),
                }
            }
            Self::Votes {
                expected,
                honest,
                votes: both,
            } => f.write_str(&votes(expected, honest, both)),
            Self::Step {
                live,
                expected,
                honest,
                votes: both,
            } => write!(f, "`tail {live}` + {}", votes(expected, honest, both)),
            Self::Smallest {
                population: Some(population),
                part,
                bits,
            } => write!(
                f,
                "least n: P[X ≥ ⌈n/2⌉] < 2^-{bits}, X ~ Hypergeometric({population}, ⌊{population}/{part}⌋, n)"
            ),
            Self::Smallest {
                population: None,
                part,
                bits,
            } => write!(f, "least n: P[X ≥ ⌈n/2⌉] < 2^-{bits}, X ~ Binomial(n, 1/{part})"),
        }
    }
}

/// The bound that `klero-analysis tail` with these arguments prints.
fn tail(arguments: &str) -> anyhow::Result<Log2Bound> {
    let words = ["klero-analysis", "tail"]
        .into_iter()
        .chain(arguments.split_whitespace());
    match Cli::try_parse_from(words)?.command {
        AnyCommand::Command(Command::Tail(command)) => Ok(command.answer()?.bound),
        _ => bail!("`{arguments}` is no tail"),
    }
}

fn smallest(population: Option<u64>, part: u64, bits: u32) -> anyhow::Result<u64> {
    ensure!(part > 0, "a part of nothing");
    let p: Fraction = format!("1/{part}").parse()?;
    let fails = |n: u64| {
        let half = Event::AtLeast(n.div_ceil(2));
        let bound = match population {
            Some(all) => Hypergeometric::new(all, all / part, n)?.tail(half)?,
            None => Binomial::new(n, p)?.tail(half)?,
        };
        Ok::<bool, crate::TailError>(!bound.is_within(bits))
    };
    for n in 1..=population.unwrap_or(MAX_GROUP) {
        if !fails(n)? {
            return Ok(n);
        }
    }
    None.context("no group is large enough")
}
