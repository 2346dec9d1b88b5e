//! Operator keys: who may move an account's stake [STK-2].

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use klero_committee::sampling::{Digest, Domain, text};
use serde::{Deserialize, Serialize};

/// The Ed25519 key that signs an account's operations, as its 32 bytes. Whether they are a key is found out when a
/// signature is checked.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(transparent)]
pub struct OperatorKey(#[serde(with = "text")] [u8; 32]);

impl OperatorKey {
    /// The key with these bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The id of the key's account. As it hashes the key, nobody can claim another's, and an account needs no key
    /// on record before its owner first speaks.
    pub fn account(&self) -> Digest {
        Domain::Account.digest_bytes(&self.0)
    }

    /// Whether a signature over a digest is this key's. Keys of small order and second encodings are refused.
    pub fn verifies(&self, message: &Digest, signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message.as_bytes(), &signature).is_ok())
    }
}

/// The secret half of an operator key; erased from memory when dropped, never printed.
#[derive(Clone)]
pub struct OperatorSecret(SigningKey);

impl std::fmt::Debug for OperatorSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OperatorSecret(hidden)")
    }
}

impl OperatorSecret {
    /// The key that 32 bytes of fresh randomness determine (RFC 8032).
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public half.
    pub fn public(&self) -> OperatorKey {
        OperatorKey(self.0.verifying_key().to_bytes())
    }

    /// Signs a digest.
    pub fn sign(&self, message: &Digest) -> [u8; 64] {
        self.0.sign(message.as_bytes()).to_bytes()
    }
}
