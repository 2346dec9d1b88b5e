//! The tags of the specification: every rule is named by the code that carries it out and by a test, unless it
//! is listed as not yet built.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Finding, Source};

/// Where something stands: path and line.
type Place = (String, usize);

/// The rules of the specification and where code and tests name them.
#[derive(Clone, Debug, Default)]
pub struct Tags {
    defined: Vec<(String, Place)>,
    pending: BTreeMap<String, Place>,
    code: Named,
    tests: Named,
    titles: BTreeMap<String, String>,
}

/// By tag, the files that name it, each with the first line that does.
type Named = BTreeMap<String, BTreeMap<String, usize>>;

/// One rule, and where it is carried out and tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule<'a> {
    /// The tag, without brackets.
    pub tag: &'a str,
    /// What the specification calls it; empty where it gives no name.
    pub title: &'a str,
    /// The chapter that defines it.
    pub chapter: &'a str,
    /// Whether it is not built yet.
    pub is_pending: bool,
    /// The files whose code names it.
    pub code: Vec<&'a str>,
    /// The files whose tests name it.
    pub tests: Vec<&'a str>,
}

impl Tags {
    /// Takes in a chapter of the specification: a list item that starts with `- [TAG]` defines the tag.
    pub fn add_chapter(&mut self, path: &str, text: &str) {
        for (i, line) in text.lines().enumerate() {
            let Some(item) = line.trim_start().strip_prefix("- ") else {
                continue;
            };
            if let Some(tag) = leading_tag(item) {
                let title = item.split("**").nth(1).unwrap_or_default();
                let title = title.trim_end_matches(['.', ':', ',']);
                self.titles.entry(tag.clone()).or_insert_with(|| title.to_owned());
                self.defined.push((tag, (path.to_owned(), i + 1)));
            }
        }
    }

    /// Takes in the list of rules not yet built: one tag a line, `#` starts a comment.
    ///
    /// # Errors
    /// A finding for a line that is neither a tag nor a comment.
    pub fn add_pending(&mut self, path: &str, text: &str) -> Result<(), Finding> {
        for (i, line) in text.lines().enumerate() {
            let entry = line.split('#').next().unwrap_or_default().trim();
            let tag = entry.trim_start_matches('[').trim_end_matches(']');
            if entry.is_empty() {
                continue;
            }
            if leading_tag(&format!("[{tag}]")).is_none() {
                let what = format!("`{entry}` is not a tag");
                return Err(Finding::new(
                    path,
                    i + 1,
                    what,
                    "write one tag a line, comments after `#`",
                ));
            }
            self.pending.insert(tag.to_owned(), (path.to_owned(), i + 1));
        }
        Ok(())
    }

    /// Takes in a Rust file: code names tags in comments, tests anywhere.
    pub fn add_source(&mut self, source: &Source) {
        let in_tests = source.path.contains("/tests/");
        let in_src = source.path.contains("/src/");
        if !in_tests && !in_src {
            return;
        }
        let all_test = in_tests || is_test_file(&source.path);
        for (i, text) in source.text.lines().enumerate() {
            if all_test || source.is_test(i + 1) {
                note(&mut self.tests, text, &source.path, i + 1);
            }
        }
        for comment in &source.comments {
            if !all_test && !source.is_test(comment.line) {
                note(&mut self.code, &comment.text, &source.path, comment.line);
            }
        }
    }

