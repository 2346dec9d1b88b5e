//! `klero sortition`: the seats of one draw, under every scheme.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::{assert_says, json, printed, refused};

const LEAST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
const GREATEST: &str = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

fn args<'a>(scheme: &'a str, digest: &'a str, stake: &'a str, expected: &'a str) -> Vec<&'a str> {
    vec![
        "sortition",
        "--scheme",
        scheme,
        "--digest",
        digest,
        "--stake",
        stake,
        "--expected",
        expected,
    ]
}

fn seats(here: &Path, args: &[&str], more: &[&str]) -> Value {
    json(here, &[args, more, &["--json"]].concat())
}

/// 500, 300 and a hundred of 2, in any order: two permanent members of τ = 10, as `fait_accompli.rs` of the crate
/// `sampling` computes.
fn stakes(here: &Path) -> &'static str {
    let table: String = ["v1,300,b", "v0,500,a"]
        .into_iter()
        .map(str::to_owned)
        .chain((2..102).map(|number| format!("v{number},2,c")))
        .map(|line| line + "\n")
        .collect();
    std::fs::write(here.join("stakes.csv"), format!("id,stake,group\n{table}")).unwrap();
    "stakes.csv"
}

/// 1.5 seats: one for sure, and the least draw wins the half.
#[test]
fn quota_seats_are_printed() {
    let here = tempfile::tempdir().unwrap();
    let total = ["--total", "1000"];
    let found = seats(here.path(), &args("quota", LEAST, "15", "100"), &total);
    assert_eq!(found, json!({ "scheme": "quota", "seats": 2, "guaranteed": 1 }));
    let found = seats(here.path(), &args("quota", GREATEST, "15", "100"), &total);
    assert_eq!(found, json!({ "scheme": "quota", "seats": 1, "guaranteed": 1 }));
}

/// One unit wins with 1/4: the draws below a quarter.
#[test]
fn binomial_seats_are_printed() {
    let here = tempfile::tempdir().unwrap();
    let found = seats(
        here.path(),
        &args("binomial", GREATEST, "1", "1"),
        &["--total", "4"],
    );
    assert_eq!(
        found,
        json!({ "scheme": "binomial", "seats": 1, "guaranteed": 0 })
    );
    let found = seats(here.path(), &args("binomial", LEAST, "1", "1"), &["--total", "4"]);
    assert_eq!(
        found,
        json!({ "scheme": "binomial", "seats": 0, "guaranteed": 0 })
    );
}

#[test]
fn everyone_is_a_member_of_a_full_committee() {
    let here = tempfile::tempdir().unwrap();
    let full = json!({ "scheme": "full", "seats": 15, "guaranteed": 15 });
    for (scheme, expected) in [
        ("full", "1"),
        ("quota", "1000"),
        ("binomial", "1000"),
        ("fait-accompli", "1000"),
    ] {
        let found = seats(
            here.path(),
            &args(scheme, LEAST, "15", expected),
            &["--total", "1000"],
        );
        assert_eq!(found, full, "{scheme}");
    }
    let text = printed(
        here.path(),
        &[&args("quota", LEAST, "15", "1000")[..], &["--total", "1000"]].concat(),
    );
    assert_says(&text, &["15 seats", "everyone is a member"]);
}

/// [SEAT-3] The second of the file is permanent; those who draw have seats of one weight.
#[test]
fn fait_accompli_takes_the_stakes_of_all() {
    let here = tempfile::tempdir().unwrap();
    let file = ["--stakes", stakes(here.path())];
    let found = seats(here.path(), &args("fait-accompli", LEAST, "300", "10"), &file);
    assert_eq!(
        found,
        json!({ "scheme": "fait-accompli", "seats": 300, "guaranteed": 300 })
    );
    let found = seats(here.path(), &args("fait-accompli", GREATEST, "2", "10"), &file);
    assert_eq!(
        found,
        json!({ "scheme": "fait-accompli", "seats": 2, "guaranteed": 0 })
    );
    let text = printed(
        here.path(),
        &[&args("fait-accompli", LEAST, "2", "10")[..], &file].concat(),
    );
    assert_says(
        &text,
        &["0 seats", "permanent members: 2", "stake of 200", "8 of the 10"],
    );
}

#[test]
fn wrong_stakes_are_named() {
    let here = tempfile::tempdir().unwrap();
    let file = ["--stakes", stakes(here.path())];
    let fait = |more: &[&str], stake| {
        let args = args("fait-accompli", LEAST, stake, "10");
        refused(here.path(), &[&args, more].concat())
    };
    assert_says(
        &fait(&["--total", "1000"], "2"),
        &["stakes of all validators", "--stakes FILE"],
    );
    assert_says(&fait(&file, "3"), &["nobody in stakes.csv has a stake of 3"]);
    assert_says(
        &fait(&[&file[..], &["--total", "999"]].concat(), "2"),
        &["add up to 1000", "leave --total out"],
    );
    assert_says(
        &fait(&[&file[..], &["--place", "2"]].concat(), "2"),
        &["place 3 to 102, not at 2"],
    );
    assert_says(
        &fait(&["--stakes", "none.csv"], "2"),
        &["none.csv", "No such file"],
    );
    std::fs::write(here.path().join("words.txt"), "5\n7\nmany\n").unwrap();
    assert_says(
        &fait(&["--stakes", "words.txt"], "5"),
        &["words.txt", "line 3", "many"],
    );
}
