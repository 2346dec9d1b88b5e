//! Proofs as they travel: bytes of a suite, of which nothing is known yet.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use super::{VrfError, VrfSuite};

/// A proof as votes carry it, in the form that verifies in batches. Unverified bytes.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum VrfProof {
    /// Pre-output (32 bytes), R, Hr and s.
    Sr25519([u8; 128]),
    /// The compressed signature.
    Bls12381([u8; 48]),
    /// Γ (33 bytes), c (16) and s.
    EcvrfP256([u8; 81]),
}

/// A proof as certificates carry it, the shortest form. Unverified bytes.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum VrfShortProof {
    /// Pre-output (32 bytes), c and s.
    Sr25519([u8; 96]),
    /// The compressed signature.
    Bls12381([u8; 48]),
    /// Γ (33 bytes), c (16) and s.
    EcvrfP256([u8; 81]),
}

macro_rules! proof_bytes {
    ($type:ident) => {
        impl $type {
            /// Takes a suite's bytes as they are.
            ///
            /// # Errors
            /// [`VrfError::Length`] unless there are as many as the suite's proofs have.
            pub fn from_bytes(suite: VrfSuite, bytes: &[u8]) -> Result<Self, VrfError> {
                let proof = match suite {
                    VrfSuite::Sr25519 => bytes.try_into().map(Self::Sr25519),
                    VrfSuite::Bls12381 => bytes.try_into().map(Self::Bls12381),
                    VrfSuite::EcvrfP256 => bytes.try_into().map(Self::EcvrfP256),
                };
                let length = bytes.len();
                proof.map_err(|_| VrfError::Length { suite, length })
            }

            /// The suite of the proof.
            pub const fn suite(&self) -> VrfSuite {
                match self {
                    Self::Sr25519(_) => VrfSuite::Sr25519,
                    Self::Bls12381(_) => VrfSuite::Bls12381,
                    Self::EcvrfP256(_) => VrfSuite::EcvrfP256,
                }
            }

            /// The bytes, without the suite's.
            pub const fn as_bytes(&self) -> &[u8] {
                match self {
                    Self::Sr25519(bytes) => bytes,
                    Self::Bls12381(bytes) => bytes,
                    Self::EcvrfP256(bytes) => bytes,
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let head: Vec<u8> = self.as_bytes().iter().take(4).copied().collect();
                let name = stringify!($type);
                write!(f, "{name}({}:{}…)", self.suite(), hex::encode(head))
            }
        }
    };
}

proof_bytes!(VrfProof);
proof_bytes!(VrfShortProof);
