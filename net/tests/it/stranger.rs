//! A peer that is no Klero node: it says of itself, gossips, asks and answers whatever a test wants.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, StreamExt};
use klero_net::{PeerId, Topic};
use libp2p::gossipsub::{IdentTopic, MessageAuthenticity, MessageId, ValidationMode};
use libp2p::request_response::{self, Codec, Message, ProtocolSupport};
use libp2p::swarm::behaviour::toggle::Toggle;
use libp2p::swarm::{NetworkBehaviour, SwarmEvent};
use libp2p::{StreamProtocol, Swarm, SwarmBuilder, gossipsub, identify, noise, tcp, yamux};
use tokio::sync::{mpsc, oneshot};

use crate::node::{CHAIN, Node, patiently};

/// The text of a node of the right chain and version.
pub(crate) fn proper_text() -> String {
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
    votes: Toggle<gossipsub::Behaviour>,
    blocks: Toggle<gossipsub::Behaviour>,
    transactions: Toggle<gossipsub::Behaviour>,
    sync: request_response::Behaviour<Raw>,
    /// Streams of the gossip protocol of votes with arbitrary bytes on them.
    frames: request_response::Behaviour<Raw>,
}

/// Where bytes are sent as they are.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Stream {
    Sync,
    Gossip,
}

enum Command {
    Gossip {
        topic: Topic,
        bytes: Vec<u8>,
    },
    Ask {
        stream: Stream,
        bytes: Vec<u8>,
        answer: oneshot::Sender<Option<Vec<u8>>>,
    },
}

pub(crate) struct Stranger {
    pub(crate) peer: PeerId,
    commands: mpsc::UnboundedSender<Command>,
}

/// A lane of gossip, with none of the limits of a node.
fn lane(name: &str, topics: &[Topic]) -> gossipsub::Behaviour {
    let gossip = gossipsub::ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .message_id_fn(|message| MessageId::new(&message.data))
        .max_transmit_size(64 << 20)
        .protocol_id_prefix(format!("/klero/{name}/meshsub"))
        .build()
        .unwrap();
    let mut gossip = gossipsub::Behaviour::new(MessageAuthenticity::Anonymous, gossip).unwrap();
    for topic in topics {
        gossip.subscribe(&IdentTopic::new(topic.path(&CHAIN))).unwrap();
    }
    gossip
}

const VOTES: [Topic; 3] = [Topic::Votes, Topic::Certificates, Topic::Evidence];

fn swarm(text: Option<String>, gossips: bool) -> Swarm<Behaviour> {
    let behaviour = |key: &klero_net::identity::Keypair| {
        let identify = text.map(|text| identify::Behaviour::new(identify::Config::new(text, key.public())));
        let protocol = StreamProtocol::try_from_owned(format!("/klero/{CHAIN}/sync/1")).unwrap();
        let sync = request_response::Behaviour::new(
            [(protocol, ProtocolSupport::Full)],
            request_response::Config::default(),
        );
        // The streams of the node that a peer without gossip takes in tell that it knows the protocol.
        let frames = if gossips {
            ProtocolSupport::Outbound
        } else {
            ProtocolSupport::Full
        };
        let frames = request_response::Behaviour::new(
            [(StreamProtocol::new("/klero/votes/meshsub/1.1.0"), frames)],
            request_response::Config::default(),
        );
        Behaviour {
            identify: identify.into(),
            votes: gossips.then(|| lane("votes", &VOTES)).into(),
            blocks: gossips.then(|| lane("blocks", &[Topic::Proposals])).into(),
            transactions: gossips
                .then(|| lane("transactions", &[Topic::Transactions]))
                .into(),
            sync,
            frames,
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
    pub(crate) async fn meet(node: &Node, text: Option<String>, response: Vec<u8>) -> Self {
        Self::dial(node, swarm(text, true), response).await
    }

    /// Connects to a node as a proper peer, but subscribes to nothing and sends frames only.
    pub(crate) async fn mute(node: &Node) -> Self {
        Self::dial(node, swarm(Some(proper_text()), false), Vec::new()).await
    }

    async fn dial(node: &Node, mut swarm: Swarm<Behaviour>, response: Vec<u8>) -> Self {
        let peer = *swarm.local_peer_id();
        swarm.dial(node.address.clone()).unwrap();
        patiently("a connection", async {
            while !matches!(
                swarm.select_next_some().await,
                SwarmEvent::ConnectionEstablished { .. }
            ) {}
        })
        .await;
        let (commands, inbox) = mpsc::unbounded_channel();
        tokio::spawn(run(swarm, node.peer(), response, inbox));
        Self { peer, commands }
    }

    /// Gossips bytes on a topic of the right chain, without regard to their length.
    pub(crate) fn gossip(&self, topic: Topic, bytes: Vec<u8>) {
        assert!(self.commands.send(Command::Gossip { topic, bytes }).is_ok());
    }

    /// Opens a sync stream and writes bytes; what comes back, if anything.
    pub(crate) async fn ask(&self, bytes: Vec<u8>) -> Option<Vec<u8>> {
        self.write(Stream::Sync, bytes).await
    }

    /// Opens a gossip stream, which takes the place of the one before, writes bytes, and waits until the node has
    /// read them or has had enough. The fifth stream of a peer is the last that a node reads.
    pub(crate) async fn frame(&self, bytes: Vec<u8>) {
        let _nothing = self.write(Stream::Gossip, bytes).await;
    }

    async fn write(&self, stream: Stream, bytes: Vec<u8>) -> Option<Vec<u8>> {
        let (answer, answered) = oneshot::channel();
        let command = Command::Ask {
            stream,
            bytes,
            answer,
        };
        assert!(self.commands.send(command).is_ok());
        patiently("an answer, or its failure", answered).await.unwrap()
    }
}

/// A gossip frame of messages, each with its topic, in protobuf: a message is field 2, of which field 2 has the
/// bytes and field 4 the topic.
pub(crate) fn frame<'a>(messages: impl IntoIterator<Item = (String, &'a [u8])>) -> Vec<u8> {
    let message = |(topic, bytes): (String, &[u8])| [field(2, bytes), field(4, topic.as_bytes())].concat();
    let fields = messages.into_iter().flat_map(|it| field(2, &message(it)));
    length_first(&fields.collect::<Vec<_>>())
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2][..], &length_first(bytes)].concat()
}

