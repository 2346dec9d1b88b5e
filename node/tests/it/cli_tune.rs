//! From targets to a genesis: the committees that `tune` finds are those of the chain.

use serde_json::Value;

use crate::cli::{json, printed};

#[test]
fn a_tuned_profile_makes_a_genesis() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let words = |line: &'static str| line.split_whitespace().collect::<Vec<_>>();
    printed(
        here,
        &words(
            "analysis tune --honest 4/5 --safety 2^-20 --live 2^-10 --horizon 30d --round-time 1s --out profile.toml",
        ),
    );
    printed(
        here,
        &words(
            "keys new --plain --network athens --keys ada.json --public ada.public.json --validators 30 --stake 500",
        ),
    );
    let made = json(
        here,
        &words(
            "genesis new --network athens --validators ada.public.json --profile profile.toml --out g.json --json",
        ),
    );
    let written: Value =
        toml::from_str(&std::fs::read_to_string(here.join("profile.toml")).unwrap()).unwrap();
    for committee in ["soft", "cert", "next", "catch_up", "targets"] {
        assert_eq!(made["profile"][committee], written[committee], "{committee}");
    }
    assert_eq!(
        json(here, &words("genesis validate g.json --json"))["valid"],
        true
    );
}
