//! What holds for any bytes that claim to be a VRF proof.
//!
//! Nothing panics; what decodes encodes to the same bytes; what verifies shows the one output that the key has for
//! the input; and a proof verifies alone, in a batch and in its short form alike.

use borsh::BorshDeserialize;
use klero_sampling::Digest;
use klero_sampling::vrf::{
    VrfClaim, VrfError, VrfInput, VrfOutput, VrfProof, VrfPublicKey, VrfSecretKey, VrfShortProof, VrfSuite,
    verify_batch,
};

/// The suites whose proofs are tried.
pub(crate) const SUITES: &[VrfSuite] = if cfg!(feature = "ecvrf") {
    &[VrfSuite::Sr25519, VrfSuite::Bls12381, VrfSuite::EcvrfP256]
} else {
    &[VrfSuite::Sr25519, VrfSuite::Bls12381]
};

/// The key that proofs are checked against; corpora hold proofs of it.
pub(crate) fn key(suite: VrfSuite) -> VrfSecretKey {
    VrfSecretKey::from_seed(suite, &[7; 32]).expect("a key")
}

/// The input that proofs are checked for.
pub(crate) fn input() -> VrfInput {
    VrfInput::seed(&Digest([1; 32]), &Digest([2; 32]), 3)
}

/// Checks the bytes; whether they are a proof that verifies.
pub(crate) fn run(data: &[u8]) -> bool {
    let mut verified = false;
    if let Ok(proof) = VrfProof::try_from_slice(data) {
        assert_eq!(borsh::to_vec(&proof).expect("memory"), data, "two encodings");
        for suite in SUITES {
            verified |= long(&key(*suite), &proof);
        }
    }
    if let Ok(proof) = VrfShortProof::try_from_slice(data) {
        assert_eq!(borsh::to_vec(&proof).expect("memory"), data, "two encodings");
        for suite in SUITES {
            verified |= short(&key(*suite), &proof);
        }
    }
    verified
}

fn long(secret: &VrfSecretKey, proof: &VrfProof) -> bool {
    let (key, input) = (secret.public(), input());
    let alone = key.verify(&input, proof);
    if alone.is_ok() {
        assert_eq!(alone, secret.evaluate(&input), "a second output");
    }
    let good = secret.prove(&input).expect("a proof");
    let together = verify(&[(&key, &good), (&key, proof), (&key, &good)], &input);
    let expected = secret.evaluate(&input);
    assert_eq!(together, [expected, alone, expected], "a batch judges otherwise");

    let shortened = key.shorten(&input, proof);
    let by_short_form = shortened.and_then(|short| key.verify_short(&input, &short));
    assert_eq!(
        by_short_form.ok(),
        alone.ok(),
        "the short form is judged otherwise"
    );
    alone.is_ok()
}

fn verify(claims: &[(&VrfPublicKey, &VrfProof)], input: &VrfInput) -> Vec<Result<VrfOutput, VrfError>> {
    let claims = claims.iter().map(|(key, proof)| VrfClaim { key, input, proof });
    verify_batch(&claims.collect::<Vec<_>>(), &[5; 32])
}

fn short(secret: &VrfSecretKey, proof: &VrfShortProof) -> bool {
    let output = secret.public().verify_short(&input(), proof).ok();
    if output.is_some() {
        assert_eq!(output, secret.evaluate(&input()).ok(), "a second output");
    }
    let text = serde_json::to_string(proof).expect("text");
    let again: VrfShortProof = serde_json::from_str(&text).expect("its own text");
    assert_eq!(again, *proof);
    output.is_some()
}