/// Bytes behind their length, which has seven bits in each byte, the last ones first.
pub(crate) fn length_first(bytes: &[u8]) -> Vec<u8> {
    let (mut length, mut prefix) = (bytes.len(), Vec::new());
    while length > 127 {
        prefix.push(u8::try_from(length % 128).unwrap() | 128);
        length /= 128;
    }
    prefix.push(u8::try_from(length).unwrap());
    [&prefix, bytes].concat()
}

async fn run(
    mut swarm: Swarm<Behaviour>,
    node: PeerId,
    response: Vec<u8>,
    mut inbox: mpsc::UnboundedReceiver<Command>,
) {
    let mut asked = Asked::new();
    let mut waiting = Vec::new();
    loop {
        tokio::select! {
            event = swarm.select_next_some() => match event {
                SwarmEvent::Behaviour(BehaviourEvent::Sync(event)) => {
                    let behaviour = &mut swarm.behaviour_mut().sync;
                    on_event(event, behaviour, &mut asked, Stream::Sync, &response);
                }
                SwarmEvent::Behaviour(BehaviourEvent::Frames(event)) => {
                    let behaviour = &mut swarm.behaviour_mut().frames;
                    on_event(event, behaviour, &mut asked, Stream::Gossip, &response);
                }
                _ => {}
            },
            command = inbox.recv() => match command {
                Some(Command::Gossip { topic, bytes }) => waiting.push((topic, bytes)),
                Some(Command::Ask { stream, bytes, answer }) => {
                    let behaviour = match stream {
                        Stream::Sync => &mut swarm.behaviour_mut().sync,
                        Stream::Gossip => &mut swarm.behaviour_mut().frames,
                    };
                    asked.insert((stream, behaviour.send_request(&node, bytes)), answer);
                }
                None => break,
            },
        }
        // What cannot be sent before the node has subscribed is sent then, in its order.
        while let Some((topic, bytes)) = waiting.first().cloned() {
            let behaviour = swarm.behaviour_mut();
            let lane = match topic {
                Topic::Proposals => &mut behaviour.blocks,
                Topic::Transactions => &mut behaviour.transactions,
                Topic::Votes | Topic::Certificates | Topic::Evidence => &mut behaviour.votes,
            };
            let topic = IdentTopic::new(topic.path(&CHAIN)).hash();
            match lane.as_mut().unwrap().publish(topic, bytes) {
                Err(gossipsub::PublishError::NoPeersSubscribedToTopic) => break,
                _ => drop(waiting.remove(0)),
            }
        }
    }
}

type Asked = HashMap<(Stream, request_response::OutboundRequestId), oneshot::Sender<Option<Vec<u8>>>>;

fn on_event(
    event: request_response::Event<Vec<u8>, Vec<u8>>,
    behaviour: &mut request_response::Behaviour<Raw>,
    asked: &mut Asked,
    stream: Stream,
    response: &[u8],
) {
    let (id, answer) = match event {
        request_response::Event::Message { message, .. } => match message {
            Message::Request { channel, .. } => {
                let _gone = behaviour.send_response(channel, response.to_vec());
                return;
            }
            Message::Response { request_id, response } => (request_id, Some(response)),
        },
        request_response::Event::OutboundFailure { request_id, .. } => (request_id, None),
        _ => return,
    };
    if let Some(asker) = asked.remove(&(stream, id)) {
        let _gone = asker.send(answer);
    }
}
