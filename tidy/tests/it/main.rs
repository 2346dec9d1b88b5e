//! The rules, each shown able to fail on a small sample, and then applied to this repository.

mod book;
mod crates;
mod licences;
mod lower;
mod machine;
mod names;
mod reasons;
mod repository;
mod rules;
mod scenarios;
mod setup;
mod size;
mod source;
mod tags;

use klero_tidy::{Finding, Source};

fn parse(path: &str, text: &str) -> Source {
    Source::parse(path, text).expect("the sample is Rust")
}

/// What the findings say, without the remedies: `path:line: what`.
fn summaries(findings: impl IntoIterator<Item = Finding>) -> Vec<String> {
    findings
        .into_iter()
        .map(|f| format!("{}:{}: {}", f.path, f.line, f.what))
        .collect()
}
