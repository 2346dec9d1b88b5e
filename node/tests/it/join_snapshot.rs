//! A node that joins takes the state from its peers, whatever some of them say.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use klero_net::{ChainReader, Network, NetworkConfig, NetworkEvent, identity};
use klero_node::finality::{Profile, TrustedCheckpoint};
use klero_node::store::MemoryStore;
use klero_node::{Digest, JoinFrom, Node, NodeBuilder};
use klero_sampling::Domain;

use crate::cluster::{Cluster, quick};

const LONG: Duration = Duration::from_secs(60);
const EVERY: u64 = 20;

/// A network with short memories, so that a snapshot does not reach back to the genesis.
fn network(nodes: usize) -> Cluster {
    let mut profile = quick(Profile::full());
    (profile.propose, profile.seeds.refresh) = (1_000, 3);
    // Slow enough for a snapshot to be there until a joiner has taken it.
    (profile.timing.filter_min, profile.timing.filter_max) = (60, 200);
    let mut cluster = Cluster::new(nodes, 1, profile);
    cluster.genesis.checkpoints.interval = 10;
    (
        cluster.genesis.stake.evidence_age,
        cluster.genesis.stake.unbonding_rounds,
    ) = (5, 40);
    (0..nodes).for_each(|node| cluster.start_as(node, |builder| builder.snapshot_every(EVERY)));
    cluster
}

/// One that stands still with a snapshot to take: of its two nodes, without which there is no quorum, the first runs.
fn halted() -> Cluster {
    let mut cluster = network(2);
    // So that the application has a state too.
    cluster.node(0).submit(b"set city athens".to_vec()).unwrap();
    cluster.wait_for(EVERY + 5, LONG);
    let until = Instant::now() + LONG;
    while cluster.node(0).status().checkpoint < EVERY / 10 {
        assert!(Instant::now() < until, "{:?}", cluster.node(0).status());
        std::thread::sleep(Duration::from_millis(20));
    }
    cluster.stop(1);
    cluster
}

fn genesis_alone() -> JoinFrom {
    JoinFrom {
        checkpoint: None,
        max_age: Duration::from_secs(3600),
    }
}

