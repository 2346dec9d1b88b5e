//! The unique BLS signature as a VRF, over BLS12-381 with signatures in G1: the proof is the signature, the
//! output its hash.
//!
//! Unique means that a key has one signature for a message, whatever its owner does. That needs the subgroup
//! check of every proof: the sum of a signature and a point outside the subgroup verifies too when it is left out.

use std::collections::BTreeMap;

use blst::min_sig;

use super::{VrfInput, VrfOutput, VrfSuite};
use crate::bls::{is_identity, one_message, subgroup};

/// The domain separation tag of RFC 9380, not that of any vote.
const TAG: &[u8] = b"KLERO-V1-VRF_BLS12381G1_XMD:SHA-256_SSWU_RO_";
const KEY_INFO: &[u8] = b"klero v1 vrf key";

/// blst erases the secret scalar when the key is dropped.
#[derive(Clone)]
pub(super) struct Secret(min_sig::SecretKey);

/// A point of the subgroup of G2 other than the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Public(min_sig::PublicKey);

/// A proof whose point is decoded and not the identity. Whether it lies in the subgroup is not known yet.
pub(super) struct Attached {
    input: VrfInput,
    signature: min_sig::Signature,
    key: min_sig::PublicKey,
}

impl Secret {
    /// Apart from vote keys: KeyGen mixes another text into the seed.
    pub(super) fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        min_sig::SecretKey::key_gen(seed, KEY_INFO).ok().map(Self)
    }

    pub(super) fn public(&self) -> Public {
        Public(self.0.sk_to_pk())
    }

    pub(super) fn evaluate(&self, input: &VrfInput) -> VrfOutput {
        output(&self.prove(input))
    }

    pub(super) fn prove(&self, input: &VrfInput) -> [u8; 48] {
        self.0.sign(input.as_bytes(), TAG, &[]).compress()
    }
}

impl Public {
    pub(super) fn from_bytes(bytes: &[u8; 96]) -> Option<Self> {
        let key = min_sig::PublicKey::uncompress(bytes).ok()?;
        // Neither the identity nor outside the subgroup.
        key.validate().ok()?;
        Some(Self(key))
    }

    pub(super) fn to_bytes(self) -> [u8; 96] {
        self.0.compress()
    }

    pub(super) fn attach(&self, input: &VrfInput, bytes: &[u8; 48]) -> Option<Attached> {
        let signature = min_sig::Signature::uncompress(bytes).ok()?;
        (!is_identity(bytes)).then_some(Attached {
            input: *input,
            signature,
            key: self.0,
        })
    }

    pub(super) fn verify(&self, input: &VrfInput, bytes: &[u8; 48]) -> Option<VrfOutput> {
        let claim = self.attach(input, bytes)?;
        // Without this check the output could be ground.
        claim.signature.validate(true).ok()?;
        claim.verify(TAG, input.as_bytes()).then(|| claim.output())
    }
}

impl Attached {
    pub(super) fn output(&self) -> VrfOutput {
        output(&self.signature.compress())
    }

    fn verify(&self, tag: &[u8], message: &[u8]) -> bool {
        one_message::verify(tag, message, &self.key, &self.signature)
    }
}

fn output(signature: &[u8; 48]) -> VrfOutput {
    VrfOutput::hash(VrfSuite::Bls12381, signature)
}

/// One verdict a claim [COM-7]: first the subgroup, then the equation, for all claims on one input together.
pub(super) fn verify_each(claims: &[Attached], entropy: &[u8; 32]) -> Vec<bool> {
    let signatures: Vec<min_sig::Signature> = claims.iter().map(|claim| claim.signature).collect();
    let mut verdicts = subgroup::members(&signatures, entropy);
    let mut groups: BTreeMap<VrfInput, Vec<(&Attached, &mut bool)>> = BTreeMap::new();
    for (claim, verdict) in claims.iter().zip(&mut verdicts) {
        if *verdict {
            groups.entry(claim.input).or_default().push((claim, verdict));
        }
    }
    for (input, group) in groups {
        let pairs = group.iter().map(|(claim, _)| (claim.key, claim.signature));
        let verified = one_message::verify_each(TAG, input.as_bytes(), pairs.collect(), entropy);
        for ((_, verdict), is_good) in group.into_iter().zip(verified) {
            *verdict = is_good;
        }
    }
    verdicts
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::Digest;

    fn bytes<const N: usize>(value: &Value) -> [u8; N] {
        hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
    }

    /// Ten rounds of drand's quicknet, whose signatures are in G1 as ours are, under drand's tag.
    #[test]
    fn the_rounds_of_drand_verify() {
        let file: Value =
            serde_json::from_str(include_str!("../../vectors/vrf-bls12381-drand.json")).unwrap();
        let tag = file["tag"].as_str().unwrap().as_bytes();
        let key = Public::from_bytes(&bytes(&file["public_key"])).unwrap();
        let unused = VrfInput::seed(&Digest::ZERO, &Digest::ZERO, 0);
        let rounds = file["rounds"].as_array().unwrap();
        assert_eq!(rounds.len(), 10);
        for (round, next) in rounds.iter().zip(rounds.iter().cycle().skip(1)) {
            let (signature, message) = (bytes(&round["signature"]), bytes::<32>(&round["message"]));
            let claim = key.attach(&unused, &signature).unwrap();
            assert!(claim.verify(tag, &message));
            assert!(!claim.verify(tag, &bytes::<32>(&next["message"])));
            assert!(!claim.verify(TAG, &message));
        }
    }
}
