//! Which profiles make sense, and what is said of those that do not.

use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::sampling::{LotteryError, SeatScheme};
use klero_committee::{CommitteeSize, Profile, ProfileError, Ratio, Step, Timing};
use proptest::prelude::*;

use crate::world::profile;

fn fine() -> Profile {
    profile(SeatScheme::Quota, 40, 30)
}

fn refusal(change: impl Fn(&mut Profile)) -> ProfileError {
    let mut changed = fine();
    change(&mut changed);
    changed.validate().unwrap_err()
}

#[test]
fn a_sound_profile_is_accepted() {
    let schemes = [
        SeatScheme::Quota,
        SeatScheme::Binomial,
        SeatScheme::Full,
        SeatScheme::FaitAccompli,
    ];
    for scheme in schemes {
        assert_eq!(profile(scheme, 40, 30).validate(), Ok(()));
    }
}

/// [COM-2] T is more than half of τ and at most τ.
#[test]
fn thresholds_are_more_than_half_and_at_most_all() {
    type Place = fn(&mut Profile) -> &mut CommitteeSize;
    let places: [(&str, Place); 3] = [
        ("soft", |profile| &mut profile.soft),
        ("cert", |profile| &mut profile.cert),
        ("next", |profile| &mut profile.next),
    ];
    for (step, place) in places {
        for threshold in [0, 1, 20, 41, u64::MAX] {
            let expected = ProfileError::Threshold {
                step,
                threshold,
                expected: 40,
            };
            assert_eq!(refusal(|profile| place(profile).threshold = threshold), expected);
        }
        for threshold in [21, 40] {
            let mut fine = fine();
            place(&mut fine).threshold = threshold;
            assert_eq!(fine.validate(), Ok(()));
        }
        for expected in [0, (1 << 20) + 1] {
            let cause = LotteryError::Expected(expected);
            assert_eq!(
                refusal(|profile| place(profile).expected = expected),
                ProfileError::Committee { step, cause }
            );
        }
    }
}

#[test]
fn proposers_are_one_to_65536() {
    for propose in [0, 65_537, u32::MAX] {
        assert_eq!(
            refusal(|profile| profile.propose = propose),
            ProfileError::Proposers(propose)
        );
    }
    let mut most = fine();
    most.propose = 65_536;
    assert_eq!(most.validate(), Ok(()));
}

#[test]
fn catching_up_needs_a_seat_and_less_than_a_quorum() {
    for catch_up in [0, 30, 31, u64::MAX] {
        assert_eq!(
            refusal(|profile| profile.catch_up = catch_up),
            ProfileError::CatchUp(catch_up)
        );
    }
    let mut most = fine();
    most.catch_up = 29;
    assert_eq!(most.validate(), Ok(()));
}

/// [SEED-2] The look-back of seeds is at least 2.
#[test]
fn seeds_look_back_two_rounds_at_least() {
    for (lookback, refresh) in [(0, 80), (1, 80), (2, 0)] {
        let seeds = SeedSchedule { lookback, refresh };
        assert_eq!(refusal(|profile| profile.seeds = seeds), ProfileError::Seeds);
    }
}

#[test]
fn times_that_contradict_each_other_are_refused() {
    let changes: [fn(&mut Timing); 6] = [
        |timing| timing.filter_min = 0,
        |timing| timing.filter_min = timing.filter_max + 1,
        |timing| timing.deadline = timing.filter_max,
        |timing| timing.deadline = 0,
        |timing| timing.step_base = 0,
        |timing| timing.step_base = timing.step_cap + 1,
    ];
    for change in changes {
        assert_eq!(
            refusal(|profile| change(&mut profile.timing)),
            ProfileError::Timing
        );
    }
}

#[test]
fn the_honest_share_is_more_than_two_thirds() {
    for (numerator, denominator) in [
        (2, 3),
        (0, 1),
        (4, 3),
        (0, 0),
        (1, 0),
        (u32::MAX, 1),
        (1, u32::MAX),
    ] {
        let honest = Ratio {
            numerator,
            denominator,
        };
        assert_eq!(
            refusal(|profile| profile.targets.honest = honest),
            ProfileError::Honest
        );
    }
    for (numerator, denominator) in [(1, 1), (67, 100), (u32::MAX, u32::MAX)] {
        let mut fine = fine();
        fine.targets.honest = Ratio {
            numerator,
            denominator,
        };
        assert_eq!(fine.validate(), Ok(()));
    }
}

