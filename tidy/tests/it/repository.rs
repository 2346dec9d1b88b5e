//! The rules applied to this repository.

use klero_tidy::lower::LOWER_CRATES;
use klero_tidy::scenarios::Scenario;
use klero_tidy::tags::Tags;
use klero_tidy::{
    Finding, Source, book, crates, licences, lower, machine, names, reasons, rules, scenarios, size,
    workspace,
};

const CHAPTERS: &str = "docs/src/spec";
const PENDING: &str = "docs/spec/pending.txt";

fn pass(findings: impl IntoIterator<Item = Finding>) {
    let lines: Vec<String> = findings.into_iter().map(|finding| finding.to_string()).collect();
    assert!(
        lines.is_empty(),
        "{} findings:\n{}\n",
        lines.len(),
        lines.join("\n")
    );
}

/// The value, or the finding that stood in its way as the failure of the test.
fn reached<T>(result: Result<T, Finding>) -> T {
    result.unwrap_or_else(|finding| panic!("{finding}"))
}

fn sources() -> Vec<Source> {
    let sources = reached(workspace::sources());
    assert!(
        sources
            .iter()
            .any(|source| source.path == "tidy/tests/it/repository.rs"),
        "files are left out"
    );
    sources
}

fn in_lower_crate(path: &str) -> bool {
    LOWER_CRATES
        .iter()
        .any(|folder| path.starts_with(&format!("{folder}/src/")))
}

#[test]
fn files_are_short() {
    pass(sources().iter().filter_map(size::file));
}

#[test]
fn functions_are_short() {
    pass(sources().iter().flat_map(size::functions));
}

#[test]
fn names_say_something() {
    pass(sources().iter().flat_map(names::check));
}

#[test]
fn exceptions_have_reasons() {
    pass(sources().iter().flat_map(reasons::check));
}

#[test]
fn lower_crates_compute_only() {
    pass(
        sources()
            .iter()
            .filter(|source| in_lower_crate(&source.path))
            .flat_map(lower::check),
    );
}

#[test]
fn lower_crates_forbid_unsafe_code() {
    for folder in LOWER_CRATES {
        let path = format!("{folder}/src/lib.rs");
        let text = reached(workspace::read(&path));
        pass(lower::forbids_unsafe(&reached(Source::parse(&path, &text))));
    }
}

#[test]
fn lower_crates_bring_little_along() {
    for folder in LOWER_CRATES {
        let package = format!("klero-{folder}");
        let tree = ["tree", "-p", &package, "-e", "normal,build", "--prefix", "none"];
        pass(crates::weight(folder, &reached(workspace::cargo(&tree))));
    }
}

/// Tests and simulations may do without cryptography; what is started as a node may not.
#[test]
fn no_node_is_built_without_cryptography() {
    let tree = |package: &str, more: &[&str]| {
        let mut arguments = vec!["tree", "-p", package, "-e", "normal,build", "--prefix", "none"];
        arguments.extend(["--format", "{p}|{f}"]);
        arguments.extend(more);
        reached(workspace::cargo(&arguments))
    };
    pass(crates::simulated(&tree("klero-node", &[])));
    pass(crates::simulated(&tree("klero-node", &["--all-features"])));
    // What is looked for has the form that cargo prints.
    let found = crates::simulated(&tree("klero-agreement", &["--features", "sim"]));
    assert_eq!(found.len(), 3);
}

/// Plots and reports are for the binary `klero-analysis`.
#[test]
fn no_node_is_built_with_plots() {
    let draws = |package: &str| {
        let tree = ["tree", "-p", package, "-e", "normal,build", "--prefix", "none"];
        let tree = reached(workspace::cargo(&tree));
        tree.lines().any(|line| line.starts_with("tiny-skia "))
    };
    assert!(!draws("klero-node"));
    // This is what draws.
    assert!(draws("klero-analysis"));
}

