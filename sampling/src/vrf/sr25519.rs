//! Schnorrkel's VRF over Ristretto255, held to the crate's rules: no identity key, no panic on input.

use std::slice;

use schnorrkel::context::SigningTranscript;
use schnorrkel::vrf::{VRFInOut, VRFPreOut, VRFProof, VRFProofBatchable, dleq_verify_batch};
use schnorrkel::{ExpansionMode, Keypair, MiniSecretKey, PublicKey};

use super::{VrfInput, VrfOutput};

const CONTEXT: &[u8] = b"klero v1 vrf";
const OUTPUT: &[u8] = b"klero v1 vrf output";

/// Schnorrkel erases the secret scalar when the pair is dropped.
#[derive(Clone)]
pub(super) struct Secret(Keypair);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Public(PublicKey);

/// A proof whose points are decoded and tied to its input, ready for the batch equation.
pub(super) struct Attached {
    points: VRFInOut,
    proof: VRFProofBatchable,
    key: PublicKey,
}

fn transcript(input: &VrfInput) -> impl SigningTranscript {
    schnorrkel::signing_context(CONTEXT).bytes(input.as_bytes())
}

fn output(points: &VRFInOut) -> VrfOutput {
    VrfOutput::new(points.make_bytes(OUTPUT))
}

impl Secret {
    pub(super) fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let mini = MiniSecretKey::from_bytes(seed).ok()?;
        Some(Self(mini.expand_to_keypair(ExpansionMode::Uniform)))
    }

    pub(super) fn public(&self) -> Public {
        Public(self.0.public)
    }

    pub(super) fn evaluate(&self, input: &VrfInput) -> VrfOutput {
        let hashed = self.0.public.vrf_hash(transcript(input));
        output(&self.0.secret.vrf_create_from_point(hashed))
    }

    pub(super) fn prove(&self, input: &VrfInput) -> [u8; 128] {
        let (points, _, proof) = self.0.vrf_sign(transcript(input));
        join(points.to_preout().as_bytes(), &proof.to_bytes())
    }
}

impl Public {
    pub(super) fn from_bytes(bytes: &[u8; 32]) -> Option<Self> {
        let key = PublicKey::from_bytes(bytes).ok()?;
        // The library decodes the identity (all zero bytes), whose every output is known to everyone.
        (bytes != &[0; 32]).then_some(Self(key))
    }

    pub(super) fn to_bytes(self) -> [u8; 32] {
        self.0.to_bytes()
    }

    pub(super) fn attach(&self, input: &VrfInput, bytes: &[u8; 128]) -> Option<Attached> {
        let (preout, proof) = bytes.split_first_chunk::<32>()?;
        let preout = VRFPreOut::from_bytes(preout).ok()?;
        let proof = VRFProofBatchable::from_bytes(proof).ok()?;
        // Refuses the identity as output; decoding refuses non-canonical points.
        let points = preout.attach_input_hash(&self.0, transcript(input)).ok()?;
        Some(Attached {
            points,
            proof,
            key: self.0,
        })
    }

    pub(super) fn verify(&self, input: &VrfInput, bytes: &[u8; 128]) -> Option<VrfOutput> {
        let claim = self.attach(input, bytes)?;
        verify_together(slice::from_ref(&claim)).then(|| claim.output())
    }

    pub(super) fn verify_short(&self, input: &VrfInput, bytes: &[u8; 96]) -> Option<VrfOutput> {
        self.points_of(transcript(input), bytes)
            .map(|points| output(&points))
    }

    /// The input and output points of a short proof that verifies.
    fn points_of(&self, transcript: impl SigningTranscript, bytes: &[u8; 96]) -> Option<VRFInOut> {
        let (preout, proof) = bytes.split_first_chunk::<32>()?;
        let preout = VRFPreOut::from_bytes(preout).ok()?;
        let proof = VRFProof::from_bytes(proof).ok()?;
        let (points, _) = self.0.vrf_verify(transcript, &preout, &proof).ok()?;
        Some(points)
    }

    pub(super) fn shorten(&self, input: &VrfInput, bytes: &[u8; 128]) -> Option<[u8; 96]> {
        let (preout_bytes, proof) = bytes.split_first_chunk::<32>()?;
        let preout = VRFPreOut::from_bytes(preout_bytes).ok()?;
        let proof = VRFProofBatchable::from_bytes(proof).ok()?;
        let short = proof.shorten_vrf(&self.0, transcript(input), &preout).ok()?;
        Some(join(preout_bytes, &short.to_bytes()))
    }
}

impl Attached {
    pub(super) fn output(&self) -> VrfOutput {
        output(&self.points)
    }
}

/// One verdict a claim, by the batch equation and one by one where it fails [COM-7]: a proof by itself takes little
/// more than twice its part of a batch, so that splitting would save nothing.
pub(super) fn verify_each(claims: &[Attached]) -> Vec<bool> {
    if claims.is_empty() || verify_together(claims) {
        return vec![true; claims.len()];
    }
    claims
        .iter()
        .map(|claim| verify_together(slice::from_ref(claim)))
        .collect()
}

fn verify_together(claims: &[Attached]) -> bool {
    let points: Vec<VRFInOut> = claims.iter().map(|claim| claim.points.clone()).collect();
    let proofs: Vec<VRFProofBatchable> = claims.iter().map(|claim| claim.proof.clone()).collect();
    let keys: Vec<PublicKey> = claims.iter().map(|claim| claim.key).collect();
    // Coefficients come from the system's randomness mixed with the keys and points. The three lists have
    // one length, which is what the library would panic about; `kusama` is its default transcript order.
    dleq_verify_batch(&points, &proofs, &keys, true).is_ok()
}

fn join<const N: usize>(head: &[u8; 32], tail: &[u8]) -> [u8; N] {
    let mut bytes = [0; N];
    for (place, byte) in bytes.iter_mut().zip(head.iter().chain(tail)) {
        *place = *byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn bytes<const N: usize>(value: &Value) -> [u8; N] {
        hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
    }

    /// Proofs that an earlier release of schnorrkel made under another context.
    #[test]
    fn proofs_of_earlier_releases_verify() {
        let file: Value =
            serde_json::from_str(include_str!("../../vectors/vrf-sr25519-schnorrkel.json")).unwrap();
        let text = |name: &str| file[name].as_str().unwrap().as_bytes();
        let transcript = || schnorrkel::signing_context(text("context")).bytes(text("message"));
        for vector in file["proofs"].as_array().unwrap() {
            let public = Public::from_bytes(&bytes(&vector["public_key"])).unwrap();
            let proof: [u8; 64] = bytes(&vector["proof"]);
            let mut proof: [u8; 96] = join(&bytes(&vector["output_point"]), &proof);
            let points = public.points_of(transcript(), &proof).unwrap();
            assert_eq!(
                points.input.as_compressed().to_bytes(),
                bytes(&vector["input_point"])
            );
            assert_eq!(
                points.output.as_compressed().to_bytes(),
                bytes(&vector["output_point"])
            );
            if !vector["bytes"].is_null() {
                let found: [u8; 16] = points.make_bytes(text("label"));
                assert_eq!(found, bytes(&vector["bytes"]));
            }
            proof[40] ^= 1;
            assert!(public.points_of(transcript(), &proof).is_none());
        }
    }
}
