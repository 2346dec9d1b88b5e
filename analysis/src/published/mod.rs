//! Figures that others published about committees, computed again.
//!
//! The list is `data/published.json`: for each figure where it stands, what it assumes, how it is computed here and
//! whether that gives the same. [`figures`] reads it, [`Figure::value`] computes, and [`Figure::compare`] says whether it is the same.

mod compare;
mod compute;
mod table;

use serde::{Deserialize, Serialize};

pub use compute::{Computation, Value};
pub use table::table;

const DATA: &str = include_str!("../../data/published.json");

/// A published figure.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Figure {
    /// A short name.
    pub id: String,
    /// What it is the chance or the number of.
    pub what: String,
    /// Where it was published.
    pub source: String,
    /// How the figure came into the list.
    pub known: Known,
    /// What the computation takes for granted.
    pub assumption: String,
    /// How it is computed here.
    pub compute: Computation,
    /// The figure as published, like `5.55e-15`, `2^-40` or `423`; empty where a source has parameters only.
    pub published: String,
    /// What the source says of it.
    pub relation: Relation,
    /// What the comparison gives; tests see to it that this is true.
    pub verdict: Verdict,
    /// Why it differs, or what else is to be said.
    pub why: String,
}

/// How a figure came into the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Known {
    /// It was read in its source, or in a text that quotes it.
    Text,
    /// It is part of a collection whose figures another program computed with 45 digits.
    Vectors,
    /// It was recalled, and not looked up.
    Memory,
}

/// What a source says of its figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Relation {
    /// It is the value, rounded or cut to its digits.
    Equals,
    /// The value is not greater.
    #[serde(rename = "at most")]
    AtMost,
    /// The value is greater.
    #[serde(rename = "more than")]
    MoreThan,
    /// There is no figure, and the value follows from published parameters.
    Implied,
}

/// What a comparison gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The source is right.
    Reproduces,
    /// The source has another value.
    Differs,
    /// There is nothing to compare with.
    Implied,
}

impl Figure {
    /// Computes the figure.
    ///
    /// # Errors
    /// What is wrong with its computation.
    pub fn value(&self) -> anyhow::Result<Value> {
        self.compute.value()
    }

    /// Whether the figure is what `value` says.
    ///
    /// # Errors
    /// A published figure that is no number.
    pub fn compare(&self, value: &Value) -> anyhow::Result<Verdict> {
        compare::verdict(self.relation, &self.published, value)
    }
}

/// All figures.
///
/// # Errors
/// A list that is not well formed, which tests rule out.
pub fn figures() -> anyhow::Result<Vec<Figure>> {
    Ok(serde_json::from_str(DATA)?)
}
