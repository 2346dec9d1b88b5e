//! The smallest committees: that they are, and that they keep what was asked for.

use klero_analysis::risk::{Assumptions, CommitteeLaw, Horizon, Scheme, YEAR, chain_risk, profile_risk};
use klero_analysis::tune::{Bits, TuneError, smallest_committee, tune_profile};
use klero_analysis::{Fraction, Stakes};
use klero_committee::{Profile, Ratio, Targets};

use crate::command::{printed, refused};

fn honest(text: &str) -> Assumptions {
    Assumptions::honest(text.parse::<Fraction>().unwrap())
}

fn bits(safety: u32, live: u32) -> Bits {
    Bits {
        safety,
        live,
        margin: 0,
    }
}

/// Stakes whose i-th is proportional to (i + 3)^-1.4.
fn stakes() -> Stakes {
    Stakes::of((0..60).map(|rank| (1e9 / f64::powf(f64::from(rank) + 3.0, 1.4)) as u64)).unwrap()
}

/// [RISK-1] [RISK-2] Every smaller committee, with every threshold, misses a target.
#[test]
fn no_smaller_committee_suits() {
    let stakes = stakes();
    for (scheme, stakes, safety, live) in [
        (Scheme::Quota, None, 8, 4),
        (Scheme::Quota, Some(&stakes), 12, 8),
        (Scheme::Binomial, Some(&stakes), 6, 3),
        (Scheme::Fixed, None, 6, 5),
    ] {
        let (assumptions, asked) = (honest("4/5"), bits(safety, live));
        let found = smallest_committee(scheme, stakes, &assumptions, asked).unwrap();
        let suits = |expected: u32, threshold: u64| {
            let law = CommitteeLaw::new(scheme, expected, stakes, &assumptions).unwrap();
            let failure = law.failure(threshold).unwrap();
            failure.risk.live.is_within(live) && failure.risk.split.is_within(safety)
        };
        let size = found.size;
        assert!(suits(size.expected, size.threshold), "{scheme:?} {size:?}");
        for expected in 1..size.expected {
            let thresholds = u64::from(expected) / 2 + 1..=u64::from(expected);
            for threshold in thresholds {
                assert!(
                    !suits(expected, threshold),
                    "{scheme:?} {expected} {threshold} before {size:?}"
                );
            }
        }
    }
}

/// [RISK-5] What the profile keeps over the horizon, summed by the function that bounds whole chains.
#[test]
fn a_tuned_profile_keeps_the_target_over_the_horizon() {
    for (safety, live, years, lookahead) in [(30, 10, 1, 1), (40, 20, 10, 1), (20, 15, 2, 5)] {
        let horizon = Horizon {
            time: years * YEAR,
            round: 2_000,
            lookahead,
        };
        let base = Profile {
            targets: Targets {
                honest: Ratio {
                    numerator: 4,
                    denominator: 5,
                },
                ..Profile::full().targets
            },
            scheme: klero_committee::sampling::SeatScheme::Quota,
            ..Profile::full()
        };
        let asked = bits(safety, live);
        let tuned = tune_profile(&base, None, &honest("4/5"), asked, &horizon).unwrap();
        assert_eq!(tuned.profile.validate(), Ok(()));
        let risk = profile_risk(&tuned.profile, None, &honest("4/5")).unwrap();
        assert_eq!(risk.check(&tuned.profile.targets), Ok(()));
        let chain = chain_risk(&tuned.profile, &risk, &horizon);
        assert!(chain.horizon.is_within(safety), "{}", chain.horizon);
        assert!(risk.live.is_within(live), "{}", risk.live);
        assert_eq!((risk, chain), (tuned.risk, tuned.chain));
        // Not by far: each chance counts as much as the most likely one, and their number is rounded up to a power of two.
        assert!(
            chain.horizon.log2() > -f64::from(safety) - 5.0,
            "{}",
            chain.horizon
        );
        // [RISK-6]: J is out of the adversary's reach in all Next committees of a period, and within that of the honest.
        let next = tuned.profile.next;
        let law = CommitteeLaw::new(Scheme::Quota, next.expected, None, &honest("4/5")).unwrap();
        let (catch_up, needed) = (tuned.profile.catch_up, tuned.profile.targets.safety + 10);
        assert!(law.take(catch_up).unwrap().0.is_within(needed));
        assert!(!law.take(catch_up - 1).unwrap().0.is_within(needed));
        assert!(law.live(catch_up).unwrap().0.is_within(live));
    }
}

