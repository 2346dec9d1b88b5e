//! The chain of seeds.

use klero_sampling::seed::{SeedSchedule, fallback_seed, genesis_seed, proposed_seed};
use klero_sampling::vrf::{VrfInput, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, Domain};
use proptest::prelude::*;

/// [SEED-1] Q(0) is a function of the genesis, under a purpose of its own.
#[test]
fn the_first_seed_hashes_the_genesis() {
    let genesis = Digest([1; 32]);
    let expected = blake3::derive_key("klero v1 seed-genesis", &[1; 32]);
    assert_eq!(genesis_seed(&genesis).0, expected);
    assert_ne!(genesis_seed(&genesis), genesis);
}

/// [SEED-2] Q(r) = H(seed; y, d).
#[test]
fn a_proposed_seed_hashes_output_and_old_block() {
    let key = VrfSecretKey::from_seed(VrfSuite::Sr25519, &[3; 32]).unwrap();
    let output = key
        .evaluate(&VrfInput::seed(&Digest([1; 32]), &Digest([2; 32]), 9))
        .unwrap();
    for old in [Digest::ZERO, Digest([7; 32])] {
        let bytes = [*output.as_bytes(), old.0].concat();
        assert_eq!(
            proposed_seed(&output, &old).0,
            blake3::derive_key("klero v1 seed", &bytes)
        );
    }
}

/// [SEED-3] Q(r) = H(seed-fallback; Q(r − L), r, d): nothing in it is anyone's to choose.
#[test]
fn a_fallback_seed_hashes_earlier_seed_round_and_old_block() {
    let (earlier, old) = (Digest([1; 32]), Digest([7; 32]));
    let bytes = [&earlier.0[..], &[0, 0, 0, 0, 0, 0, 1, 2], &old.0].concat();
    assert_eq!(
        fallback_seed(&earlier, 258, &old).0,
        blake3::derive_key("klero v1 seed-fallback", &bytes)
    );
    assert_ne!(
        fallback_seed(&earlier, 258, &old),
        fallback_seed(&earlier, 259, &old)
    );
}

/// [SEED-2] Distances below their least values are refused; the default is 2 and 80.
#[test]
fn a_schedule_looks_back_two_rounds_at_least() {
    assert_eq!(
        SeedSchedule::default(),
        SeedSchedule {
            lookback: 2,
            refresh: 80
        }
    );
    for (lookback, refresh, valid) in [
        (2, 1, true),
        (1, 80, false),
        (0, 80, false),
        (2, 0, false),
        (9, 80, true),
    ] {
        assert_eq!(SeedSchedule { lookback, refresh }.is_valid(), valid);
    }
}

/// [SEED-4] With L = 2 and R = 80 an old block enters first in round 161, then in 240, 241, 320, 321, …
#[test]
fn an_old_block_enters_twice_in_eighty_rounds() {
    let schedule = SeedSchedule::default();
    let entered: Vec<(u64, u64)> = (0..400)
        .filter_map(|round| Some((round, schedule.refresh_round(round)?)))
        .collect();
    assert_eq!(entered, [(161, 1), (240, 80), (241, 81), (320, 160), (321, 161)]);
}

/// [SEED-4] Distances of any size give an answer.
#[test]
fn the_longest_distances_overflow_nothing() {
    let longest = SeedSchedule {
        lookback: u64::MAX,
        refresh: u64::MAX,
    };
    assert_eq!(longest.seed_round(u64::MAX), 0);
    assert_eq!(longest.refresh_round(u64::MAX), None);
    assert_eq!(longest.electorate_lookback(), u64::MAX);
    let never = SeedSchedule {
        lookback: 2,
        refresh: 0,
    };
    assert_eq!(never.refresh_round(100), None);
}

#[test]
fn a_schedule_in_json_has_no_other_fields() {
    let text = r#"{"lookback":2,"refresh":80}"#;
    assert_eq!(
        serde_json::from_str::<SeedSchedule>(text).unwrap(),
        SeedSchedule::default()
    );
    assert!(serde_json::from_str::<SeedSchedule>(r#"{"lookback":2,"refresh":80,"more":1}"#).is_err());
    assert_ne!(
        Domain::Genesis.digest(&SeedSchedule::default()),
        Domain::Genesis.digest(&(80_u64, 2_u64))
    );
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// [SEED-2] [SEED-4] [SEED-5] [STK-6] The three distances by their definitions, in wider integers.
    #[test]
    fn distances_are_their_definitions(lookback in 2_u64..20, refresh in 1_u64..200, round in 0_u64..5000) {
        let schedule = SeedSchedule { lookback, refresh };
        let (l, r, now) = (i128::from(lookback), i128::from(refresh), i128::from(round));
        prop_assert_eq!(i128::from(schedule.seed_round(round)), (now - l).max(0));
        let enters = now % r < l && now > 2 * r;
        prop_assert_eq!(schedule.refresh_round(round).map(i128::from), enters.then_some(now - 2 * r));
        prop_assert_eq!(i128::from(schedule.electorate_lookback()), 2 * l * r);
    }

    /// [SEED-4] Each of the L interleaved chains takes up an old block once in R rounds, where R is a multiple of L.
    #[test]
    fn each_chain_of_seeds_is_refreshed_once(lookback in 2_u64..6, times in 1_u64..20, start in 1_u64..50) {
        let refresh = lookback * times;
        let schedule = SeedSchedule { lookback, refresh };
        let first = 2 * refresh + start;
        for chain in 0..lookback {
            let rounds = (first..first + refresh).filter(|round| round % lookback == chain);
            prop_assert_eq!(rounds.filter(|round| schedule.refresh_round(*round).is_some()).count(), 1);
        }
    }
}
