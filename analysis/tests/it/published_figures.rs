//! The list of published figures: its verdicts are true, and the page of the documentation shows them.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use klero_analysis::published::{Figure, Known, Relation, Value, Verdict, figures, table};

fn rows() -> Vec<(Figure, Value)> {
    let rows = figures().unwrap().into_iter();
    rows.map(|figure| {
        let value = figure.value().unwrap();
        (figure, value)
    })
    .collect()
}

#[test]
fn every_verdict_is_what_the_comparison_gives() {
    for (figure, value) in rows() {
        let verdict = figure.compare(&value).unwrap();
        assert_eq!(verdict, figure.verdict, "{}: {value}", figure.id);
        assert_eq!(
            figure.relation == Relation::Implied,
            figure.published.is_empty(),
            "{}",
            figure.id
        );
        if verdict != Verdict::Reproduces {
            assert!(!figure.why.is_empty(), "{} does not say why", figure.id);
        }
    }
}

#[test]
fn figures_differ_in_name_and_are_many() {
    let figures = figures().unwrap();
    let names: BTreeSet<&str> = figures.iter().map(|figure| figure.id.as_str()).collect();
    assert_eq!(names.len(), figures.len());
    let compared = figures
        .iter()
        .filter(|figure| figure.known != Known::Vectors && figure.relation != Relation::Implied);
    assert!(compared.count() >= 25);
}

#[test]
fn the_comparison_tells_wrong_digits_from_right_ones() {
    let figure = |id: &str| {
        figures()
            .unwrap()
            .into_iter()
            .find(|figure| figure.id == id)
            .unwrap()
    };
    let verdict = |id: &str, published: &str| {
        let mut figure = figure(id);
        figure.published = published.to_owned();
        figure.compare(&figure.value().unwrap()).unwrap()
    };
    // 5.551560732e-15
    for (published, right) in [
        ("5.5515e-15", true),
        ("5.5516e-15", true),
        ("6e-15", true),
        ("5e-15", true),
        ("0.00000000000000555", true),
        ("5.56e-15", false),
        ("5.54e-15", false),
        ("5.55e-14", false),
    ] {
        let expected = if right {
            Verdict::Reproduces
        } else {
            Verdict::Differs
        };
        assert_eq!(verdict("ethereum-128", published), expected, "{published}");
    }
    // 7.706185235e-13, 2^-40.24
    for (published, right) in [
        ("2^-40", true),
        ("2^-41", false),
        ("8e-13", true),
        ("7.7e-13", false),
    ] {
        let expected = if right {
            Verdict::Reproduces
        } else {
            Verdict::Differs
        };
        assert_eq!(verdict("ethereum-111", published), expected, "{published}");
    }
    assert_eq!(verdict("dfinity-3-40", "422"), Verdict::Differs);
    assert_eq!(verdict("gearbox-5800", "2^-57"), Verdict::Differs);
}

#[test]
fn the_page_of_the_documentation_has_the_table() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/src/tune/published.md");
    let page = fs::read_to_string(page).unwrap();
    let table = table(&rows());
    assert!(
        page.contains(&table),
        "docs/src/tune/published.md does not have the table that `klero-analysis published` prints"
    );
}

#[test]
fn the_command_prints_the_table_or_a_list() {
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_klero-analysis"))
            .arg("published")
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(run(&[]), table(&rows()));
    let list: Vec<serde_json::Value> = serde_json::from_str(&run(&["--json"])).unwrap();
    assert_eq!(list.len(), rows().len());
    let proposers = list
        .iter()
        .find(|row| row["id"] == "algorand-2017-proposers")
        .unwrap();
    assert_eq!(proposers["value"]["value"], "5.381067964e-12");
    assert_eq!(proposers["verdict"], "reproduces");
    let group = list.iter().find(|row| row["id"] == "dfinity-3-40").unwrap();
    assert_eq!(group["value"], 423);
}
