//! The handle by which the node speaks to its network.

use std::sync::Arc;

use klero_sampling::Digest;
use libp2p::{Multiaddr, PeerId};
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::outgoing::Outbox;
use crate::sync::{Question, Request};
use crate::{PublishError, Receipt, RequestError, Topic, Verdict};

/// What the node wants done.
pub(crate) enum Command {
    Ask { peer: PeerId, question: Question },
    Expel(PeerId),
}

/// A handle to the network, cheap to clone. It may be used from any thread: nothing here blocks, and its async
/// functions need no particular runtime. The network stops when the last handle is dropped, when the receiver
/// of its events is dropped, or upon [`Network::shutdown`].
#[derive(Debug, Clone)]
pub struct Network {
    pub(crate) local: PeerId,
    pub(crate) outbox: Outbox,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) verdicts: mpsc::Sender<(Receipt, Verdict)>,
    pub(crate) peers: watch::Receiver<Arc<[PeerId]>>,
    pub(crate) known: watch::Receiver<Arc<[Multiaddr]>>,
    pub(crate) stop: Arc<Notify>,
}

impl Network {
    /// This node's own peer id.
    pub fn local_peer(&self) -> PeerId {
        self.local
    }

    /// Sends a message to every peer; it does not come back as an event. Within a minute the same bytes are
    /// sent once only, so what is to be sent again must differ [BA-11]. Without a peer the message is lost.
    ///
    /// # Errors
    /// [`PublishError`]; the message is not sent then.
    pub fn publish(&self, topic: Topic, bytes: Vec<u8>) -> Result<(), PublishError> {
        let (length, limit) = (bytes.len(), topic.max_bytes());
        if length > limit {
            return Err(PublishError::TooLong { length, limit });
        }
        self.outbox.send(topic, bytes)
    }

    /// Judges a message [NET-1]: only what is accepted is passed on. A verdict that comes more than ten seconds
    /// after the message is too late for that.
    pub fn verdict(&self, receipt: Receipt, verdict: Verdict) {
        // Cannot be full: it holds as many verdicts as there can be receipts. Closed, it needs no verdict.
        let _closed = self.verdicts.try_send((receipt, verdict));
    }

    /// The peers that have passed the handshake, in the order of their ids.
    pub fn peers(&self) -> Vec<PeerId> {
        self.peers.borrow().to_vec()
    }

    /// Where this node has reached peers of its chain, the latest first, at most 256: each address ends in its peer's
    /// id. Kept over a restart and given to the next run as [`NetworkConfig::known`](crate::NetworkConfig::known),
    /// they lead it back into the network when its boot nodes are gone. Empty without discovery.
    pub fn known_addresses(&self) -> Vec<Multiaddr> {
        self.known.borrow().to_vec()
    }

    /// Asks a peer for the round of its last final block: a claim, to be trusted in nothing [NET-4].
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn head_of(&self, peer: PeerId) -> Result<u64, RequestError> {
        self.ask(peer, Question::Head).await
    }

    /// Asks a peer for its final blocks from round `from` on: at most `count` and at most
    /// [`MAX_BLOCKS`](crate::MAX_BLOCKS), and as many as fit into 8 MiB. Fewer than asked for, or none, do not
    /// mean that there are no more; ask again from where they end [NET-4].
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn blocks_from(
        &self,
        peer: PeerId,
        from: u64,
        count: u32,
    ) -> Result<Vec<Vec<u8>>, RequestError> {
        self.ask(peer, |reply| Question::Blocks { from, count, reply })
            .await
    }

    /// Asks a peer for a body by the digest of its header; `None` when it has none. Whether the bytes are that
    /// body is for the caller to check [NET-4].
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn body_from(&self, peer: PeerId, digest: Digest) -> Result<Option<Vec<u8>>, RequestError> {
        self.piece(peer, Request::Body { digest }).await
    }

    /// Asks a peer for a signed checkpoint; `None` when it has none of this number [FIN-4].
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn checkpoint_from(&self, peer: PeerId, number: u64) -> Result<Option<Vec<u8>>, RequestError> {
        self.piece(peer, Request::Checkpoint { number }).await
    }

    /// Asks a peer for headers from round `from` on, each with what a state snapshot needs beside it: at most `count`
    /// and at most [`MAX_BLOCKS`](crate::MAX_BLOCKS).
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn headers_from(
        &self,
        peer: PeerId,
        from: u64,
        count: u32,
    ) -> Result<Vec<Vec<u8>>, RequestError> {
        self.ask(peer, |reply| Question::Headers { from, count, reply })
            .await
    }

    /// Asks a peer what its newest state snapshot consists of; `None` when it has none.
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn manifest_of(&self, peer: PeerId) -> Result<Option<Vec<u8>>, RequestError> {
        self.piece(peer, Request::Manifest).await
    }

    /// Asks a peer for the last vote of each voter that it heard in the round under way; `None` when it has no answer
    /// [BA-9].
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn votes_of(&self, peer: PeerId) -> Result<Option<Vec<u8>>, RequestError> {
        self.piece(peer, Request::Votes).await
    }

    /// Asks a peer for a chunk of a state snapshot, of the chain's part or the application's; `None` when it has it no
    /// more.
    ///
    /// # Errors
    /// [`RequestError`], after ten seconds at the latest.
    pub async fn chunk_from(
        &self,
        peer: PeerId,
        of_application: bool,
        round: u64,
        place: u32,
    ) -> Result<Option<Vec<u8>>, RequestError> {
        let request = Request::Chunk {
            of_application,
            round,
            place,
        };
        self.piece(peer, request).await
    }

    /// Disconnects a peer that was caught in a lie, and keeps it out for half a minute: what it told with its own
    /// signature or in answer to a question cannot be an honest mistake.
    pub fn expel(&self, peer: PeerId) {
        // When there is no room the peer stays, and whoever asked leaves it alone all the same.
        let _stays = self.commands.try_send(Command::Expel(peer));
    }

    async fn piece(&self, peer: PeerId, request: Request) -> Result<Option<Vec<u8>>, RequestError> {
        self.ask(peer, |reply| Question::Piece { request, reply }).await
    }

    /// Tells the peers good-bye and stops. When that is done, within half a second, the receiver of events
    /// ends and the ports are free again.
    pub fn shutdown(&self) {
        self.stop.notify_one();
    }

    async fn ask<T>(
        &self,
        peer: PeerId,
        question: impl FnOnce(oneshot::Sender<Result<T, RequestError>>) -> Question,
    ) -> Result<T, RequestError> {
        let (reply, answer) = oneshot::channel();
        let command = Command::Ask {
            peer,
            question: question(reply),
        };
        self.commands.try_send(command).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => RequestError::Overloaded,
            mpsc::error::TrySendError::Closed(_) => RequestError::Closed,
        })?;
        answer.await.unwrap_or(Err(RequestError::Closed))
    }
}