    /// The rules, in the order in which the chapters define them.
    pub fn rules(&self) -> impl Iterator<Item = Rule<'_>> {
        self.defined.iter().map(move |(tag, (chapter, _))| Rule {
            tag,
            title: self.titles.get(tag).map_or("", String::as_str),
            chapter,
            is_pending: self.pending.contains_key(tag),
            code: files_of(&self.code, tag),
            tests: files_of(&self.tests, tag),
        })
    }

    /// How many rules the specification has.
    pub fn defined(&self) -> usize {
        self.defined.len()
    }

    /// A finding for each breach.
    pub fn check(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut known = BTreeSet::new();
        for (tag, place) in &self.defined {
            if !known.insert(tag.as_str()) {
                let what = format!("[{tag}] is defined a second time");
                findings.push(finding(place, what, "give the rule a tag of its own"));
            } else if !self.pending.contains_key(tag) {
                findings.extend(self.unnamed(tag, place));
            }
        }
        findings.extend(self.wrongly_pending(&known));
        findings.extend(self.unknown(&known));
        findings
    }

    fn unnamed(&self, tag: &str, place: &Place) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.code.contains_key(tag) {
            let what = format!("no code names [{tag}]");
            let remedy = "name it in a comment where it is carried out, or list it in docs/spec/pending.txt";
            findings.push(finding(place, what, remedy));
        }
        if !self.tests.contains_key(tag) {
            let what = format!("no test names [{tag}]");
            findings.push(finding(place, what, "test the rule and name it there"));
        }
        findings
    }

    fn wrongly_pending(&self, known: &BTreeSet<&str>) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (tag, place) in &self.pending {
            if !known.contains(tag.as_str()) {
                let what = format!("[{tag}] is pending, but the specification does not define it");
                findings.push(finding(place, what, "correct the tag or take it out"));
            }
            if let Some(code) = self.code.get(tag).and_then(first_place) {
                let what = format!("code names [{tag}], which is listed as pending");
                findings.push(finding(&code, what, "take the tag out of docs/spec/pending.txt"));
            }
        }
        findings
    }

    /// Only the families of the specification count: other documents may have tags of their own.
    fn unknown(&self, known: &BTreeSet<&str>) -> Vec<Finding> {
        let family = |tag: &str| tag.split('-').next().map(str::to_owned);
        let families: BTreeSet<_> = known.iter().map(|tag| family(tag)).collect();
        let named = self.code.iter().chain(&self.tests);
        let unknown =
            named.filter(|(tag, _)| !known.contains(tag.as_str()) && families.contains(&family(tag)));
        let places = unknown.filter_map(|(tag, files)| Some((tag, first_place(files)?)));
        let remedy = "correct the tag, or define the rule";
        places
            .map(|(tag, place)| finding(&place, format!("the specification has no [{tag}]"), remedy))
            .collect()
    }
}

fn finding(place: &Place, what: String, remedy: &str) -> Finding {
    Finding::new(&place.0, place.1, what, remedy)
}

/// `a_test.rs`, `a_tests.rs` and `tests.rs` hold tests, wherever they are declared.
fn is_test_file(path: &str) -> bool {
    let stem = path
        .rsplit('/')
        .next()
        .and_then(|name| name.strip_suffix(".rs"))
        .unwrap_or_default();
    stem == "tests" || stem.ends_with("_test") || stem.ends_with("_tests")
}

fn note(named: &mut Named, text: &str, path: &str, line: usize) {
    for tag in tags_in(text) {
        let files = named.entry(tag).or_default();
        files.entry(path.to_owned()).or_insert(line);
    }
}

fn files_of<'a>(named: &'a Named, tag: &str) -> Vec<&'a str> {
    let files = named.get(tag).into_iter().flatten();
    files.map(|(path, _)| path.as_str()).collect()
}

fn first_place(files: &BTreeMap<String, usize>) -> Option<Place> {
    files.first_key_value().map(|(path, line)| (path.clone(), *line))
}

/// Every tag that stands in brackets in the text.
pub fn tags_in(text: &str) -> Vec<String> {
    text.match_indices('[')
        .filter_map(|(at, _)| leading_tag(&text[at..]))
        .collect()
}

/// The tag in brackets at the start of the text: two to four capitals, a dash, a number, perhaps a letter.
fn leading_tag(text: &str) -> Option<String> {
    let (tag, _) = text.strip_prefix('[')?.split_once(']')?;
    let (family, number) = tag.split_once('-')?;
    let digits = number
        .strip_suffix(|letter: char| letter.is_ascii_lowercase())
        .unwrap_or(number);
    let is_tag = (2..=4).contains(&family.len())
        && family.bytes().all(|letter| letter.is_ascii_uppercase())
        && !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_tag.then(|| tag.to_owned())
}
