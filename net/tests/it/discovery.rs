//! Nodes find each other from one boot node, and again without it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use klero_net::identity::Keypair;
use klero_net::{Multiaddr, NetworkConfig, PeerId};
use klero_sampling::Digest;

use crate::node::{CHAIN, Node, Over, patiently, seeking};

/// How many connections the nodes of these tests make by themselves.
const OUTBOUND: usize = 3;

async fn until(what: &str, holds: impl Fn() -> bool) {
    patiently(what, async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// Nodes that each know the one before them, or all the first.
async fn network(count: usize, is_chain: bool, over: Over) -> Vec<Node> {
    let mut nodes: Vec<Node> = Vec::new();
    for _ in 0..count {
        let config = seeking(over).outbound(OUTBOUND);
        let boot = if is_chain { nodes.last() } else { nodes.first() };
        let config = match boot {
            Some(node) => config.bootnode(node.address.clone()),
            None => config,
        };
        nodes.push(Node::start(config).await);
    }
    nodes
}

fn peers(node: &Node) -> BTreeSet<PeerId> {
    node.network.peers().into_iter().collect()
}

async fn all_find_peers(count: usize, is_chain: bool, over: Over) -> Vec<Node> {
    let nodes = network(count, is_chain, over).await;
    until("network in which each has peers enough", || {
        nodes.iter().all(|node| peers(node).len() >= OUTBOUND)
    })
    .await;
    nodes
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_chain_everybody_finds_enough_peers() {
    for over in Over::BOTH {
        all_find_peers(8, true, over).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_star_outlives_its_centre() {
    let mut nodes = all_find_peers(8, false, Over::Quic).await;
    let centre = nodes.remove(0);
    let gone = centre.peer();
    centre.stop().await;
    until("network without its centre", || {
        nodes
            .iter()
            .all(|node| peers(node).len() >= OUTBOUND && !peers(node).contains(&gone))
    })
    .await;

    // What a node remembers brings it back, with nobody to introduce it.
    let last = nodes.pop().unwrap();
    let known: Vec<Multiaddr> = last.network.known_addresses();
    assert!(!known.is_empty());
    last.stop().await;
    let again = Node::start(seeking(Over::Quic).outbound(OUTBOUND).known(known)).await;
    until("peer that was remembered", || peers(&again).len() >= OUTBOUND).await;
}

/// With fewer peers than it would like, a node connects to all there are, and does not mind.
#[tokio::test(flavor = "multi_thread")]
async fn a_small_network_is_complete() {
    let nodes = network(5, true, Over::Tcp).await;
    until("complete network", || {
        nodes.iter().all(|node| peers(node).len() >= OUTBOUND)
    })
    .await;
    let wishful = seeking(Over::Tcp).bootnode(nodes[4].address.clone());
    let wishful = Node::start(wishful).await;
    until("connection with everybody", || peers(&wishful).len() == 5).await;
}

/// [E12] Nobody is told of a node of another chain, and nobody of this one looks for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_of_another_chain_is_not_passed_on() {
    let mut nodes = network(4, false, Over::Tcp).await;
    let mut foreign = seeking(Over::Tcp).bootnode(nodes[0].address.clone());
    foreign.chain = Digest([8; 32]);
    let foreign = Node::start(foreign).await;
    let refused = |event| match event {
        klero_net::NetworkEvent::PeerRefused { peer, .. } => Some(peer),
        _ => None,
    };
    let centre = nodes.first_mut().unwrap();
    assert_eq!(centre.until("refusal", refused).await, foreign.peer());
    let late = seeking(Over::Tcp)
        .bootnode(nodes[0].address.clone())
        .outbound(OUTBOUND);
    nodes.push(Node::start(late).await);
    until("network in which each has peers enough", || {
        nodes.iter().all(|node| peers(node).len() >= OUTBOUND)
    })
    .await;
    let told = crate::asker::everybody_told_of(&nodes[0]).await;
    assert!(told.contains(&nodes[1].peer()), "{told:?}");
    assert!(!told.contains(&foreign.peer()));
    assert!(foreign.network.peers().is_empty() && foreign.network.known_addresses().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_discovery_is_left_alone() {
    let node = Node::start(seeking(Over::Tcp).outbound(OUTBOUND)).await;
    let quiet = NetworkConfig::new(CHAIN, Keypair::generate_ed25519())
        .listen(Over::Tcp.address())
        .discovery(false)
        .bootnode(node.address.clone());
    let quiet = Node::start(quiet).await;
    until("connection", || peers(&quiet).len() == 1).await;
    let other = Node::start(seeking(Over::Tcp).bootnode(node.address.clone())).await;
    until("connection", || peers(&other).len() == 1).await;
    let told = crate::asker::everybody_told_of(&node).await;
    assert!(
        told.contains(&other.peer()) && !told.contains(&quiet.peer()),
        "{told:?}"
    );
}

/// A thousand false addresses cost a dial each quarter of a second at most, and keep no honest peer from being found.
#[tokio::test(flavor = "multi_thread")]
async fn a_liar_costs_little() {
    let trap = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let lie: Multiaddr = format!("/ip4/127.0.0.1/tcp/{}", trap.local_addr().unwrap().port())
        .parse()
        .unwrap();
    let fallen = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&fallen);
    std::thread::spawn(move || {
        for stream in trap.incoming() {
            drop(stream);
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    let liar = crate::asker::liar(lie).await;
    let honest = network(3, true, Over::Tcp).await;
    let start = Instant::now();
    let victim = seeking(Over::Tcp)
        .bootnode(liar)
        .bootnode(honest[0].address.clone());
    let victim = Node::start(victim).await;
    until("victim", || fallen.load(Ordering::Relaxed) >= 10).await;
    until("honest peers", || {
        honest.iter().all(|node| peers(&victim).contains(&node.peer()))
    })
    .await;
    let fallen = fallen.load(Ordering::Relaxed) as u128;
    // A tick that was late is followed by one that is early, on a machine under load.
    let most = start.elapsed().as_millis() / 250 + 5;
    assert!(fallen <= most, "{fallen} of {most}");
}

/// The name of a boot node is looked up; one that cannot be dialled at all is refused at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_boot_node_may_have_a_name() {
    for (over, name) in [(Over::Quic, "dns4"), (Over::Tcp, "dns")] {
        let mut node = Node::start(seeking(over)).await;
        let named = node
            .address
            .to_string()
            .replace("/ip4/127.0.0.1", &format!("/{name}/localhost"));
        let with_id: Multiaddr = format!("{named}/p2p/{}", node.peer()).parse().unwrap();
        for address in [named.parse().unwrap(), with_id] {
            let mut other = Node::start(seeking(over).bootnode(address)).await;
            other.peers(1).await;
            node.peers(1).await;
            let gone = other.peer();
            other.stop().await;
            node.loses(gone).await;
        }
    }
}
