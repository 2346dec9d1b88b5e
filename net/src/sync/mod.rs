//! Requests to one peer: its head, its blocks, a body [NET-4].
//!
//! The protocol is `/klero/<chain>/sync/1`: on a fresh stream one request and one response, each a length of
//! four bytes, least significant first, and that many bytes of borsh. A length above the limit ends the stream
//! before anything is allocated [D8]. Bytes are all that this crate promises: who asks verifies every
//! certificate, and trusts no height that a peer claims.

mod answers;
mod codec;
mod message;
mod requests;

use klero_sampling::Digest;
use libp2p::request_response::{self, ProtocolSupport};
use libp2p::{StreamProtocol, swarm::InvalidProtocol};

pub(crate) use answers::{Answer, Answers};
pub(crate) use codec::SyncCodec;
pub use message::{MAX_BLOCKS, MAX_BODY_BYTES};
pub(crate) use message::{Request, Response};
use requests::REQUEST_TIMEOUT;
pub(crate) use requests::{Question, Requests};

/// Streams of the protocol that may be open on one connection, in and out. A peer that opens more has them
/// closed.
const STREAMS: usize = 32;

/// What the node has to offer to peers that synchronize [NET-4]. Called on threads where blocking is allowed, a
/// few at a time.
pub trait ChainReader: Send + Sync + 'static {
    /// The round of the last final block.
    fn head(&self) -> u64;

    /// Encoded final blocks with their certificates, in order from round `from`: at most `count` of them,
    /// together at most `max_bytes` long. Fewer, or none, where the chain ends or the limit is reached.
    fn blocks(&self, from: u64, count: u32, max_bytes: usize) -> Vec<Vec<u8>>;

    /// The encoded body of a proposal or block, by the digest of its header; at most [`MAX_BODY_BYTES`] long.
    fn body(&self, digest: &Digest) -> Option<Vec<u8>>;

    /// A signed checkpoint by its number, encoded.
    fn checkpoint(&self, number: u64) -> Option<Vec<u8>> {
        let _none = number;
        None
    }

    /// Encoded headers, each with what a state snapshot needs beside it, in order from round `from`: at most `count` of
    /// them. Fewer where they end.
    fn headers(&self, from: u64, count: u32) -> Vec<Vec<u8>> {
        let _none = (from, count);
        Vec::new()
    }

    /// What the newest state snapshot consists of, encoded.
    fn manifest(&self) -> Option<Vec<u8>> {
        None
    }

    /// The last vote of each voter that was heard in the round under way, encoded: for a node that was started again and
    /// wants to know whether its log is the newest [BA-9].
    fn votes(&self) -> Option<Vec<u8>> {
        None
    }

    /// A chunk of a state snapshot: of the chain's part or the application's, by round and place.
    fn chunk(&self, of_application: bool, round: u64, place: u32) -> Option<Vec<u8>> {
        let _none = (of_application, round, place);
        None
    }
}

/// The protocol as a part of the swarm.
pub(crate) fn behaviour(chain: &Digest) -> Result<request_response::Behaviour<SyncCodec>, InvalidProtocol> {
    let protocol = StreamProtocol::try_from_owned(format!("/klero/{chain}/sync/1"))?;
    let config = request_response::Config::default()
        .with_request_timeout(REQUEST_TIMEOUT)
        .with_max_concurrent_streams(STREAMS);
    Ok(request_response::Behaviour::new(
        [(protocol, ProtocolSupport::Full)],
        config,
    ))
}
