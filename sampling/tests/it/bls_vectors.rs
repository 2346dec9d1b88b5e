//! The frozen vectors of this project: what vote keys, votes, their sums and proofs of possession of version 1 are.

use blst::min_sig;
use klero_sampling::Digest;
use klero_sampling::bls::{
    PublicKey, Purpose, SecretKey, Signature, aggregate, possession, verify_aggregate,
};
use serde_json::Value;

fn vectors() -> Value {
    serde_json::from_str(include_str!("../../vectors/bls.json")).unwrap()
}

fn digest(value: &Value) -> Digest {
    value.as_str().unwrap().parse().unwrap()
}

fn bytes<const N: usize>(value: &Value) -> [u8; N] {
    hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
}

fn keys() -> Vec<(SecretKey, Value)> {
    let file = vectors();
    let keys = file["keys"].as_array().unwrap().iter();
    keys.map(|vector| {
        let secret = SecretKey::from_seed(&digest(&vector["secret_seed"]).0).unwrap();
        assert_eq!(secret.public().to_bytes(), bytes(&vector["public_key"]));
        (secret, vector.clone())
    })
    .collect()
}

/// Keys, votes and signatures of proposals.
#[test]
fn the_frozen_signatures_hold() {
    let keys = keys();
    assert_eq!(keys.len(), 4);
    for (secret, vector) in keys {
        let message = digest(&vector["message"]);
        for (purpose, name) in [(Purpose::Vote, "vote"), (Purpose::Proposal, "proposal")] {
            let signature = Signature::from_bytes(&bytes(&vector[name])).unwrap();
            assert_eq!(secret.sign(purpose, &message), signature);
            assert_eq!(secret.public().verify(purpose, &message, &signature), Ok(()));
        }
    }
}

/// [COM-6] Proofs of possession, the message built by hand from the layout and the tag of the specification.
#[test]
fn the_frozen_proofs_of_possession_hold() {
    for (secret, vector) in keys() {
        let (binding, validator) = (digest(&vector["binding"]), digest(&vector["validator"]));
        let network = vector["network"].as_str().unwrap();
        assert_eq!(binding, possession::genesis_binding(network));
        let proof = Signature::from_bytes(&bytes(&vector["possession"])).unwrap();
        assert_eq!(possession::prove(&secret, &binding, &validator), proof);
        let key = secret.public();
        assert_eq!(possession::verify(&key, &binding, &validator, &proof), Ok(()));
        let mut preimage = [binding.0, validator.0].concat();
        preimage.extend(bytes::<96>(&vector["public_key"]));
        let message = blake3::derive_key("klero v1 possession", &preimage);
        let key = min_sig::PublicKey::uncompress(&bytes::<96>(&vector["public_key"])).unwrap();
        let proof = min_sig::Signature::uncompress(&bytes::<48>(&vector["possession"])).unwrap();
        let tag = b"KLERO-V1-POSSESSION_BLS12381G1_XMD:SHA-256_SSWU_RO_";
        let verdict = proof.verify(true, &message, tag, &[], &key, true);
        assert_eq!(verdict, blst::BLST_ERROR::BLST_SUCCESS);
    }
}

/// [COM-5] Sums of the votes of the first keys.
#[test]
fn the_frozen_sums_hold() {
    let (keys, file) = (keys(), vectors());
    let sums = file["sums"].as_array().unwrap();
    assert_eq!(sums.len(), 4);
    for vector in sums {
        let count = usize::try_from(vector["keys"].as_u64().unwrap()).unwrap();
        let message = digest(&vector["message"]);
        let signers = &keys[..count];
        let votes: Vec<Signature> = signers
            .iter()
            .map(|(secret, _)| secret.sign(Purpose::Vote, &message))
            .collect();
        let sum = Signature::from_bytes(&bytes(&vector["signature"])).unwrap();
        assert_eq!(aggregate(&votes), Some(sum));
        let public: Vec<PublicKey> = signers.iter().map(|(secret, _)| secret.public()).collect();
        let public: Vec<&PublicKey> = public.iter().collect();
        assert_eq!(verify_aggregate(Purpose::Vote, &message, &public, &sum), Ok(()));
    }
}
