//! The patches of `tests/mutants`, each of which breaks a rule on purpose, fit the sources and the tests as they are.
//! Whether the tests notice each is asked by `scripts/mutants.sh`, which takes minutes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Consecutive lines of a file that a patch takes away or leaves as they are.
#[derive(Debug)]
struct Hunk {
    file: String,
    old: Vec<String>,
}

/// A rule broken on purpose.
#[derive(Debug)]
struct Mutant {
    name: String,
    head: Vec<String>,
    hunks: Vec<Hunk>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

impl Mutant {
    fn parse(name: &str, text: &str) -> Self {
        let mut lines = text.lines().peekable();
        let mut head = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("--- ")) {
            head.push(line.to_owned());
        }
        let (mut file, mut hunks) = (String::new(), Vec::<Hunk>::new());
        for line in lines {
            if let Some(path) = line.strip_prefix("--- a/") {
                path.clone_into(&mut file);
            } else if line.starts_with("@@ ") {
                hunks.push(Hunk {
                    file: file.clone(),
                    old: Vec::new(),
                });
            } else if let Some(old) = line.strip_prefix([' ', '-']) {
                hunks.last_mut().unwrap().old.push(old.to_owned());
            }
        }
        Self {
            name: name.to_owned(),
            head,
            hunks,
        }
    }

    /// The beginning of the names of the test modules that carry the tag, as in `ba_4_`.
    fn modules(&self) -> String {
        let words: Vec<&str> = self.name.split('_').take(2).collect();
        format!("{}_", words.join("_"))
    }

    /// The tag of the rule, as in `BA-4`.
    fn tag(&self) -> String {
        let modules = self.modules();
        modules.trim_end_matches('_').replace('_', "-").to_uppercase()
    }
}

fn mutants() -> Vec<Mutant> {
    let folder = root().join("agreement/tests/mutants");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut mutants: Vec<Mutant> = files
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            Mutant::parse(name.strip_suffix(".patch").expect("a patch"), &text)
        })
        .collect();
    mutants.sort_by(|one, other| one.name.cmp(&other.name));
    mutants
}

/// Whether the lines follow each other somewhere in the text.
fn has_lines(text: &str, wanted: &[String]) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    !wanted.is_empty() && lines.windows(wanted.len()).any(|window| window == wanted)
}

#[test]
fn every_patch_applies() {
    for mutant in mutants() {
        assert!(!mutant.hunks.is_empty(), "{} changes nothing", mutant.name);
        for hunk in &mutant.hunks {
            let fits = has_lines(&read(&hunk.file), &hunk.old);
            assert!(fits, "{} no longer fits {}", mutant.name, hunk.file);
        }
    }
}

#[test]
fn a_patch_that_does_not_fit_is_noticed() {
    let patch = "head\n--- a/x\n+++ b/x\n@@ -1,3 +1,3 @@\n one\n-two\n+2\n three\n";
    let mutant = Mutant::parse("ba_1_x", patch);
    assert_eq!((mutant.hunks.len(), mutant.tag().as_str()), (1, "BA-1"));
    let old = &mutant.hunks[0].old;
    assert!(has_lines("zero\none\ntwo\nthree\n", old));
    for text in ["one\n2\nthree\n", "one\ntwo\n", "one\n\ntwo\nthree\n", ""] {
        assert!(!has_lines(text, old), "{text}");
    }
}

#[test]
fn every_patch_says_what_it_breaks_and_which_tests_fail() {
    for mutant in mutants() {
        let (name, tag) = (&mutant.name, format!("[{}]", mutant.tag()));
        let says = mutant.head.first().and_then(|line| line.strip_prefix(&tag));
        assert!(
            says.is_some_and(|says| says.len() > 10),
            "{name} does not say what it breaks"
        );
        let fails = mutant.head.iter().filter_map(|line| line.strip_prefix("Fails: "));
        let fails: Vec<&str> = fails.collect();
        assert!(!fails.is_empty(), "{name} names no test");
        for test in fails {
            let (module, function) = test.split_once("::").unwrap();
            assert!(
                module.starts_with(&mutant.modules()),
                "{name}: {test} is of another tag"
            );
            let text = read(&format!("agreement/tests/it/{module}.rs"));
            assert!(text.contains(&tag), "{module} does not carry {tag}");
            assert!(
                text.contains(&format!("fn {function}()")),
                "{name}: there is no {test}"
            );
        }
    }
}

#[test]
fn every_rule_of_the_agreement_is_broken_once() {
    let broken: BTreeSet<String> = mutants().iter().map(Mutant::tag).collect();
    for tag in (1..=13)
        .map(|number| format!("BA-{number}"))
        .chain(["COM-4".to_owned()])
    {
        assert!(broken.contains(&tag), "no patch breaks {tag}");
    }
}

/// What states the rules a second time and what drives the machines stay as they are, and so do the tests.
#[test]
fn only_the_machine_and_its_count_of_votes_are_changed() {
    for mutant in mutants() {
        for Hunk { file, .. } in &mutant.hunks {
            let name = file.strip_prefix("agreement/src/");
            let is_machine = name.is_some_and(|name| !name.contains('/'));
            assert!(
                is_machine || file == "committee/src/tally.rs",
                "{} changes {file}",
                mutant.name
            );
        }
    }
}
