//! Answering the requests of peers, a bounded number at a time [NET-4].

use std::collections::HashMap;
use std::future;
use std::sync::Arc;

use libp2p::PeerId;
use libp2p::request_response::{InboundRequestId, ResponseChannel};
use tokio::task::JoinSet;

use super::message::{Blocks, MAX_BLOCKS, MAX_BLOCKS_BYTES, MAX_BODY_BYTES};
use super::{ChainReader, Request, Response};

/// How many requests are answered at once: from the request until the answer has left, or has failed to. So
/// many of the longest answers, 8 MiB each, can be in memory.
const UNDER_WAY: usize = 16;

/// How many of them may be one peer's.
const PER_PEER: usize = 4;

/// An answer on its way to a peer.
pub(crate) struct Answer {
    pub(crate) channel: ResponseChannel<Response>,
    pub(crate) response: Response,
}

/// The requests being answered.
pub(crate) struct Answers {
    reader: Arc<dyn ChainReader>,
    under_way: HashMap<InboundRequestId, PeerId>,
    reading: JoinSet<Answer>,
}

impl Answers {
    pub(crate) fn new(reader: Arc<dyn ChainReader>) -> Self {
        Self {
            reader,
            under_way: HashMap::new(),
            reading: JoinSet::new(),
        }
    }

    /// Begins to answer a request; the answer comes out of [`Self::next`]. When too many are under way, the
    /// answer `Busy` comes back at once.
    pub(crate) fn begin(
        &mut self,
        peer: PeerId,
        id: InboundRequestId,
        request: Request,
        channel: ResponseChannel<Response>,
    ) -> Option<Answer> {
        let of_peer = self.under_way.values().filter(|other| **other == peer).count();
        if self.under_way.len() >= UNDER_WAY || of_peer >= PER_PEER {
            return Some(Answer {
                channel,
                response: Response::Busy,
            });
        }
        self.under_way.insert(id, peer);
        let reader = Arc::clone(&self.reader);
        self.reading.spawn_blocking(move || Answer {
            response: read(&*reader, request),
            channel,
        });
        None
    }

    /// The next answer that is ready; never, as long as there is none.
    pub(crate) async fn next(&mut self) -> Answer {
        loop {
            match self.reading.join_next().await {
                Some(Ok(answer)) => return answer,
                // The reader panicked; dropping the channel has told the swarm, which reports it.
                Some(Err(error)) => tracing::error!(%error, "the chain reader failed"),
                None => future::pending::<()>().await,
            }
        }
    }

    /// The answer has left, or never will.
    pub(crate) fn end(&mut self, id: InboundRequestId) {
        self.under_way.remove(&id);
    }
}

fn read(reader: &dyn ChainReader, request: Request) -> Response {
    match request {
        Request::Head => Response::Head(reader.head()),
        Request::Blocks { from, count } => {
            let count = count.min(MAX_BLOCKS);
            let blocks = reader.blocks(from, count, MAX_BLOCKS_BYTES);
            Response::Blocks(Blocks(within(blocks, count, MAX_BLOCKS_BYTES)))
        }
        Request::Headers { from, count } => {
            let count = count.min(MAX_BLOCKS);
            let headers = reader.headers(from, count);
            Response::Blocks(Blocks(within(headers, count, MAX_BLOCKS_BYTES)))
        }
        Request::Body { digest } => body(reader.body(&digest)),
        Request::Checkpoint { number } => body(reader.checkpoint(number)),
        Request::Manifest => body(reader.manifest()),
        Request::Chunk {
            of_application,
            round,
            place,
        } => body(reader.chunk(of_application, round, place)),
        Request::Votes => body(reader.votes()),
    }
}

fn body(bytes: Option<Vec<u8>>) -> Response {
    Response::Body(bytes.filter(|bytes| bytes.len() <= MAX_BODY_BYTES))
}

/// The first blocks, within both limits, whatever the reader returned.
fn within(blocks: Vec<Vec<u8>>, count: u32, max_bytes: usize) -> Vec<Vec<u8>> {
    let mut left = max_bytes;
    let fits = |block: &Vec<u8>| match left.checked_sub(block.len()) {
        Some(rest) => {
            left = rest;
            true
        }
        None => false,
    };
    blocks.into_iter().take(count as usize).take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_hold_whatever_the_reader_returns() {
        let blocks = vec![vec![1; 4], vec![2; 3], vec![3; 2], vec![]];
        assert_eq!(within(blocks.clone(), 9, 9), blocks);
        assert_eq!(within(blocks.clone(), 9, 8), blocks[..2]);
        assert_eq!(within(blocks.clone(), 1, 9), blocks[..1]);
        assert!(within(blocks, 0, 9).is_empty());
    }
}
