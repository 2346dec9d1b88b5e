//! Keys, inputs and proofs of every suite that the build has.

use klero_sampling::Digest;
use klero_sampling::vrf::{
    VrfClaim, VrfError, VrfInput, VrfOutput, VrfProof, VrfPublicKey, VrfSecretKey, VrfShortProof, VrfSuite,
    verify_batch,
};

pub(crate) const ENTROPY: [u8; 32] = [0xe7; 32];
pub(crate) const CHAIN: Digest = Digest([1; 32]);
pub(crate) const SEED: Digest = Digest([2; 32]);

/// The suites of this build: two, or three with the feature `ecvrf`.
pub(crate) fn suites() -> Vec<VrfSuite> {
    VrfSuite::ALL
        .into_iter()
        .filter(|suite| suite.is_built())
        .collect()
}

pub(crate) fn secret(suite: VrfSuite, index: usize) -> VrfSecretKey {
    VrfSecretKey::from_seed(suite, &[index as u8; 32]).unwrap()
}

pub(crate) fn input(round: u64) -> VrfInput {
    VrfInput::role(&CHAIN, &SEED, round, 0, [1, 0, 0, 0, 0])
}

pub(crate) fn proof(suite: VrfSuite, index: usize, input: &VrfInput) -> VrfProof {
    secret(suite, index).prove(input).unwrap()
}

pub(crate) fn short(suite: VrfSuite, index: usize, input: &VrfInput) -> VrfShortProof {
    let secret = secret(suite, index);
    let proof = secret.prove(input).unwrap();
    secret.public().shorten(input, &proof).unwrap()
}

/// The one verdict of verifying alone and in a batch of one.
pub(crate) fn verify(key: &VrfPublicKey, input: &VrfInput, proof: &VrfProof) -> Result<VrfOutput, VrfError> {
    let alone = key.verify(input, proof);
    let batch = verify_batch(&[VrfClaim { key, input, proof }], &ENTROPY);
    assert_eq!(batch, [alone]);
    alone
}

/// A proof with other bytes.
pub(crate) fn changed(proof: &VrfProof, change: impl FnOnce(&mut [u8])) -> VrfProof {
    let mut bytes = proof.as_bytes().to_vec();
    change(&mut bytes);
    VrfProof::from_bytes(proof.suite(), &bytes).unwrap()
}

/// A short proof with other bytes.
pub(crate) fn changed_short(proof: &VrfShortProof, change: impl FnOnce(&mut [u8])) -> VrfShortProof {
    let mut bytes = proof.as_bytes().to_vec();
    change(&mut bytes);
    VrfShortProof::from_bytes(proof.suite(), &bytes).unwrap()
}
