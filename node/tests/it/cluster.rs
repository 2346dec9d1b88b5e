//! Nodes in one process, each with a network, a database and keys of its own.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use klero_committee::{CommitteeSize, Ratio, Targets, Timing};
use klero_node::events::{FinalEvent, NodeEvent};
use klero_node::finality::{Chain, Genesis, Profile};
use klero_node::keys::KeyFile;
use klero_node::{Node, NodeBuilder};
use klero_sampling::SeatScheme;

pub(crate) const NETWORK: &str = "cluster";

/// A description of nodes that can be started, stopped and started again.
pub(crate) struct Cluster {
    pub genesis: Genesis,
    directory: tempfile::TempDir,
    places: Vec<Place>,
    /// Whom each node is told of, if not everybody.
    introduced_by: Option<usize>,
}

struct Place {
    keys: KeyFile,
    address: String,
    running: Option<(Node, Receiver<NodeEvent>)>,
    was_started: bool,
}

impl Cluster {
    /// So many nodes with so many validators each, of equal stake.
    pub(crate) fn new(nodes: usize, validators: usize, profile: Profile) -> Self {
        Self::with_stakes(nodes, validators, profile, |_| 1_000_000)
    }

    /// As `new`, the validator of each number with the stake that `stake` gives.
    pub(crate) fn with_stakes(
        nodes: usize,
        validators: usize,
        profile: Profile,
        stake: impl Fn(u64) -> u64,
    ) -> Self {
        let keys: Vec<KeyFile> = (0..nodes)
            .map(|_| {
                KeyFile::generate(NETWORK, validators)
                    .unwrap()
                    .with_suite(profile.vrf)
            })
            .collect();
        let entries =
            (0..validators).flat_map(|number| keys.iter().map(move |file| &file.validators[number]));
        let validators: Vec<_> = (0..)
            .zip(entries)
            .map(|(number, entry)| entry.genesis_validator(NETWORK, stake(number)).unwrap())
            .collect();
        let genesis = Genesis::new(NETWORK, 1, profile, validators);
        let places = keys.into_iter().map(|keys| {
            let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let address = format!(
                "/ip4/127.0.0.1/udp/{}/quic-v1",
                socket.local_addr().unwrap().port()
            );
            Place {
                keys,
                address,
                running: None,
                was_started: false,
            }
        });
        let places = places.collect();
        // With KLERO_LOG=debug a failing test tells what its nodes did.
        let filter = tracing_subscriber::EnvFilter::from_env("KLERO_LOG");
        let _already_set = tracing_subscriber::fmt()
            .with_env_filter(filter)
            .with_writer(std::io::stderr)
            .try_init();
        Self {
            genesis,
            directory: tempfile::tempdir().unwrap(),
            places,
            introduced_by: None,
        }
    }

    /// From now on nodes are told of that one alone.
    pub(crate) fn introduced_by(&mut self, node: usize) {
        self.introduced_by = Some(node);
    }

    pub(crate) fn data(&self, node: usize) -> PathBuf {
        self.directory.path().join(format!("node{node}"))
    }

    /// Everything about a node but its keys.
    pub(crate) fn builder(&self, node: usize) -> NodeBuilder {
        let mut builder = Node::builder(self.genesis.clone()).name(&format!("node{node}"));
        builder = builder.data(&self.data(node)).unwrap();
        builder = builder.listen(self.places[node].address.parse().unwrap());
        let told = |other: &usize| self.introduced_by.is_none_or(|one| one == *other);
        for other in (0..self.places.len()).filter(|other| *other != node && told(other)) {
            builder = builder.bootnode(self.places[other].address.parse().unwrap());
        }
        builder.rpc("127.0.0.1:0".parse().unwrap()).key_value().unwrap()
    }

    /// The keys of a node's validators.
    pub(crate) fn keys(&self, node: usize) -> &KeyFile {
        &self.places[node].keys
    }

    /// Starts a node, the first time with keys that never voted.
    pub(crate) fn start(&mut self, node: usize) {
        self.start_as(node, |builder| builder);
    }