/// Committees by quota, for a year of rounds of a second.
fn year_of_quota() -> (Profile, Horizon) {
    let base = Profile {
        scheme: klero_committee::sampling::SeatScheme::Quota,
        ..Profile::full()
    };
    let horizon = Horizon {
        time: YEAR,
        round: 1_000,
        lookahead: 1,
    };
    (base, horizon)
}

/// The target that a profile declares is that of one committee and one seed: all chances of the horizon together keep what was asked for.
#[test]
fn the_declared_target_is_that_of_one_committee() {
    let (base, horizon) = year_of_quota();
    let asked = bits(20, 10);
    let tuned = tune_profile(&base, None, &honest("4/5"), asked, &horizon).unwrap();
    let committees = tuned.chain.committees;
    let chances = 2 * (committees.periods + committees.nexts) * tuned.chain.seeds;
    assert_eq!(
        f64::from(tuned.profile.targets.safety),
        20.0 + (chances as f64).log2().ceil()
    );
}

/// Stakes move, and the committees keep what the profile declares until they have moved far.
#[test]
fn a_margin_is_kept_beside_what_is_declared() {
    let (base, horizon) = year_of_quota();
    let tune = |margin| {
        let asked = Bits {
            margin,
            ..bits(20, 10)
        };
        tune_profile(&base, None, &honest("4/5"), asked, &horizon).unwrap()
    };
    let (none, three) = (tune(0), tune(3));
    let (declared, live) = (three.profile.targets.safety, three.profile.targets.live);
    assert_eq!(three.profile.targets, none.profile.targets);
    assert!(three.risk.split.is_within(declared + 3) && !none.risk.split.is_within(declared + 3));
    assert!(three.risk.live.is_within(live + 3) && !none.risk.live.is_within(live + 3));
    assert!(three.risk.fork_by_cert.is_within(declared + 3));
}

/// Stakes that are known make committees smaller.
#[test]
fn known_stakes_make_committees_smaller() {
    let (stakes, asked) = (stakes(), bits(40, 20));
    let known = smallest_committee(Scheme::Quota, Some(&stakes), &honest("4/5"), asked).unwrap();
    let unknown = smallest_committee(Scheme::Quota, None, &honest("4/5"), asked).unwrap();
    assert!(known.size.expected < unknown.size.expected);
}

/// At a = 1/3 no sampled committee is both safe and live; what asks for too much says so.
#[test]
fn what_cannot_be_met_is_refused_with_the_reason() {
    let asked = bits(40, 20);
    let refusal =
        |scheme, share: &str, asked| smallest_committee(scheme, None, &honest(share), asked).unwrap_err();
    assert_eq!(
        refusal(Scheme::Quota, "2/3", asked),
        TuneError::Honest("2/3".parse().unwrap())
    );
    assert_eq!(refusal(Scheme::Full, "4/5", asked), TuneError::Full);
    let much = bits(900, 400);
    assert!(matches!(
        refusal(Scheme::Quota, "3/4", much),
        TuneError::TooMuch { .. }
    ));
    let (status, text) = refused("tune --honest 2/3 --safety 2^-40 --live 2^-20");
    assert_eq!(status, 1);
    assert!(
        text.contains("no sampled committee can be both safe and live"),
        "{text}"
    );
}

#[test]
fn the_command_prints_a_committee() {
    let arguments = "tune --one-committee --honest 0.8 --safety 2^-40 --live 2^-20";
    let text = printed(arguments);
    assert!(
        text.starts_with("quota: 1925 seats expected, threshold 1357\n"),
        "{text}"
    );
    let json = printed(&format!("{arguments} --json"));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        (&value["expected"], &value["threshold"]),
        (&1925.into(), &1357.into())
    );
    assert!(value["split_log2"].as_f64().unwrap() <= -40.0);
}

#[test]
fn the_command_writes_a_profile_that_says_where_it_comes_from() {
    let directory = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = directory.join("tuned-profile.toml");
    let _absent = std::fs::remove_file(&file);
    let path = file.to_str().unwrap();
    let arguments =
        format!("tune --honest 4/5 --safety 2^-30 --live 2^-10 --horizon 1y --round-time 500ms --out {path}");
    let text = printed(&arguments);
    assert!(text.contains(&format!("--profile {path}")), "{text}");
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.starts_with("# made by klero-analysis "), "{written}");
    assert!(written.contains("--safety 2^-30 --live 2^-10"), "{written}");
    let profile: Profile = toml::from_str(&written).unwrap();
    let first = format!(
        "soft  {} seats expected, threshold {}\n",
        profile.soft.expected, profile.soft.threshold
    );
    assert!(text.starts_with(&first), "{text}");
    let (status, text) = refused(&arguments);
    assert!(status == 1 && text.contains("choose another --out"), "{text}");
    std::fs::remove_file(file).unwrap();
}
