//! The bounds of a profile's committees beside its targets.

use klero_analysis::risk::{
    Assumptions, CommitteeLaw, Scheme, electorate_risk, profile_risk, split_of_any_adversary,
};
use klero_analysis::{Log2Bound, Stakes};
use klero_committee::sampling::SeatScheme;
use klero_committee::{CommitteeSize, Profile, Ratio, Targets};

fn stakes() -> Vec<u64> {
    (1..=120_u64).map(|rank| 1_000_003 / (rank + 2)).collect()
}

fn profile() -> Profile {
    let size = |expected, threshold| CommitteeSize { expected, threshold };
    Profile {
        scheme: SeatScheme::Quota,
        soft: size(600, 440),
        cert: size(500, 365),
        next: size(500, 365),
        catch_up: 190,
        ..Profile::full()
    }
}

fn targets(safety: u32, live: u32) -> Targets {
    Targets {
        honest: Ratio {
            numerator: 4,
            denominator: 5,
        },
        safety,
        live,
    }
}

/// [RISK-6] Each bound is that of the committee it is about; J counts once for each k.
#[test]
fn each_event_is_of_its_committee() {
    let (profile, stakes) = (profile(), Stakes::of(stakes()).unwrap());
    let assumptions = Assumptions::honest("4/5".parse().unwrap());
    let risk = profile_risk(&profile, Some(&stakes), &assumptions).unwrap();
    let law = |expected| CommitteeLaw::new(Scheme::Quota, expected, Some(&stakes), &assumptions).unwrap();
    let (soft, cert) = (law(600), law(500));
    // For so few accounts the bound for any adversary is the better one: the largest that it can own leave it some of its fifth.
    let any = split_of_any_adversary(profile.soft, assumptions.honest, 120).unwrap();
    let three = soft.split(440).unwrap().0;
    assert!(any.log2() < three.log2() && risk.split == any, "{any} {three}");
    assert_eq!(risk.take, cert.take(365).unwrap().0);
    let live = [soft.live(440).unwrap().0, cert.live(365).unwrap().0].map(|bound| bound.log2());
    assert_eq!(risk.live.log2(), live[0].max(live[1]));
    let forged = cert.take(190).unwrap().0.log2() + f64::from(profile.k_max).log2();
    assert!((risk.catch_up_forged.log2() - forged).abs() < 1e-9);
    assert_eq!(risk.catch_up_missed, cert.live(190).unwrap().0);
}

/// [RISK-6] The genesis' electorate is bounded with the declared share; the check names each target that is missed.
#[test]
fn targets_that_are_missed_are_named() {
    let mut profile = profile();
    let risk = electorate_risk(&profile, stakes()).unwrap();
    let bits = |bound: Log2Bound| (-bound.log2()).floor() as u32;
    let safety = [
        risk.split,
        risk.take,
        risk.fork_by_cert,
        risk.fork_by_soft,
        risk.catch_up_forged,
    ];
    let least = safety.into_iter().map(bits).min().unwrap();
    let live = bits(risk.live).min(bits(risk.catch_up_missed));
    assert_eq!(risk.check(&targets(least, live)), Ok(()));
    let missed = risk.check(&targets(least + 1, live + 1)).unwrap_err();
    assert_eq!(missed.0.len(), 2, "{missed}");
    let text = missed.to_string();
    assert!(
        text.contains(&format!("targets.safety asks for 2^-{}", least + 1)),
        "{text}"
    );
    assert!(
        text.contains("no progress of a step [RISK-1]: at most 2^-"),
        "{text}"
    );
    // A smaller honest share is another question.
    profile.targets.honest.numerator = 3;
    profile.targets.honest.denominator = 4;
    let worse = electorate_risk(&profile, stakes()).unwrap();
    assert!(worse.live.log2() > risk.live.log2() && worse.split.log2() > risk.split.log2());
}

/// [RISK-6] A `full` committee keeps every target at any share above 2/3.
#[test]
fn everyone_keeps_any_target() {
    for numerator in [667, 800, 1_000] {
        let honest = Ratio {
            numerator,
            denominator: 1_000,
        };
        let profile = Profile {
            targets: Targets {
                honest,
                safety: 4_096,
                live: 4_096,
            },
            ..Profile::full()
        };
        for stakes in [vec![1], vec![1; 4], vec![7, 5, 3, 1], vec![1_000_000, 1]] {
            let risk = electorate_risk(&profile, stakes.clone()).unwrap();
            assert_eq!(risk.check(&profile.targets), Ok(()), "{numerator} {stakes:?}");
        }
    }
}

/// [RISK-6] Of many accounts the stakes count only where the bound for any stakes is not enough.
#[test]
fn many_accounts_take_time_only_where_they_must() {
    let many = || (1..=3_000_u64).map(|rank| 1_000_000_007 / (rank + 9));
    let mut profile = profile();
    let assumptions = Assumptions::honest("4/5".parse().unwrap());
    let any = profile_risk(&profile, None, &assumptions).unwrap();
    profile.targets = targets(1, 1);
    assert_eq!(electorate_risk(&profile, many()).unwrap(), any);
    profile.targets = targets(30, 10);
    assert!(any.check(&profile.targets).is_err());
    let known = electorate_risk(&profile, many()).unwrap();
    assert!(known.split.log2() < any.split.log2());
}
