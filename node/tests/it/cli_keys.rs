//! Key files and genesis files, from the command line.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use serde_json::Value;

use crate::cli::{json, printed, refused};

fn keys(here: &Path, network: &str, name: &str, validators: &str, stake: &str) {
    let (keys, public) = (format!("{name}.json"), format!("{name}.public.json"));
    let args = [
        "keys",
        "new",
        "--plain",
        "--network",
        network,
        "--keys",
        &keys,
        "--public",
        &public,
    ];
    printed(
        here,
        &[&args[..], &["--validators", validators, "--stake", stake]].concat(),
    );
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The command that makes `g.json` of athens from one operator's public file.
fn genesis_of(public: &str) -> [&str; 8] {
    let network = "athens";
    [
        "genesis",
        "new",
        "--network",
        network,
        "--validators",
        public,
        "--out",
        "g.json",
    ]
}

#[test]
fn keys_of_two_operators_make_one_genesis() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    keys(here, "athens", "ada", "3", "500");
    keys(here, "athens", "ben", "2", "700");
    let public = ["--validators", "ada.public.json", "ben.public.json"];
    let made = json(
        here,
        &[
            &[
                "genesis",
                "new",
                "--network",
                "athens",
                "--out",
                "g.json",
                "--json",
            ],
            &public[..],
        ]
        .concat(),
    );
    assert_eq!(
        (&made["validators"], &made["total_stake"]),
        (&5.into(), &2900.into())
    );
    let validators = read(&here.join("g.json"))["validators"]
        .as_array()
        .unwrap()
        .clone();
    let ids: Vec<&str> = validators
        .iter()
        .map(|validator| validator["id"].as_str().unwrap())
        .collect();
    assert!(ids.is_sorted(), "{ids:?}");
    let chain = made["chain_id"].as_str().unwrap();
    assert_eq!(printed(here, &["genesis", "hash", "g.json"]).trim(), chain);
    assert_eq!(
        json(here, &["genesis", "validate", "g.json", "--json"])["chain_id"],
        chain
    );
    let page = printed(here, &["genesis", "inspect", "g.json"]);
    assert!(
        page.contains(chain) && page.contains("everyone, 1934 of 2900 needed"),
        "{page}"
    );
}

#[test]
fn inspecting_keys_shows_what_was_made_and_no_secret() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), "athens", "ada", "2", "500");
    let shown = json(
        here.path(),
        &["keys", "inspect", "ada.json", "--stake", "500", "--json"],
    );
    assert_eq!(shown, read(&here.path().join("ada.public.json")));
    let text = printed(here.path(), &["keys", "inspect", "ada.json"]) + &shown.to_string();
    let file = read(&here.path().join("ada.json"));
    for seed in [
        &file["node_seed"],
        &file["validators"][0]["vote"],
        &file["validators"][1]["draw"],
        &file["operators"][0],
    ] {
        assert_eq!(seed.as_str().unwrap().len(), 64);
        assert!(!text.contains(seed.as_str().unwrap()));
    }
}

#[test]
fn a_key_file_is_for_its_owner_only() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), "athens", "ada", "1", "500");
    let path = here.path().join("ada.json");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    let said = refused(here.path(), &["keys", "inspect", "ada.json"]);
    assert!(said.contains("chmod 600 ada.json"), "{said}");
}

#[test]
fn no_file_is_overwritten() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), "athens", "ada", "1", "500");
    let before = std::fs::read(here.path().join("ada.json")).unwrap();
    refused(
        here.path(),
        &[
            "keys",
            "new",
            "--plain",
            "--network",
            "athens",
            "--keys",
            "ada.json",
        ],
    );
    assert_eq!(std::fs::read(here.path().join("ada.json")).unwrap(), before);
    let args = genesis_of("ada.public.json");
    printed(here.path(), &args);
    let said = refused(here.path(), &args);
    assert!(said.contains("g.json"), "{said}");
}

#[test]
fn keys_of_another_network_are_refused() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), "sparta", "leo", "1", "500");
    let args = genesis_of("leo.public.json");
    let said = refused(here.path(), &args);
    assert!(
        said.contains("sparta") && said.contains("klero keys new --network athens"),
        "{said}"
    );
}

/// [COM-6]
#[test]
fn a_genesis_with_a_stolen_key_is_refused() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), "athens", "ada", "2", "500");
    let args = genesis_of("ada.public.json");
    printed(here.path(), &args);
    let mut genesis = read(&here.path().join("g.json"));
    genesis["validators"][0]["possession"] = genesis["validators"][1]["possession"].clone();
    std::fs::write(here.path().join("bad.json"), genesis.to_string()).unwrap();
    let said = refused(here.path(), &["genesis", "validate", "bad.json"]);
    assert!(said.contains("proof of possession"), "{said}");
}

#[test]
fn a_profile_of_ones_own_is_taken_and_checked() {
    let here = tempfile::tempdir().unwrap();
    keys(here.path(), "athens", "ada", "30", "500000");
    let public = [
        "genesis",
        "new",
        "--network",
        "athens",
        "--validators",
        "ada.public.json",
    ];
    printed(
        here.path(),
        &[&public[..], &["--scheme", "quota", "--out", "g.json"]].concat(),
    );
    let mut profile = read(&here.path().join("g.json"))["profile"].take();
    profile["cert"] = serde_json::json!({ "expected": 2000, "threshold": 1500 });
    std::fs::write(here.path().join("p.json"), profile.to_string()).unwrap();
    printed(
        here.path(),
        &[&public[..], &["--profile", "p.json", "--out", "mine.json"]].concat(),
    );
    let page = printed(here.path(), &["genesis", "inspect", "mine.json"]);
    assert!(page.contains("quota seats, 1500 of 2000 needed"), "{page}");
    profile["cert"]["threshold"] = 1000.into();
    std::fs::write(here.path().join("p.json"), profile.to_string()).unwrap();
    let said = refused(
        here.path(),
        &[&public[..], &["--profile", "p.json", "--out", "bad.json"]].concat(),
    );
    assert!(said.contains("threshold 1000 of 2000"), "{said}");
    assert!(!here.path().join("bad.json").exists());
}

/// The suite that the keys were made for is the genesis's; keys of two suites make none.
#[test]
fn a_genesis_is_of_the_vrf_suite_of_its_keys() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let new = ["keys", "new", "--plain", "--network", "athens"];
    let ada = ["--keys", "ada.json", "--public", "ada.public.json"];
    printed(here, &[&new[..], &ada, &["--vrf", "bls12381"]].concat());
    printed(here, &genesis_of("ada.public.json"));
    let genesis = read(&here.join("g.json"));
    assert_eq!(genesis["profile"]["vrf"], "bls12381");
    let key = genesis["validators"][0]["vrf_key"].as_str().unwrap();
    assert!(key.starts_with("bls12381:"), "{key}");
    keys(here, "athens", "ben", "1", "1");
    let both = ["--validators", "ada.public.json", "ben.public.json"];
    let genesis = ["genesis", "new", "--network", "athens", "--out", "both.json"];
    let said = refused(here, &[&genesis[..], &both].concat());
    assert!(said.contains("another suite"), "{said}");
}
