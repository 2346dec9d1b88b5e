//! The suites, and what can be wrong with their keys and proofs.

use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Which function validators draw with. Every build knows all of them by name and by encoding; keys of
/// `ecvrf-p256` work in builds with the cargo feature `ecvrf` only.
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
#[borsh(use_discriminant = false)]
pub enum VrfSuite {
    /// Schnorrkel's VRF over Ristretto: keys of 32 bytes, proofs of 128 bytes in votes and 96 in certificates.
    #[serde(rename = "sr25519")]
    Sr25519,
    /// The unique BLS signature over BLS12-381: keys of 96 bytes, proofs of 48.
    #[serde(rename = "bls12381")]
    Bls12381,
    /// Draft 05 of RFC 9381, suite P256-SHA256-TAI: keys of 33 bytes, proofs of 81.
    #[serde(rename = "ecvrf-p256")]
    EcvrfP256,
}

impl VrfSuite {
    /// All suites, in the order of their encodings.
    pub const ALL: [Self; 3] = [Self::Sr25519, Self::Bls12381, Self::EcvrfP256];

    /// The name in text, as in a genesis.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sr25519 => "sr25519",
            Self::Bls12381 => "bls12381",
            Self::EcvrfP256 => "ecvrf-p256",
        }
    }

    /// Whether this build has the suite.
    pub const fn is_built(self) -> bool {
        match self {
            Self::Sr25519 | Self::Bls12381 => true,
            Self::EcvrfP256 => cfg!(feature = "ecvrf"),
        }
    }

    /// Length of a public key in bytes.
    pub const fn key_bytes(self) -> usize {
        match self {
            Self::Sr25519 => 32,
            Self::Bls12381 => 96,
            Self::EcvrfP256 => 33,
        }
    }

    /// Length of a proof in a vote, in bytes.
    pub const fn proof_bytes(self) -> usize {
        match self {
            Self::Sr25519 => 128,
            Self::Bls12381 => 48,
            Self::EcvrfP256 => 81,
        }
    }

    /// Length of a proof in a certificate, in bytes.
    pub const fn short_proof_bytes(self) -> usize {
        match self {
            Self::Sr25519 => 96,
            Self::Bls12381 => 48,
            Self::EcvrfP256 => 81,
        }
    }
}

impl fmt::Display for VrfSuite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that names no suite.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0:?} is not a VRF suite: write sr25519, bls12381 or ecvrf-p256")]
pub struct ParseSuiteError(String);

impl FromStr for VrfSuite {
    type Err = ParseSuiteError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|suite| suite.name() == text)
            .ok_or_else(|| ParseSuiteError(text.chars().take(80).collect()))
    }
}

/// Why a key or a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VrfError {
    /// Bytes that are no key of the suite: no canonical point, the identity, or outside the subgroup.
    #[error("not a public key of {0}: use the key that `klero keys inspect` prints")]
    BadKey(VrfSuite),
    /// A key or a proof of another length than the suite's.
    #[error("{length} bytes are neither a key nor a proof of {suite}")]
    Length {
        /// The suite.
        suite: VrfSuite,
        /// The number of bytes.
        length: usize,
    },
    /// A proof that does not verify for this key and input.
    #[error("the VRF proof does not verify for this key and role")]
    BadProof,
    /// A key and a proof of two suites.
    #[error("the proof is of another VRF suite than the key")]
    OtherSuite,
    /// A key of `ecvrf-p256` in a build without it.
    #[error("this build has no ecvrf-p256: build with --features ecvrf")]
    NotBuilt,
    /// The suite's library failed at evaluating or proving, for want of memory.
    #[error("the library of {0} failed to evaluate: the system lacks memory")]
    Library(VrfSuite),
}
