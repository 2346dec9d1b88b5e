//! What the five lower crates leave alone, so that they decide the same everywhere and never stop on input:
//! floating point, panics, unsafe code, files, sockets, threads, clocks, and maps without an order.

use proc_macro2::{Delimiter, TokenTree};

use crate::{Finding, Source, tokens};

/// The crates that hold the rules of the protocol, lowest first.
pub const LOWER_CRATES: [&str; 5] = ["sampling", "committee", "agreement", "stake", "finality"];

const PANICKING_MACROS: [&str; 4] = ["panic", "todo", "unimplemented", "unreachable"];
const PANICKING_METHODS: [&str; 4] = ["unwrap", "expect", "unwrap_err", "expect_err"];
const STD_MODULES: [&str; 3] = ["fs", "net", "thread"];

/// A finding for each forbidden thing outside tests.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    tokens::each(&source.tokens, &mut |row, i| {
        let line = tokens::line(&row[i]);
        if source.is_test(line) {
            return;
        }
        let breaches = match &row[i] {
            TokenTree::Ident(ident) => of_ident(row, i, &ident.to_string()),
            TokenTree::Literal(literal) => of_literal(row, i, &literal.to_string()),
            _ => Vec::new(),
        };
        for (what, remedy) in breaches {
            findings.push(Finding::new(&source.path, line, what, remedy));
        }
    });
    findings
}

/// A finding when the root of a lower crate does not forbid unsafe code.
pub fn forbids_unsafe(source: &Source) -> Option<Finding> {
    let mut forbids = false;
    tokens::each(&source.tokens, &mut |row, i| {
        let Some(attribute) = tokens::attribute(row, i) else {
            return;
        };
        let lints = tokens::group(&attribute.content, 1, Delimiter::Parenthesis);
        forbids |= attribute.inner
            && tokens::is_ident(&attribute.content, 0, "forbid")
            && lints.is_some_and(|lints| {
                lints
                    .stream()
                    .into_iter()
                    .any(|token| matches!(token, TokenTree::Ident(i) if i == "unsafe_code"))
            });
    });
    let what = "the crate does not forbid unsafe code";
    (!forbids).then(|| Finding::new(&source.path, 1, what, "add `#![forbid(unsafe_code)]`"))
}

type Breach = (String, &'static str);

fn of_ident(row: &[TokenTree], i: usize, name: &str) -> Vec<Breach> {
    let called = i > 0 && (tokens::is_punct(row, i - 1, '.') || tokens::is_punct(row, i - 1, ':'));
    let is_macro = tokens::is_punct(row, i + 1, '!') && matches!(row.get(i + 2), Some(TokenTree::Group(_)));
    let one = |what: String, remedy| vec![(what, remedy)];
    match name {
        "f32" | "f64" => one(format!("`{name}` in a lower crate"), "compute with integers"),
        "unsafe" => one("unsafe code in a lower crate".into(), "do without it"),
        "HashMap" | "HashSet" => one(
            format!("`{name}` has no order of its own"),
            "use `BTreeMap`, `BTreeSet` or a sorted list",
        ),
        "Instant" | "SystemTime" => one(
            format!("`{name}`: a lower crate has no clock"),
            "take the time as an input",
        ),
        "std" if tokens::is_path_separator(row, i + 1) => of_std(row, i + 3),
        _ if called && PANICKING_METHODS.contains(&name) => one(
            format!("`{name}` can panic"),
            "return an error, or make the case impossible by type",
        ),
        _ if is_macro && PANICKING_MACROS.contains(&name) => one(
            format!("`{name}!` can stop a node"),
            "return an error, or make the case impossible by type",
        ),
        _ => Vec::new(),
    }
}

/// What `std::` at the tokens before `i` leads to: one name, or several between braces.
fn of_std(row: &[TokenTree], i: usize) -> Vec<Breach> {
    let names: Vec<String> = match tokens::group(row, i, Delimiter::Brace) {
        Some(group) => {
            let inside: Vec<TokenTree> = group.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            inside
                .split(is_comma)
                .filter_map(|part| tokens::ident(part, 0))
                .collect()
        }
        None => tokens::ident(row, i).into_iter().collect(),
    };
    let forbidden = names
        .into_iter()
        .filter(|name| STD_MODULES.contains(&name.as_str()));
    let remedy = "leave files, sockets and threads to the crates above";
    forbidden
        .map(|name| (format!("`std::{name}` in a lower crate"), remedy))
        .collect()
}

fn of_literal(row: &[TokenTree], i: usize, text: &str) -> Vec<Breach> {
    // The `0.1` of `pair.0.1` is two indices; after the two dots of a range it is a number.
    let after_dot = i > 0 && tokens::is_punct(row, i - 1, '.');
    let after_range = after_dot && i > 1 && tokens::is_punct(row, i - 2, '.');
    let has_suffix = !text.starts_with("0x") && (text.ends_with("f32") || text.ends_with("f64"));
    let is_float = has_suffix || syn::parse_str::<syn::LitFloat>(text).is_ok();
    if is_float && (!after_dot || after_range) {
        return vec![(
            format!("the float `{text}` in a lower crate"),
            "compute with integers",
        )];
    }
    Vec::new()
}