/// The one constructor of outputs without a proof is called by the simulator alone.
#[test]
fn simulated_outputs_are_made_in_simulations_only() {
    let call = ["VrfOutput", "simulated"].join("::");
    let sources = sources();
    let callers = sources.iter().filter(|source| source.text.contains(&call));
    let callers: Vec<&str> = callers.map(|source| source.path.as_str()).collect();
    assert_eq!(callers, ["agreement/src/sim/crypto.rs"]);
}

#[test]
fn crates_use_lower_ones_only() {
    let metadata = reached(workspace::cargo(&[
        "metadata",
        "--no-deps",
        "--format-version",
        "1",
    ]));
    pass(reached(crates::layers(&metadata)));
}

/// `cargo metadata` would show packages behind features that nobody turned on; the tree has what is built.
#[test]
fn licences_are_allowed() {
    let allowed = reached(licences::allowed(
        "deny.toml",
        &reached(workspace::read("deny.toml")),
    ));
    let tree = [
        "tree",
        "--workspace",
        "-e",
        "normal,build,dev",
        "--prefix",
        "none",
        "--format",
        "{p}|{l}",
    ];
    pass(licences::check(&reached(workspace::cargo(&tree)), &allowed));
}

/// The tags of the specification, of code and of tests.
fn tags() -> Tags {
    let mut tags = Tags::default();
    let chapters = reached(workspace::files(CHAPTERS, ".md"));
    for path in &chapters {
        tags.add_chapter(path, &reached(workspace::read(path)));
    }
    if workspace::root().join(PENDING).exists() {
        reached(tags.add_pending(PENDING, &reached(workspace::read(PENDING))));
    }
    // The samples in this crate's own tests are not tests of the rules.
    for source in sources()
        .iter()
        .filter(|source| !source.path.starts_with("tidy/"))
    {
        tags.add_source(source);
    }
    tags
}

#[test]
fn rules_are_named_by_code_and_tests() {
    let tags = tags();
    assert!(
        tags.defined() > 0,
        "{CHAPTERS} defines no rule: a rule is a list item that starts with its tag"
    );
    pass(tags.check());
}

#[test]
fn the_index_of_rules_is_up_to_date() {
    pass(rules::check(&reached(workspace::read(rules::PAGE)), &tags()));
}

#[test]
#[ignore = "writes docs/src/spec/rules.md; `make rules` asks for it"]
fn write_the_index_of_rules() {
    std::fs::write(workspace::root().join(rules::PAGE), rules::page(&tags())).expect("the page is written");
}

/// The scenarios of the agreement, in the order of their names.
fn scenarios() -> Vec<Scenario> {
    let paths = reached(workspace::files(scenarios::FOLDER.trim_end_matches('/'), ".rs"));
    let stories = paths.iter().filter(|path| !path.ends_with("/mod.rs"));
    stories
        .map(|path| reached(Scenario::read(path, &reached(workspace::read(path)))))
        .collect()
}

#[test]
fn every_rule_of_the_agreement_has_a_scenario_and_the_page_of_them_is_up_to_date() {
    let written = reached(workspace::read(scenarios::PAGE));
    let declarations = reached(workspace::read(&format!("{}mod.rs", scenarios::FOLDER)));
    pass(scenarios::check(&written, &scenarios(), &tags(), &declarations));
}

#[test]
#[ignore = "writes docs/src/spec/scenarios.md; `make rules` asks for it"]
fn write_the_index_of_scenarios() {
    let page = scenarios::page(&scenarios(), &tags());
    std::fs::write(workspace::root().join(scenarios::PAGE), page).expect("the page is written");
}

#[test]
fn files_name_no_machine() {
    let mut findings = Vec::new();
    for path in reached(workspace::tracked()) {
        // What is not text, or was removed since git last looked, has nothing to say.
        if let Ok(text) = workspace::read(&path) {
            findings.extend(machine::check(&path, &text));
        }
    }
    pass(findings);
}

#[test]
fn book_links_every_chapter() {
    let summary = reached(workspace::read(book::SUMMARY));
    pass(book::check(
        &summary,
        &reached(workspace::files("docs/src", ".md")),
    ));
}
