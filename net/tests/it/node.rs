//! A node under test.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use klero_net::identity::Keypair;
use klero_net::{
    ChainReader, Gossip, Multiaddr, Network, NetworkConfig, NetworkError, NetworkEvent, PeerId, Topic,
    Verdict,
};
use klero_sampling::Digest;
use tokio::sync::mpsc;

use crate::chain::Blocks;

/// The chain of a test.
pub(crate) const CHAIN: Digest = Digest([7; 32]);

/// Long enough for a machine with much else to do; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Each transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Quic,
    Tcp,
}

impl Over {
    pub(crate) const BOTH: [Self; 2] = [Self::Quic, Self::Tcp];

    /// An address for any free port.
    pub(crate) fn address(self) -> Multiaddr {
        let text = match self {
            Self::Quic => "/ip4/127.0.0.1/udp/0/quic-v1",
            Self::Tcp => "/ip4/127.0.0.1/tcp/0",
        };
        text.parse().unwrap()
    }
}

pub(crate) struct Node {
    pub(crate) network: Network,
    pub(crate) address: Multiaddr,
    events: mpsc::Receiver<NetworkEvent>,
}

/// A configuration that listens, and knows its boot nodes only.
pub(crate) fn config(over: Over) -> NetworkConfig {
    seeking(over).discovery(false)
}

/// A configuration that listens and seeks peers.
pub(crate) fn seeking(over: Over) -> NetworkConfig {
    NetworkConfig::new(CHAIN, Keypair::generate_ed25519()).listen(over.address())
}

impl Node {
    /// Starts a node with a chain of a few blocks and waits until it listens.
    pub(crate) async fn start(config: NetworkConfig) -> Self {
        Self::start_with(config, Arc::new(Blocks::default())).await
    }

    pub(crate) async fn start_with(config: NetworkConfig, reader: Arc<dyn ChainReader>) -> Self {
        // The port of a former life is free as soon as its last packets are out.
        let (network, mut events) = patiently("free port", async {
            loop {
                match klero_net::spawn(config.clone(), Arc::clone(&reader)) {
                    Ok(started) => break started,
                    Err(NetworkError::Listen { .. }) => tokio::time::sleep(Duration::from_millis(20)).await,
                    Err(error) => panic!("{error}"),
                }
            }
        })
        .await;
        let address = loop {
            match patiently("listening", events.recv()).await {
                Some(NetworkEvent::Listening(address)) => break address,
                Some(_) => {}
                None => panic!("the network ended"),
            }
        };
        Self {
            network,
            address,
            events,
        }
    }

    /// A node that dials another.
    pub(crate) async fn join(over: Over, other: &Self) -> Self {
        Self::start(config(over).bootnode(other.address.clone())).await
    }

    pub(crate) fn peer(&self) -> PeerId {
        self.network.local_peer()
    }

    /// The next event for which `pick` has something; the others are dropped.
    pub(crate) async fn until<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(NetworkEvent) -> Option<T>,
    ) -> T {
        patiently(what, async {
            loop {
                let event = self.events.recv().await.expect("the network ended");
                if let Some(found) = pick(event) {
                    return found;
                }
            }
        })
        .await
    }

    /// Waits for so many peers to be connected; events before that are dropped.
    pub(crate) async fn peers(&mut self, count: usize) {
        while self.network.peers().len() < count {
            self.until("a peer", |event| {
                matches!(event, NetworkEvent::PeerConnected(_)).then_some(())
            })
            .await;
        }
    }

    /// Waits for a peer to be gone.
    pub(crate) async fn loses(&mut self, peer: PeerId) {
        let gone = |event| matches!(event, NetworkEvent::PeerDisconnected(id) if id == peer).then_some(());
        self.until("a peer being gone", gone).await;
    }

    /// The next message, not judged yet.
    pub(crate) async fn message(&mut self) -> Gossip {
        self.until("a message", |event| match event {
            NetworkEvent::Gossip(gossip) => Some(gossip),
            _ => None,
        })
        .await
    }

    /// The bytes of the next message, after judging it.
    pub(crate) async fn judge(&mut self, verdict: Verdict) -> Vec<u8> {
        let gossip = self.message().await;
        self.network.verdict(gossip.receipt, verdict);
        gossip.bytes
    }

    pub(crate) fn vote(&self, text: &str) {
        self.network.publish(Topic::Votes, text.into()).unwrap();
    }

    /// Shuts down and waits until that is done.
    pub(crate) async fn stop(mut self) {
        self.network.shutdown();
        patiently("the end", async { while self.events.recv().await.is_some() {} }).await;
    }
}

/// Waits for something, but not forever.
pub(crate) async fn patiently<T>(what: &str, future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(PATIENCE, future).await;
    outcome.unwrap_or_else(|_| panic!("no {what} in {PATIENCE:?}"))
}
