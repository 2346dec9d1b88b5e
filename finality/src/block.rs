//! Blocks: header, body, and the certificate that makes one final.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::UnverifiedCertificate;
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfShortProof;
use klero_committee::sampling::{Digest, Domain};
use klero_stake::{MAX_OPERATIONS, SignedOperation};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The version of the protocol that this code speaks.
pub const PROTOCOL_VERSION: u16 = 1;

/// The greatest length of a payload in bytes.
pub const MAX_PAYLOAD: usize = 1 << 20;

/// A block's header [FIN-1]. Its digest is the value that members vote on.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Version of the protocol.
    pub version: u16,
    /// The chain id.
    pub chain: Digest,
    /// The round that the block is for.
    pub round: u64,
    /// The period in which it was first proposed.
    pub original_period: u32,
    /// The index of who first proposed it.
    pub proposer: u32,
    /// The digest of the parent's header; the chain id for round 1.
    pub parent: Digest,
    /// The digest of a certificate of the parent; zero for round 1.
    pub parent_certificate: Digest,
    /// Q(r), the seed that this block fixes [SEED-1].
    pub seed: Digest,
    /// The proof of the proposer's output in the seed; none in periods after the first [SEED-3].
    pub seed_proof: Option<VrfShortProof>,
    /// The digest of the operations on the registry.
    pub operations: Digest,
    /// The root of the registry after this block.
    pub registry_root: Digest,
    /// The application's root after the parent.
    pub application_root: Digest,
    /// The digest of the payload.
    pub payload: Digest,
    /// The length of the payload in bytes.
    pub payload_length: u32,
    /// Milliseconds since 1970; greater than the parent's [FIN-2].
    pub timestamp: u64,
    /// The electorate root of round r + 1; with the seed below it is all that a light client needs to verify the
    /// certificate of the next block [FIN-5].
    pub next_electorate: Digest,
    /// Q(r + 1 − L), the seed with which round r + 1 is drawn.
    pub next_seed: Digest,
}

impl Wire for Header {
    const MAX_BYTES: usize = 512;
}

impl Header {
    /// The value that members vote on.
    pub fn digest(&self) -> Digest {
        Domain::Header.digest(self)
    }
}

/// What a header commits to beside itself.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// A certificate of the parent, the one that the header names; none in round 1.
    pub parent_certificate: Option<UnverifiedCertificate>,
    /// The operations on the registry, in the order in which they take effect; at most [`MAX_OPERATIONS`].
    pub operations: Vec<SignedOperation>,
    /// The application's bytes; may be empty.
    #[serde(with = "klero_committee::sampling::text")]
    pub payload: Vec<u8>,
}

impl Body {
    /// The digest under which a header names a payload.
    pub fn payload_digest(payload: &[u8]) -> Digest {
        Domain::Payload.digest_bytes(payload)
    }

    /// The digest under which a header names operations.
    pub fn operations_digest(operations: &[SignedOperation]) -> Digest {
        Domain::Operations.digest(&operations)
    }
}

/// A header with its body.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// The header.
    pub header: Header,
    /// The body.
    pub body: Body,
}

impl Wire for Block {
    const MAX_BYTES: usize = Header::MAX_BYTES
        + UnverifiedCertificate::MAX_BYTES
        + MAX_OPERATIONS * SignedOperation::MAX_BYTES
        + MAX_PAYLOAD
        + 64;
}

/// Why a body is not the one that its header names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BodyError {
    /// Another payload, by digest or length.
    #[error("the payload is not the one that the header names")]
    Payload,
    /// More than [`MAX_PAYLOAD`] bytes.
    #[error("a payload of {0} bytes: at most 1048576 are allowed")]
    TooLong(usize),
    /// Other operations.
    #[error("the operations are not those that the header names")]
    Operations,
    /// Another parent certificate, or none.
    #[error("the parent's certificate is not the one that the header names")]
    ParentCertificate,
}

impl Block {
    /// Checks that the body is the one that the header names.
    ///
    /// # Errors
    /// [`BodyError`] when it is not; whoever sent it is at fault.
    pub fn check_body(&self) -> Result<(), BodyError> {
        let Self { header, body } = self;
        if body.payload.len() > MAX_PAYLOAD {
            return Err(BodyError::TooLong(body.payload.len()));
        }
        let is_length = usize::try_from(header.payload_length) == Ok(body.payload.len());
        if !is_length || Body::payload_digest(&body.payload) != header.payload {
            return Err(BodyError::Payload);
        }
        if Body::operations_digest(&body.operations) != header.operations {
            return Err(BodyError::Operations);
        }
        let named = body
            .parent_certificate
            .as_ref()
            .map_or(Digest::ZERO, UnverifiedCertificate::digest);
        if named != header.parent_certificate {
            return Err(BodyError::ParentCertificate);
        }
        Ok(())
    }
}

/// A block with a certificate that makes it final; what nodes store and hand to those behind. The certificate
/// is still to be verified by whoever receives it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FinalBlock {
    /// The block.
    pub block: Block,
    /// A Cert certificate of its round for it; any that is valid will do.
    pub certificate: UnverifiedCertificate,
}

impl Wire for FinalBlock {
    const MAX_BYTES: usize = Block::MAX_BYTES + UnverifiedCertificate::MAX_BYTES;
}
