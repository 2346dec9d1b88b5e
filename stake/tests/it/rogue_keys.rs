//! Keys that are not the presenter's own, by every path into the registry.

use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::committee::sampling::{Digest, bls};
use klero_stake::committee::{Member, ValidatorKeys};
use klero_stake::{KeysError, Operation, OperationError, ProvenKeys, Registry, SignedOperation};

use crate::world::{CHAIN, PARAMETERS, RULES, World, id, keys, operator, proven, proven_for};

/// What comes of keys that operator 1 presents, by either operation.
fn refusal(keys: &ProvenKeys) -> KeysError {
    let paths = [
        Operation::Register {
            keys: Box::new(keys.clone()),
            bond: 20,
        },
        Operation::Rotate {
            keys: Box::new(keys.clone()),
        },
    ];
    let [first, second] = paths.map(|operation| {
        match SignedOperation::sign(&operator(1), &CHAIN, 0, operation).verify(&RULES) {
            Err(OperationError::Keys(error)) => error,
            other => panic!("{other:?}"),
        }
    });
    assert_eq!(first, second);
    first
}

fn negated(bytes: [u8; 96]) -> [u8; 96] {
    let mut bytes = bytes;
    bytes[0] ^= 0x20;
    bytes
}

/// [A1] [COM-6] Another's vote key with the proof that its owner made: for another account, for another chain, or
/// for a genesis.
#[test]
fn a_replayed_proof_is_refused() {
    let own = proven(9, 1);
    let elsewhere = [
        proven(9, 2),
        proven_for(&keys(9), &Digest([1; 32]), &id(1)),
        proven_for(&keys(9), &bls::possession::genesis_binding("net"), &id(1)),
    ];
    for other in elsewhere {
        assert_eq!(refusal(&other), KeysError::VrfPossession);
        let with_vote_proof = ProvenKeys {
            vote_possession: other.vote_possession,
            ..*own.clone()
        };
        assert_eq!(refusal(&with_vote_proof), KeysError::VotePossession);
        let with_vrf_proof = ProvenKeys {
            vrf_possession: other.vrf_possession,
            ..*own.clone()
        };
        assert_eq!(refusal(&with_vrf_proof), KeysError::VrfPossession);
    }
}

/// [A1] [COM-6] A key made from another's comes without a proof of its own, be it with the victim's, the attacker's or
/// a vote as the proof.
#[test]
fn a_key_without_its_secret_is_refused() {
    let own = proven(9, 1);
    let vote = keys(9).vote.sign(bls::Purpose::Vote, &Digest([5; 32])).to_bytes();
    let victim = proven(3, 1);
    for proof in [own.vote_possession, vote] {
        for key in [victim.vote_key, negated(victim.vote_key), negated(own.vote_key)] {
            let rogue = ProvenKeys {
                vote_key: key,
                vote_possession: proof,
                ..*own.clone()
            };
            assert_eq!(refusal(&rogue), KeysError::VotePossession);
        }
    }
    let rogue = ProvenKeys {
        vrf_key: victim.vrf_key,
        ..*own
    };
    assert_eq!(refusal(&rogue), KeysError::VrfPossession);
}

/// [A1] [A3] [A4] [COM-6] The identity and points outside the subgroup are no keys, and the identity no proof.
#[test]
fn points_that_are_no_keys_are_refused() {
    let mut identity = [0; 96];
    identity[0] = 0xc0;
    let no_point = [0xff; 96];
    // Of the points with a small x next to none is in the subgroup.
    let outside = (0..255_u8)
        .map(|x| {
            let mut bytes = [0; 96];
            bytes[0] = 0x80;
            bytes[95] = x;
            bytes
        })
        .find(|bytes| bls::PublicKey::from_bytes(bytes) == Err(bls::BlsError::OutsideSubgroup))
        .unwrap();
    for (key, error) in [
        (identity, bls::BlsError::Identity),
        (no_point, bls::BlsError::BadEncoding),
        (outside, bls::BlsError::OutsideSubgroup),
    ] {
        let rogue = ProvenKeys {
            vote_key: key,
            ..*proven(9, 1)
        };
        assert_eq!(refusal(&rogue), KeysError::VoteKey(error));
    }
    let mut infinity = [0; 48];
    infinity[0] = 0xc0;
    let rogue = ProvenKeys {
        vote_possession: infinity,
        ..*proven(9, 1)
    };
    assert_eq!(refusal(&rogue), KeysError::VotePossession);
}

/// [A2] [COM-6] The negation of a registered key counts as that key, even of one who knows its secret: the registry
/// remembers keys without their sign. A genesis is held to the same.
#[test]
fn a_key_and_its_negation_are_one() {
    let world = World::new(PARAMETERS, &[(100, 0)]);
    let negation = bls::PublicKey::from_bytes(&negated(keys(0).vote.public().to_bytes())).unwrap();
    assert_ne!(negation, keys(0).vote.public());
    assert!(world.registry.is_vote_key_used(&negation));
    let member = |index: u8, vote_key| Member {
        id: Digest([index; 32]),
        stake: 10,
        vote_key,
        vrf_key: keys(u16::from(index)).vrf.public(),
    };
    let pair = vec![member(1, keys(0).vote.public()), member(2, negation)];
    assert!(Registry::new(pair).is_err());
}

/// [A7] [COM-6] One point is no vote key and VRF key at once: of a validator, or of two.
#[test]
fn a_vote_key_is_no_vrf_key() {
    use klero_stake::committee::sampling::vrf::VrfPublicKey;

    let member = |index: u8, number: u16, vrf_key| Member {
        id: Digest([index; 32]),
        stake: 10,
        vote_key: keys(number).vote.public(),
        vrf_key,
    };
    let point = keys(1).vote.public().to_bytes();
    let as_vrf = VrfPublicKey::from_bytes(VrfSuite::Bls12381, &point).unwrap();
    let other = ValidatorKeys::from_seed(VrfSuite::Bls12381, &[3; 32]).unwrap();
    assert!(Registry::new(vec![member(1, 1, as_vrf)]).is_err());
    assert!(Registry::new(vec![member(1, 2, as_vrf), member(2, 1, other.vrf.public())]).is_err());
    assert!(Registry::new(vec![member(1, 1, other.vrf.public())]).is_ok());
}
