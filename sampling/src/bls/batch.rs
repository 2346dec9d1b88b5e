//! Many signatures on one message: checked together, added together.

use blst::{MultiPoint, min_sig};

use super::{BlsError, PublicKey, Purpose, Signature, one_message, subgroup};
use crate::Digest;

/// A signature that claims to be one key's on a message known from the context.
#[derive(Debug, Clone, Copy)]
pub struct VoteClaim<'a> {
    /// Whose signature it claims to be.
    pub key: &'a PublicKey,
    /// The signature.
    pub signature: &'a Signature,
}

/// Checks signatures on one message, with one result each; accepts exactly what [`PublicKey::verify`] accepts
/// [COM-7]. Of n signatures, k bad ones take at most 1 + k·(⌈log₂ n⌉ + 1) checks.
///
/// `entropy` is fresh randomness that no peer could know. The coefficients also depend on what is checked, so
/// that a random source that fails does not make them equal across batches.
pub fn verify_each(
    purpose: Purpose,
    message: &Digest,
    claims: &[VoteClaim<'_>],
    entropy: &[u8; 32],
) -> Vec<bool> {
    let claims = claims
        .iter()
        .map(|claim| (claim.key.0, claim.signature.0))
        .collect();
    one_message::verify_each(purpose.tag(), message.as_bytes(), claims, entropy)
}

/// Decodes many signatures, with one result each: the same as [`Signature::from_bytes`] gives, in less time. `entropy`
/// is fresh randomness that no peer could know.
pub fn decode_signatures(encoded: &[[u8; 48]], entropy: &[u8; 32]) -> Vec<Result<Signature, BlsError>> {
    let mut decoded: Vec<Result<Signature, BlsError>> = encoded.iter().map(Signature::on_the_curve).collect();
    let points: Vec<min_sig::Signature> = decoded.iter().flatten().map(|signature| signature.0).collect();
    let members = subgroup::members(&points, entropy);
    let on_the_curve = decoded.iter_mut().filter(|signature| signature.is_ok());
    for (signature, is_member) in on_the_curve.zip(members) {
        if !is_member {
            *signature = Err(BlsError::OutsideSubgroup);
        }
    }
    decoded
}

/// The sum of signatures on one message; `None` for none.
pub fn aggregate(signatures: &[Signature]) -> Option<Signature> {
    let points: Vec<min_sig::Signature> = signatures.iter().map(|signature| signature.0).collect();
    if points.is_empty() {
        return None;
    }
    // A sum that vanishes is no signature; only signers who agreed on cancelling keys could make one. No more is
    // asked: each point passed its subgroup check when it was made or decoded, and sums stay in the subgroup.
    let sum = points.as_slice().add().to_signature();
    (!is_identity(&sum.compress())).then_some(Signature(sum))
}

/// Checks a sum of signatures of distinct keys on one message.
///
/// The caller vouches that the keys are distinct and that each has a proof of possession [COM-6].
///
/// # Errors
/// [`BlsError::BadSignature`] when the sum is not theirs, or when there are no keys; [`BlsError::Identity`]
/// when the keys cancel.
pub fn verify_aggregate(
    purpose: Purpose,
    message: &Digest,
    keys: &[&PublicKey],
    signature: &Signature,
) -> Result<(), BlsError> {
    let points: Vec<min_sig::PublicKey> = keys.iter().map(|key| key.0).collect();
    if points.is_empty() {
        return Err(BlsError::BadSignature);
    }
    // As with signatures, the keys are in the subgroup, and so is their sum.
    let sum = points.as_slice().add().to_public_key();
    if is_identity(&sum.compress()) {
        return Err(BlsError::Identity);
    }
    PublicKey(sum).verify(purpose, message, signature)
}

/// The bit of a compressed point's first byte that marks the identity.
const IDENTITY: u8 = 0x40;

pub(crate) fn is_identity(compressed: &[u8]) -> bool {
    matches!(compressed, [first, ..] if first & IDENTITY != 0)
}
