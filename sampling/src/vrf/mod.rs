//! Verifiable random functions: a validator's secret lottery, checkable by everyone.
//!
//! [`VrfSecretKey::evaluate`] gives the output for an input; only who won a seat needs
//! [`VrfSecretKey::prove`]. Proofs come in two forms: a *vote* carries the batchable [`VrfProof`], a
//! *certificate* the shorter [`VrfShortProof`]. Both yield the same [`VrfOutput`], and only verifying yields
//! it, so that an output in hand is a checked one.
//!
//! The genesis chooses a [`VrfSuite`]; keys and proofs carry theirs, and those of another suite are refused.

mod sr25519;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::codec::invalid;
use crate::{Digest, Domain};

/// Which function validators draw with.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[borsh(use_discriminant = false)]
pub enum VrfSuite {
    /// Schnorrkel's VRF over Ristretto: proofs of 128 bytes in votes and 96 in certificates.
    Sr25519,
}

/// Why a key or a proof was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum VrfError {
    /// Bytes that are no key of the suite: not a canonical point, or the identity.
    #[error("not a public key of {0:?}: use the key that `klero keys inspect` prints")]
    BadKey(VrfSuite),
    /// A proof that does not verify for this key and input.
    #[error("the VRF proof does not verify for this key and role")]
    BadProof,
    /// A key and a proof of two suites.
    #[error("the proof is of another VRF suite than the key")]
    OtherSuite,
}

/// What a VRF is evaluated on: a digest under one of two domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VrfInput(Digest);

impl VrfInput {
    /// The input for a role [SORT-1] [ENC-3]: chain id, seed, round, period and the step's five bytes.
    pub fn role(chain: &Digest, seed: &Digest, round: u64, period: u32, step: [u8; 5]) -> Self {
        let hasher = Domain::Sortition
            .hasher()
            .bytes(chain.as_bytes())
            .bytes(seed.as_bytes());
        Self(
            hasher
                .bytes(&round.to_be_bytes())
                .bytes(&period.to_be_bytes())
                .bytes(&step)
                .finish(),
        )
    }

    /// The input for the seed of a round [SEED-2]: the seed L rounds before, and the round.
    pub fn seed(chain: &Digest, earlier: &Digest, round: u64) -> Self {
        let hasher = Domain::SeedInput
            .hasher()
            .bytes(chain.as_bytes())
            .bytes(earlier.as_bytes());
        Self(hasher.bytes(&round.to_be_bytes()).finish())
    }

    fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// The random value that a key gives for an input; exists only where it was computed or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VrfOutput([u8; 32]);

impl VrfOutput {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A secret key of one suite; erased from memory when dropped, never printed.
#[derive(Clone)]
pub struct VrfSecretKey(sr25519::Secret);

impl std::fmt::Debug for VrfSecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("VrfSecretKey(hidden)")
    }
}

impl VrfSecretKey {
    /// The key that 32 bytes of fresh randomness determine.
    ///
    /// # Errors
    /// [`VrfError::BadKey`] when the suite has no key for the seed.
    pub fn from_seed(suite: VrfSuite, seed: &[u8; 32]) -> Result<Self, VrfError> {
        match suite {
            VrfSuite::Sr25519 => sr25519::Secret::from_seed(seed)
                .map(Self)
                .ok_or(VrfError::BadKey(suite)),
        }
    }

    /// The public half.
    pub fn public(&self) -> VrfPublicKey {
        VrfPublicKey(self.0.public())
    }

    /// The output for an input, without a proof.
    pub fn evaluate(&self, input: &VrfInput) -> VrfOutput {
        VrfOutput(self.0.evaluate(input.as_bytes()))
    }

    /// A proof of the output for an input. Its bytes differ at every call; its output does not.
    pub fn prove(&self, input: &VrfInput) -> VrfProof {
        VrfProof::Sr25519(self.0.prove(input.as_bytes()))
    }
}

/// A checked public key: a canonical point other than the identity.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct VrfPublicKey(sr25519::Public);

impl VrfPublicKey {
    /// Checks and takes a key of the suite.
    ///
    /// # Errors
    /// [`VrfError::BadKey`] for the identity and for what is no canonical point.
    pub fn from_bytes(suite: VrfSuite, bytes: &[u8; 32]) -> Result<Self, VrfError> {
        match suite {
            VrfSuite::Sr25519 => sr25519::Public::from_bytes(bytes)
                .map(Self)
                .ok_or(VrfError::BadKey(suite)),
        }
    }

