//! `klero-analysis stake`: what it prints.

use std::fs;

use crate::command::{printed, refused};

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/network.csv");

#[test]
fn measures_by_account_and_by_group() {
    let text = printed(&format!("stake {NETWORK}"));
    let expected = "1000 accounts, total stake 272097518896180030
                               accounts       groups
holders                            1000           40
more than 1/3 together               16            2
more than 1/2 together               36            6
more than 2/3 together               83           10
Gini coefficient                 0.7597       0.5834
Herfindahl-Hirschman index     0.010289     0.105538
effective number                   97.2          9.5
largest accounts
    3.675 %  v0000
    3.305 %  v0001
    2.994 %  v0002
    2.731 %  v0003
    2.505 %  v0004
largest groups
   28.701 %  host-00
    7.125 %  host-01
    5.220 %  Hosting 03, Ltd
    4.376 %  Hosting 31, Ltd
    4.008 %  host-02
";
    assert_eq!(text, format!("{NETWORK}: {expected}"));
}

#[test]
fn json_has_every_measure() {
    let text = printed(&format!("stake --json {NETWORK}"));
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["total"], 272_097_518_896_180_030_u64);
    assert_eq!((&value["scale"], &value["dropped"]), (&0.into(), &0.into()));
    assert_eq!(value["accounts"]["nakamoto_third"], 16);
    assert_eq!(value["accounts"]["largest"][0]["name"], "v0000");
    assert_eq!(value["groups"]["count"], 40);
    for of in ["accounts", "groups"] {
        let (hhi, effective) = (&value[of]["hhi"], &value[of]["effective"]);
        let product = hhi.as_f64().unwrap() * effective.as_f64().unwrap();
        assert!((product - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_file_without_groups_that_is_divided() {
    let file = std::env::temp_dir().join(format!("klero-stake-{}.csv", std::process::id()));
    fs::write(&file, "id,stake\na,20000000000000000000\nb,5\n").unwrap();
    let text = printed(&format!("stake {}", file.display()));
    let json = printed(&format!("stake {} --json", file.display()));
    fs::remove_file(&file).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines[0].ends_with(": 1 accounts, total stake 2000000000000000000"),
        "{text}"
    );
    assert_eq!(
        lines[1..3],
        [
            "stakes are divided by 10^1 and rounded down, so that they add up to at most 2^63",
            "1 accounts are left out: nothing is left of their stake"
        ]
    );
    assert!(!text.contains("groups"), "{text}");
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&value["scale"], &value["dropped"], &value["groups"]),
        (&1.into(), &1.into(), &serde_json::Value::Null)
    );
}

#[test]
fn a_file_that_is_refused_is_named_with_what_helps() {
    let file = std::env::temp_dir().join(format!("klero-stake-refused-{}.csv", std::process::id()));
    fs::write(&file, "id,stake\na,5\nb,0\n").unwrap();
    let name = file.display().to_string();
    let (status, text) = refused(&format!("stake {name}"));
    fs::remove_file(&file).unwrap();
    assert_eq!(status, 1);
    assert_eq!(
        text,
        format!(
            "error: {name}: line 3: the stake is 0: leave out who has none; see `klero-analysis stake --help`\n"
        )
    );
    let (status, text) = refused("stake nowhere.csv");
    assert_eq!(status, 1);
    assert!(
        text.starts_with("error: nowhere.csv: it cannot be read: "),
        "{text}"
    );
    assert!(text.contains("--help"), "{text}");
}
