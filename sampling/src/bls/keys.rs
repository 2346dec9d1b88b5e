//! Checked keys and signatures.

use blst::BLST_ERROR;
use blst::min_sig;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::{Purpose, is_identity, one_message};
use crate::Digest;
use crate::codec::invalid;

/// Why a key or a signature was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BlsError {
    /// Bytes that are not the compressed encoding of a curve point.
    #[error("not the encoding of a curve point")]
    BadEncoding,
    /// The point at infinity, for which everything verifies.
    #[error("the identity is neither a key nor a signature")]
    Identity,
    /// A point of the curve outside the prime-order subgroup.
    #[error("a point outside the subgroup")]
    OutsideSubgroup,
    /// A signature that does not verify.
    #[error("the signature does not verify")]
    BadSignature,
}

impl From<BLST_ERROR> for BlsError {
    fn from(error: BLST_ERROR) -> Self {
        match error {
            BLST_ERROR::BLST_PK_IS_INFINITY => Self::Identity,
            BLST_ERROR::BLST_POINT_NOT_IN_GROUP => Self::OutsideSubgroup,
            _ => Self::BadEncoding,
        }
    }
}

/// A vote key's secret half; erased from memory when dropped, never printed.
#[derive(Clone)]
pub struct SecretKey(min_sig::SecretKey);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

impl SecretKey {
    /// The key that 32 bytes of fresh randomness determine, by the draft's KeyGen.
    ///
    /// # Errors
    /// [`BlsError::BadEncoding`] when the library has no key for the seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, BlsError> {
        Ok(Self(min_sig::SecretKey::key_gen(seed, b"klero v1 vote key")?))
    }

    /// The key of a scalar, most significant byte first, as keystores hold it.
    ///
    /// # Errors
    /// [`BlsError::BadEncoding`] for 0 and for what is not below the group's order.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, BlsError> {
        Ok(Self(min_sig::SecretKey::from_bytes(bytes)?))
    }

    /// The scalar, most significant byte first. Whoever asks for it erases it.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The root of the key tree that a seed determines, by EIP-2333.
    ///
    /// # Errors
    /// [`BlsError::BadEncoding`] for a seed of less than 32 bytes.
    pub fn derive_master(seed: &[u8]) -> Result<Self, BlsError> {
        Ok(Self(min_sig::SecretKey::derive_master_eip2333(seed)?))
    }

    /// The child with a number in the key tree, by EIP-2333. A parent's secret gives those of all its children.
    #[must_use]
    pub fn derive_child(&self, number: u32) -> Self {
        Self(self.0.derive_child_eip2333(number))
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.sk_to_pk())
    }

    /// Signs a digest for one purpose.
    pub fn sign(&self, purpose: Purpose, message: &Digest) -> Signature {
        Signature(self.0.sign(message.as_bytes(), purpose.tag(), &[]))
    }
}

/// A public key in the subgroup, not the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub(super) min_sig::PublicKey);

impl PublicKey {
    /// Length of the compressed encoding in bytes.
    pub const BYTES: usize = 96;

    /// Decodes and checks a key.
    ///
    /// # Errors
    /// [`BlsError`] for another encoding, the identity, or a point outside the subgroup.
    pub fn from_bytes(bytes: &[u8; 96]) -> Result<Self, BlsError> {
        let key = min_sig::PublicKey::uncompress(bytes)?;
        key.validate()?;
        Ok(Self(key))
    }

    /// The compressed encoding.
    pub fn to_bytes(&self) -> [u8; 96] {
        self.0.compress()
    }

    /// Checks one signature.
    ///
    /// # Errors
    /// [`BlsError::BadSignature`] when it is not this key's on this message for this purpose.
    pub fn verify(&self, purpose: Purpose, message: &Digest, signature: &Signature) -> Result<(), BlsError> {
        one_message::verify(purpose.tag(), message.as_bytes(), &self.0, &signature.0)
            .then_some(())
            .ok_or(BlsError::BadSignature)
    }
}

/// A signature in the subgroup, not the identity. Whose and on what is for verifying to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub(super) min_sig::Signature);

impl Signature {
    /// Length of the compressed encoding in bytes.
    pub const BYTES: usize = 48;

    /// Decodes and checks a signature's point.
    ///
    /// # Errors
    /// [`BlsError`] for another encoding, the identity, or a point outside the subgroup.
    pub fn from_bytes(bytes: &[u8; 48]) -> Result<Self, BlsError> {
        let signature = Self::on_the_curve(bytes)?;
        // The identity was refused before.
        signature.0.validate(false)?;
        Ok(signature)
    }

    /// Decodes a point other than the identity, of which it is not known yet whether it lies in the subgroup.
    pub(super) fn on_the_curve(bytes: &[u8; 48]) -> Result<Self, BlsError> {
        let signature = min_sig::Signature::uncompress(bytes)?;
        if is_identity(bytes) {
            return Err(BlsError::Identity);
        }
        Ok(Self(signature))
    }

    /// The compressed encoding.
    pub fn to_bytes(&self) -> [u8; 48] {
        self.0.compress()
    }
}

impl std::hash::Hash for Signature {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.to_bytes().hash(state);
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "PublicKey({}…)",
            hex::encode(self.to_bytes().iter().take(4).copied().collect::<Vec<_>>())
        )
    }
}

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Signature({}…)",
            hex::encode(self.to_bytes().iter().take(4).copied().collect::<Vec<_>>())
        )
    }
}

macro_rules! encoded_as_bytes {
    ($type:ty, $length:literal) => {
        impl BorshSerialize for $type {
            fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
                BorshSerialize::serialize(&self.to_bytes(), writer)
            }
        }

        impl BorshDeserialize for $type {
            fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
                let bytes = <[u8; $length]>::deserialize_reader(reader)?;
                Self::from_bytes(&bytes).map_err(|error| invalid(error.to_string()))
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&hex::encode(self.to_bytes()))
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut bytes = [0; $length];
                let text = <String as Deserialize>::deserialize(deserializer)?;
                hex::decode_to_slice(&text, &mut bytes).map_err(de::Error::custom)?;
                Self::from_bytes(&bytes).map_err(de::Error::custom)
            }
        }
    };
}

encoded_as_bytes!(PublicKey, 96);
encoded_as_bytes!(Signature, 48);
