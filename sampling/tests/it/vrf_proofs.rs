//! One proof at a time: what it shows, and that nothing else passes for it.

use dashu::integer::UBig;
use klero_sampling::Digest;
use klero_sampling::vrf::{
    VrfClaim, VrfError, VrfInput, VrfOutput, VrfProof, VrfPublicKey, VrfSecretKey, VrfShortProof, VrfSuite,
    verify_batch,
};

fn key(seed: u8) -> VrfSecretKey {
    VrfSecretKey::from_seed(VrfSuite::Sr25519, &[seed; 32]).unwrap()
}

fn input(round: u64) -> VrfInput {
    VrfInput::role(&Digest([1; 32]), &Digest([2; 32]), round, 0, [1, 0, 0, 0, 0])
}

fn verify(key: &VrfPublicKey, input: &VrfInput, proof: &VrfProof) -> Result<VrfOutput, VrfError> {
    let claim = VrfClaim { key, input, proof };
    verify_batch(&[claim]).pop().unwrap()
}

fn bytes_of(proof: &VrfProof) -> [u8; 128] {
    let VrfProof::Sr25519(bytes) = proof;
    *bytes
}

fn short_bytes_of(proof: &VrfShortProof) -> [u8; 96] {
    let VrfShortProof::Sr25519(bytes) = proof;
    *bytes
}

/// The scalar at a place, little-endian, plus the order of the group: another way to write the same number.
fn add_order(scalar: &mut [u8]) {
    let order =
        (UBig::ONE << 252) + UBig::from_str_radix("27742317777372353535851937790883648493", 10).unwrap();
    let sum = (UBig::from_le_bytes(scalar) + order).to_le_bytes();
    scalar.copy_from_slice(&sum);
}

/// [SORT-1] Both forms of a proof show the output that the key computes by itself.
#[test]
fn both_forms_show_the_output() {
    for round in 0..20 {
        let (key, input) = (key(round as u8), input(round));
        let output = key.evaluate(&input);
        let proof = key.prove(&input);
        assert_eq!(verify(&key.public(), &input, &proof), Ok(output));
        let short = key.public().shorten(&input, &proof).unwrap();
        assert_eq!(key.public().verify_short(&input, &short), Ok(output));
    }
}

/// [COM-4] Proofs are randomized: their bytes say nothing about whether two votes differ.
#[test]
fn proofs_of_one_output_differ() {
    let (key, input) = (key(1), input(1));
    let (first, second) = (key.prove(&input), key.prove(&input));
    assert_ne!(first, second);
    assert_eq!(
        verify(&key.public(), &input, &first),
        verify(&key.public(), &input, &second)
    );
}

#[test]
fn every_changed_byte_is_refused() {
    let (key, input) = (key(1), input(1));
    let public = key.public();
    let proof = key.prove(&input);
    for place in 0..128 {
        let mut bytes = bytes_of(&proof);
        bytes[place] ^= 1 << (place % 8);
        let tampered = VrfProof::Sr25519(bytes);
        assert_eq!(
            verify(&public, &input, &tampered),
            Err(VrfError::BadProof),
            "{place}"
        );
    }
    let short = public.shorten(&input, &proof).unwrap();
    for place in 0..96 {
        let mut bytes = short_bytes_of(&short);
        bytes[place] ^= 1 << (place % 8);
        let tampered = VrfShortProof::Sr25519(bytes);
        assert_eq!(
            public.verify_short(&input, &tampered),
            Err(VrfError::BadProof),
            "{place}"
        );
    }
}

#[test]
fn a_proof_is_of_one_key_and_one_input() {
    let (mine, other) = (key(1), key(2));
    let (now, later) = (input(1), input(2));
    let proof = mine.prove(&now);
    let short = mine.public().shorten(&now, &proof).unwrap();
    let refused = Err(VrfError::BadProof);
    assert_eq!(verify(&other.public(), &now, &proof), refused);
    assert_eq!(verify(&mine.public(), &later, &proof), refused);
    assert_eq!(other.public().verify_short(&now, &short), refused);
    assert_eq!(mine.public().verify_short(&later, &short), refused);
}

/// [SEED-2] What was proven for a role proves nothing for a seed of the same round.
#[test]
fn a_proof_for_a_role_is_none_for_a_seed() {
    let key = key(1);
    let (chain, seed) = (Digest([1; 32]), Digest([2; 32]));
    let role = VrfInput::role(&chain, &seed, 5, 0, [0; 5]);
    let seed = VrfInput::seed(&chain, &seed, 5);
    assert_eq!(
        verify(&key.public(), &seed, &key.prove(&role)),
        Err(VrfError::BadProof)
    );
}

/// [ENC-2] A scalar that is not reduced would be a second encoding of a valid proof.
#[test]
fn scalars_above_the_order_are_refused() {
    let (key, input) = (key(1), input(1));
    let public = key.public();
    let proof = key.prove(&input);
    let mut bytes = bytes_of(&proof);
    add_order(&mut bytes[96..]);
    assert_eq!(
        verify(&public, &input, &VrfProof::Sr25519(bytes)),
        Err(VrfError::BadProof)
    );
    let short = public.shorten(&input, &proof).unwrap();
    for place in [32, 64] {
        let mut bytes = short_bytes_of(&short);
        add_order(&mut bytes[place..place + 32]);
        let tampered = VrfShortProof::Sr25519(bytes);
        assert_eq!(public.verify_short(&input, &tampered), Err(VrfError::BadProof));
    }
}

/// The output that every key would share, and bytes that are nothing at all.
#[test]
fn the_identity_as_output_is_refused() {
    let (key, input) = (key(1), input(1));
    let mut bytes = bytes_of(&key.prove(&input));
    bytes[..32].fill(0);
    for bytes in [bytes, [0; 128], [0xff; 128]] {
        assert_eq!(
            verify(&key.public(), &input, &VrfProof::Sr25519(bytes)),
            Err(VrfError::BadProof)
        );
    }
    for byte in [0, 0xff] {
        assert_eq!(
            key.public()
                .verify_short(&input, &VrfShortProof::Sr25519([byte; 96])),
            Err(VrfError::BadProof)
        );
    }
}

/// The output of another input, put into a proof for this one.
#[test]
fn outputs_are_not_exchanged_between_proofs() {
    let key = key(1);
    let mut bytes = bytes_of(&key.prove(&input(1)));
    let other = bytes_of(&key.prove(&input(2)));
    bytes[..32].copy_from_slice(&other[..32]);
    assert_eq!(
        verify(&key.public(), &input(1), &VrfProof::Sr25519(bytes)),
        Err(VrfError::BadProof)
    );
}

/// Shortening asks for no secret, and what it makes of a wrong proof does not verify.
#[test]
fn a_wrong_proof_has_no_valid_short_form() {
    let (key, input) = (key(1), input(1));
    let proof = key.prove(&input);
    for place in 0..128 {
        let mut bytes = bytes_of(&proof);
        bytes[place] ^= 1 << (place % 8);
        let short = key.public().shorten(&input, &VrfProof::Sr25519(bytes));
        let verified = short.and_then(|short| key.public().verify_short(&input, &short));
        assert_eq!(verified, Err(VrfError::BadProof), "{place}");
    }
}
