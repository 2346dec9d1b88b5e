//! Every exception from a lint and every test left out says why.

use proc_macro2::{Delimiter, TokenTree};

use crate::{Finding, Source, tokens};

/// A finding for each `allow`, `expect` or `ignore` attribute without a reason, in itself or in a comment on
/// its line or the one before.
pub fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    tokens::each(&source.tokens, &mut |row, i| {
        let Some(attribute) = tokens::attribute(row, i) else {
            return;
        };
        let line = tokens::line(&row[i]);
        let commented = source
            .comments
            .iter()
            .any(|comment| !comment.doc && (comment.line == line || comment.line + 1 == line));
        if !commented && let Some(name) = unexplained(&attribute.content) {
            let what = format!("`{name}` without a reason");
            let remedy = format!("say why: `{}`, or a comment before it", form_with_reason(name));
            findings.push(Finding::new(&source.path, line, what, remedy));
        }
    });
    findings
}

fn form_with_reason(name: &str) -> &'static str {
    match name {
        "ignore" => "#[ignore = \"…\"]",
        _ => "reason = \"…\"",
    }
}

/// The name of the attribute when it needs a reason and has none; looks into `cfg_attr`.
fn unexplained(content: &[TokenTree]) -> Option<&'static str> {
    let list = |i| tokens::group(content, i, Delimiter::Parenthesis);
    match tokens::ident(content, 0)?.as_str() {
        "allow" => (!has_reason(list(1)?.stream())).then_some("allow"),
        "expect" => (!has_reason(list(1)?.stream())).then_some("expect"),
        "ignore" => (!tokens::is_punct(content, 1, '=')).then_some("ignore"),
        "cfg_attr" => {
            let inside: Vec<TokenTree> = list(1)?.stream().into_iter().collect();
            let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(p) if p.as_char() == ',');
            inside.split(is_comma).skip(1).find_map(unexplained)
        }
        _ => None,
    }
}

fn has_reason(lints: proc_macro2::TokenStream) -> bool {
    let row: Vec<TokenTree> = lints.into_iter().collect();
    (0..row.len()).any(|i| tokens::is_ident(&row, i, "reason") && tokens::is_punct(&row, i + 1, '='))
}
