//! The page of scenarios: from every rule of the agreement to the stories that show it, and from each story to its file.

use std::fmt::Write;

use crate::Finding;
use crate::rules::{file_name, first_difference};
use crate::tags::{Rule, Tags, tags_in};

/// The page.
pub const PAGE: &str = "docs/src/spec/scenarios.md";

/// Where the scenarios lie: one a file, beside `mod.rs`, which declares them.
pub const FOLDER: &str = "agreement/tests/it/scenario/";

/// The chapter whose rules all have scenarios.
const CHAPTER: &str = "docs/src/spec/agreement.md";

const INTRODUCTION: &str = "# Scenarios

Stories that show the rules of the agreement at work, one behaviour a file: most of them whole networks on virtual time
whose messages are lost, late or bare by what they say, some one machine under inputs given by hand. Each asserts what
is decided, when, in which period, and that nothing was decided before. `make test` runs them all, and

```sh
cargo test --release -p klero-agreement --test it -- scenario::late_certificate
```

one of them. `make rules` writes this page from the comments at the head of the files; a test of the repository fails
when it is out of date, or when a rule of the agreement has no scenario.
";

/// One scenario, as the comment at the head of its file tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// The name of its module.
    pub name: String,
    /// What happens.
    pub story: String,
    /// The rules that it shows, without brackets.
    pub tags: Vec<String>,
}

impl Scenario {
    /// Reads the comment at the head of a file: tags, then the story.
    ///
    /// # Errors
    /// A finding when there are no tags or no story.
    pub fn read(path: &str, text: &str) -> Result<Self, Finding> {
        let head = text.lines().map_while(|line| line.strip_prefix("//!"));
        let head: Vec<&str> = head.map(str::trim).collect();
        let head = head.join(" ");
        let tags = tags_in(&head);
        let story = head.rsplit_once(']').map_or("", |(_, story)| story).trim();
        if tags.is_empty() || story.is_empty() {
            let remedy = "begin it with `//! [TAG] …`: the rules that it shows, and the story";
            return Err(Finding::new(path, 1, "a scenario without rules or story", remedy));
        }
        let (story, name) = (story.to_owned(), file_name(path));
        let name = name.trim_end_matches(".rs").to_owned();
        Ok(Self { name, story, tags })
    }

    fn link(&self) -> String {
        let name = &self.name;
        format!("[{}](../../../{FOLDER}{name}.rs)", name.replace('_', " "))
    }
}

/// The page that the scenarios give.
pub fn page(scenarios: &[Scenario], tags: &Tags) -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## Rules\n\n| rule | scenarios |\n|---|---|\n");
    for rule in tags.rules() {
        let shown: Vec<String> = shown_by(&rule, scenarios).map(Scenario::link).collect();
        if !shown.is_empty() {
            // Writing to a string does not fail.
            let _ = writeln!(
                page,
                "| {} {} | {} |",
                rule_link(&rule),
                rule.title,
                shown.join(", ")
            );
        }
    }
    page.push_str("\n## Stories\n\n| scenario | story | rules |\n|---|---|---|\n");
    for scenario in scenarios {
        let rules = tags
            .rules()
            .filter(|rule| scenario.tags.iter().any(|tag| tag == rule.tag));
        let rules: Vec<String> = rules.map(|rule| rule_link(&rule)).collect();
        let _ = writeln!(
            page,
            "| {} | {} | {} |",
            scenario.link(),
            scenario.story,
            rules.join(", ")
        );
    }
    page
}

/// A finding when the page is not what the scenarios give, for each rule of the agreement without one, and for each
/// file that `declarations`, the text of `mod.rs`, leaves out.
pub fn check(written: &str, scenarios: &[Scenario], tags: &Tags, declarations: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Some(line) = first_difference(written, &page(scenarios, tags)) {
        findings.push(Finding::new(
            PAGE,
            line,
            "the page of scenarios is out of date",
            "run `make rules`",
        ));
    }
    for rule in tags
        .rules()
        .filter(|rule| rule.chapter == CHAPTER && !rule.is_pending)
    {
        if shown_by(&rule, scenarios).next().is_none() {
            let what = format!("no scenario shows [{}]", rule.tag);
            findings.push(Finding::new(
                CHAPTER,
                1,
                what,
                "write one, or name the tag where it is shown",
            ));
        }
    }
    for Scenario { name, .. } in scenarios {
        if !declarations.contains(&format!("mod {name};")) {
            let path = format!("{FOLDER}{name}.rs");
            findings.push(Finding::new(
                &path,
                1,
                "a scenario that is not run",
                "declare it in mod.rs",
            ));
        }
    }
    findings
}

fn shown_by<'a>(rule: &Rule<'_>, scenarios: &'a [Scenario]) -> impl Iterator<Item = &'a Scenario> {
    let tag = rule.tag.to_owned();
    scenarios
        .iter()
        .filter(move |scenario| scenario.tags.contains(&tag))
}

fn rule_link(rule: &Rule<'_>) -> String {
    let (tag, anchor, file) = (rule.tag, rule.tag.to_lowercase(), file_name(rule.chapter));
    format!("[{tag}]({file}#{anchor})")
}