    /// As `start`, with something changed.
    pub(crate) fn start_as(&mut self, node: usize, change: impl FnOnce(NodeBuilder) -> NodeBuilder) {
        let (events, told) = channel();
        let mut builder = self
            .builder(node)
            .events(events)
            .wait_for_peers(usize::from(self.places.len() > 1));
        let place = &mut self.places[node];
        let keys = place.keys.clone();
        builder = if place.was_started {
            builder.keys(keys)
        } else {
            builder.new_keys(keys)
        };
        place.was_started = true;
        place.running = Some((change(builder).start().unwrap(), told));
    }

    pub(crate) fn start_all(&mut self) {
        for node in 0..self.places.len() {
            self.start(node);
        }
    }

    pub(crate) fn stop(&mut self, node: usize) {
        let (node, _) = self.places[node].running.take().unwrap();
        node.stop().unwrap();
    }

    /// The keys that a node starts with next time.
    pub(crate) fn keys_mut(&mut self, node: usize) -> &mut KeyFile {
        &mut self.places[node].keys
    }

    /// The HTTP API of a node that runs.
    pub(crate) fn rpc(&self, node: usize) -> String {
        format!("http://{}", self.node(node).rpc().unwrap())
    }

    pub(crate) fn node(&self, node: usize) -> &Node {
        &self.places[node].running.as_ref().unwrap().0
    }

    /// Waits until all nodes that run have this round, and fails where one does not.
    pub(crate) fn wait_for(&self, round: u64, within: Duration) {
        let until = Instant::now() + within;
        for place in &self.places {
            if let Some((node, _)) = &place.running {
                let left = until.saturating_duration_since(Instant::now());
                assert!(
                    node.wait_for_round(round, left),
                    "round {round} is not final: {:#?}",
                    self.statuses()
                );
            }
        }
    }

    fn statuses(&self) -> Vec<klero_node::Status> {
        let running = self.places.iter().filter_map(|place| place.running.as_ref());
        running.map(|(node, _)| node.status()).collect()
    }

    /// What a node told so far.
    pub(crate) fn events(&self, node: usize) -> Vec<NodeEvent> {
        self.places[node].running.as_ref().unwrap().1.try_iter().collect()
    }

    /// The chain of a node, followed anew from the genesis over its blocks.
    pub(crate) fn chain(&self, node: usize) -> Chain {
        let mut chain = Chain::new(&self.genesis).unwrap();
        let blocks = self.node(node).blocks();
        for round in 1..=blocks.head().unwrap() {
            chain.advance(&blocks.block(round).unwrap().unwrap()).unwrap();
        }
        chain
    }

    /// The final rounds among what a node told so far.
    pub(crate) fn finals(&self, node: usize) -> Vec<FinalEvent> {
        let finals = self.events(node).into_iter().filter_map(|event| match event {
            NodeEvent::Final(event) => Some(event),
            _ => None,
        });
        finals.collect()
    }
}

/// A profile with the times of one machine.
pub(crate) fn quick(profile: Profile) -> Profile {
    let timing = Timing {
        filter_min: 5,
        filter_max: 200,
        deadline: 1_500,
        step_base: 500,
        step_cap: 4_000,
    };
    Profile { timing, ..profile }
}

/// What committees of a few seats keep: nothing.
pub(crate) const fn no_targets() -> Targets {
    Targets {
        honest: Ratio {
            numerator: 1,
            denominator: 1,
        },
        safety: 0,
        live: 0,
    }
}

/// Sampled committees: expected seats, threshold, and the seats that move a node in k.
pub(crate) fn quota(expected: u32, threshold: u64, catch_up: u64) -> Profile {
    let committee = CommitteeSize { expected, threshold };
    let profile = Profile {
        scheme: SeatScheme::Quota,
        soft: committee,
        cert: committee,
        next: committee,
        catch_up,
        targets: no_targets(),
        ..Profile::full()
    };
    quick(profile)
}
