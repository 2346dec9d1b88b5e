//! What the network tells the node.

use libp2p::gossipsub::MessageId;
use libp2p::{Multiaddr, PeerId};

use crate::allowance::Share;
use crate::lane::Lane;
use crate::{PeerRefusal, Topic};

/// Something that happened on the network.
#[derive(Debug)]
pub enum NetworkEvent {
    /// The node can be reached at this address.
    Listening(Multiaddr),
    /// A peer passed the handshake [NET-5].
    PeerConnected(PeerId),
    /// A peer that had passed the handshake is gone.
    PeerDisconnected(PeerId),
    /// A peer did not pass the handshake and is being disconnected [NET-5].
    PeerRefused {
        /// The peer.
        peer: PeerId,
        /// Why.
        reason: PeerRefusal,
    },
    /// A message, to be judged.
    Gossip(Gossip),
}

/// A gossiped message: opaque bytes within the limit of its topic. It is passed on when the node accepts it,
/// see [`Network::verdict`](crate::Network::verdict), and not before.
#[derive(Debug)]
pub struct Gossip {
    /// To give the verdict with.
    pub receipt: Receipt,
    /// The kind.
    pub topic: Topic,
    /// The message.
    pub bytes: Vec<u8>,
    /// The peer that passed it on; not necessarily its maker.
    pub peer: PeerId,
}

/// Names a message and the peer it came from, for its verdict. Until then it takes up its kind's share of the
/// memory set aside for messages that wait: give it back soon, or drop it to let the message lapse.
#[derive(Debug)]
pub struct Receipt {
    pub(crate) lane: Lane,
    pub(crate) message: MessageId,
    pub(crate) peer: PeerId,
    pub(crate) _share: Share,
}

impl Receipt {
    /// The peer that passed the message on; not necessarily its maker.
    pub const fn peer(&self) -> PeerId {
        self.peer
    }
}
