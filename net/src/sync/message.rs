//! The messages of the sync protocol [NET-4].

use borsh::io::{Read, Result, Write};
use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::Digest;
use klero_sampling::codec::{Wire, invalid};

/// The most blocks in one answer.
pub const MAX_BLOCKS: u32 = 256;

/// The greatest length of a response in bytes.
const MAX_RESPONSE_BYTES: usize = 8 << 20;

/// The greatest length of a body in bytes: what a response holds beside its two tags and the length.
pub const MAX_BODY_BYTES: usize = MAX_RESPONSE_BYTES - 6;

/// The greatest length of an answer's blocks together, in bytes: beside the tag, the count, and the length of
/// each.
pub(crate) const MAX_BLOCKS_BYTES: usize = MAX_RESPONSE_BYTES - 5 - 4 * MAX_BLOCKS as usize;

/// A question to a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Request {
    /// The round of its last final block.
    Head,
    /// Its final blocks from a round on.
    Blocks { from: u64, count: u32 },
    /// A body by the digest of its header.
    Body { digest: Digest },
    /// A signed checkpoint.
    Checkpoint { number: u64 },
    /// Headers from a round on.
    Headers { from: u64, count: u32 },
    /// What the newest state snapshot consists of.
    Manifest,
    /// A chunk of a state snapshot.
    Chunk {
        of_application: bool,
        round: u64,
        place: u32,
    },
    /// The last votes that it heard in the round under way.
    Votes,
}

impl Wire for Request {
    const MAX_BYTES: usize = 64;
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) enum Response {
    /// To `Head`.
    Head(u64),
    /// To `Blocks` and `Headers`.
    Blocks(Blocks),
    /// To `Body`, `Checkpoint`, `Manifest`, `Chunk` and `Votes`.
    Body(Option<Vec<u8>>),
    /// To any: it has too many others to answer.
    Busy,
}

impl Wire for Response {
    const MAX_BYTES: usize = MAX_RESPONSE_BYTES;
}

/// At most [`MAX_BLOCKS`] encoded blocks. The count is checked before the list is made: an empty block takes
/// four bytes on the wire but six times as many in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Blocks(pub(crate) Vec<Vec<u8>>);

impl BorshSerialize for Blocks {
    fn serialize<W: Write>(&self, writer: &mut W) -> Result<()> {
        self.0.serialize(writer)
    }
}

impl BorshDeserialize for Blocks {
    fn deserialize_reader<R: Read>(reader: &mut R) -> Result<Self> {
        let count = u32::deserialize_reader(reader)?;
        if count > MAX_BLOCKS {
            return Err(invalid("more blocks than an answer may hold"));
        }
        (0..count)
            .map(|_| Vec::deserialize_reader(reader))
            .collect::<Result<_>>()
            .map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_short() {
        let longest = Request::Body {
            digest: Digest([255; 32]),
        };
        for request in [
            Request::Head,
            Request::Blocks {
                from: u64::MAX,
                count: u32::MAX,
            },
            longest,
        ] {
            let bytes = request.encode();
            assert!(bytes.len() <= Request::MAX_BYTES);
            assert_eq!(Request::decode(&bytes), Ok(request));
        }
    }

    #[test]
    fn the_greatest_answers_fit() {
        let body = Response::Body(Some(vec![1; MAX_BODY_BYTES]));
        assert_eq!(body.encode().len(), Response::MAX_BYTES);

        let most = MAX_BLOCKS as usize;
        let mut blocks = vec![Vec::new(); most - 1];
        blocks.push(vec![1; MAX_BLOCKS_BYTES]);
        let bytes = Response::Blocks(Blocks(blocks)).encode();
        assert_eq!(bytes.len(), Response::MAX_BYTES);
        assert!(Response::decode(&bytes).is_ok());
    }

    #[test]
    fn a_count_beyond_the_limit_is_refused_before_the_list_is_made() {
        for count in [MAX_BLOCKS + 1, u32::MAX] {
            let mut bytes = vec![1];
            bytes.extend(count.to_le_bytes());
            bytes.extend(vec![0; 4 * (MAX_BLOCKS as usize + 1)]);
            assert!(Response::decode(&bytes).is_err());
        }
    }

    #[test]
    fn any_bytes_at_all() {
        for tag in 0..=255 {
            for length in [0, 1, 4, 8, 12, 13, 32, 33, 64] {
                let bytes = [vec![tag], vec![255; length]].concat();
                let _either = (Request::decode(&bytes), Response::decode(&bytes));
            }
        }
    }
}
