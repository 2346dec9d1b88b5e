//! Rounds of the protocol and the command that measures them.

use std::path::{Path, PathBuf};

use klero_analysis::measure::{Crowd, Rate, run_rounds};
use klero_analysis::{Adversary, Assumptions, CommitteeLaw, Scheme, Stakes, Verdict};
use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile};

use crate::command::{printed, refused};
use crate::committee_oracle::share;

const NETWORK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/network.csv");

/// Committees so small that steps fail.
fn small() -> Profile {
    Profile {
        scheme: SeatScheme::Quota,
        soft: CommitteeSize {
            expected: 300,
            threshold: 222,
        },
        cert: CommitteeSize {
            expected: 310,
            threshold: 231,
        },
        next: CommitteeSize {
            expected: 310,
            threshold: 231,
        },
        catch_up: 155,
        ..Profile::full()
    }
}

fn written(name: &str, profile: &Profile) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, toml::to_string(profile).unwrap()).unwrap();
    path
}

/// The law of a committee of the profile's scheme.
fn law(expected: u32, stakes: &Stakes) -> CommitteeLaw {
    let assumptions = Assumptions {
        adversary: Adversary::Largest,
        ..Assumptions::honest(share((4, 5)))
    };
    CommitteeLaw::new(Scheme::Quota, expected, Some(stakes), &assumptions).unwrap()
}

/// The committee that makes no progress in as many as 1/16 of the steps.
fn failing(expected: u32, stakes: &Stakes) -> CommitteeSize {
    let law = law(expected, stakes);
    let misses = |threshold: &u64| law.live(*threshold).unwrap().0.is_within(4);
    let threshold = (1..).take_while(misses).last().unwrap();
    CommitteeSize { expected, threshold }
}

/// [RISK-1] Soft and Cert have committees of their own, and each its rate.
#[test]
fn steps_of_rounds_fail_as_often_as_is_computed() {
    let stakes = Stakes::of((1..=110).map(|rank| 100_000_000 / (rank + 9))).unwrap();
    let profile = Profile {
        soft: failing(300, &stakes),
        cert: failing(340, &stakes),
        next: failing(320, &stakes),
        ..small()
    };
    let crowd = Crowd::new(&stakes, share((4, 5)), Adversary::Largest, 340).unwrap();
    let seen = run_rounds(&profile, &crowd, 1_500, 3).unwrap();
    for ((without, all), size) in seen
        .steps
        .into_iter()
        .zip([profile.soft, profile.cert, profile.next])
    {
        let bound = law(size.expected, &stakes).live(size.threshold).unwrap().0;
        let rate = Rate {
            seen: without,
            of: all,
            bound,
        };
        assert!(
            without > 0 && rate.verdict() == Verdict::Agrees,
            "{size:?}: {rate:?}"
        );
    }
    // Who goes on failed in Soft or Cert; the next period has steps of its own.
    let [soft, cert, _] = seen.steps;
    let later: u64 = seen.periods.iter().skip(1).sum();
    assert_eq!((seen.periods[0], soft.1), (1_500, 1_500 + later));
    assert_eq!((cert.1, later), (soft.1 - soft.0, soft.0 + cert.0));
}

