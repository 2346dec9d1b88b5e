//! Proofs of possession: whoever registers a vote key knows its secret [COM-6].
//!
//! Without them a member could register a key made from others' and forge their part of an aggregate.

use super::{BlsError, PublicKey, Purpose, SecretKey, Signature};
use crate::{Digest, Domain};

/// What a proof signs: the key, and what it is bound to, so that it cannot be presented elsewhere. For those whose
/// secret key lives elsewhere; others call [`prove`].
pub fn message(binding: &Digest, validator: &Digest, key: &PublicKey) -> Digest {
    let hasher = Domain::Possession
        .hasher()
        .bytes(binding.as_bytes())
        .bytes(validator.as_bytes());
    hasher.bytes(&key.to_bytes()).finish()
}

/// The digest to which the proofs in a genesis are bound: that of the network's name. The chain id hashes the
/// genesis with its proofs in it, hence it cannot be in them.
pub fn genesis_binding(network: &str) -> Digest {
    Domain::Network.digest_bytes(network.as_bytes())
}

/// Proves that the secret is known, to one network or chain (`binding`) and for one validator.
pub fn prove(secret: &SecretKey, binding: &Digest, validator: &Digest) -> Signature {
    secret.sign(
        Purpose::Possession,
        &message(binding, validator, &secret.public()),
    )
}

/// Checks a proof.
///
/// # Errors
/// [`BlsError::BadSignature`] when it is of another key, validator, network or chain.
pub fn verify(
    key: &PublicKey,
    binding: &Digest,
    validator: &Digest,
    proof: &Signature,
) -> Result<(), BlsError> {
    key.verify(Purpose::Possession, &message(binding, validator, key), proof)
}
