//! The index of rules: from every tag to the code that carries it out and the tests that show it.

use std::fmt::Write;

use crate::Finding;
use crate::tags::{Rule, Tags};

/// The page.
pub const PAGE: &str = "docs/src/spec/rules.md";

const INTRODUCTION: &str = "# Index of rules

Where each rule is carried out, and which tests show that it holds. `make rules` writes this page from the tags in the
files; a test of the repository fails when it is out of date. Files of code that only state a rule a second time, to
check the others by it, lie in `agreement/src/check`.
";

/// The page that the tags give.
pub fn page(tags: &Tags) -> String {
    let mut page = INTRODUCTION.to_owned();
    let mut chapter = "";
    for rule in tags.rules() {
        if rule.chapter != chapter {
            chapter = rule.chapter;
            let file = file_name(chapter);
            let head = "| rule | code | tests |\n|---|---|---|";
            // Writing to a string does not fail.
            let _ = writeln!(page, "\n## [{file}]({file})\n\n{head}");
        }
        line(&mut page, &rule);
    }
    page
}

/// A finding when the page is not what the tags give.
pub fn check(written: &str, tags: &Tags) -> Option<Finding> {
    let line = first_difference(written, &page(tags))?;
    Some(Finding::new(
        PAGE,
        line,
        "the index of rules is out of date",
        "run `make rules`",
    ))
}

/// The number of the first line in which a page differs from what it should be; `None` if it does not.
pub(crate) fn first_difference(written: &str, expected: &str) -> Option<usize> {
    let differs = |(old, new): (&str, &str)| old != new;
    let place = written.lines().zip(expected.lines()).position(differs);
    let line = place.unwrap_or_else(|| written.lines().count().min(expected.lines().count()));
    (written != expected).then_some(line + 1)
}

fn line(page: &mut String, rule: &Rule<'_>) {
    let (tag, anchor, file) = (rule.tag, rule.tag.to_lowercase(), file_name(rule.chapter));
    let title = if rule.title.is_empty() {
        String::new()
    } else {
        format!(" {}", rule.title)
    };
    let code = if rule.is_pending {
        "not built yet".to_owned()
    } else {
        links(&rule.code)
    };
    let tests = links(&rule.tests);
    let _ = writeln!(page, "| [{tag}]({file}#{anchor}){title} | {code} | {tests} |");
}

/// Each file by its path without what is the same for all, linked from the page.
fn links(files: &[&str]) -> String {
    let link = |path: &&str| {
        let name = path
            .trim_end_matches(".rs")
            .replace("/src/", "/")
            .replace("/tests/it/", "/");
        format!("[{name}](../../../{path})")
    };
    files.iter().map(link).collect::<Vec<_>>().join(", ")
}

pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
