//! A peer that is no Klero node: it says of itself, gossips, asks and answers whatever a test wants.

use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use klero_net::{Multiaddr, PeerId, Topic};
use libp2p::gossipsub::{IdentTopic, MessageAuthenticity, MessageId, TopicHash, ValidationMode};
use libp2p::request_response::{self, Codec, Message, ProtocolSupport};
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, gossipsub, identify, noise, tcp, yamux};
use tokio::sync::{mpsc, oneshot};

use crate::node::{CHAIN, Node, patiently};

/// The text of a node of the right chain and version.
pub fn proper_text() -> String {
    format!("klero/1/{CHAIN}")
}

/// Sends bytes as they are, and reads a few.
#[derive(Clone, Copy, Default)]
struct Raw;

async fn read<T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    io.take(1 << 20).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

impl Codec for Raw {
    type Protocol = StreamProtocol;
    type Request = Vec<u8>;
    type Response = Vec<u8>;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Vec<u8>>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, bytes: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&bytes).await
    }

    async fn write_response<T>(&mut self, _: &StreamProtocol, io: &mut T, bytes: Vec<u8>) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        io.write_all(&bytes).await
    }
}

#[derive(NetworkBehaviour)]
struct Behaviour {
    identify: Toggle<identify::Behaviour>,
    gossip: gossipsub::Behaviour,
    sync: request_response::Behaviour<Raw>,
}

enum Command {
    Gossip {
        topic: TopicHash,
        bytes: Vec<u8>,
    },
    Ask {
        bytes: Vec<u8>,
        answer: oneshot::Sender<Option<Vec<u8>>>,
    },
}

pub struct Stranger {
    pub peer: PeerId,
    commands: mpsc::UnboundedSender<Command>,
}

fn swarm(text: Option<String>) -> Swarm<Behaviour> {
    let behaviour = |key: &klero_net::identity::Keypair| {
        let identify = text.map(|text| identify::Behaviour::new(identify::Config::new(text, key.public())));
        let gossip = gossipsub::ConfigBuilder::default()
            .validation_mode(ValidationMode::Anonymous)
            .message_id_fn(|message| MessageId::new(&message.data))
            .max_transmit_size(64 << 20)
            .build()
            .unwrap();
        let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, gossip).unwrap();
        for topic in Topic::ALL {
            gossip.subscribe(&IdentTopic::new(topic.path(&CHAIN))).unwrap();
        }
        let protocol = StreamProtocol::try_from_owned(format!("/klero/{CHAIN}/sync/1")).unwrap();
        let sync = request_response::Behaviour::new(
            [(protocol, ProtocolSupport::Full)],
            request_response::Config::default(),
        );
        Behaviour {
            identify: identify.into(),
            gossip,
            sync,
        }
    };
    let builder = SwarmBuilder::with_new_identity()
        .with_tokio()
        .with_tcp(tcp::Config::new(), noise::Config::new, yamux::Config::default)
        .unwrap()
        .with_quic();
    builder
        .with_behaviour(behaviour)
        .unwrap()
        .with_swarm_config(|config| config.with_idle_connection_timeout(Duration::from_secs(600)))
        .build()
}

impl Stranger {
    /// Connects to a node, says `text` of itself or nothing, and answers every request with the same bytes.
    pub async fn meet(node: &Node, text: Option<String>, response: Vec<u8>) -> Self {
        Self::dial(node.address.clone(), node.peer(), text, response).await
    }

    async fn dial(address: Multiaddr, node: PeerId, text: Option<String>, response: Vec<u8>) -> Self {
        let mut swarm = swarm(text);
        let peer = *swarm.local_peer_id();
        swarm.dial(address).unwrap();
        patiently("a connection", async {
            while !matches!(
                swarm.select_next_some().await,
                SwarmEvent::ConnectionEstablished { .. }
            ) {}
        })
        .await;
        let (commands, inbox) = mpsc::unbounded_channel();
        tokio::spawn(run(swarm, node, response, inbox));
        Self { peer, commands }
    }

    /// Gossips bytes on a topic of the right chain, without regard to their length.
    pub fn gossip(&self, topic: Topic, bytes: Vec<u8>) {
        self.gossip_on(&topic.path(&CHAIN), bytes);
    }

    pub fn gossip_on(&self, topic: &str, bytes: Vec<u8>) {
        let topic = IdentTopic::new(topic).hash();
        assert!(self.commands.send(Command::Gossip { topic, bytes }).is_ok());
    }

    /// Opens a sync stream and writes bytes; what comes back, if anything.
    pub async fn ask(&self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let (answer, answered) = oneshot::channel();
        assert!(self.commands.send(Command::Ask { bytes, answer }).is_ok());
        patiently("an answer, or its failure", answered).await.unwrap()
    }
}

async fn run(
    mut swarm: Swarm<Behaviour>,
    node: PeerId,
    response: Vec<u8>,
    mut inbox: mpsc::UnboundedReceiver<Command>,
) {
    let mut asked = std::collections::HashMap::new();
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            event = swarm.select_next_some() => match event {
                SwarmEvent::Behaviour(BehaviourEvent::Sync(request_response::Event::Message { message, .. })) => {
                    match message {
                        Message::Request { channel, .. } => {
                            let _gone = swarm.behaviour_mut().sync.send_response(channel, response.clone());
                        }
                        Message::Response { request_id, response } => settle(&mut asked, request_id, Some(response)),
                    }
                }
                SwarmEvent::Behaviour(BehaviourEvent::Sync(request_response::Event::OutboundFailure {
                    request_id, ..
                })) => settle(&mut asked, request_id, None),
                _ => {}
            },
            command = inbox.recv() => match command {
                Some(Command::Gossip { topic, bytes }) => waiting.push((topic, bytes)),
                Some(Command::Ask { bytes, answer }) => {
                    let id = swarm.behaviour_mut().sync.send_request(&node, bytes);
                    asked.insert(id, answer);
                }
                None => break,
            },
        }
        // What cannot be sent before the node has subscribed is sent then, in its order.
        while let Some((topic, bytes)) = waiting.first().cloned() {
            match swarm.behaviour_mut().gossip.publish(topic, bytes) {
                Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => break,
                _ => drop(waiting.remove(0)),
            }
        }
    }
}

type Asked = std::collections::HashMap<request_response::OutboundRequestId, oneshot::Sender<Option<Vec<u8>>>>;

fn settle(asked: &mut Asked, id: request_response::OutboundRequestId, answer: Option<Vec<u8>>) {
    if let Some(asker) = asked.remove(&id) {
        let _gone = asker.send(answer);
    }
}
