//! No bytes of a peer stop a node: keys and proofs of any content are taken or refused.

use klero_sampling::vrf::{VrfProof, VrfPublicKey, VrfShortProof, VrfSuite};
use proptest::prelude::*;

use crate::vrf_world::{input, secret, suites, verify};

/// Bytes whose first is often one that a compressed point may begin with.
fn bytes(length: usize) -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        Just(0),
        Just(2),
        Just(3),
        Just(4),
        Just(0x80),
        Just(0xc0),
        any::<u8>()
    ];
    (first, prop::collection::vec(any::<u8>(), length - 1))
        .prop_map(|(first, rest)| [vec![first], rest].concat())
}

fn of_every_suite(length: fn(VrfSuite) -> usize) -> impl Strategy<Value = Vec<(VrfSuite, Vec<u8>)>> {
    suites()
        .into_iter()
        .map(|suite| bytes(length(suite)).prop_map(move |bytes| (suite, bytes)))
        .collect::<Vec<_>>()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

    /// [B4] What is taken as a key has exactly these bytes, and refuses a proof of other bytes.
    #[test]
    fn any_bytes_are_a_key_or_none(
        keys in of_every_suite(VrfSuite::key_bytes),
        proofs in of_every_suite(VrfSuite::proof_bytes),
    ) {
        for ((suite, key), (_, proof)) in keys.iter().zip(&proofs) {
            if let Ok(key_taken) = VrfPublicKey::from_bytes(*suite, key) {
                prop_assert_eq!(&key_taken.to_bytes(), key);
                let proof = VrfProof::from_bytes(*suite, proof).unwrap();
                prop_assert!(verify(&key_taken, &input(1), &proof).is_err());
            }
        }
    }

    /// [B4] Random bytes are no proof for a sound key, in either form.
    #[test]
    fn any_bytes_are_no_proof(
        long in of_every_suite(VrfSuite::proof_bytes),
        short in of_every_suite(VrfSuite::short_proof_bytes),
    ) {
        for ((suite, long), (_, short)) in long.iter().zip(&short) {
            let key = secret(*suite, 1).public();
            let long = VrfProof::from_bytes(*suite, long).unwrap();
            prop_assert!(verify(&key, &input(1), &long).is_err());
            let made = key.shorten(&input(1), &long).and_then(|short| key.verify_short(&input(1), &short));
            prop_assert!(made.is_err());
            let short = VrfShortProof::from_bytes(*suite, short).unwrap();
            prop_assert!(key.verify_short(&input(1), &short).is_err());
        }
    }
}
