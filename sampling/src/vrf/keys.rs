//! Keys of all suites behind one type each.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use super::{VrfError, VrfInput, VrfOutput, VrfProof, VrfShortProof, VrfSuite};
use super::{bls12381, ecvrf_p256, sr25519};
use crate::codec::invalid;

/// A secret key of one suite; erased from memory when dropped, never printed.
///
/// Erasing is done by schnorrkel for `sr25519`, by blst for `bls12381`, and by zeroize for the 32 bytes of
/// `ecvrf-p256`, of which OpenSSL makes copies that it does not erase.
#[derive(Clone)]
pub struct VrfSecretKey(Secret);

#[derive(Clone)]
enum Secret {
    Sr25519(Box<sr25519::Secret>),
    Bls12381(bls12381::Secret),
    EcvrfP256(ecvrf_p256::Secret),
}

impl fmt::Debug for VrfSecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VrfSecretKey(hidden)")
    }
}

impl VrfSecretKey {
    /// The key that 32 bytes of fresh randomness determine.
    ///
    /// # Errors
    /// [`VrfError::BadKey`] when the suite has no key for the seed, [`VrfError::NotBuilt`] when the build lacks
    /// the suite.
    pub fn from_seed(suite: VrfSuite, seed: &[u8; 32]) -> Result<Self, VrfError> {
        let bad = VrfError::BadKey(suite);
        Ok(Self(match suite {
            VrfSuite::Sr25519 => Secret::Sr25519(Box::new(sr25519::Secret::from_seed(seed).ok_or(bad)?)),
            VrfSuite::Bls12381 => Secret::Bls12381(bls12381::Secret::from_seed(seed).ok_or(bad)?),
            VrfSuite::EcvrfP256 => Secret::EcvrfP256(ecvrf_p256::Secret::from_seed(seed)?),
        }))
    }

    /// The suite of the key.
    pub const fn suite(&self) -> VrfSuite {
        match &self.0 {
            Secret::Sr25519(_) => VrfSuite::Sr25519,
            Secret::Bls12381(_) => VrfSuite::Bls12381,
            Secret::EcvrfP256(_) => VrfSuite::EcvrfP256,
        }
    }

    /// The public half.
    pub fn public(&self) -> VrfPublicKey {
        VrfPublicKey(match &self.0 {
            Secret::Sr25519(secret) => Public::Sr25519(secret.public()),
            Secret::Bls12381(secret) => Public::Bls12381(secret.public()),
            Secret::EcvrfP256(secret) => Public::EcvrfP256(secret.public()),
        })
    }

    /// The output for an input, without a proof.
    ///
    /// # Errors
    /// [`VrfError::Library`] when `ecvrf-p256` gets no memory; the other suites do not fail.
    pub fn evaluate(&self, input: &VrfInput) -> Result<VrfOutput, VrfError> {
        match &self.0 {
            Secret::Sr25519(secret) => Ok(secret.evaluate(input)),
            Secret::Bls12381(secret) => Ok(secret.evaluate(input)),
            Secret::EcvrfP256(secret) => secret.evaluate(input),
        }
    }

    /// A proof of the output for an input. With `sr25519` its bytes differ at every call; the output does not.
    ///
    /// # Errors
    /// [`VrfError::Library`] when `ecvrf-p256` gets no memory; the other suites do not fail.
    pub fn prove(&self, input: &VrfInput) -> Result<VrfProof, VrfError> {
        Ok(match &self.0 {
            Secret::Sr25519(secret) => VrfProof::Sr25519(secret.prove(input)),
            Secret::Bls12381(secret) => VrfProof::Bls12381(secret.prove(input)),
            Secret::EcvrfP256(secret) => VrfProof::EcvrfP256(secret.prove(input)?),
        })
    }
}

/// A checked public key: the canonical encoding of a point of the right group other than the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VrfPublicKey(pub(super) Public);

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Public {
    Sr25519(sr25519::Public),
    Bls12381(bls12381::Public),
    EcvrfP256(ecvrf_p256::Public),
}

impl VrfPublicKey {
    /// Checks and takes a key of the suite.
    ///
    /// # Errors
    /// [`VrfError::Length`] for another length, [`VrfError::BadKey`] for the identity, another group's points
    /// and what is no canonical point, [`VrfError::NotBuilt`] when the build lacks the suite.
    pub fn from_bytes(suite: VrfSuite, bytes: &[u8]) -> Result<Self, VrfError> {
        let length = |_| VrfError::Length {
            suite,
            length: bytes.len(),
        };
        let bad = VrfError::BadKey(suite);
        Ok(Self(match suite {
            VrfSuite::Sr25519 => {
                let bytes = bytes.try_into().map_err(length)?;
                Public::Sr25519(sr25519::Public::from_bytes(bytes).ok_or(bad)?)
            }
            VrfSuite::Bls12381 => {
                let bytes = bytes.try_into().map_err(length)?;
                Public::Bls12381(bls12381::Public::from_bytes(bytes).ok_or(bad)?)
            }
            VrfSuite::EcvrfP256 => {
                let bytes = bytes.try_into().map_err(length)?;
                Public::EcvrfP256(ecvrf_p256::Public::from_bytes(bytes)?)
            }
        }))
    }

