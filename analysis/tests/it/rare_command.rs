//! `klero-analysis simulate rare`: what it prints.

use std::time::{Duration, Instant};

use crate::command::{printed, refused};

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/network.csv");

fn json(arguments: &str) -> serde_json::Value {
    serde_json::from_str(&printed(&format!("simulate rare --json {arguments}"))).unwrap()
}

/// The contract: a bound of 2^-40 is confirmed with ±10 % in under a minute; it takes a second, with ±2 %.
#[test]
fn a_bound_of_2_to_the_minus_40_is_confirmed() {
    let start = Instant::now();
    for (event, adversary) in [("live", "dust"), ("split", "largest")] {
        let size = format!("--expected 961 --threshold 690 --honest 0.8 --stake {NETWORK}");
        let value = json(&format!(
            "{size} --event {event} --adversary {adversary} --seed 1"
        ));
        let number = |key: &str| value[key].as_f64().unwrap();
        assert!((-42.0..-38.0).contains(&number("bound_log2")), "{value}");
        assert!(number("half_width") < 0.02, "{value}");
        assert!(number("low_log2") - 0.02 < number("bound_log2"), "{value}");
        assert!(number("bound_log2") < number("high_log2") + 0.02, "{value}");
        assert_eq!(value["verdict"], "agrees");
    }
    assert!(start.elapsed() < Duration::from_secs(60));
}

#[test]
fn text_says_what_was_drawn_and_how() {
    let size = format!("--expected 961 --threshold 690 --honest 0.8 --stake {NETWORK}");
    let text = printed(&format!(
        "simulate rare {size} --event split --adversary-seats drawn --samples 20000 --seed 7"
    ));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        lines[0],
        "quota: 961 seats expected, threshold 690, honest share 4/5"
    );
    assert_eq!(
        lines[2],
        "two values staged [RISK-2]: H + 2A >= 2T, against largest; honest seats as accounts draw them; adversary's as \
         its accounts draw them"
    );
    assert!(lines[4].starts_with("computed  2^-38.692  2.251e-12"), "{text}");
    assert!(
        lines[8].starts_with("20000 committees drawn with seed 7, tilted by "),
        "{text}"
    );
    assert!(
        lines[9].starts_with("the bound holds: the estimate is 2^"),
        "{text}"
    );
}

#[test]
fn a_seed_determines_what_is_printed() {
    let size = "--scheme binomial --expected 2879 --threshold 1973 --honest 4/5 --event split --samples 5000";
    let with = |seed: u32| printed(&format!("simulate rare {size} --seed {seed}"));
    assert_eq!(with(3), with(3));
    assert_ne!(with(3), with(4));
}

#[test]
fn what_is_decided_is_not_drawn() {
    let size = format!("--expected 961 --threshold 690 --honest 0.8 --stake {NETWORK}");
    let arguments = "--adversary smallest --adversary-seats drawn --seed 1";
    let value = json(&format!("{size} --event take --scheme fait-accompli {arguments}"));
    assert!(value["estimate_log2"].as_f64().is_some(), "{value}");
    let value = json("--scheme fixed --expected 50 --threshold 51 --honest 0.8 --event take --seed 1");
    assert_eq!(
        (&value["samples"], &value["estimate_log2"]),
        (&0.into(), &serde_json::Value::Null)
    );
    let text = printed(
        "simulate rare --scheme fixed --expected 50 --threshold 51 --honest 0.8 --event live --seed 1",
    );
    assert!(
        text.contains("\nit has to happen, whatever is drawn\nthe estimate agrees with the bound\n"),
        "{text}"
    );
}

#[test]
fn an_error_ends_with_what_helps() {
    let size = "--expected 9 --threshold 7 --honest 0.8 --event live";
    for (arguments, status, cause) in [
        (format!("{size} --seed 1 --scheme full"), 1, "nothing is drawn"),
        (
            format!("{size} --seed 1 --population 9"),
            1,
            "--population is for the scheme fixed",
        ),
        (
            format!("{size} --seed 1 --stake nowhere.csv"),
            1,
            "nowhere.csv: it cannot be read",
        ),
        (
            format!("{size} --seed 1 --adversary-seats drawn"),
            1,
            "leave out --adversary-seats",
        ),
        (size.to_owned(), 2, "--seed <SEED>"),
        (
            format!("{size} --seed 1 --samples 10"),
            2,
            "10 is not in 1000..=1000000000",
        ),
    ] {
        let (ended, text) = refused(&format!("simulate rare {arguments}"));
        assert_eq!(ended, status, "{arguments}: {text}");
        assert!(
            text.contains(cause) && text.contains("--help"),
            "{arguments}: {text}"
        );
    }
}
