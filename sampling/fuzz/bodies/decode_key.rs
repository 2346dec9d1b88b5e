//! What holds for any bytes or text that claim to be a key or a BLS signature.
//!
//! Nothing panics; what decodes encodes to the same bytes and prints to a text that means the same; and no other key
//! than the one that made them takes a proof or a signature.

use std::fmt::Debug;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::Digest;
use klero_sampling::bls::{self, Purpose};
use klero_sampling::vrf::{VrfClaim, VrfInput, VrfPublicKey, VrfSecretKey, VrfSuite, verify_batch};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The suites whose keys are tried.
pub(crate) const SUITES: &[VrfSuite] = if cfg!(feature = "ecvrf") {
    &[VrfSuite::Sr25519, VrfSuite::Bls12381, VrfSuite::EcvrfP256]
} else {
    &[VrfSuite::Sr25519, VrfSuite::Bls12381]
};

/// The VRF key whose proof is offered to every key found.
pub(crate) fn vrf_key(suite: VrfSuite) -> VrfSecretKey {
    VrfSecretKey::from_seed(suite, &[7; 32]).expect("a key")
}

/// The vote key whose signature is offered to every key found.
pub(crate) fn vote_key() -> bls::SecretKey {
    bls::SecretKey::from_seed(&[7; 32]).expect("a key")
}

/// The message of [`vote_key`]'s signature.
pub(crate) const MESSAGE: Digest = Digest([9; 32]);

/// Checks the bytes; whether they are a key or a signature.
pub(crate) fn run(data: &[u8]) -> bool {
    let drawing = decoded::<VrfPublicKey>(data);
    let voting = decoded::<bls::PublicKey>(data);
    let signed = decoded::<bls::Signature>(data);
    drawing.iter().for_each(vrf);
    voting.iter().for_each(vote);
    signed.iter().for_each(signature);
    drawing.is_some() || voting.is_some() || signed.is_some()
}

/// The value that the bytes are, or that the text in them means.
fn decoded<T>(data: &[u8]) -> Option<T>
where
    T: BorshDeserialize + BorshSerialize + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let from_bytes = T::try_from_slice(data).ok();
    if let Some(value) = &from_bytes {
        assert_eq!(borsh::to_vec(value).expect("memory"), data, "two encodings");
    }
    let from_text = || serde_json::from_value(String::from_utf8(data.to_vec()).ok()?.into()).ok();
    let value = from_bytes.or_else(from_text)?;
    let text = serde_json::to_string(&value).expect("text");
    assert_eq!(serde_json::from_str::<T>(&text).expect("its own text"), value);
    Some(value)
}

fn vrf(key: &VrfPublicKey) {
    let again = VrfPublicKey::from_bytes(key.suite(), &key.to_bytes());
    assert_eq!(again, Ok(*key), "not the canonical bytes");
    let input = VrfInput::seed(&Digest([1; 32]), &Digest([2; 32]), 3);
    for suite in SUITES {
        let maker = vrf_key(*suite);
        let proof = &maker.prove(&input).expect("a proof");
        let claim = VrfClaim {
            key,
            input: &input,
            proof,
        };
        let verdict = verify_batch(&[claim], &[5; 32]).remove(0);
        assert_eq!(verdict.is_ok(), *key == maker.public(), "another key's proof");
    }
}

fn vote(key: &bls::PublicKey) {
    let maker = vote_key();
    let verdict = key.verify(Purpose::Vote, &MESSAGE, &maker.sign(Purpose::Vote, &MESSAGE));
    assert_eq!(verdict.is_ok(), *key == maker.public(), "another key's signature");
}

fn signature(found: &bls::Signature) {
    let maker = vote_key();
    let verdict = maker.public().verify(Purpose::Vote, &MESSAGE, found);
    assert_eq!(
        verdict.is_ok(),
        *found == maker.sign(Purpose::Vote, &MESSAGE),
        "a second signature"
    );
}
