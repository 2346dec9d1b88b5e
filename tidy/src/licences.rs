//! The licences of what is built in, for machines without `cargo deny`; the list is the one in `deny.toml`.

use std::collections::BTreeSet;

use crate::Finding;

/// The licences that the text of a `deny.toml` allows.
///
/// # Errors
/// A finding when it is not TOML or has no list `licenses.allow`.
pub fn allowed(path: &str, text: &str) -> Result<BTreeSet<String>, Finding> {
    let wrong = |what: String| Finding::new(path, 1, what, "give it a list `allow` under `[licenses]`");
    let table: toml::Table = text
        .parse()
        .map_err(|error| wrong(format!("not TOML: {error}")))?;
    let list = table.get("licenses").and_then(|licences| licences.get("allow"));
    let list = list
        .and_then(toml::Value::as_array)
        .ok_or_else(|| wrong("no `licenses.allow`".into()))?;
    Ok(list
        .iter()
        .filter_map(toml::Value::as_str)
        .map(str::to_owned)
        .collect())
}

/// A finding for each package whose licence is not allowed; `packages` has a line `name version|licence` for
/// each, as `cargo tree --format '{p}|{l}'` prints it.
pub fn check(packages: &str, allowed: &BTreeSet<String>) -> Vec<Finding> {
    let lines: BTreeSet<&str> = packages
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .collect();
    let mut findings = Vec::new();
    for line in lines.into_iter().filter(|line| !line.is_empty()) {
        let (package, licence) = line.split_once('|').unwrap_or((line, ""));
        if !allows(licence, allowed) {
            let what = format!("{package} has the licence `{licence}`, which deny.toml does not allow");
            let remedy = "do without the package, or allow the licence and say why";
            findings.push(Finding::new("deny.toml", 1, what, remedy));
        }
    }
    findings
}

/// Whether an SPDX expression can be met with allowed licences alone; `/` is an old way to write `OR`.
pub fn allows(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression
        .replace('(', " ( ")
        .replace(')', " ) ")
        .replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    let met = any_of(&mut words, allowed);
    met == Some(true) && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn any_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut met = all_of(words, allowed)?;
    while words.next_if_eq(&"OR").is_some() {
        met |= all_of(words, allowed)?;
    }
    Some(met)
}

fn all_of(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let mut met = one(words, allowed)?;
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed)?;
    }
    Some(met)
}

fn one(words: &mut Words<'_>, allowed: &BTreeSet<String>) -> Option<bool> {
    let name = words.next()?;
    if name == "(" {
        let met = any_of(words, allowed)?;
        return words.next_if_eq(&")").map(|_| met);
    }
    if words.next_if_eq(&"WITH").is_some() {
        let exception = words.next()?;
        return Some(allowed.contains(&format!("{name} WITH {exception}")));
    }
    Some(allowed.contains(name))
}
