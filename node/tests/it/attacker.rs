//! Peers that are no nodes: they shake hands like one, and then write whatever frames an attack makes, as quickly as they
//! are taken, on the streams of each lane of gossip.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use klero_net::{Multiaddr, PeerId};
use klero_node::Digest;
use libp2p::request_response::{self, Codec, ProtocolSupport};
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, identify, noise, tcp, yamux};

use crate::attacker_frames::subscriptions;

/// The lanes of gossip, by the names of their protocols.
pub(crate) const LANES: [&str; 3] = ["votes", "blocks", "transactions"];

/// The bytes that come after so many others on a stream of a lane; none when it is to stay open and silent.
pub(crate) type Frames = Arc<dyn Fn(&str, u64) -> Option<Vec<u8>> + Send + Sync>;

/// What a peer does.
#[derive(Clone)]
pub(crate) struct Manner {
    pub(crate) frames: Frames,
    /// Whether it reads what the node sends.
    pub(crate) reads: bool,
}

/// A stream to write on, or one that the node opened.
#[derive(Clone)]
struct Flood {
    chain: Digest,
    manner: Manner,
}

impl Codec for Flood {
    type Protocol = StreamProtocol;
    type Request = &'static str;
    type Response = ();

    async fn read_request<T>(&mut self, _: &StreamProtocol, stream: &mut T) -> io::Result<&'static str>
    where
        T: AsyncRead + Unpin + Send,
    {
        if !self.manner.reads {
            return std::future::pending().await;
        }
        let mut bytes = vec![0; 64 << 10];
        while stream.read(&mut bytes).await? > 0 {}
        Ok("")
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, _: &mut T) -> io::Result<()>
    where
        T: AsyncRead + Unpin + Send,
    {
        Ok(())
    }

    async fn write_request<T>(
        &mut self,
        _: &StreamProtocol,
        stream: &mut T,
        lane: &'static str,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        stream.write_all(&subscriptions(&self.chain, lane)).await?;
        stream.flush().await?;
        let frames = (0..).map_while(|number| (self.manner.frames)(lane, number));
        for bytes in frames {
            stream.write_all(&bytes).await?;
            stream.flush().await?;
            tokio::task::yield_now().await;
        }
        std::future::pending().await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, _: &mut T, (): ()) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        Ok(())
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: identify::Behaviour,
    votes: request_response::Behaviour<Flood>,
    blocks: request_response::Behaviour<Flood>,
    transactions: request_response::Behaviour<Flood>,
}

impl Behaviour {
    fn open(&mut self, peer: PeerId, lane: &'static str) {
        let streams = match lane {
            "votes" => &mut self.votes,
            "blocks" => &mut self.blocks,
            _ => &mut self.transactions,
        };
        streams.send_request(&peer, lane);
    }
}

fn swarm(flood: &Flood) -> Swarm<Behaviour> {
    let streams = |lane: &str| {
        let protocol = StreamProtocol::try_from_owned(format!("/klero/{lane}/meshsub/1.1.0")).unwrap();
        let config = request_response::Config::default().with_request_timeout(Duration::from_secs(3600));
        request_response::Behaviour::with_codec(flood.clone(), [(protocol, ProtocolSupport::Full)], config)
    };
    SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::new(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_quic()
        .with_behaviour(|key| Behaviour {
            identify: identify::Behaviour::new(identify::Config::new(
                format!("klero/1/{}", flood.chain),
                key.public(),
            )),
            votes: streams("votes"),
            blocks: streams("blocks"),
            transactions: streams("transactions"),
        })
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(3600)))
        .build()
}

/// Peers that attack until this is dropped.
pub(crate) struct Attack {
    stop: Arc<AtomicBool>,
    runtime: Option<tokio::runtime::Runtime>,
    /// Connections that were made, all peers together.
    pub(crate) connections: Arc<AtomicU64>,
}

impl Attack {
    /// So many peers, each connected to each of the nodes.
    pub(crate) fn start(chain: Digest, nodes: &[Multiaddr], peers: usize, manner: &Manner) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let (stop, connections) = (Arc::default(), Arc::default());
        for _ in 0..peers {
            let flood = Flood {
                chain,
                manner: manner.clone(),
            };
            let run = run(flood, nodes.to_vec(), Arc::clone(&stop), Arc::clone(&connections));
            runtime.spawn(run);
        }
        Self {
            stop,
            runtime: Some(runtime),
            connections,
        }
    }
}

impl Drop for Attack {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(2));
        }
    }
}

async fn run(flood: Flood, nodes: Vec<Multiaddr>, stop: Arc<AtomicBool>, connections: Arc<AtomicU64>) {
    let mut swarm = swarm(&flood);
    let mut again = tokio::time::interval(Duration::from_millis(500));
    while !stop.load(Ordering::Relaxed) {
        tokio::select! {
            event = swarm.select_next_some() => match event {
                SwarmEvent::ConnectionEstablished { peer_id, .. } => {
                    connections.fetch_add(1, Ordering::Relaxed);
                    for lane in LANES {
                        swarm.behaviour_mut().open(peer_id, lane);
                    }
                }
                // A stream was closed by the node: the connection is made anew, to go on.
                SwarmEvent::Behaviour(
                    BehaviourEvent::Votes(request_response::Event::OutboundFailure { peer, .. })
                    | BehaviourEvent::Blocks(request_response::Event::OutboundFailure { peer, .. })
                    | BehaviourEvent::Transactions(request_response::Event::OutboundFailure { peer, .. }),
                ) => {
                    let _gone_already = swarm.disconnect_peer_id(peer);
                }
                _ => {}
            },
            _ = again.tick() => {
                for address in &nodes {
                    let peer = address.iter().find_map(|part| match part {
                        libp2p::multiaddr::Protocol::P2p(peer) => Some(peer),
                        _ => None,
                    });
                    if peer.is_none_or(|peer| !swarm.is_connected(&peer)) {
                        let _next_time = swarm.dial(address.clone());
                    }
                }
            }
        }
    }
}