#[test]
fn rates_stand_beside_what_is_computed() {
    let stakes = Stakes::open(Path::new(NETWORK)).unwrap();
    let failing = Profile {
        soft: failing(300, &stakes),
        ..small()
    };
    let profile = written("measured.toml", &failing);
    let profile = profile.display();
    let arguments =
        format!("simulate --profile {profile} --stake {NETWORK} --rounds 60 --draws 5000 --seed 2");
    let text = printed(&arguments);
    assert_eq!(text, printed(&arguments), "a seed determines what is printed");
    for part in [
        "measured.toml: quota, honest share 4/5\n",
        "the adversary, largest, has 19.",
        "5000 committees of each kind, drawn alone with seed 2\n",
        "\nsoft   no progress [RISK-1] ",
        "\nnext   forged [RISK-4] ",
        "60 rounds of the protocol with seed 2; the adversary is silent, messages take 10 ms\n",
        "\nround  goes on to period 1 ",
        "\n20000 committees for each event, by importance sampling with seed 2; ",
        "\nnothing is above what is computed\n",
    ] {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
    let value: serde_json::Value = serde_json::from_str(&printed(&format!("{arguments} --json"))).unwrap();
    let rows = value["drawn"].as_array().unwrap();
    assert_eq!(
        (rows.len(), &value["agrees"], &value["honest"]),
        (9, &true.into(), &"4/5".into())
    );
    for row in rows.iter().chain(value["run"].as_array().unwrap()) {
        let number = |key: &str| row[key].as_f64().unwrap();
        assert!(
            number("low") <= number("rate") && number("rate") <= number("high"),
            "{row}"
        );
        assert_ne!(row["verdict"], "above", "{row}");
    }
    let rare = value["rare"].as_array().unwrap();
    assert_eq!(rare.len(), 9);
    for (row, drawn) in rare.iter().zip(rows) {
        assert_eq!(
            (&row["what"], &row["bound_log2"]),
            (&drawn["what"], &drawn["bound"]["log2"])
        );
        assert!(
            row["verdict"] == "agrees" && row["half_width"].as_f64().unwrap() < 0.1,
            "{row}"
        );
    }
    // A period decides nothing without a Soft, a Cert or a proposer: one of these for each of the periods before.
    let bound = |row: &serde_json::Value| row["bound"]["log2"].as_f64().unwrap();
    let nobody = (-26.0_f64 * 0.8).exp();
    let once = (bound(&rows[0]).exp2() + bound(&rows[3]).exp2() + nobody).log2();
    let later: Vec<f64> = value["run"]
        .as_array()
        .unwrap()
        .iter()
        .skip(3)
        .map(bound)
        .collect();
    assert!(later.len() >= 2, "{value}");
    for (period, bound) in (1_i32..).zip(later) {
        assert!(
            (bound - f64::from(period) * once).abs() < 1e-9,
            "{period}: {bound}"
        );
    }
}

/// [SEAT-4] Where everyone is a member nothing is drawn, and nothing that cannot happen is seen.
#[test]
fn a_full_profile_has_rounds_alone() {
    let full = written("full.toml", &Profile::full());
    let full = full.display();
    let value = printed(&format!(
        "simulate --profile {full} --stake {NETWORK} --rounds 5 --draws 10 --json"
    ));
    let value: serde_json::Value = serde_json::from_str(&value).unwrap();
    assert_eq!(
        (&value["rare"], &value["agrees"]),
        (&serde_json::json!([]), &true.into())
    );
    assert!(
        value["drawn"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["seen"] == 0 && row["of"] == 10)
    );
    assert_eq!(value["run"][0]["of"], 5);
}

#[test]
fn an_error_ends_with_what_helps() {
    let good = written("refused.toml", &small());
    let bad = written(
        "refused-size.toml",
        &Profile {
            propose: 0,
            ..small()
        },
    );
    let all = CommitteeSize {
        expected: 300,
        threshold: 300,
    };
    let never = written("refused-never.toml", &Profile { soft: all, ..small() });
    let (good, bad, never) = (good.display(), bad.display(), never.display());
    for (arguments, status, cause) in [
        (format!("--profile {good}"), 2, "--stake <FILE>"),
        (format!("--stake {NETWORK}"), 2, "--profile <FILE>"),
        (
            format!("--profile {good} --stake {NETWORK} --nodes 4"),
            2,
            "cannot be used with",
        ),
        (
            format!("--profile nowhere.toml --stake {NETWORK}"),
            1,
            "klero-analysis tune --out",
        ),
        (
            format!("--profile {bad} --stake {NETWORK}"),
            1,
            "is no profile; see `klero-analysis tune --help`",
        ),
        (
            format!("--profile {never} --stake {NETWORK} --rounds 1 --draws 10"),
            1,
            "round 1 is not final everywhere",
        ),
        (
            format!("--profile {good} --stake {NETWORK} --adversary worst"),
            1,
            "choose --adversary dust, largest or smallest; see `klero-analysis simulate --help`",
        ),
    ] {
        let (ended, text) = refused(&format!("simulate {arguments}"));
        assert_eq!(ended, status, "{arguments}: {text}");
        assert!(text.contains(cause), "{arguments}: {text}");
    }
}
