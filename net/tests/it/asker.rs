//! Kademlia as the library has it: it connects to whomever it is told of.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::StreamExt;
use klero_net::PeerId;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::kad::store::MemoryStore;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, StreamProtocol, Swarm, SwarmBuilder, identify, kad, noise, tcp, yamux};

use crate::node::{CHAIN, Node, Over, patiently};
use crate::stranger::proper_text;

#[derive(NetworkBehaviour)]
struct Asker {
    limits: connection_limits::Behaviour,
    identify: identify::Behaviour,
    kad: kad::Behaviour<MemoryStore>,
}

fn swarm(limits: ConnectionLimits) -> Swarm<Asker> {
    let protocol = StreamProtocol::try_from_owned(format!("/klero/{CHAIN}/kad/1")).unwrap();
    let builder = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::new(), noise::Config::new, yamux::Config::default)
        .unwrap();
    builder
        .with_behaviour(|key| {
            let local = key.public().to_peer_id();
            Asker {
                limits: connection_limits::Behaviour::new(limits),
                identify: identify::Behaviour::new(identify::Config::new(proper_text(), key.public())),
                kad: kad::Behaviour::with_config(local, MemoryStore::new(local), kad::Config::new(protocol)),
            }
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(60)))
        .build()
}

/// Asks a node for peers near many keys; whom it is told of, except the node itself.
pub(crate) async fn everybody_told_of(node: &Node) -> BTreeSet<PeerId> {
    let mut swarm = swarm(ConnectionLimits::default());
    swarm
        .behaviour_mut()
        .kad
        .add_address(&node.peer(), node.address.clone());
    swarm.dial(node.address.clone()).unwrap();
    let mut told = BTreeSet::new();
    patiently("answers", async {
        let mut answers = 0;
        while answers < 5 {
            match swarm.select_next_some().await {
                // The node has heard who this is as soon as it says who it is, or a moment later.
                SwarmEvent::Behaviour(AskerEvent::Identify(identify::Event::Received { .. })) => {
                    tokio::time::sleep(Duration::from_millis(500)).await;
                    swarm.behaviour_mut().kad.get_closest_peers(PeerId::random());
                }
                SwarmEvent::Dialing {
                    peer_id: Some(peer), ..
                } => {
                    told.insert(peer);
                }
                SwarmEvent::Behaviour(AskerEvent::Kad(kad::Event::OutboundQueryProgressed {
                    step, ..
                })) if step.last => {
                    answers += 1;
                    swarm.behaviour_mut().kad.get_closest_peers(PeerId::random());
                }
                _ => {}
            }
        }
    })
    .await;
    told.remove(&node.peer());
    told
}

/// A peer of the right chain that answers every question for peers with false ones, all at one address.
pub(crate) async fn liar(lie: Multiaddr) -> Multiaddr {
    // It does not try its false addresses itself.
    let mut swarm = swarm(ConnectionLimits::default().with_max_pending_outgoing(Some(0)));
    swarm.behaviour_mut().kad.set_mode(Some(kad::Mode::Server));
    for _ in 0..1000 {
        swarm
            .behaviour_mut()
            .kad
            .add_address(&PeerId::random(), lie.clone());
    }
    swarm.listen_on(Over::Tcp.address()).unwrap();
    let address = patiently("address", async {
        loop {
            if let SwarmEvent::NewListenAddr { address, .. } = swarm.select_next_some().await {
                return address;
            }
        }
    })
    .await;
    tokio::spawn(async move {
        loop {
            let _event = swarm.select_next_some().await;
        }
    });
    address
}
