//! Which crate may use which, and how much the lower ones may bring along.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Finding;

/// The most packages a lower crate depends on, directly or not, for building and running.
pub const LOWER_DEPENDENCIES: usize = 80;

const PREFIX: &str = "klero-";

/// The crates, lowest first, and those each may use.
const TABLE: [(&str, &[&str]); 9] = [
    ("sampling", &[]),
    ("committee", &["sampling"]),
    ("agreement", &["sampling", "committee"]),
    ("stake", &["sampling", "committee"]),
    ("finality", &["sampling", "committee", "stake"]),
    (
        "net",
        &["sampling", "committee", "agreement", "stake", "finality"],
    ),
    ("analysis", &["sampling", "committee", "agreement"]),
    (
        "node",
        &[
            "sampling",
            "committee",
            "agreement",
            "stake",
            "finality",
            "net",
            "analysis",
        ],
    ),
    ("tidy", &[]),
];

/// A finding for each crate that uses another it may not use; `metadata` is what
/// `cargo metadata --no-deps --format-version 1` prints. Tests may use every crate that stands lower.
///
/// # Errors
/// A finding when `metadata` is not that.
pub fn layers(metadata: &str) -> Result<Vec<Finding>, Finding> {
    let broken = |what: String| Finding::new("Cargo.toml", 1, what, "run `cargo metadata --no-deps`");
    let metadata: Value = serde_json::from_str(metadata).map_err(|error| broken(error.to_string()))?;
    let packages = metadata["packages"]
        .as_array()
        .ok_or_else(|| broken("no packages".into()))?;
    let mut findings = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let folder = name.strip_prefix(PREFIX).unwrap_or(name);
        let manifest = format!("{folder}/Cargo.toml");
        let Some(at) = TABLE.iter().position(|(known, _)| *known == folder) else {
            let what = format!("the crate `{name}` is not in the table of layers");
            findings.push(Finding::new(
                &manifest,
                1,
                what,
                "say in tidy/src/crates.rs what it may use",
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let Some(used) = dependency["name"]
                .as_str()
                .and_then(|name| name.strip_prefix(PREFIX))
            else {
                continue;
            };
            let for_tests = dependency["kind"].as_str() == Some("dev");
            if !may_use(at, used, for_tests) {
                let what = format!("`{name}` may not use `{PREFIX}{used}`");
                let remedy = "turn the dependency round, or change the design and the table of layers";
                findings.push(Finding::new(&manifest, 1, what, remedy));
            }
        }
    }
    Ok(findings)
}

fn may_use(at: usize, used: &str, for_tests: bool) -> bool {
    let (name, allowed) = TABLE[at];
    let lower = || TABLE[..at].iter().any(|(lower, _)| *lower == used);
    allowed.contains(&used) || (for_tests && (used == name || lower()))
}

/// The cargo features that replace cryptography, with the crates that have them. No node is built with them.
const SIMULATED: [(&str, &str); 3] = [
    ("sampling", "simulated"),
    ("committee", "simulated"),
    ("agreement", "sim"),
];

/// A finding for each of them in what a node is built of; `tree` is what
/// `cargo tree -p klero-node -e normal,build --prefix none --format "{p}|{f}"` prints.
pub fn simulated(tree: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (folder, feature) in SIMULATED {
        let name = format!("{PREFIX}{folder}");
        let is_on = |line: &str| {
            let (package, features) = line.split_once('|').unwrap_or_default();
            let is_it = package.split_whitespace().next() == Some(name.as_str());
            is_it
                && features
                    .split(',')
                    .any(|on| on.trim_end_matches(" (*)") == feature)
        };
        if tree.lines().any(is_on) {
            let what =
                format!("a node is built with the feature `{feature}` of `{name}`, without cryptography");
            let remedy = "turn it on in dev-dependencies, or in crates that no node uses";
            findings.push(Finding::new("node/Cargo.toml", 1, what, remedy));
        }
    }
    findings
}

/// A finding when a crate depends on too many packages; `tree` is what
/// `cargo tree -p NAME -e normal,build --prefix none` prints.
pub fn weight(folder: &str, tree: &str) -> Option<Finding> {
    let count = dependencies(tree).saturating_sub(1);
    (count > LOWER_DEPENDENCIES).then(|| {
        let what = format!("{count} dependencies, where {LOWER_DEPENDENCIES} are the most for a lower crate");
        let remedy = format!("see `cargo tree -p {PREFIX}{folder} -e normal,build`");
        Finding::new(&format!("{folder}/Cargo.toml"), 1, what, remedy)
    })
}

/// The number of packages in a tree; one that is shown again, or as a macro, counts once.
fn dependencies(tree: &str) -> usize {
    let name_and_version = |line: &str| {
        let mut words = line.split_whitespace().map(str::to_owned);
        Some((words.next()?, words.next()?))
    };
    tree.lines()
        .filter_map(name_and_version)
        .collect::<BTreeSet<_>>()
        .len()
}
