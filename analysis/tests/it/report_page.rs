//! `klero-analysis report`: a page that stands for itself.

use std::fs;
use std::sync::OnceLock;

use roxmltree::{Document, ParsingOptions};

use crate::command::{printed, refused};
use crate::plots::{HASH, STAKES, fresh};

const TARGETS: &str = "--honest 0.9 --safety 2^-20 --live 2^-10 --horizon 1d";

/// The page about the example of the book, and what the command says.
fn example() -> &'static (String, String) {
    static PAGE: OnceLock<(String, String)> = OnceLock::new();
    PAGE.get_or_init(|| {
        let file = fresh("example.html");
        let said = printed(&format!("report --stake {STAKES} {TARGETS} --out {file}"));
        (fs::read_to_string(&file).unwrap(), said)
    })
}

/// The page is written so that it is XML, too, but for its first line.
fn tree(page: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(page, options).unwrap()
}

fn words(page: &str) -> String {
    let tree = tree(page);
    let texts = tree.root_element().descendants().filter(|node| node.is_text());
    texts.filter_map(|node| node.text()).collect::<Vec<_>>().concat()
}

#[test]
fn it_names_the_committees_that_tune_finds() {
    let (page, said) = example();
    let tuned = printed(&format!("tune --stake {STAKES} {TARGETS} --json"));
    let tuned: serde_json::Value = serde_json::from_str(&tuned).unwrap();
    for (step, name) in [("soft", "Soft"), ("cert", "Cert"), ("next", "Next")] {
        let (expected, threshold) = (&tuned[step]["expected"], &tuned[step]["threshold"]);
        let shown = format!(
            "{name}</span><b>{expected}</b><span>seats expected</span><span>threshold {threshold}</span>"
        );
        assert!(page.contains(&shown), "{shown}");
    }
    assert!(page.contains(&format!("J</span><b>{}</b>", tuned["catch_up"])));
    let soft = format!(
        "Soft {} with threshold {}",
        tuned["soft"]["expected"], tuned["soft"]["threshold"]
    );
    assert!(said.contains(&soft) && said.contains("next: open it"), "{said}");
}

/// [RISK-5] What the page promises over the horizon is the target.
#[test]
fn the_sum_over_the_horizon_keeps_the_target() {
    let (_, said) = example();
    let bits = said
        .split_once("at most 2^-")
        .unwrap()
        .1
        .split_once('\n')
        .unwrap()
        .0;
    let bits: f64 = bits.parse().unwrap();
    assert!((20.0..30.0).contains(&bits), "{said}");
}

