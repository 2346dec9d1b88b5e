//! The parts of a sum, and lists of chances, as they come from the command line.

use std::fmt::Display;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use anyhow::{Context, anyhow};
use clap::Args;

use crate::{Binomial, Fraction, Hypergeometric, Poisson, PoissonBinomial, Sum, TailError};

/// The numbers that a sum is made of.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct PartArgs {
    /// A Poisson number.
    #[arg(long, value_name = "MEAN")]
    poisson: Vec<Fraction>,
    /// Successes in N trials with chance P.
    #[arg(long, value_name = "N:P", value_parser = trials)]
    binomial: Vec<(u64, Fraction)>,
    /// Marked ones among those drawn.
    #[arg(long, value_name = "POPULATION:MARKED:DRAWS", value_parser = drawn)]
    hypergeometric: Vec<(u64, u64, u64)>,
    /// Single trials with these chances: 0.1,1/3.
    #[arg(long, value_delimiter = ',')]
    p: Vec<Fraction>,
}

impl PartArgs {
    /// The sum of all.
    pub(super) fn sum(&self) -> Result<Sum, TailError> {
        let mut sum = Sum::new();
        for mean in &self.poisson {
            sum = sum.and(Poisson::new(*mean)?);
        }
        for (n, p) in &self.binomial {
            sum = sum.and(Binomial::new(*n, *p)?);
        }
        for (population, marked, draws) in &self.hypergeometric {
            sum = sum.and(Hypergeometric::new(*population, *marked, *draws)?);
        }
        Ok(sum.and(PoissonBinomial::new(self.p.iter().copied())?))
    }

    /// What the sum is of, for people.
    pub(super) fn name(&self) -> String {
        let mut parts: Vec<String> = Vec::new();
        parts.extend(self.poisson.iter().map(|mean| format!("Poisson({mean})")));
        parts.extend(self.binomial.iter().map(|(n, p)| format!("Binomial({n}, {p})")));
        parts.extend(
            self.hypergeometric.iter().map(|(population, marked, draws)| {
                format!("Hypergeometric({population}, {marked}, {draws})")
            }),
        );
        if !self.p.is_empty() {
            parts.push(format!("PoissonBinomial({} trials)", self.p.len()));
        }
        parts.join(" + ")
    }
}

/// One chance in each line of a file.
pub(super) fn read(path: &Path) -> anyhow::Result<Vec<Fraction>> {
    let shown = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}; name a text file"))?;
    let lines = (1..).zip(text.lines().map(str::trim));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            line.parse()
                .map_err(|error| anyhow!("{shown}, line {number}: {error}"))
        })
        .collect()
}

fn trials(text: &str) -> Result<(u64, Fraction), String> {
    let (n, p) = text.split_once(':').ok_or("write N:P, like 111:1/3")?;
    Ok((part(n)?, part(p)?))
}

fn drawn(text: &str) -> Result<(u64, u64, u64), String> {
    let form = "write POPULATION:MARKED:DRAWS, like 1800:599:200";
    let (population, rest) = text.split_once(':').ok_or(form)?;
    let (marked, draws) = rest.split_once(':').ok_or(form)?;
    Ok((part(population)?, part(marked)?, part(draws)?))
}

fn part<T: FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error| format!("`{text}`: {error}"))
}
