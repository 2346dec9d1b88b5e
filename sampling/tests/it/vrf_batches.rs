//! Many proofs together: the same verdicts as one by one.

use klero_sampling::Digest;
use klero_sampling::vrf::{
    VrfClaim, VrfError, VrfInput, VrfProof, VrfPublicKey, VrfSecretKey, VrfSuite, verify_batch,
};
use proptest::prelude::*;

struct Item {
    key: VrfPublicKey,
    input: VrfInput,
    proof: VrfProof,
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
    /// A byte that still decodes, or no longer does.
    Byte(usize),
    /// A valid proof of another input.
    Input,
    /// A valid proof of another key.
    Key,
}

fn input(round: u64) -> VrfInput {
    VrfInput::role(&Digest([1; 32]), &Digest([2; 32]), round, 0, [1, 0, 0, 0, 0])
}

fn secret(index: usize) -> VrfSecretKey {
    VrfSecretKey::from_seed(VrfSuite::Sr25519, &[index as u8; 32]).unwrap()
}

fn item(index: usize, fault: Fault) -> Item {
    let key = secret(index);
    // Three roles in one batch.
    let asked = input(index as u64 % 3);
    let proof = match fault {
        Fault::Input => key.prove(&input(9)),
        Fault::Key => secret(index + 100).prove(&asked),
        Fault::None | Fault::Byte(_) => key.prove(&asked),
    };
    let VrfProof::Sr25519(mut bytes) = proof;
    if let Fault::Byte(place) = fault {
        bytes[place] ^= 1;
    }
    Item {
        key: key.public(),
        input: asked,
        proof: VrfProof::Sr25519(bytes),
    }
}

fn verdicts(items: &[Item]) -> Vec<bool> {
    let claims: Vec<VrfClaim<'_>> = items.iter().map(Item::claim).collect();
    let results = verify_batch(&claims);
    for (result, index) in results.iter().zip(0..) {
        match result {
            Ok(output) => {
                let item = &items[index];
                assert_eq!(*output, secret(index).evaluate(&item.input));
            }
            Err(error) => assert_eq!(*error, VrfError::BadProof),
        }
    }
    results.iter().map(Result::is_ok).collect()
}

#[test]
fn an_empty_batch_has_no_verdicts() {
    assert_eq!(verify_batch(&[]), []);
}

/// [COM-7] One bad proof among many is singled out, wherever it stands.
#[test]
fn one_bad_proof_is_singled_out() {
    for bad in 0..17 {
        for fault in [
            Fault::Byte(0),
            Fault::Byte(40),
            Fault::Byte(100),
            Fault::Input,
            Fault::Key,
        ] {
            let fault_of = |index| if index == bad { fault } else { Fault::None };
            let items: Vec<Item> = (0..17).map(|index| item(index, fault_of(index))).collect();
            let expected: Vec<bool> = (0..17).map(|index| index != bad).collect();
            assert_eq!(verdicts(&items), expected, "{bad} {fault:?}");
        }
    }
}

/// [COM-7] Two proofs of one key and input, exchanged outputs included, do not cover for each other.
#[test]
fn two_bad_proofs_do_not_cover_for_each_other() {
    let (mut first, mut second) = (item(0, Fault::None), item(3, Fault::None));
    let (VrfProof::Sr25519(left), VrfProof::Sr25519(right)) = (&mut first.proof, &mut second.proof);
    left[96..].swap_with_slice(&mut right[96..]);
    let claims = [first.claim(), second.claim()];
    assert_eq!(verify_batch(&claims), [Err(VrfError::BadProof); 2]);
}

fn any_fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        3 => Just(Fault::None),
        1 => (0_usize..128).prop_map(Fault::Byte),
        1 => Just(Fault::Input),
        1 => Just(Fault::Key),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(60) })]

    /// [COM-7] Whatever is spoiled, a batch accepts what verifying one by one accepts.
    #[test]
    fn a_batch_accepts_what_one_by_one_is_accepted(faults in prop::collection::vec(any_fault(), 0..24)) {
        let items: Vec<Item> = faults.iter().enumerate().map(|(index, fault)| item(index, *fault)).collect();
        let together = verdicts(&items);
        let alone: Vec<bool> = items.iter().map(|item| verify_batch(&[item.claim()])[0].is_ok()).collect();
        let good: Vec<bool> = faults.iter().map(|fault| *fault == Fault::None).collect();
        prop_assert_eq!(&together, &alone);
        prop_assert_eq!(&together, &good);
    }
}
