//! Many signatures on one message: checked together, added together.
//!
//! With random 128-bit coefficients r(i), the pairings e(Σ r(i)·sig(i), g) and e(H(m), Σ r(i)·key(i)) agree if
//! every signature is right, and with a chance below 2^-127 otherwise (Bellare, Garay and Rabin, "Fast batch
//! verification for modular exponentiation and digital signatures", small exponents test) [COM-7].

use blst::{BLST_ERROR, MultiPoint, min_sig};

use super::{BlsError, PublicKey, Purpose, Signature};
use crate::{Digest, Domain, Hasher, split};

pub(crate) const COEFFICIENT_BYTES: usize = 16;

/// A signature that claims to be one key's on a message known from the context.
#[derive(Debug, Clone, Copy)]
pub struct VoteClaim<'a> {
    /// Whose signature it claims to be.
    pub key: &'a PublicKey,
    /// The signature.
    pub signature: &'a Signature,
}

/// Checks signatures on one message, with one result each; accepts exactly what [`PublicKey::verify`] accepts.
///
/// `entropy` is fresh randomness that no peer could know. The coefficients also depend on what is checked, so
/// that a random source that fails does not make them equal across batches.
pub fn verify_each(
    purpose: Purpose,
    message: &Digest,
    claims: &[VoteClaim<'_>],
    entropy: &[u8; 32],
) -> Vec<bool> {
    split::verdicts(claims, |claims| match claims {
        [claim] => claim.key.verify(purpose, message, claim.signature).is_ok(),
        _ => verify_together(purpose, message, claims, entropy),
    })
}

fn verify_together(purpose: Purpose, message: &Digest, claims: &[VoteClaim<'_>], entropy: &[u8; 32]) -> bool {
    let keys: Vec<min_sig::PublicKey> = claims.iter().map(|claim| claim.key.0).collect();
    let signatures: Vec<min_sig::Signature> = claims.iter().map(|claim| claim.signature.0).collect();
    let coefficients = coefficients(message, claims, entropy);
    let bits = COEFFICIENT_BYTES * 8;
    // Neither slice is empty: the library's multiplication of an empty one never returns.
    let key = keys.as_slice().mult(&coefficients, bits).to_public_key();
    let signature = signatures.as_slice().mult(&coefficients, bits).to_signature();
    let verdict = signature.verify(false, message.as_bytes(), purpose.tag(), &[], &key, false);
    verdict == BLST_ERROR::BLST_SUCCESS
}

fn coefficients(message: &Digest, claims: &[VoteClaim<'_>], entropy: &[u8; 32]) -> Vec<u8> {
    let mut hasher = Domain::BatchCoefficients
        .hasher()
        .bytes(entropy)
        .bytes(message.as_bytes());
    for claim in claims {
        hasher = hasher
            .bytes(&claim.key.to_bytes())
            .bytes(&claim.signature.to_bytes());
    }
    nonzero_coefficients(hasher, claims.len())
}

/// So many coefficients of 128 bits from what was hashed, none of them zero.
pub(crate) fn nonzero_coefficients(hasher: Hasher, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count * COEFFICIENT_BYTES];
    hasher.fill(&mut bytes);
    for coefficient in bytes.chunks_mut(COEFFICIENT_BYTES) {
        // A zero coefficient would let any signature pass.
        if let (true, Some(first)) = (coefficient.iter().all(|byte| *byte == 0), coefficient.first_mut()) {
            *first = 1;
        }
    }
    bytes
}

/// The bit of a compressed point's first byte that marks the identity.
const IDENTITY: u8 = 0x40;

/// The sum of signatures on one message; `None` for none.
pub fn aggregate(signatures: &[Signature]) -> Option<Signature> {
    let points: Vec<&min_sig::Signature> = signatures.iter().map(|signature| &signature.0).collect();
    let sum = min_sig::AggregateSignature::aggregate(&points, false)
        .ok()?
        .to_signature();
    // A sum that vanishes is no signature; only signers who agreed on cancelling keys could make one. No more is
    // asked: each point passed its subgroup check when it was made or decoded, and sums stay in the subgroup.
    let vanishes = matches!(sum.compress(), [first, ..] if first & IDENTITY != 0);
    (!vanishes).then_some(Signature(sum))
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
    let sum = points.as_slice().add().to_public_key();
    sum.validate()?;
    PublicKey(sum).verify(purpose, message, signature)
}