    /// The suite of the key.
    pub const fn suite(&self) -> VrfSuite {
        VrfSuite::Sr25519
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The output that a certificate's proof shows.
    ///
    /// # Errors
    /// [`VrfError::BadProof`] when it does not verify.
    pub fn verify_short(&self, input: &VrfInput, proof: &VrfShortProof) -> Result<VrfOutput, VrfError> {
        let VrfShortProof::Sr25519(bytes) = proof;
        self.0
            .verify_short(input.as_bytes(), bytes)
            .map(VrfOutput)
            .ok_or(VrfError::BadProof)
    }

    /// The short form of a proof that was verified for this key and input.
    ///
    /// # Errors
    /// [`VrfError::BadProof`] when the proof's points do not decode.
    pub fn shorten(&self, input: &VrfInput, proof: &VrfProof) -> Result<VrfShortProof, VrfError> {
        let VrfProof::Sr25519(bytes) = proof;
        self.0
            .shorten(input.as_bytes(), bytes)
            .map(VrfShortProof::Sr25519)
            .ok_or(VrfError::BadProof)
    }
}

/// One proof to verify: key, input, proof.
#[derive(Debug, Clone, Copy)]
pub struct VrfClaim<'a> {
    /// Whose proof it claims to be.
    pub key: &'a VrfPublicKey,
    /// What it claims to be evaluated on.
    pub input: &'a VrfInput,
    /// The proof.
    pub proof: &'a VrfProof,
}

/// Verifies proofs together, with one result each; accepts exactly what verifying one by one accepts. A batch
/// that fails is halved until the bad ones are known.
pub fn verify_batch(claims: &[VrfClaim<'_>]) -> Vec<Result<VrfOutput, VrfError>> {
    let attached: Vec<Option<sr25519::Attached>> = claims
        .iter()
        .map(|claim| {
            let VrfProof::Sr25519(bytes) = claim.proof;
            claim.key.0.attach(claim.input.as_bytes(), bytes)
        })
        .collect();
    let decoded: Vec<&sr25519::Attached> = attached.iter().flatten().collect();
    let mut verdicts = sr25519::verify_each(&decoded).into_iter();
    attached
        .iter()
        .map(|claim| match claim {
            Some(claim) if verdicts.next() == Some(true) => Ok(VrfOutput(claim.output())),
            _ => Err(VrfError::BadProof),
        })
        .collect()
}

/// A proof as votes carry it, in the form that verifies in batches. Unverified bytes.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum VrfProof {
    /// Pre-output (32 bytes), R, Hr and s.
    Sr25519([u8; 128]),
}

/// A proof as certificates carry it, the shortest form. Unverified bytes.
#[derive(Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub enum VrfShortProof {
    /// Pre-output (32 bytes), c and s.
    Sr25519([u8; 96]),
}

impl std::fmt::Debug for VrfProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Sr25519(bytes) = self;
        write!(
            f,
            "VrfProof({}…)",
            hex::encode(bytes.iter().take(4).copied().collect::<Vec<_>>())
        )
    }
}

impl std::fmt::Debug for VrfShortProof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self::Sr25519(bytes) = self;
        write!(
            f,
            "VrfShortProof({}…)",
            hex::encode(bytes.iter().take(4).copied().collect::<Vec<_>>())
        )
    }
}

impl std::fmt::Debug for VrfPublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VrfPublicKey({})", hex::encode(self.to_bytes()))
    }
}

impl BorshSerialize for VrfPublicKey {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        BorshSerialize::serialize(&self.suite(), writer)?;
        BorshSerialize::serialize(&self.to_bytes(), writer)
    }
}

impl BorshDeserialize for VrfPublicKey {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        let suite = VrfSuite::deserialize_reader(reader)?;
        let bytes = <[u8; 32]>::deserialize_reader(reader)?;
        Self::from_bytes(suite, &bytes).map_err(|error| invalid(error.to_string()))
    }
}

impl Serialize for VrfPublicKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("sr25519:{}", hex::encode(self.to_bytes())))
    }
}

impl<'de> Deserialize<'de> for VrfPublicKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes = read_tagged(deserializer)?;
        Self::from_bytes(VrfSuite::Sr25519, &bytes).map_err(de::Error::custom)
    }
}

impl Serialize for VrfShortProof {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self::Sr25519(bytes) = self;
        serializer.collect_str(&format_args!("sr25519:{}", hex::encode(bytes)))
    }
}

impl<'de> Deserialize<'de> for VrfShortProof {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_tagged(deserializer).map(Self::Sr25519)
    }
}

/// Bytes in hexadecimal behind the name of their suite.
fn read_tagged<'de, const N: usize, D: Deserializer<'de>>(deserializer: D) -> Result<[u8; N], D::Error> {
    let text = <String as Deserialize>::deserialize(deserializer)?;
    let mut bytes = [0; N];
    let digits = text.strip_prefix("sr25519:").ok_or_else(|| {
        de::Error::custom(format!(
            "it begins with its VRF suite, as in sr25519:…; found {text:?}"
        ))
    })?;
    hex::decode_to_slice(digits, &mut bytes).map_err(de::Error::custom)?;
    Ok(bytes)
}
