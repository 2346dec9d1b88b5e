//! The unique BLS signature as a VRF, over BLS12-381 with signatures in G1: the proof is the signature, the
//! output its hash.
//!
//! Unique means that a key has one signature for a message, whatever its owner does. That needs the subgroup
//! check of every proof: the sum of a signature and a point outside the subgroup verifies too when it is left out.

use std::collections::BTreeMap;

use blst::{BLST_ERROR, MultiPoint, min_sig};

use super::{VrfInput, VrfOutput, VrfSuite, subgroup};
use crate::bls::{COEFFICIENT_BYTES, nonzero_coefficients};
use crate::{Domain, split};

/// The domain separation tag of RFC 9380, not that of any vote.
const TAG: &[u8] = b"KLERO-V1-VRF_BLS12381G1_XMD:SHA-256_SSWU_RO_";
const KEY_INFO: &[u8] = b"klero v1 vrf key";
/// The bit of a compressed point's first byte that marks the identity.
const IDENTITY: u8 = 0x40;

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
        let is_identity = matches!(bytes, [first, ..] if first & IDENTITY != 0);
        (!is_identity).then_some(Attached {
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
        // The key passed its checks when it was decoded, the signature before.
        self.signature.verify(false, message, tag, &[], &self.key, false) == BLST_ERROR::BLST_SUCCESS
    }
}

fn output(signature: &[u8; 48]) -> VrfOutput {
    VrfOutput::hash(VrfSuite::Bls12381, signature)
}

/// One verdict a claim [COM-7]: first the subgroup, then the equation.
///
/// With random 128-bit coefficients r(i) and one sum of keys for each distinct input m, the pairings
/// e(Σ r(i)·signature(i), g) and Π e(H(m), Σ r(i)·key(i)) agree if every signature is right, and with a chance
/// below 2^-127 otherwise (the small exponents test, as in [`crate::bls::verify_each`]).
pub(super) fn verify_each(claims: &[Attached], entropy: &[u8; 32]) -> Vec<bool> {
    let signatures: Vec<min_sig::Signature> = claims.iter().map(|claim| claim.signature).collect();
    let mut verdicts = subgroup::members(&signatures, entropy);
    let in_subgroup = claims.iter().zip(&verdicts).filter(|(_, is_member)| **is_member);
    let in_subgroup: Vec<&Attached> = in_subgroup.map(|(claim, _)| claim).collect();
    let verified = split::verdicts(&in_subgroup, |claims| match claims {
        [claim] => claim.verify(TAG, claim.input.as_bytes()),
        _ => verify_together(claims, entropy),
    });
    let members = verdicts.iter_mut().filter(|verdict| **verdict);
    members
        .zip(verified)
        .for_each(|(verdict, is_good)| *verdict = is_good);
    verdicts
}

fn verify_together(claims: &[&Attached], entropy: &[u8; 32]) -> bool {
    let bits = COEFFICIENT_BYTES * 8;
    let coefficients = coefficients(claims, entropy);
    let mut groups: BTreeMap<VrfInput, (Vec<min_sig::PublicKey>, Vec<u8>)> = BTreeMap::new();
    for (claim, coefficient) in claims.iter().zip(coefficients.chunks(COEFFICIENT_BYTES)) {
        let (keys, scalars) = groups.entry(claim.input).or_default();
        keys.push(claim.key);
        scalars.extend(coefficient);
    }
    let signatures: Vec<min_sig::Signature> = claims.iter().map(|claim| claim.signature).collect();
    // No slice is empty: the library's multiplication of an empty one never returns.
    let signature = signatures.as_slice().mult(&coefficients, bits).to_signature();
    let keys: Vec<min_sig::PublicKey> = groups
        .values()
        .map(|(keys, scalars)| keys.as_slice().mult(scalars, bits).to_public_key())
        .collect();
    let messages: Vec<&[u8]> = groups.keys().map(|input| input.as_bytes().as_slice()).collect();
    let keys: Vec<&min_sig::PublicKey> = keys.iter().collect();
    signature.aggregate_verify(false, &messages, TAG, &keys, false) == BLST_ERROR::BLST_SUCCESS
}

/// Coefficients that nobody foresees, other ones for every batch, none of them zero.
fn coefficients(claims: &[&Attached], entropy: &[u8; 32]) -> Vec<u8> {
    let mut hasher = Domain::BatchCoefficients.hasher().bytes(entropy).bytes(TAG);
    for claim in claims {
        hasher = hasher
            .bytes(claim.input.as_bytes())
            .bytes(&claim.key.compress())
            .bytes(&claim.signature.compress());
    }
    nonzero_coefficients(hasher, claims.len())
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

    /// Coefficients hang on the entropy and on every claim, and none is zero.
    #[test]
    fn coefficients_depend_on_everything() {
        let secret = Secret::from_seed(&[1; 32]).unwrap();
        let claim = |round| {
            let input = VrfInput::seed(&Digest::ZERO, &Digest::ZERO, round);
            secret.public().attach(&input, &secret.prove(&input)).unwrap()
        };
        let coefficients = |rounds: [u64; 2], entropy| {
            let claims = rounds.map(claim);
            coefficients(&[&claims[0], &claims[1]], &[entropy; 32])
        };
        let found = coefficients([1, 2], 7);
        assert_eq!(found.len(), 32);
        assert_ne!(found[..16], found[16..]);
        assert!(found.chunks(16).all(|chunk| chunk.iter().any(|byte| *byte != 0)));
        assert_ne!(coefficients([1, 2], 8), found);
        assert_ne!(coefficients([2, 1], 7), found);
        assert_ne!(coefficients([1, 3], 7), found);
    }
}
