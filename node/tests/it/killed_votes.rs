//! Nodes that are killed at random moments, and an auditor outside that hears every vote on the wire.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use klero_committee::{Role, Step, Value};
use klero_finality::Chain;
use klero_net::{Multiaddr, Network, NetworkConfig, NetworkEvent, Verdict, identity};
use klero_node::keys::KeyFile;
use klero_node::wire::{Envelope, Message};
use klero_sampling::codec::Wire;

use crate::testnet_launch::{Launched, Restarted, eventually, signal, start_node};

/// How soon a node that was killed votes again, in 95 of 100 cases.
const BACK_WITHIN: Duration = Duration::from_secs(10);

/// What was heard on the wire.
#[derive(Default)]
pub(crate) struct Heard {
    /// By voter and role, the first value. Proposals stand in their step.
    said: BTreeMap<(u32, Role), Value>,
    pub(crate) conflicts: Vec<String>,
    /// By voter the last round in which it voted.
    pub(crate) last: BTreeMap<u32, u64>,
}

impl Heard {
    fn note(&mut self, voter: u32, role: Role, value: Value) {
        let first = *self.said.entry((voter, role)).or_insert(value);
        if first != value {
            self.conflicts
                .push(format!("voter {voter}, {role}: {first:?} and {value:?}"));
        }
        if role.step != Step::Propose {
            let last = self.last.entry(voter).or_default();
            *last = role.round.max(*last);
        }
    }

    pub(crate) fn round(&self) -> u64 {
        self.last.values().max().copied().unwrap_or(0)
    }
}

/// The auditor has no chain, and claims none.
struct NoChain;

impl klero_net::ChainReader for NoChain {
    fn head(&self) -> u64 {
        0
    }
    fn blocks(&self, _from: u64, _count: u32, _max_bytes: usize) -> Vec<Vec<u8>> {
        Vec::new()
    }
    fn body(&self, _digest: &klero_node::Digest) -> Option<Vec<u8>> {
        None
    }
}

/// A peer that votes nothing and records everything.
pub(crate) struct Auditor {
    heard: Arc<Mutex<Heard>>,
    _network: Network,
    _runtime: tokio::runtime::Runtime,
}

impl Auditor {
    fn join(chain: klero_node::Digest, peers: &[String]) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut config = NetworkConfig::new(chain, identity::Keypair::generate_ed25519());
        for peer in peers {
            config = config.bootnode(peer.parse::<Multiaddr>().unwrap());
        }
        let (network, mut events) = {
            let _inside = runtime.enter();
            klero_net::spawn(config, Arc::new(NoChain)).unwrap()
        };
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (own, speaks) = (Arc::clone(&heard), network.clone());
        runtime.spawn(async move {
            while let Some(event) = events.recv().await {
                if let NetworkEvent::Gossip(gossip) = event {
                    record(&own, &gossip.bytes);
                    speaks.verdict(gossip.receipt, Verdict::Accept);
                }
            }
        });
        Self {
            heard,
            _network: network,
            _runtime: runtime,
        }
    }

    pub(crate) fn ask<T>(&self, question: impl FnOnce(&Heard) -> T) -> T {
        question(&self.heard.lock().unwrap())
    }
}

fn record(heard: &Mutex<Heard>, bytes: &[u8]) {
    let mut heard = heard.lock().unwrap();
    match Envelope::decode(bytes).unwrap().message {
        Message::Votes(bundle) => {
            for vote in &bundle.votes {
                heard.note(vote.voter, bundle.role, bundle.value);
            }
        }
        Message::Proposal(message) => {
            let proposal = &message.proposal;
            let role = Role::new(proposal.round, proposal.period, Step::Propose);
            heard.note(proposal.proposer, role, Value::Block(proposal.block));
        }
        _ => {}
    }
}

/// Numbers without a pattern that are the same in each run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// A network of four nodes, started by hand from what a testnet left.
pub(crate) struct Killed {
    net: Launched,
    /// Their directories, their processes, and the places of their validators.
    pub(crate) nodes: Vec<(std::path::PathBuf, Option<Restarted>, BTreeSet<u32>)>,
    pub(crate) auditor: Auditor,
}

