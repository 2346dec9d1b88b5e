//! Bundles: the votes of one sender for one role and value.

use klero_committee::sampling::codec::{DecodeError, Wire};
use klero_committee::sampling::vrf::VrfProof;
use klero_committee::{BundledVote, MAX_BUNDLE, Role, Step, UnverifiedVote, Value, VoteBundle};

use crate::world::{BLOCK, CERT, ROUND, SOFT, World, unverified};

fn bundle(role: Role, value: Value, voters: impl IntoIterator<Item = u32>) -> VoteBundle {
    let vote = |voter| BundledVote {
        voter,
        proof: Some(VrfProof::Sr25519([7; 128])),
        signature: [8; 48],
    };
    VoteBundle {
        role,
        value,
        votes: voters.into_iter().map(vote).collect(),
    }
}

#[test]
fn a_bundle_holds_the_votes_it_was_made_of() {
    let world = World::quota();
    let votes = world.votes(CERT, BLOCK);
    let bundles = VoteBundle::of(CERT, BLOCK, votes.iter().rev());
    assert_eq!(bundles.len(), 1);
    assert!(bundles[0].is_well_formed());
    let bytes = bundles[0].encode();
    let received = VoteBundle::decode(&bytes).unwrap().into_votes();
    let sent: Vec<UnverifiedVote> = votes.iter().map(unverified).collect();
    assert_eq!(received, sent);
    assert!(VoteBundle::of(CERT, BLOCK, []).is_empty());
}

/// [ENC-2] Voters strictly ascend: no second way to write one bundle, no voter twice.
#[test]
fn voters_that_do_not_ascend_are_refused() {
    assert!(bundle(CERT, BLOCK, [0, 3, 9]).is_well_formed());
    for voters in [[3, 0, 9], [0, 3, 3], [0, 0, 9]] {
        assert!(!bundle(CERT, BLOCK, voters).is_well_formed(), "{voters:?}");
    }
}

/// [COM-1] [COM-3] Nobody votes in Propose, and only Next votes are for ⊥.
#[test]
fn votes_that_cannot_be_spoken_are_refused() {
    let next = Role::new(ROUND, 0, Step::Next(3));
    let propose = Role::new(ROUND, 0, Step::Propose);
    let cases = [
        (SOFT, BLOCK, true),
        (SOFT, Value::Bottom, false),
        (CERT, BLOCK, true),
        (CERT, Value::Bottom, false),
        (next, BLOCK, true),
        (next, Value::Bottom, true),
        (propose, BLOCK, false),
        (propose, Value::Bottom, false),
    ];
    for (role, value, fine) in cases {
        assert_eq!(
            bundle(role, value, [1]).is_well_formed(),
            fine,
            "{role} {value:?}"
        );
    }
}

/// [ENC-4] The longest bundle fits the limit, and one vote more is no bundle.
#[test]
fn a_bundle_has_one_to_512_votes() {
    let next = Role::new(ROUND, 0, Step::Next(3));
    let full = bundle(next, BLOCK, 0..MAX_BUNDLE as u32);
    assert!(full.is_well_formed());
    assert!(full.encode().len() <= VoteBundle::MAX_BYTES);
    assert_eq!(VoteBundle::decode(&full.encode()), Ok(full));
    assert!(!bundle(next, BLOCK, 0..=MAX_BUNDLE as u32).is_well_formed());
    assert!(!bundle(next, BLOCK, []).is_well_formed());
}

/// [ENC-4] The layout of the specification, byte by byte.
#[test]
fn a_bundle_has_the_layout_of_the_specification() {
    let bytes = bundle(Role::new(2, 3, Step::Next(4)), BLOCK, [5]).encode();
    let mut expected = vec![2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 3, 4, 0, 0, 0, 1];
    expected.extend([0xb1; 32]);
    expected.extend([1, 0, 0, 0, 5, 0, 0, 0, 1, 0]);
    expected.extend([7; 128]);
    expected.extend([8; 48]);
    assert_eq!(bytes, expected);
}

/// [ENC-2] [ENC-4] A byte too many, a byte too few, and more than the type may have.
#[test]
fn what_is_no_bundle_is_refused() {
    let bytes = bundle(CERT, BLOCK, [1, 2]).encode();
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(matches!(
        VoteBundle::decode(&longer),
        Err(DecodeError::Malformed(_))
    ));
    for length in 0..bytes.len() {
        assert!(VoteBundle::decode(&bytes[..length]).is_err());
    }
    let far = vec![0; VoteBundle::MAX_BYTES + 1];
    assert!(matches!(
        VoteBundle::decode(&far),
        Err(DecodeError::TooLong { .. })
    ));
}

/// More votes than one bundle holds travel in several.
#[test]
fn many_votes_are_cut_into_bundles() {
    let world = World::full();
    let vote = world.vote(CERT, BLOCK, 0).unwrap();
    let bundles = VoteBundle::of(CERT, BLOCK, std::iter::repeat_n(&vote, MAX_BUNDLE + 5));
    let lengths: Vec<usize> = bundles.iter().map(|bundle| bundle.votes.len()).collect();
    assert_eq!(lengths, [MAX_BUNDLE, 5]);
}
