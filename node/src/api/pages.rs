//! Blocks and certificates as JSON. The same text on every node, and the only text of its value: a reader can
//! tell whether anything in it was changed.

use klero_committee::UnverifiedCertificate;
use klero_finality::{Block, Body, Header};
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::openapi::{BodySchema, CertificateSchema, HeaderSchema};
use crate::app::{transaction_digest, unpack};

/// A final block. Its certificate is a page of its own: nodes may hold different ones for one block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BlockPage {
    /// The round.
    pub round: u64,
    /// The digest of the header.
    #[schema(value_type = String, example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub digest: Digest,
    /// The header.
    #[schema(value_type = HeaderSchema)]
    pub header: Header,
    /// The body.
    #[schema(value_type = BodySchema)]
    pub body: Body,
    /// The transactions of the payload; none when the payload is no list of transactions.
    pub transactions: Vec<TransactionItem>,
}

/// A transaction of a block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TransactionItem {
    /// Its digest.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// Its bytes as text, where they are UTF-8; the payload holds them all.
    pub text: Option<String>,
}

/// A certificate that made a block final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CertificatePage {
    /// The round.
    pub round: u64,
    /// The digest of the block's header.
    #[schema(value_type = String)]
    pub block: Digest,
    /// The certificate, one of those that exist for the block.
    #[schema(value_type = CertificateSchema)]
    pub certificate: UnverifiedCertificate,
}

/// The header of a final block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeaderPage {
    /// The round.
    pub round: u64,
    /// The digest of the header.
    #[schema(value_type = String)]
    pub digest: Digest,
    /// The header.
    #[schema(value_type = HeaderSchema)]
    pub header: Header,
}

impl HeaderPage {
    /// The page of a block's header.
    pub fn new(block: Block) -> Self {
        Self {
            round: block.header.round,
            digest: block.header.digest(),
            header: block.header,
        }
    }
}

impl BlockPage {
    /// The page of a block.
    pub fn new(block: Block) -> Self {
        let transactions = unpack(&block.body.payload).unwrap_or_default();
        let item = |bytes: Vec<u8>| TransactionItem {
            digest: transaction_digest(&bytes),
            text: String::from_utf8(bytes).ok(),
        };
        Self {
            round: block.header.round,
            digest: block.header.digest(),
            transactions: transactions.into_iter().map(item).collect(),
            header: block.header,
            body: block.body,
        }
    }
}

impl CertificatePage {
    /// The page of the certificate of a block.
    pub fn new(header: &Header, certificate: UnverifiedCertificate) -> Self {
        Self {
            round: header.round,
            block: header.digest(),
            certificate,
        }
    }
}
