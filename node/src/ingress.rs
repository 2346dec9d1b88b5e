//! What the network brings: bytes become messages, and each goes where it is judged.

use std::sync::Arc;

use crossbeam_channel::Sender;
use klero_net::{Gossip, Network, NetworkEvent, Receipt, Refusal};
use klero_sampling::codec::Wire;

use crate::hints::Hints;
use crate::metrics::Metrics;
use crate::peer_book::PeerBook;
use crate::status::SharedStatus;

use crate::verify::{Job, Verifier};
use crate::view::SharedView;
use crate::wire::{Envelope, Message};

/// Where messages go.
pub(crate) struct Ingress {
    /// For verdicts on what is refused at once.
    pub(crate) network: Network,
    /// Votes, proposals, certificates and blocks.
    pub(crate) verifier: Verifier,
    /// Transactions; when it is full they are ignored.
    pub(crate) transactions: Sender<(Receipt, Vec<u8>)>,
    /// The round under way.
    pub(crate) view: SharedView,
    /// Signs that this node is behind.
    pub(crate) hints: Hints,
    /// Who is there.
    pub(crate) peers: PeerBook,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// What the API shows.
    pub(crate) status: SharedStatus,
}

impl Ingress {
    /// Handles an event of the network; nothing here waits.
    pub(crate) fn handle(&self, event: NetworkEvent) {
        match event {
            NetworkEvent::Gossip(gossip) => self.on_gossip(gossip),
            NetworkEvent::PeerConnected(peer) => {
                tracing::info!(%peer, "peer connected");
                self.peers.connected(peer);
                self.count_peers();
                self.hints.note(peer, 0);
            }
            NetworkEvent::PeerDisconnected(peer) => {
                tracing::info!(%peer, "peer gone");
                self.peers.gone(&peer);
                self.count_peers();
            }
            NetworkEvent::PeerRefused { peer, reason } => {
                tracing::warn!(%peer, %reason, "peer refused: it is disconnected");
            }
            NetworkEvent::Listening(address) => tracing::info!(%address, "listening"),
        }
    }

    fn count_peers(&self) {
        let peers = self.network.peers().len() as u64;
        self.metrics.set_peers(peers);
        self.status.update(|status| status.peers = peers);
    }

    fn on_gossip(&self, gossip: Gossip) {
        let Gossip {
            receipt,
            topic,
            bytes,
            peer,
        } = gossip;
        let (attempt, message) = match Envelope::decode(&bytes) {
            Ok(Envelope { attempt, message }) if message.topic() == topic => (attempt, message),
            _ => return self.refuse(receipt, Refusal::Malformed),
        };
        self.peers.heard(&peer, message.round());
        let Some(round) = message.round() else {
            return self.on_lasting(receipt, message, attempt);
        };
        let present = self.view.get().round();
        if round < present {
            // A certificate that contradicts what is final is the one thing of the past that matters [FIN-6].
            return match message {
                Message::Certificate(_) => self.verifier.submit(Job::gossiped(message, attempt, receipt)),
                _ => self.refuse(receipt, Refusal::Stale),
            };
        }
        if round > present {
            // The sender has finished a round that this node has not.
            self.hints.note(peer, round);
        }
        if round > present + 1 {
            return self.refuse(receipt, Refusal::Early);
        }
        self.verifier.submit(Job::gossiped(message, attempt, receipt));
    }

    /// What is not about the round under way: transactions are the application's, the rest is verified.
    fn on_lasting(&self, receipt: Receipt, message: Message, attempt: u32) {
        let Message::Transaction(transaction) = message else {
            return self.verifier.submit(Job::gossiped(message, attempt, receipt));
        };
        if let Err(full) = self.transactions.try_send((receipt, transaction)) {
            let (receipt, _) = full.into_inner();
            self.refuse(receipt, Refusal::Overloaded);
        }
    }

    fn refuse(&self, receipt: Receipt, refusal: Refusal) {
        self.metrics.refused(refusal.reason());
        self.network.verdict(receipt, refusal.verdict());
    }
}
