//! `klero-analysis compare`: what it prints.

use crate::command::{printed, refused};

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/network.csv");
const SIZE: &str = "--expected 961 --threshold 690 --honest 0.8";

#[test]
fn a_line_for_each_scheme() {
    let text = printed(&format!("compare --stake {NETWORK} {SIZE}"));
    let expected = format!(
        "961 seats expected, threshold 690, honest share 4/5
{NETWORK}: 1000 accounts, total stake 272097518896180030
                                          bytes     bytes           no  two values      forged
scheme           seats   voters  proofs sr25519  bls12381     progress      staged       alone
quota              961      370      13    1617       993     2^-39.35    2^-38.69   2^-559.74
binomial           961      313     103   10320      5390      2^-9.09    2^-25.63   2^-559.74
fait-accompli      961      954       0     356       356            0    2^-86.26  2^-1194.81
full                 -     1000       0     356       356            0           0           0
fixed              961      313       -       -         -     2^-31.04   2^-202.46   2^-869.66
"
    );
    assert_eq!(text, expected);
}

#[test]
fn json_has_what_the_command_failure_says_and_the_cost() {
    let read = |text: String| -> serde_json::Value { serde_json::from_str(&text).unwrap() };
    let all = read(printed(&format!(
        "compare --json --stake {NETWORK} {SIZE} --adversary dust"
    )));
    assert_eq!(
        (&all["expected"], &all["adversary"]),
        (&961.into(), &"dust".into())
    );
    let schemes = all["schemes"].as_array().unwrap();
    assert_eq!(schemes.len(), 5);
    for row in schemes {
        let scheme = row["scheme"].as_str().unwrap();
        let arguments = format!("failure --json --scheme {scheme} --stake {NETWORK} {SIZE} --adversary dust");
        let one = read(printed(&arguments));
        for key in [
            "live_log2",
            "split_log2",
            "take_log2",
            "live",
            "split",
            "take",
            "live_adversary",
        ] {
            assert_eq!(row[key], one[key], "{scheme}: {key}");
        }
        assert!(row["voters"].as_f64().unwrap() > 300.0, "{scheme}");
    }
    let quota = &schemes[0];
    assert_eq!(
        (&quota["proofs"], &quota["bytes"]),
        (&(13.0).into(), &(1617.0).into())
    );
    assert_eq!(schemes[4]["bytes"], serde_json::Value::Null);
}

#[test]
fn silent_groups_are_named() {
    let text = printed(&format!("compare --stake {NETWORK} {SIZE} --offline-groups 1"));
    assert!(
        text.contains("\nsilent besides: the 1 largest groups\n"),
        "{text}"
    );
    let lines = text
        .lines()
        .filter(|line| line.contains("2^0.00") || line.contains("2^-0."));
    assert_eq!(lines.count(), 5, "{text}");
}

#[test]
fn an_error_ends_with_what_helps() {
    for (arguments, status, cause) in [
        (SIZE.to_owned(), 2, "--stake <FILE>"),
        (
            format!("--stake nowhere.csv {SIZE}"),
            1,
            "nowhere.csv: it cannot be read",
        ),
        (
            format!("--stake {NETWORK} --expected 0 --threshold 690 --honest 0.8"),
            1,
            "0 expected seats",
        ),
        (
            format!("--stake {NETWORK} --expected 961 --threshold 690 --honest 2"),
            1,
            "an honest share of 2",
        ),
    ] {
        let (ended, text) = refused(&format!("compare {arguments}"));
        assert_eq!(ended, status, "{arguments}: {text}");
        assert!(
            text.contains(cause) && text.contains("--help"),
            "{arguments}: {text}"
        );
    }
}