fn joiner(cluster: &Cluster, peers: &[String]) -> NodeBuilder {
    let mut builder = Node::builder(cluster.genesis.clone())
        .name("joiner")
        .snapshot_every(EVERY)
        .store(Arc::new(MemoryStore::default()))
        .listen("/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap())
        .key_value()
        .unwrap();
    for peer in peers {
        builder = builder.bootnode(peer.parse().unwrap());
    }
    builder
}

/// What a joiner should be like: it knows the state and none of the first blocks, and follows.
fn check(cluster: &Cluster, node: &Node) -> u64 {
    let from = node.restart().snapshot.expect("it starts from a snapshot");
    assert!(from > 0 && from.is_multiple_of(EVERY), "{from}");
    assert!(node.blocks().block(1).unwrap().is_none(), "nothing was replayed");
    let goal = cluster.node(0).status().final_round + 15;
    for follower in [node, cluster.node(0)] {
        assert!(follower.wait_for_round(goal, LONG), "{:?}", follower.status());
    }
    for round in [from, from + 1, goal] {
        let blocks = [cluster.node(0), node].map(|node| node.blocks().block(round).unwrap());
        assert!(blocks[0].is_some() && blocks[0] == blocks[1], "round {round}");
    }
    from
}

/// [NET-4] [FIN-4]
#[test]
fn a_joiner_starts_from_a_snapshot_and_others_from_it() {
    let cluster = network(1);
    cluster.node(0).submit(b"set city athens".to_vec()).unwrap();
    cluster.wait_for(3 * EVERY + 5, LONG);
    let honest = cluster.node(0).addresses();
    let first = joiner(&cluster, &honest).join(genesis_alone()).start().unwrap();
    let from = check(&cluster, &first);
    assert!(from >= 2 * EVERY, "{from}");
    // It executes what comes on top of a state that it never executed.
    let digest = first.submit(b"set city sparta".to_vec()).unwrap();
    let until = Instant::now() + LONG;
    while !is_executed(&cluster, &digest) {
        assert!(Instant::now() < until, "the transaction is not final");
        std::thread::sleep(Duration::from_millis(20));
    }
    let goal = first.status().final_round + 5;
    assert!(first.wait_for_round(goal, LONG));

    // The second knows the first alone, and trusts a checkpoint that it was given: one after which the first has all,
    // up to that of a snapshot. The first may lack some that were signed while it was behind.
    let until = Instant::now() + LONG;
    let mut number = first.blocks().last_checkpoint().unwrap();
    let has = |number| first.blocks().checkpoint(number).unwrap().is_some();
    while first.status().checkpoint_round < (number * 10 / EVERY + 1) * EVERY {
        assert!(Instant::now() < until, "{:?}", first.status());
        let last = first.status().checkpoint;
        number = (number..=last)
            .rev()
            .take_while(|number| has(*number))
            .last()
            .unwrap_or(last);
        std::thread::sleep(Duration::from_millis(20));
    }
    let signed = first.blocks().checkpoint(number).unwrap().unwrap();
    let trusted = JoinFrom {
        checkpoint: Some(TrustedCheckpoint {
            header: signed.header,
            next_electorate: signed.next_electorate,
        }),
        ..genesis_alone()
    };
    let second = joiner(&cluster, &first.addresses())
        .join(trusted)
        .start()
        .unwrap();
    check(&cluster, &second);
}

/// Whether the first node executed a transaction.
fn is_executed(cluster: &Cluster, digest: &Digest) -> bool {
    let path = format!("{}/v1/transactions/{digest}", cluster.rpc(0));
    ureq::get(&path).call().is_ok()
}

/// [FIN-4] Whoever signed long ago may have withdrawn its stake since.
#[test]
fn a_checkpoint_that_is_too_old_is_refused() {
    let cluster = network(1);
    cluster.wait_for(15, LONG);
    let until = Instant::now() + LONG;
    let signed = loop {
        if let Some(signed) = cluster.node(0).blocks().checkpoint(1).unwrap() {
            break signed;
        }
        assert!(Instant::now() < until, "checkpoint 1 is not signed");
        std::thread::sleep(Duration::from_millis(20));
    };
    std::thread::sleep(Duration::from_millis(1_100));
    let from = JoinFrom {
        checkpoint: Some(TrustedCheckpoint {
            header: signed.header,
            next_electorate: signed.next_electorate,
        }),
        max_age: Duration::from_secs(1),
    };
    let refused = joiner(&cluster, &cluster.node(0).addresses()).join(from).start();
    let error = refused.err().expect("too old").to_string();
    assert!(
        error.contains("klero init --join") && error.contains("ms old"),
        "{error}"
    );
}

/// A peer of the chain that answers what it was told to.
#[derive(Default)]
struct Script {
    manifest: Mutex<Option<Vec<u8>>>,
    chunks: Mutex<Vec<(bool, u32, Vec<u8>)>>,
    asked: Mutex<u32>,
}

impl ChainReader for Script {
    fn head(&self) -> u64 {
        0
    }

    fn blocks(&self, _: u64, _: u32, _: usize) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn body(&self, _: &Digest) -> Option<Vec<u8>> {
        None
    }

    fn manifest(&self) -> Option<Vec<u8>> {
        self.manifest.lock().unwrap().clone()
    }

    fn chunk(&self, of_application: bool, _: u64, place: u32) -> Option<Vec<u8>> {
        *self.asked.lock().unwrap() += 1;
        let chunks = self.chunks.lock().unwrap();
        let found = chunks
            .iter()
            .find(|(of, at, _)| (*of, *at) == (of_application, place));
        found.map(|(_, _, bytes)| bytes.clone())
    }
}

struct Liar {
    network: Network,
    script: Arc<Script>,
    address: String,
    _events: tokio::sync::mpsc::Receiver<NetworkEvent>,
}

impl Liar {
    fn new(runtime: &tokio::runtime::Runtime, cluster: &Cluster) -> Self {
        let script = Arc::new(Script::default());
        let config = NetworkConfig::new(cluster.genesis.chain_id(), identity::Keypair::generate_ed25519())
            .listen("/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap())
            .bootnode(cluster.node(0).addresses()[0].parse().unwrap());
        let reader: Arc<dyn ChainReader> = Arc::clone(&script) as _;
        let (network, mut events) = {
            let _inside = runtime.enter();
            klero_net::spawn(config, reader).unwrap()
        };
        let address = runtime.block_on(async {
            loop {
                if let NetworkEvent::Listening(address) = events.recv().await.unwrap() {
                    return format!("{address}/p2p/{}", network.local_peer());
                }
            }
        });
        Self {
            network,
            script,
            address,
            _events: events,
        }
    }

    /// What the honest node offers, chunk by chunk.
    fn learn(&self, runtime: &tokio::runtime::Runtime) -> (u64, Vec<Vec<u8>>, Vec<Vec<u8>>) {
        runtime.block_on(async {
            let until = Instant::now() + LONG;
            while self.network.peers().is_empty() {
                assert!(Instant::now() < until);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let honest = self.network.peers()[0];
            let manifest = self.network.manifest_of(honest).await.unwrap().unwrap();
            let (round, state, application): (u64, Vec<Digest>, Vec<Digest>) =
                borsh::from_slice(&manifest).unwrap();
            *self.script.manifest.lock().unwrap() = Some(manifest);
            let mut parts = [Vec::new(), Vec::new()];
            for (of_application, digests) in [(false, &state), (true, &application)] {
                for place in 0..digests.len() {
                    let chunk = self
                        .network
                        .chunk_from(honest, of_application, round, place as u32);
                    parts[usize::from(of_application)].push(chunk.await.unwrap().unwrap());
                }
            }
            let [state, application] = parts;
            (round, state, application)
        })
    }

    fn serve(&self, of_application: bool, chunks: &[Vec<u8>]) {
        let mut served = self.script.chunks.lock().unwrap();
        served.extend(
            (0..)
                .zip(chunks)
                .map(|(place, bytes)| (of_application, place, bytes.clone())),
        );
    }
}

fn digests(chunks: &[Vec<u8>]) -> Vec<Digest> {
    chunks
        .iter()
        .map(|bytes| Domain::Snapshot.digest_bytes(bytes))
        .collect()
}

/// Collects the log of this thread, on which a node joins.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Joins with these peers and gives the node and the log.
fn join_logged(cluster: &Cluster, peers: &[String]) -> (Node, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_writer(move || writer.clone())
        .with_ansi(false)
        .finish();
    let node = tracing::subscriber::with_default(subscriber, || {
        joiner(cluster, peers).join(genesis_alone()).start().unwrap()
    });
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (node, text)
}

/// [NET-4] [D10] It offers what the honest node offers, and sends other bytes.
#[test]
fn a_peer_that_sends_another_chunk_is_expelled_and_named() {
    let mut cluster = halted();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let liar = Liar::new(&runtime, &cluster);
    let (_, state, _) = liar.learn(&runtime);
    let junk: Vec<Vec<u8>> = state.iter().map(|chunk| vec![7; chunk.len()]).collect();
    liar.serve(false, &junk);
    liar.serve(true, &junk);
    let peers = [cluster.node(0).addresses()[0].clone(), liar.address.clone()];
    let (node, log) = join_logged(&cluster, &peers);
    cluster.start(1);
    check(&cluster, &node);
    let asked = *liar.script.asked.lock().unwrap();
    assert!((1..=4).contains(&asked), "{asked} chunks were asked of a liar");
    let name = liar.network.local_peer().to_string();
    assert!(
        log.lines()
            .any(|line| line.contains("expelled") && line.contains(&name)),
        "{log}"
    );
}

/// [NET-4] [D11] Two peers agree on a state that the chain never had, and so have the majority.
#[test]
fn a_false_state_that_most_peers_offer_is_refused_and_they_are_named() {
    let mut cluster = halted();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let liars = [Liar::new(&runtime, &cluster), Liar::new(&runtime, &cluster)];
    let (round, mut state, application) = liars[0].learn(&runtime);
    // The id of the first account.
    state[0][12] ^= 1;
    let manifest = borsh::to_vec(&(round, digests(&state), digests(&application))).unwrap();
    for liar in &liars {
        *liar.script.manifest.lock().unwrap() = Some(manifest.clone());
        liar.serve(false, &state);
        liar.serve(true, &application);
    }
    let mut peers: Vec<String> = liars.iter().map(|liar| liar.address.clone()).collect();
    peers.push(cluster.node(0).addresses()[0].clone());
    let (node, log) = join_logged(&cluster, &peers);
    cluster.start(1);
    check(&cluster, &node);
    for liar in &liars {
        let name = liar.network.local_peer().to_string();
        assert!(
            log.lines()
                .any(|line| line.contains("expelled") && line.contains(&name)),
            "{log}"
        );
    }
}

/// A snapshot of a round that no checkpoint signs, the newest of all.
#[test]
fn a_snapshot_of_a_round_to_come_is_passed_over() {
    let mut cluster = halted();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let liar = Liar::new(&runtime, &cluster);
    let digest = vec![Digest([7; 32])];
    *liar.script.manifest.lock().unwrap() = Some(borsh::to_vec(&(1_000_000_u64, &digest, &digest)).unwrap());
    let peers = [liar.address.clone(), cluster.node(0).addresses()[0].clone()];
    let (node, log) = join_logged(&cluster, &peers);
    cluster.start(1);
    check(&cluster, &node);
    assert_eq!(
        *liar.script.asked.lock().unwrap(),
        0,
        "no chunk of it was fetched: {log}"
    );
}

/// Nobody has a snapshot: the blocks are fetched.
#[test]
fn a_joiner_without_a_snapshot_to_take_fetches_the_blocks() {
    let mut cluster = network(2);
    cluster.wait_for(5, LONG);
    cluster.stop(1);
    assert!(
        cluster.node(0).status().final_round < EVERY,
        "too quick for this test"
    );
    let from = genesis_alone();
    let node = joiner(&cluster, &cluster.node(0).addresses())
        .join(from)
        .start()
        .unwrap();
    cluster.start(1);
    let goal = cluster.node(0).status().final_round + 3;
    assert!(node.wait_for_round(goal, LONG));
    assert_eq!(node.restart().snapshot, None);
    assert!(node.blocks().block(1).unwrap().is_some());
}
