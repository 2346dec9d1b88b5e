//! `failure --profile`: all events of a chain, per round, per year and over a horizon.

use std::path::PathBuf;

use klero_analysis::Stakes;
use klero_analysis::risk::{Assumptions, Horizon, YEAR, chain_risk, profile_risk};
use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile};

use crate::command::{printed, refused};

fn profile() -> Profile {
    let size = CommitteeSize {
        expected: 600,
        threshold: 441,
    };
    Profile {
        scheme: SeatScheme::Quota,
        soft: size,
        cert: size,
        next: size,
        catch_up: 280,
        ..Profile::full()
    }
}

/// A file of this test program.
fn file(name: &str, text: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn stakes() -> Vec<u64> {
    (1..=80_u64).map(|rank| 1_000_003 / (rank + 2)).collect()
}

/// A genesis as far as the command reads it.
fn genesis() -> serde_json::Value {
    let validators: Vec<_> = stakes()
        .iter()
        .map(|stake| serde_json::json!({ "stake": stake }))
        .collect();
    serde_json::json!({ "network": "athens", "profile": profile(), "validators": validators })
}

/// [RISK-5] [SEED-6] Every figure of the library, per committee, per round, per year and over the horizon.
#[test]
fn a_genesis_is_bounded_over_time_with_the_stakes_of_its_validators() {
    let path = file("failure-genesis.json", &genesis().to_string());
    let arguments = format!("failure --profile {path} --horizon 10y --round-time 2s --lookahead 3");
    let json: serde_json::Value = serde_json::from_str(&printed(&format!("{arguments} --json"))).unwrap();
    let (profile, stakes) = (profile(), Stakes::of(stakes()).unwrap());
    let assumptions = Assumptions::honest("4/5".parse().unwrap());
    let risk = profile_risk(&profile, Some(&stakes), &assumptions).unwrap();
    let horizon = Horizon {
        time: 10 * YEAR,
        round: 2_000,
        lookahead: 3,
    };
    let chain = chain_risk(&profile, &risk, &horizon);
    for (key, bound) in [
        ("live_log2", risk.live),
        ("split_log2", risk.split),
        ("take_log2", risk.take),
        ("fork_by_cert_log2", risk.fork_by_cert),
        ("fork_by_soft_log2", risk.fork_by_soft),
        ("catch_up_forged_log2", risk.catch_up_forged),
        ("late_log2", chain.late),
        ("fork_round_log2", chain.round),
        ("fork_year_log2", chain.year),
        ("fork_horizon_log2", chain.horizon),
    ] {
        let log2 = json[key].as_f64().unwrap();
        assert!((log2 - bound.log2()).abs() < 1e-9, "{key}: {log2} {bound}");
    }
    assert_eq!(json["seeds"], 81);
    assert_eq!(json["targets_met"], risk.check(&profile.targets).is_ok());
    let text = printed(&arguments);
    for line in [
        "soft  600 seats expected, threshold 441\n".to_owned(),
        format!(
            "failure-genesis.json: 80 accounts, total stake {}\n",
            stakes.total()
        ),
        format!(
            "two values staged [RISK-2]            {:<10} 2^-40",
            format!("{:.2}", risk.split)
        ),
        format!("a fork in 10y                         {:.2}\n", chain.horizon),
        "157788000 rounds of 2s, at most ".to_owned(),
    ] {
        assert!(text.contains(&line), "{line}\n{text}");
    }
}

/// A profile alone is bounded over any stakes, or over those of a file, which come before those of a genesis.
#[test]
fn stakes_come_from_a_file_from_the_genesis_or_from_nowhere() {
    let toml = file("failure-profile.toml", &toml::to_string(&profile()).unwrap());
    let json = file(
        "failure-profile.json",
        &serde_json::to_string(&profile()).unwrap(),
    );
    let any = printed(&format!("failure --profile {toml}"));
    assert!(
        any.contains("whatever the stakes are\n") && any.contains(", missed\n"),
        "{any}"
    );
    assert_eq!(printed(&format!("failure --profile {json}")), any);
    let csv = file(
        "failure-equal.csv",
        &format!(
            "id,stake\n{}",
            (0..700).map(|id| format!("{id},1000\n")).collect::<String>()
        ),
    );
    let genesis = file("failure-both.json", &genesis().to_string());
    let with_file = printed(&format!("failure --profile {genesis} --stake {csv}"));
    assert!(
        with_file.contains("failure-equal.csv: 700 accounts"),
        "{with_file}"
    );
    assert_eq!(
        with_file,
        printed(&format!("failure --profile {toml} --stake {csv}"))
    );
    // Another honest share than the declared one.
    let doubtful = printed(&format!("failure --profile {toml} --stake {csv} --honest 3/4"));
    assert!(doubtful.contains("honest share 3/4\n"), "{doubtful}");
}

#[test]
fn a_file_that_is_no_profile_is_refused() {
    let broken = file("failure-broken.json", "{\"profile\": 7}");
    let wrong = Profile {
        catch_up: 4_000,
        ..profile()
    };
    let wrong = file("failure-wrong.toml", &toml::to_string(&wrong).unwrap());
    for (arguments, status, cause) in [
        (
            format!("--profile {broken}"),
            1,
            "is neither a profile nor a genesis; `klero-analysis tune",
        ),
        (format!("--profile {wrong}"), 1, "catch_up is 4000"),
        ("--profile absent.toml".to_owned(), 1, "cannot read absent.toml"),
        (
            format!("--profile {wrong} --expected 9"),
            2,
            "cannot be used with",
        ),
        (
            format!("--profile {wrong} --horizon 3weeks"),
            2,
            "write a number and a unit",
        ),
    ] {
        let (ended, text) = refused(&format!("failure {arguments}"));
        assert!(ended == status && text.contains(cause), "{arguments}: {text}");
    }
}
