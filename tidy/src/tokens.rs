//! Walking Rust tokens. Unlike a syntax tree, tokens show what stands inside macro calls too.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

/// Calls `visit(row, i)` for every token, `row` being the tokens between the same two brackets.
pub(crate) fn each(stream: &TokenStream, visit: &mut impl FnMut(&[TokenTree], usize)) {
    let row: Vec<TokenTree> = stream.clone().into_iter().collect();
    for (i, token) in row.iter().enumerate() {
        visit(&row, i);
        if let TokenTree::Group(group) = token {
            each(&group.stream(), visit);
        }
    }
}

pub(crate) fn ident(row: &[TokenTree], i: usize) -> Option<String> {
    match row.get(i) {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}

pub(crate) fn is_ident(row: &[TokenTree], i: usize, name: &str) -> bool {
    matches!(row.get(i), Some(TokenTree::Ident(ident)) if ident == name)
}

pub(crate) fn is_punct(row: &[TokenTree], i: usize, mark: char) -> bool {
    matches!(row.get(i), Some(TokenTree::Punct(punct)) if punct.as_char() == mark)
}

/// Whether `::` stands at `i`.
pub(crate) fn is_path_separator(row: &[TokenTree], i: usize) -> bool {
    is_punct(row, i, ':') && is_punct(row, i + 1, ':')
}

pub(crate) fn group(row: &[TokenTree], i: usize, delimiter: Delimiter) -> Option<&Group> {
    match row.get(i) {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

/// The line on which the token starts.
pub(crate) fn line(token: &TokenTree) -> usize {
    token.span().start().line
}

/// An attribute, `#[…]` or `#![…]`.
pub(crate) struct Attribute {
    pub(crate) inner: bool,
    /// The tokens between its brackets.
    pub(crate) content: Vec<TokenTree>,
    /// The index of the first token after it.
    pub(crate) end: usize,
}

/// The attribute that starts at `i`, if one does.
pub(crate) fn attribute(row: &[TokenTree], i: usize) -> Option<Attribute> {
    if !is_punct(row, i, '#') {
        return None;
    }
    let inner = is_punct(row, i + 1, '!');
    let at = if inner { i + 2 } else { i + 1 };
    let content = group(row, at, Delimiter::Bracket)?.stream().into_iter().collect();
    Some(Attribute {
        inner,
        content,
        end: at + 1,
    })
}
