//! The frozen vectors of this project: what the keys, proofs and outputs of version 1 are.

use klero_sampling::Digest;
use klero_sampling::vrf::{
    VrfError, VrfInput, VrfProof, VrfPublicKey, VrfSecretKey, VrfShortProof, VrfSuite,
};
use serde_json::Value;

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn digest(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

/// The input of a vector: for a role if it names a step, else for a seed.
fn input(vector: &Value) -> VrfInput {
    let (chain, seed) = (digest(&vector["chain"]), digest(&vector["seed"]));
    let round = vector["round"].as_u64().unwrap();
    if vector["step"].is_null() {
        return VrfInput::seed(&chain, &seed, round);
    }
    let period = vector["period"].as_u64().unwrap().try_into().unwrap();
    let step = bytes(&vector["step"]).try_into().unwrap();
    VrfInput::role(&chain, &seed, round, period, step)
}

fn check(suite: VrfSuite, vector: &Value) {
    let input = input(vector);
    assert_eq!(input.as_bytes().as_slice(), bytes(&vector["input"]));
    let seed: [u8; 32] = bytes(&vector["secret_seed"]).try_into().unwrap();
    let key = VrfPublicKey::from_bytes(suite, &bytes(&vector["public_key"]));
    if !suite.is_built() {
        assert_eq!(key, Err(VrfError::NotBuilt));
        return;
    }
    let key = key.unwrap();
    let secret = VrfSecretKey::from_seed(suite, &seed).unwrap();
    assert_eq!(secret.public(), key);
    let output = bytes(&vector["output"]);
    assert_eq!(secret.evaluate(&input).unwrap().as_bytes().as_slice(), output);
    let proof = VrfProof::from_bytes(suite, &bytes(&vector["proof"])).unwrap();
    let short = VrfShortProof::from_bytes(suite, &bytes(&vector["short_proof"])).unwrap();
    assert_eq!(key.verify(&input, &proof).unwrap().as_bytes().as_slice(), output);
    assert_eq!(
        key.verify_short(&input, &short).unwrap().as_bytes().as_slice(),
        output
    );
    assert_eq!(key.shorten(&input, &proof), Ok(short));
    if suite != VrfSuite::Sr25519 {
        assert_eq!(secret.prove(&input), Ok(proof));
    }
}

#[test]
fn the_frozen_vectors_hold() {
    let file: Value = serde_json::from_str(include_str!("../../vectors/vrf.json")).unwrap();
    let vectors = file.as_array().unwrap();
    for suite in VrfSuite::ALL {
        let of_suite = vectors.iter().filter(|vector| vector["suite"] == suite.name());
        assert_eq!(of_suite.map(|vector| check(suite, vector)).count(), 4);
    }
    assert_eq!(vectors.len(), 12);
}
