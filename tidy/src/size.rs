//! How long files and functions may be: a file that can be read in one go, a function that fits a screen.

use proc_macro2::{Delimiter, TokenTree};

use crate::{Finding, Source, tokens};

/// The most lines of a Rust file, tests included.
pub const FILE_LINES: usize = 500;

/// The most lines between the braces of a function.
pub const FUNCTION_LINES: usize = 70;

/// A finding when the file is too long.
pub fn file(source: &Source) -> Option<Finding> {
    let lines = source.text.lines().count();
    (lines > FILE_LINES).then(|| {
        let what = format!("{lines} lines, where {FILE_LINES} are the most");
        Finding::new(&source.path, FILE_LINES + 1, what, "split the file by behaviour")
    })
}

/// A finding for each function that is too long, those inside macro calls included.
pub fn functions(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    tokens::each(&source.tokens, &mut |row, i| {
        let Some((name, lines)) = function(row, i) else {
            return;
        };
        if lines > FUNCTION_LINES {
            let what = format!("`{name}` has {lines} lines, where {FUNCTION_LINES} are the most");
            findings.push(Finding::new(
                &source.path,
                tokens::line(&row[i]),
                what,
                "split the function",
            ));
        }
    });
    findings
}

/// The name of the function that starts at `i` and the number of lines between its braces.
fn function(row: &[TokenTree], i: usize) -> Option<(String, usize)> {
    if !tokens::is_ident(row, i, "fn") {
        return None;
    }
    // In a macro's body the name may be a variable, `fn $name`.
    let at = if tokens::is_punct(row, i + 1, '$') {
        i + 2
    } else {
        i + 1
    };
    let name = tokens::ident(row, at)?;
    for j in at + 1..row.len() {
        if tokens::is_punct(row, j, ';') {
            return None;
        }
        // Braces before `>` or `,` are a constant argument in the signature: `Table<{ N }>`.
        let in_signature = tokens::is_punct(row, j + 1, '>') || tokens::is_punct(row, j + 1, ',');
        if let Some(body) = tokens::group(row, j, Delimiter::Brace)
            && !in_signature
        {
            let first = body.span_open().start().line;
            let last = body.span_close().start().line;
            return Some((name, (last - first).saturating_sub(1)));
        }
    }
    None
}