#[test]
fn a_threshold_takes_no_more_proofs_than_a_certificate_holds() {
    let sized = |scheme, threshold| Profile {
        scheme,
        soft: CommitteeSize {
            expected: 12_000,
            threshold,
        },
        ..fine()
    };
    let refused = ProfileError::Proofs {
        step: "soft",
        threshold: 8193,
    };
    for scheme in [SeatScheme::Quota, SeatScheme::Binomial, SeatScheme::FaitAccompli] {
        assert_eq!(sized(scheme, 8192).validate(), Ok(()));
        assert_eq!(sized(scheme, 8193).validate(), Err(refused.clone()));
    }
    assert_eq!(sized(SeatScheme::Full, 8193).validate(), Ok(()));
}

#[test]
fn k_has_an_end() {
    for k_max in [0, 4097, u32::MAX] {
        assert_eq!(
            refusal(|profile| profile.k_max = k_max),
            ProfileError::KMax(k_max)
        );
    }
}

/// Every refusal says what is allowed.
#[test]
fn refusals_name_the_bounds() {
    let texts = [
        refusal(|profile| profile.k_max = 0).to_string(),
        refusal(|profile| profile.propose = 0).to_string(),
        refusal(|profile| profile.soft.threshold = 1).to_string(),
        refusal(|profile| profile.soft.expected = 0).to_string(),
    ];
    assert_eq!(
        texts,
        [
            "k_max is 0: choose 1 to 4096",
            "0 expected proposers: choose 1 to 65536",
            "committee of soft: threshold 1 of 40 expected seats; it must be more than half of them and at most all",
            "committee of soft: 0 expected seats: choose 1 to 1048576",
        ]
    );
}

/// [SORT-3] Proposers draw binomial seats under every scheme, and there is no quorum of proposals.
#[test]
fn proposers_draw_binomial_seats_under_every_scheme() {
    let schemes = [
        SeatScheme::Quota,
        SeatScheme::Binomial,
        SeatScheme::Full,
        SeatScheme::FaitAccompli,
    ];
    for scheme in schemes {
        let profile = profile(scheme, 40, 30);
        let lottery = profile.lottery(Step::Propose, &[1000]).unwrap();
        assert_eq!(lottery.scheme(), SeatScheme::Binomial);
        assert_eq!(profile.threshold(Step::Propose, &lottery), None);
    }
}

#[test]
fn text_may_leave_out_what_has_a_default_and_nothing_else() {
    let text = serde_json::to_value(fine()).unwrap();
    assert_eq!(serde_json::from_value::<Profile>(text.clone()).unwrap(), fine());
    for field in text.as_object().unwrap().keys() {
        let mut shorter = text.clone();
        shorter.as_object_mut().unwrap().remove(field);
        let read = serde_json::from_value::<Profile>(shorter);
        let has_default = field == "seeds" || field == "timing";
        assert_eq!(read.is_ok(), has_default, "{field}");
    }
    let mut longer = text;
    longer["more"] = serde_json::json!(1);
    assert!(serde_json::from_value::<Profile>(longer).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    /// [BA-12] The step after the k-th deadline doubles with k until the cap, for every k.
    #[test]
    fn steps_double_up_to_the_cap(step_base in 1_u32..=u32::MAX, step_cap in 1_u32..=u32::MAX, k in any::<u32>()) {
        let timing = Timing { step_base, step_cap, ..Timing::default() };
        let doubled = u128::from(step_base) << k.min(64);
        prop_assert_eq!(u128::from(timing.step(k)), doubled.min(u128::from(step_cap)));
        let small = k % 40;
        let doubled = u128::from(step_base) << small;
        prop_assert_eq!(u128::from(timing.step(small)), doubled.min(u128::from(step_cap)));
    }
}
