//! A Rust file as the rules see it: tokens, comments, and which lines are compiled for tests only.

use std::ops::RangeInclusive;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use crate::{Finding, tokens};

/// One line of a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Counted from 1.
    pub line: usize,
    /// The line from where the comment starts in it, its marks included.
    pub text: String,
    /// Whether it is documentation (`///`, `//!` and their block forms).
    pub doc: bool,
}

/// A Rust file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path from the root of the workspace, with `/` between its parts.
    pub path: String,
    /// All that stands in it.
    pub text: String,
    /// Its tokens, which know their lines.
    pub tokens: TokenStream,
    /// Its comments, in order.
    pub comments: Vec<Comment>,
    /// Whether the whole file is compiled for tests only.
    pub test_only: bool,
    /// The names of modules in files of their own that are declared here under `#[cfg(test)]`.
    pub test_modules: Vec<String>,
    test_lines: Vec<RangeInclusive<usize>>,
}

impl Source {
    /// Reads `text` as Rust.
    ///
    /// # Errors
    /// A finding when the text does not consist of Rust tokens.
    pub fn parse(path: &str, text: &str) -> Result<Self, Finding> {
        let tokens: TokenStream = text.parse().map_err(|error: proc_macro2::LexError| {
            let line = error.span().start().line;
            Finding::new(path, line, "this is not Rust", "make it compile")
        })?;
        let comments = comments(text, &tokens);
        let mut source = Self {
            path: path.to_owned(),
            text: text.to_owned(),
            tokens,
            comments,
            test_only: false,
            test_modules: Vec::new(),
            test_lines: Vec::new(),
        };
        source.mark_tests();
        Ok(source)
    }

    /// Whether this line is compiled for tests only.
    pub fn is_test(&self, line: usize) -> bool {
        self.test_only || self.test_lines.iter().any(|lines| lines.contains(&line))
    }

    /// Where the files of the modules declared here lie: `a/b` for `a/b.rs`, `a` for `a/mod.rs`.
    pub fn module_folder(&self) -> &str {
        let stem = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        match stem.rsplit_once('/') {
            Some((folder, "lib" | "main" | "mod")) => folder,
            _ => stem,
        }
    }

    fn mark_tests(&mut self) {
        let mut ranges = Vec::new();
        let mut modules = Vec::new();
        let mut whole = false;
        tokens::each(&self.tokens, &mut |row, i| {
            let Some(attribute) = tokens::attribute(row, i) else {
                return;
            };
            if !is_test_attribute(&attribute.content) {
                return;
            }
            if attribute.inner {
                whole = true;
                return;
            }
            let item = Item::after(row, attribute.end);
            ranges.push(tokens::line(&row[i])..=item.last_line);
            modules.extend(item.module_file);
        });
        self.test_lines = ranges;
        self.test_modules = modules;
        self.test_only = whole;
    }
}

/// `test`, `cfg(test)` or `cfg(all(test, …))`.
fn is_test_attribute(content: &[TokenTree]) -> bool {
    if tokens::is_ident(content, 0, "test") {
        return content.len() == 1;
    }
    if !tokens::is_ident(content, 0, "cfg") {
        return false;
    }
    let inside = |row: &[TokenTree], i| {
        let group = tokens::group(row, i, Delimiter::Parenthesis)?;
        Some(group.stream().into_iter().collect::<Vec<_>>())
    };
    let Some(predicate) = inside(content, 1) else {
        return false;
    };
    match tokens::ident(&predicate, 0).as_deref() {
        Some("test") => predicate.len() == 1,
        Some("all") => inside(&predicate, 1).is_some_and(|parts| {
            parts
                .split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','))
                .any(|part| part.len() == 1 && tokens::is_ident(part, 0, "test"))
        }),
        _ => false,
    }
}

/// What an attribute applies to.
struct Item {
    last_line: usize,
    /// The name, when it is a module in a file of its own.
    module_file: Option<String>,
}

impl Item {
    /// The words that start what ends with a body or a semicolon. Fields and variants end with a comma too.
    const WORDS: [&str; 15] = [
        "async", "const", "enum", "extern", "fn", "impl", "let", "mod", "static", "struct", "trait", "type",
        "union", "unsafe", "use",
    ];

    fn after(row: &[TokenTree], mut at: usize) -> Self {
        while let Some(attribute) = tokens::attribute(row, at) {
            at = attribute.end;
        }
        if tokens::is_ident(row, at, "pub") {
            at += 1;
            if tokens::group(row, at, Delimiter::Parenthesis).is_some() {
                at += 1;
            }
        }
        let word = tokens::ident(row, at);
        let is_item = word.as_deref().is_some_and(|word| Self::WORDS.contains(&word));
        let ends = |i: &usize| {
            tokens::group(row, *i, Delimiter::Brace).is_some()
                || tokens::is_punct(row, *i, ';')
                || (!is_item && tokens::is_punct(row, *i, ','))
        };
        let end = (at..row.len()).find(ends).unwrap_or(row.len() - 1);
        let in_own_file = word.as_deref() == Some("mod") && tokens::is_punct(row, end, ';');
        Self {
            last_line: row[end].span().end().line,
            module_file: if in_own_file {
                tokens::ident(row, at + 1)
            } else {
                None
            },
        }
    }
}

/// Whatever no token covers is space or a comment; documentation becomes tokens that cover the whole comment.
fn comments(text: &str, stream: &TokenStream) -> Vec<Comment> {
    let mut covered = Vec::new();
    tokens::each(stream, &mut |row, i| match &row[i] {
        TokenTree::Group(group) => {
            covered.push(group.span_open().byte_range());
            covered.push(group.span_close().byte_range());
        }
        token => covered.push(token.span().byte_range()),
    });
    covered.push(text.len()..text.len());
    covered.sort_by_key(|range| (range.start, std::cmp::Reverse(range.end)));

    let mut found = Vec::new();
    let mut line = 1;
    let mut read = 0;
    for range in covered {
        if range.end <= read && range.end < text.len() {
            continue;
        }
        collect_lines(&text[read..range.start.max(read)], line, false, &mut found);
        line += newlines(&text[read..range.start.max(read)]);
        let token = &text[range.start.max(read)..range.end.max(read)];
        if token.starts_with("//") || token.starts_with("/*") {
            collect_lines(token, line, true, &mut found);
        }
        line += newlines(token);
        read = range.end.max(read);
    }
    found
}

fn newlines(text: &str) -> usize {
    text.matches('\n').count()
}

fn collect_lines(text: &str, first_line: usize, doc: bool, found: &mut Vec<Comment>) {
    for (i, line) in text.split('\n').enumerate() {
        if !line.trim().is_empty() {
            found.push(Comment {
                line: first_line + i,
                text: line.trim().to_owned(),
                doc,
            });
        }
    }
}