    /// The suite of the key.
    pub const fn suite(&self) -> VrfSuite {
        match self.0 {
            Public::Sr25519(_) => VrfSuite::Sr25519,
            Public::Bls12381(_) => VrfSuite::Bls12381,
            Public::EcvrfP256(_) => VrfSuite::EcvrfP256,
        }
    }

    /// The canonical bytes, as many as [`VrfSuite::key_bytes`] says.
    pub fn to_bytes(&self) -> Vec<u8> {
        match &self.0 {
            Public::Sr25519(key) => key.to_bytes().to_vec(),
            Public::Bls12381(key) => key.to_bytes().to_vec(),
            Public::EcvrfP256(key) => key.to_bytes().to_vec(),
        }
    }

    /// The output that a vote's proof shows. Many are verified faster together
    /// ([`verify_batch`](super::verify_batch)).
    ///
    /// # Errors
    /// [`VrfError::BadProof`] when it does not verify, [`VrfError::OtherSuite`] when it is no proof for such keys.
    pub fn verify(&self, input: &VrfInput, proof: &VrfProof) -> Result<VrfOutput, VrfError> {
        match (&self.0, proof) {
            (Public::Sr25519(key), VrfProof::Sr25519(bytes)) => key.verify(input, bytes),
            (Public::Bls12381(key), VrfProof::Bls12381(bytes)) => key.verify(input, bytes),
            (Public::EcvrfP256(key), VrfProof::EcvrfP256(bytes)) => key.verify(input, bytes),
            _ => return Err(VrfError::OtherSuite),
        }
        .ok_or(VrfError::BadProof)
    }

    /// The output that a certificate's proof shows.
    ///
    /// # Errors
    /// [`VrfError::BadProof`] when it does not verify, [`VrfError::OtherSuite`] when it is no proof for such keys.
    pub fn verify_short(&self, input: &VrfInput, proof: &VrfShortProof) -> Result<VrfOutput, VrfError> {
        match (&self.0, proof) {
            (Public::Sr25519(key), VrfShortProof::Sr25519(bytes)) => key.verify_short(input, bytes),
            (Public::Bls12381(key), VrfShortProof::Bls12381(bytes)) => key.verify(input, bytes),
            (Public::EcvrfP256(key), VrfShortProof::EcvrfP256(bytes)) => key.verify(input, bytes),
            _ => return Err(VrfError::OtherSuite),
        }
        .ok_or(VrfError::BadProof)
    }

    /// The short form of a proof that was verified for this key and input. What is made of another does not
    /// verify.
    ///
    /// # Errors
    /// [`VrfError::BadProof`] when the proof's points do not decode, [`VrfError::OtherSuite`] when it is no proof
    /// for such keys.
    pub fn shorten(&self, input: &VrfInput, proof: &VrfProof) -> Result<VrfShortProof, VrfError> {
        match (&self.0, proof) {
            (Public::Sr25519(key), VrfProof::Sr25519(bytes)) => key
                .shorten(input, bytes)
                .map(VrfShortProof::Sr25519)
                .ok_or(VrfError::BadProof),
            (Public::Bls12381(_), VrfProof::Bls12381(bytes)) => Ok(VrfShortProof::Bls12381(*bytes)),
            (Public::EcvrfP256(_), VrfProof::EcvrfP256(bytes)) => Ok(VrfShortProof::EcvrfP256(*bytes)),
            _ => Err(VrfError::OtherSuite),
        }
    }
}

impl fmt::Display for VrfPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.suite(), hex::encode(self.to_bytes()))
    }
}

impl fmt::Debug for VrfPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VrfPublicKey({self})")
    }
}

impl BorshSerialize for VrfPublicKey {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        BorshSerialize::serialize(&self.suite(), writer)?;
        writer.write_all(&self.to_bytes())
    }
}

impl BorshDeserialize for VrfPublicKey {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        let suite = VrfSuite::deserialize_reader(reader)?;
        let mut bytes = vec![0; suite.key_bytes()];
        reader.read_exact(&mut bytes)?;
        Self::from_bytes(suite, &bytes).map_err(|error| invalid(error.to_string()))
    }
}