#[test]
fn it_has_every_section_and_figure() {
    let (page, _) = example();
    let text = words(page);
    for part in [
        "Take them",
        "What they keep",
        "Why these",
        "What they cost",
        "What if stake moves or operators fail",
        "Who holds the stake",
        "Other schemes",
        "How to read this",
        "klero genesis new --network NAME --validators FILES --profile profile.toml --out genesis.json",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let tree = tree(page);
    let figures = tree.descendants().filter(|node| node.has_tag_name("figure"));
    for figure in figures.clone() {
        let classes: Vec<_> = figure
            .children()
            .filter_map(|node| node.attribute("class"))
            .collect();
        assert_eq!(classes, ["wide", "narrow"]);
    }
    assert_eq!(figures.count(), 6);
    // Each link leads to a section.
    let ids: Vec<_> = tree
        .descendants()
        .filter_map(|node| node.attribute("id"))
        .collect();
    let links = tree.descendants().filter_map(|node| node.attribute("href"));
    for link in links {
        assert!(ids.contains(&link.trim_start_matches('#')), "{link}");
    }
}

#[test]
fn it_needs_nothing_else() {
    let (page, _) = example();
    for outside in [
        "http:", "https:", "<script", "<link", "<img", "@import", "url(", "src=",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") && page.contains("@media print"));
    assert!(page.contains("prefers-color-scheme: dark"));
}

#[test]
fn the_tune_command_that_it_shows_makes_these_committees() {
    let (page, _) = example();
    let text = words(page);
    let start = text.find("klero-analysis tune").unwrap();
    let command = text[start..].split_once(" --out profile.toml").unwrap().0;
    let arguments = command.split_once(' ').unwrap().1;
    let again = printed(arguments);
    let first = again.lines().next().unwrap();
    let (expected, rest) = first.strip_prefix("soft  ").unwrap().split_once(' ').unwrap();
    let threshold = rest.rsplit_once(' ').unwrap().1;
    assert!(page.contains(&format!(
        "Soft</span><b>{expected}</b><span>seats expected</span><span>threshold {threshold}<"
    )));
}

#[test]
fn it_says_where_it_comes_from_and_no_time() {
    let (page, _) = example();
    let version = format!("klero-analysis {}", env!("CARGO_PKG_VERSION"));
    let tree = tree(page);
    let meta = |name: &str| {
        let found = tree
            .descendants()
            .find(|node| node.attribute("name") == Some(name));
        found
            .and_then(|node| node.attribute("content"))
            .unwrap()
            .to_owned()
    };
    assert_eq!(meta("klero:software"), version);
    assert!(
        meta("klero:command").starts_with(&format!("klero-analysis report --stake {STAKES} --honest 9/10 "))
    );
    assert_eq!(meta("klero:input"), format!("sha256 {HASH} {STAKES}"));
    let again = fresh("again.html");
    printed(&format!("report --stake {STAKES} {TARGETS} --out {again}"));
    assert_eq!(&fs::read_to_string(again).unwrap(), page);
}

#[test]
fn hostile_names_are_text() {
    let evil = "</td><script>alert(1)</script>\"\"'&<!--";
    let file = fresh("a<b>&'c.csv");
    let rows = (1..40).map(|rank| {
        format!(
            "\"<script>{rank}{evil}\",{},\"{evil}{}\"\n",
            10_000 / (rank + 3),
            rank % 5
        )
    });
    fs::write(&file, format!("id,stake,group\n{}", rows.collect::<String>())).unwrap();
    let out = fresh("hostile.html");
    printed(&format!("report --stake {file} {TARGETS} --out {out}"));
    let page = fs::read_to_string(&out).unwrap();
    assert!(!page.contains("<script") && !page.contains("<!--"));
    let text = words(&page);
    assert!(
        text.contains("</td><script>alert(1)</script>\"'&<!--1"),
        "the name of a group"
    );
    assert!(text.contains("Committees for a<b>&'c.csv"));
    let svg = fresh("hostile.svg");
    printed(&format!("plot stake --stake {file} --out {svg}"));
    let svg = fs::read_to_string(svg).unwrap();
    assert!(Document::parse(&svg).is_ok() && svg.contains("a&lt;b&gt;&amp;&#39;c.csv"));
}

#[test]
fn a_network_may_have_a_name() {
    let out = fresh("named.html");
    printed(&format!(
        "report --stake {STAKES} {TARGETS} --network athens --out {out}"
    ));
    let text = words(&fs::read_to_string(out).unwrap());
    assert!(
        text.contains("Committees for athens")
            && text.contains("klero genesis new --network athens --validators")
    );
}

#[test]
fn without_groups_it_says_what_is_missing() {
    let file = fresh("plain.csv");
    let rows = (1..40).map(|rank| format!("v{rank},{}\n", 10_000 / (rank + 3)));
    fs::write(&file, format!("id,stake\n{}", rows.collect::<String>())).unwrap();
    let out = fresh("plain.html");
    printed(&format!("report --stake {file} {TARGETS} --out {out}"));
    assert!(words(&fs::read_to_string(out).unwrap()).contains("has no column group"));
}

#[test]
fn an_error_says_what_helps() {
    let there = fresh("there.html");
    fs::write(&there, "something").unwrap();
    for (arguments, status, cause) in [
        (
            format!("--stake {STAKES} {TARGETS} --out {there}"),
            1,
            "is there already; choose another --out",
        ),
        (
            format!("--stake {STAKES} {TARGETS} --out page.pdf"),
            1,
            "page.pdf is not .html; choose another --out",
        ),
        (format!("--stake {STAKES} {TARGETS}"), 2, "--out <FILE>"),
        (
            format!("--stake nowhere.csv {TARGETS} --out a.html"),
            1,
            "nowhere.csv: it cannot be read",
        ),
        (
            format!("--stake {STAKES} --honest 2/3 --safety 2^-20 --live 2^-10 --out a.html"),
            1,
            "no sampled committee can be both safe and live",
        ),
        (
            format!("--stake {STAKES} {TARGETS} --scheme full --out a.html"),
            1,
            "report --help",
        ),
        (
            format!("--stake {STAKES} {TARGETS} --scheme fixed --out a.html"),
            1,
            "no chain draws by the scheme fixed",
        ),
    ] {
        let (ended, text) = refused(&format!("report {arguments}"));
        assert!(
            ended == status && text.contains(cause),
            "{arguments}: {ended} {text}"
        );
    }
    assert_eq!(fs::read_to_string(there).unwrap(), "something");
}
