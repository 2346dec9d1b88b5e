//! One proof at a time, of every suite: what it shows, and that nothing else passes for it.

use std::collections::BTreeSet;

use klero_sampling::vrf::{VrfError, VrfInput, VrfSuite};
use klero_sampling::{Digest, bls};

use crate::vrf_world::{CHAIN, SEED, changed, changed_short, input, proof, secret, short, suites, verify};

/// [SORT-1] Both forms of a proof show the output that the key computes by itself.
#[test]
fn both_forms_show_the_output() {
    for suite in suites() {
        for round in 0..10 {
            let (secret, input) = (secret(suite, round), input(round as u64));
            let (key, output) = (secret.public(), secret.evaluate(&input));
            let proof = secret.prove(&input).unwrap();
            assert_eq!(verify(&key, &input, &proof), output);
            let short = key.shorten(&input, &proof).unwrap();
            assert_eq!(key.verify_short(&input, &short), output);
        }
    }
}

/// Outputs of all suites, keys and inputs differ from each other.
#[test]
fn outputs_differ() {
    let mut outputs = BTreeSet::new();
    for suite in suites() {
        for key in 0..4 {
            for round in 0..4 {
                outputs.insert(*secret(suite, key).evaluate(&input(round)).unwrap().as_bytes());
            }
        }
    }
    assert_eq!(outputs.len(), suites().len() * 16);
}

/// [B6] [COM-4] However many proofs are made for one key and input, whether their bytes differ or not, they
/// show one output.
#[test]
fn a_thousand_proofs_of_one_output_are_one_output() {
    for suite in suites() {
        let (secret, input) = (secret(suite, 1), input(1));
        let output = secret.evaluate(&input).unwrap();
        let mut proofs = BTreeSet::new();
        for _ in 0..1000 {
            let proof = secret.prove(&input).unwrap();
            assert_eq!(secret.public().verify(&input, &proof), Ok(output));
            proofs.insert(proof.as_bytes().to_vec());
        }
        let is_randomized = suite == VrfSuite::Sr25519;
        assert_eq!(proofs.len(), if is_randomized { 1000 } else { 1 }, "{suite}");
    }
}

#[test]
fn every_changed_byte_is_refused() {
    for suite in suites() {
        let (key, input) = (secret(suite, 1).public(), input(1));
        let proof = proof(suite, 1, &input);
        for place in 0..suite.proof_bytes() {
            let tampered = changed(&proof, |bytes| bytes[place] ^= 1 << (place % 8));
            let refused = Err(VrfError::BadProof);
            assert_eq!(verify(&key, &input, &tampered), refused, "{suite} {place}");
            // Shortening asks for no secret, and what it makes of a wrong proof does not verify.
            let short = key.shorten(&input, &tampered);
            let verified = short.and_then(|short| key.verify_short(&input, &short));
            assert_eq!(verified, refused, "{suite} {place}");
        }
        let short = short(suite, 1, &input);
        for place in 0..suite.short_proof_bytes() {
            let tampered = changed_short(&short, |bytes| bytes[place] ^= 1 << (place % 8));
            let verified = key.verify_short(&input, &tampered);
            assert_eq!(verified, Err(VrfError::BadProof), "{suite} {place}");
        }
    }
}

/// [B4] Bytes that are nothing at all.
#[test]
fn constant_bytes_are_refused() {
    for suite in suites() {
        let (key, input) = (secret(suite, 1).public(), input(1));
        let (long, short) = (proof(suite, 1, &input), short(suite, 1, &input));
        for byte in 0..=255 {
            let filled = changed(&long, |bytes| bytes.fill(byte));
            assert_eq!(verify(&key, &input, &filled), Err(VrfError::BadProof));
            let filled = changed_short(&short, |bytes| bytes.fill(byte));
            assert_eq!(key.verify_short(&input, &filled), Err(VrfError::BadProof));
        }
    }
}

/// [B5] A proof shows the output of one key only.
#[test]
fn a_proof_of_another_key_is_refused() {
    for suite in suites() {
        let (other, input) = (secret(suite, 2).public(), input(1));
        let refused = Err(VrfError::BadProof);
        assert_eq!(verify(&other, &input, &proof(suite, 1, &input)), refused);
        assert_eq!(other.verify_short(&input, &short(suite, 1, &input)), refused);
    }
}

/// Inputs that differ from the first in one thing: chain, seed, round, period, kind of step, k, and what for.
fn inputs() -> Vec<VrfInput> {
    let other = Digest([3; 32]);
    vec![
        VrfInput::role(&CHAIN, &SEED, 5, 0, [3, 0, 0, 0, 0]),
        VrfInput::role(&other, &SEED, 5, 0, [3, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &other, 5, 0, [3, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 6, 0, [3, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 5, 1, [3, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 5, 0, [2, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 5, 0, [3, 0, 0, 0, 1]),
        VrfInput::seed(&CHAIN, &SEED, 5),
    ]
}

/// [B5] [ENC-3] [SEED-2] A proof for one role is none for another role, round, period or chain, nor for a seed.
#[test]
fn a_proof_of_another_role_round_or_chain_is_refused() {
    for suite in suites() {
        let key = secret(suite, 1).public();
        for (place, asked) in inputs().iter().enumerate() {
            for (other, made) in inputs().iter().enumerate() {
                let proven = verify(&key, asked, &proof(suite, 1, made));
                assert_eq!(proven.is_ok(), place == other, "{suite} {place} {other}");
                let proven = key.verify_short(asked, &short(suite, 1, made));
                assert_eq!(proven.is_ok(), place == other, "{suite} {place} {other}");
            }
        }
    }
}

/// [B5] The output of another input, put into a proof for this one.
#[test]
fn outputs_are_not_exchanged_between_proofs() {
    for suite in suites() {
        let key = secret(suite, 1).public();
        let other = proof(suite, 1, &input(2));
        // Up to the output's point, which stands first.
        let point = suite.key_bytes().min(48);
        let mixed = changed(&proof(suite, 1, &input(1)), |bytes| {
            bytes[..point].copy_from_slice(&other.as_bytes()[..point]);
        });
        assert_eq!(verify(&key, &input(1), &mixed), Err(VrfError::BadProof));
    }
}

/// [B5] A vote's signature is no VRF proof and the other way round, even if somebody has one key for both.
#[test]
fn a_vote_signature_is_no_proof() {
    let vote_key = bls::SecretKey::from_seed(&[1; 32]).unwrap();
    let bytes = vote_key.public().to_bytes();
    let key = klero_sampling::vrf::VrfPublicKey::from_bytes(VrfSuite::Bls12381, &bytes).unwrap();
    let input = input(1);
    let message = Digest(*input.as_bytes());
    for purpose in [
        bls::Purpose::Vote,
        bls::Purpose::Proposal,
        bls::Purpose::Possession,
    ] {
        let signature = vote_key.sign(purpose, &message).to_bytes();
        let proof = klero_sampling::vrf::VrfProof::Bls12381(signature);
        assert_eq!(verify(&key, &input, &proof), Err(VrfError::BadProof));
    }
    let vrf = secret(VrfSuite::Bls12381, 1);
    let key = bls::PublicKey::from_bytes(&vrf.public().to_bytes().try_into().unwrap()).unwrap();
    let proof = vrf.prove(&input).unwrap();
    let signature = bls::Signature::from_bytes(proof.as_bytes().try_into().unwrap()).unwrap();
    let refused = Err(bls::BlsError::BadSignature);
    assert_eq!(key.verify(bls::Purpose::Vote, &message, &signature), refused);
}
