//! When votes are a quorum.

use klero_committee::sampling::{Digest, SeatScheme, Weight};
use klero_committee::{Profile, Role, Step};
use proptest::prelude::*;

use crate::world::{BLOCK, ROUND, World, profile};

const VOTING: [Step; 3] = [Step::Soft, Step::Cert, Step::Next(9)];

/// [COM-2] In a sampled committee T is the genesis's.
#[test]
fn a_sampled_committee_has_the_threshold_of_the_genesis() {
    let mut profile = profile(SeatScheme::Quota, 40, 30);
    profile.cert.threshold = 31;
    profile.next.threshold = 32;
    for (step, threshold) in VOTING.into_iter().zip([30, 31, 32]) {
        let lottery = profile.lottery(step, &[1000]).unwrap();
        assert_eq!(profile.threshold(step, &lottery), Some(threshold));
        assert_eq!(profile.catch_up_weight(&lottery), profile.catch_up.into());
    }
}

/// [COM-2] [SEAT-4] With equal stakes the thresholds of PBFT: 3 of 4, 5 of 7, 7 of 10.
#[test]
fn equal_stakes_have_the_thresholds_of_pbft() {
    for (members, threshold) in [(1, 1), (4, 3), (7, 5), (10, 7)] {
        let profile = profile(SeatScheme::Full, 40, 30);
        let lottery = profile.lottery(Step::Cert, &vec![1; members]).unwrap();
        assert_eq!(profile.threshold(Step::Cert, &lottery), Some(threshold));
    }
}

/// [SEAT-3] [COM-2] Where the largest weigh their stake, T of τ seats is that share of the stake, multiplied by n₂.
#[test]
fn a_committee_with_permanent_members_has_its_share_of_the_stake() {
    let world = World::fait_accompli();
    assert_eq!(world.context.threshold(Step::Cert), Some(7 * 1000 * 8 / 10));
    assert_eq!(world.context.catch_up(), 1000 * 8 / 10);
    let split = world.context.lottery(Step::Cert).split().unwrap();
    assert_eq!((split.permanent, split.rest), (2, 500));
    assert_eq!(world.context.lottery(Step::Propose).split(), None);
}

/// [COM-2] [COM-7] A round's context gives every voting step its lottery.
#[test]
fn a_context_has_the_lotteries_of_its_profile() {
    let mut sized = profile(SeatScheme::Quota, 40, 30);
    sized.soft.expected = 50;
    sized.next.expected = 60;
    let world = World::new(&crate::world::STAKES, sized);
    let expected = [
        Step::Propose,
        Step::Soft,
        Step::Cert,
        Step::Next(0),
        Step::Next(77),
    ]
    .map(|step| world.context.lottery(step).expected());
    assert_eq!(expected, [5, 50, 40, 60, 60]);
    assert_eq!(world.context.catch_up(), 1);
    assert!(!world.context.is_full(Step::Cert));
}

/// A context whose committees are outside the lottery's domain is none.
#[test]
fn a_profile_that_does_not_suit_is_refused() {
    let world = World::full();
    let bad = Profile {
        propose: 0,
        ..Profile::clone(world.context.profile())
    };
    let electorate = std::sync::Arc::clone(world.context.electorate());
    let made = klero_committee::RoundContext::new(
        Digest::ZERO,
        ROUND,
        Digest::ZERO,
        electorate,
        std::sync::Arc::new(bad),
    );
    assert!(made.is_err());
}

/// [COM-2] Two quorums of a full committee share more than a third of the stake: one equivocator of four does not
/// make two of them.
#[test]
fn quorums_of_a_full_committee_intersect() {
    let world = World::full();
    let votes = world.votes(Role::new(ROUND, 0, Step::Cert), BLOCK);
    let threshold = world.context.threshold(Step::Cert).unwrap();
    let total: Weight = votes.iter().map(|vote| vote.weight()).sum();
    assert!(2 * threshold - total > total / 3);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// [COM-2] [BA-10] ⌊2S/3⌋ + 1 and ⌊S/3⌋ + 1 in wider integers, whatever scheme became full.
    #[test]
    fn full_thresholds_are_their_definitions(total in prop_oneof![1_u64..100, 1_u64..=1 << 63]) {
        let exact = u128::from(total);
        let profile = profile(SeatScheme::Full, 40, 30);
        for step in VOTING {
            let lottery = profile.lottery(step, &[total]).unwrap();
            let threshold = profile.threshold(step, &lottery).unwrap();
            prop_assert_eq!(threshold, exact * 2 / 3 + 1);
            prop_assert_eq!(profile.catch_up_weight(&lottery), exact / 3 + 1);
        }
    }

    /// [COM-2] [SEAT-4] τ ≥ S makes a committee full, and with it the threshold.
    #[test]
    fn a_committee_as_large_as_the_stake_has_the_full_threshold(total in 1_u64..80) {
        let profile = profile(SeatScheme::Quota, 40, 30);
        let lottery = profile.lottery(Step::Soft, &[total]).unwrap();
        let expected = if total <= 40 { total * 2 / 3 + 1 } else { 30 };
        prop_assert_eq!(profile.threshold(Step::Soft, &lottery), Some(expected.into()));
    }
}
