//! Many proofs together, of one suite and of several: the same verdicts as one by one.

use klero_sampling::vrf::{
    VrfClaim, VrfError, VrfInput, VrfOutput, VrfProof, VrfPublicKey, VrfSuite, verify_batch,
};
use proptest::prelude::*;

use crate::vrf_world::{ENTROPY, changed, input, proof, secret, suites};

struct Item {
    key: VrfPublicKey,
    input: VrfInput,
    proof: VrfProof,
    /// What verifying is to give.
    expected: Result<VrfOutput, VrfError>,
}

impl Item {
    fn claim(&self) -> VrfClaim<'_> {
        VrfClaim {
            key: &self.key,
            input: &self.input,
            proof: &self.proof,
        }
    }
}

/// How a proof is spoiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// A bit, so that it still decodes, or no longer does.
    Bit(usize),
    /// A valid proof of another input.
    Input,
    /// A valid proof of another key.
    Key,
    /// A proof of another suite.
    Suite,
}

fn item(suite: VrfSuite, index: usize, fault: Fault) -> Item {
    let secret = secret(suite, index);
    // Three roles in one batch.
    let asked = input(index as u64 % 3);
    let other_suite = match suite {
        VrfSuite::Sr25519 => VrfSuite::Bls12381,
        VrfSuite::Bls12381 | VrfSuite::EcvrfP256 => VrfSuite::Sr25519,
    };
    let (proof, expected) = match fault {
        Fault::None => (proof(suite, index, &asked), secret.evaluate(&asked)),
        Fault::Bit(place) => {
            let place = place % (suite.proof_bytes() * 8);
            let spoiled = changed(&proof(suite, index, &asked), |bytes| {
                bytes[place / 8] ^= 1 << (place % 8);
            });
            (spoiled, Err(VrfError::BadProof))
        }
        Fault::Input => (proof(suite, index, &input(9)), Err(VrfError::BadProof)),
        Fault::Key => (proof(suite, index + 100, &asked), Err(VrfError::BadProof)),
        Fault::Suite => (proof(other_suite, index, &asked), Err(VrfError::OtherSuite)),
    };
    Item {
        key: secret.public(),
        input: asked,
        proof,
        expected,
    }
}

/// Verifies together and one by one, and compares both with what is expected.
fn check(items: &[Item]) {
    let claims: Vec<VrfClaim<'_>> = items.iter().map(Item::claim).collect();
    let expected: Vec<Result<VrfOutput, VrfError>> = items.iter().map(|item| item.expected).collect();
    assert_eq!(verify_batch(&claims, &ENTROPY), expected);
    let alone = items.iter().map(|item| item.key.verify(&item.input, &item.proof));
    assert_eq!(alone.collect::<Vec<_>>(), expected);
}

#[test]
fn an_empty_batch_has_no_verdicts() {
    assert_eq!(verify_batch(&[], &ENTROPY), []);
}

/// [COM-7] One bad proof among many is singled out, wherever it stands.
#[test]
fn one_bad_proof_is_singled_out() {
    for suite in suites() {
        for bad in 0..9 {
            for fault in [
                Fault::Bit(3),
                Fault::Bit(300),
                Fault::Bit(640),
                Fault::Input,
                Fault::Key,
                Fault::Suite,
            ] {
                let fault_of = |index| if index == bad { fault } else { Fault::None };
                let items: Vec<Item> = (0..9).map(|index| item(suite, index, fault_of(index))).collect();
                check(&items);
            }
        }
    }
}

/// [COM-7] Two claims of one key and input, the same proof or another.
#[test]
fn a_claim_may_stand_twice() {
    for suite in suites() {
        let items: Vec<Item> = [1, 1, 4, 1, 4]
            .map(|index| item(suite, index, Fault::None))
            .into();
        check(&items);
    }
}

/// [COM-7] Scalars exchanged between two proofs of sr25519 do not cover for each other.
#[test]
fn two_bad_proofs_of_sr25519_do_not_cover_for_each_other() {
    let (mut first, mut second) = (
        item(VrfSuite::Sr25519, 0, Fault::None),
        item(VrfSuite::Sr25519, 3, Fault::None),
    );
    let (VrfProof::Sr25519(left), VrfProof::Sr25519(right)) = (&mut first.proof, &mut second.proof) else {
        panic!("proofs of sr25519")
    };
    left[96..].swap_with_slice(&mut right[96..]);
    let claims = [first.claim(), second.claim()];
    assert_eq!(verify_batch(&claims, &ENTROPY), [Err(VrfError::BadProof); 2]);
}

/// [COM-7] Two signatures exchanged: their sum stays what it was, and
/// equal coefficients would let both pass.
#[test]
fn two_bad_proofs_of_bls12381_do_not_cover_for_each_other() {
    let suite = VrfSuite::Bls12381;
    let (mut first, mut second) = (item(suite, 0, Fault::None), item(suite, 3, Fault::None));
    assert_eq!(first.input, second.input);
    std::mem::swap(&mut first.proof, &mut second.proof);
    (first.expected, second.expected) = (Err(VrfError::BadProof), Err(VrfError::BadProof));
    check(&[first, second]);
}

/// [COM-7] A key and its negation cancel in a sum without coefficients.
#[test]
fn keys_that_cancel_are_judged_each_by_itself() {
    let suite = VrfSuite::Bls12381;
    let honest = item(suite, 0, Fault::None);
    let negate = |bytes: &[u8]| {
        let mut bytes = bytes.to_vec();
        bytes[0] ^= 0x20; // the sign of y
        bytes
    };
    let key = VrfPublicKey::from_bytes(suite, &negate(&honest.key.to_bytes())).unwrap();
    let proof = VrfProof::from_bytes(suite, &negate(honest.proof.as_bytes())).unwrap();
    let opposite = VrfClaim {
        key: &key,
        input: &honest.input,
        proof: &proof,
    };
    let output = key.verify(&honest.input, &proof).unwrap();
    let found = verify_batch(&[honest.claim(), opposite], &ENTROPY);
    assert_eq!(found, [honest.expected, Ok(output)]);
    // With the proofs exchanged neither stands, though sums of keys and proofs are as before.
    let exchanged = [
        VrfClaim {
            proof: &proof,
            ..honest.claim()
        },
        VrfClaim {
            proof: &honest.proof,
            ..opposite
        },
    ];
    assert_eq!(verify_batch(&exchanged, &ENTROPY), [Err(VrfError::BadProof); 2]);
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        4 => Just(Fault::None),
        1 => (0_usize..1024).prop_map(Fault::Bit),
        1 => Just(Fault::Input),
        1 => Just(Fault::Key),
        1 => Just(Fault::Suite),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    /// [COM-7] Whatever is spoiled, a batch of any suites accepts what is accepted one by one.
    #[test]
    fn a_batch_accepts_what_one_by_one_is_accepted(
        faults in prop::collection::vec((0_usize..3, any_fault()), 0..20),
        entropy in any::<[u8; 32]>(),
    ) {
        let suites = suites();
        let items: Vec<Item> = faults
            .iter()
            .enumerate()
            .map(|(index, (suite, fault))| item(suites[suite % suites.len()], index, *fault))
            .collect();
        let claims: Vec<VrfClaim<'_>> = items.iter().map(Item::claim).collect();
        let together = verify_batch(&claims, &entropy);
        let alone: Vec<_> = items.iter().map(|item| item.key.verify(&item.input, &item.proof)).collect();
        let expected: Vec<_> = items.iter().map(|item| item.expected).collect();
        prop_assert_eq!(&together, &alone);
        prop_assert_eq!(&together, &expected);
    }
}