impl Killed {
    pub(crate) fn start() -> Self {
        let mut net = Launched::start(&["--validators", "8"]);
        let network = net.network();
        net.wait_for_round(2);
        net.interrupt();
        assert!(net.end().success());
        let genesis = klero_node::read_genesis(&network.genesis).unwrap();
        let chain = Chain::new(&genesis).unwrap();
        let context = chain.context(1).unwrap();
        let voters = |dir: &Path| {
            let keys = KeyFile::load(&dir.join("keys.json")).unwrap();
            let ids = keys.validators.iter().map(|entry| entry.id);
            ids.map(|id| context.electorate().index_of(&id).unwrap())
                .collect()
        };
        let peers: Vec<String> = network.nodes.iter().map(|node| node.p2p.clone()).collect();
        let auditor = Auditor::join(*chain.id(), &peers);
        let nodes = network.nodes.into_iter().map(|node| {
            let (voters, process) = (voters(&node.dir), start_node(&node.dir));
            (node.dir, Some(process), voters)
        });
        let nodes = nodes.collect();
        let killed = Self { net, nodes, auditor };
        eventually("the network goes on", || {
            killed.auditor.ask(|heard| heard.last.len()) == 8
        });
        killed
    }

    /// Kills a node, starts it again, and says how long it took to vote in a round that had not begun then.
    fn kill_one(&mut self, dice: &mut Dice) -> Duration {
        std::thread::sleep(Duration::from_millis(dice.below(700)));
        let place = usize::try_from(dice.below(4)).unwrap();
        let (directory, process, voters) = &mut self.nodes[place];
        // Dropping it kills it with signal 9.
        drop(process.take());
        if dice.below(4) == 0 {
            let again = start_node(directory);
            std::thread::sleep(Duration::from_millis(dice.below(500)));
            drop(again);
        }
        let started = Instant::now();
        *process = Some(start_node(directory));
        let began = self.auditor.ask(Heard::round);
        let (auditor, directory) = (&self.auditor, &*directory);
        let log = || std::fs::read_to_string(directory.join("restarted.log")).unwrap_or_default();
        let until = started + Duration::from_secs(90);
        let is_back = || {
            auditor.ask(|heard| {
                voters
                    .iter()
                    .any(|voter| heard.last.get(voter) > Some(&(began + 1)))
            })
        };
        while !is_back() {
            assert!(
                Instant::now() < until,
                "{} does not vote:\n{}",
                directory.display(),
                log()
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        started.elapsed()
    }
}

/// [E7] A process that was stopped for longer than its connections live goes on as if nothing had been, and says nothing
/// else about the rounds in which it was stopped.
#[test]
fn a_suspended_node_comes_back_and_never_votes_twice() {
    let mut net = Killed::start();
    let (directory, process, voters) = &mut net.nodes[2];
    let pid = process.as_ref().unwrap().id();
    signal(pid, "STOP");
    std::thread::sleep(Duration::from_secs(15));
    signal(pid, "CONT");
    let round = net.auditor.ask(Heard::round);
    eventually(
        &format!("the node in {} votes again", directory.display()),
        || {
            net.auditor
                .ask(|heard| voters.iter().any(|voter| heard.last.get(voter) > Some(&round)))
        },
    );
    net.auditor
        .ask(|heard| assert_eq!(heard.conflicts, Vec::<String>::new()));
}

/// Kills nodes so many times; gives the times until they voted again, ascending.
#[allow(clippy::print_stderr, reason = "its figures are what `make soak` shows")]
fn kill(times: usize, seed: u64) -> Vec<Duration> {
    let (mut net, mut dice) = (Killed::start(), Dice(seed));
    let mut back: Vec<Duration> = (0..times)
        .map(|_| {
            let took = net.kill_one(&mut dice);
            net.auditor
                .ask(|heard| assert_eq!(heard.conflicts, Vec::<String>::new()));
            took
        })
        .collect();
    back.sort_unstable();
    let (votes, rounds) = net.auditor.ask(|heard| (heard.said.len() as u64, heard.round()));
    assert!(
        votes > 10 * rounds,
        "the auditor heard {votes} votes and proposals of {rounds} rounds"
    );
    eprintln!(
        "killed {times} times with seed {seed}: voting again after {:?} (median), {:?} (95 of 100), {:?} (longest); {votes} \
         votes and proposals in {rounds} rounds on the wire, no two values of one validator in one role",
        back[times / 2],
        back[times * 95 / 100],
        back[times - 1]
    );
    drop(net.nodes);
    drop(net.net);
    back
}

/// [E1] [BA-9]
#[test]
fn a_node_killed_at_twenty_random_moments_never_votes_twice() {
    let back = kill(20, 1);
    assert!(back[18] < BACK_WITHIN, "{back:?}");
}

/// [E1] [BA-9]
#[test]
#[ignore = "minutes; make soak runs it"]
fn a_node_killed_at_two_hundred_random_moments_never_votes_twice() {
    let back = kill(200, 2);
    assert!(back[189] < BACK_WITHIN, "{back:?}");
}
