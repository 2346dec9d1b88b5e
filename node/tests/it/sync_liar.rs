//! A peer that lies to a node which is behind: it costs one answer, is expelled and named, and the others are asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use klero_net::{ChainReader, NetworkConfig, NetworkEvent, identity};
use klero_node::finality::Profile;
use klero_node::{BlockStore, Digest};
use klero_sampling::codec::Wire;

use crate::cli::printed;
use crate::cli_init::ANY_PORTS;
use crate::cluster::{Cluster, quick};
use crate::testnet_launch::{eventually, head, start_node};

/// Claims the highest head of all. Its blocks are those of the chain, but the certificate of the last one in an answer
/// is forged; and what comes after the chain's end is rubbish.
struct Liar {
    blocks: BlockStore,
    asked: AtomicU32,
}

impl ChainReader for Liar {
    fn head(&self) -> u64 {
        u64::MAX
    }

    fn blocks(&self, from: u64, count: u32, _: usize) -> Vec<Vec<u8>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let rounds = from..from + u64::from(count.min(5));
        let found = rounds.map_while(|round| self.blocks.final_block(round).unwrap());
        let mut found: Vec<_> = found.collect();
        match found.last_mut() {
            Some(last) => last.certificate.signature[9] ^= 4,
            None => return vec![b"no block".to_vec()],
        }
        found.iter().map(Wire::encode).collect()
    }

    fn body(&self, _: &Digest) -> Option<Vec<u8>> {
        None
    }
}

/// [NET-4] [D10]
#[test]
fn a_peer_that_serves_a_forged_certificate_is_expelled_and_named() {
    let mut profile = quick(Profile::full());
    profile.propose = 1_000;
    let mut cluster = Cluster::new(1, 1, profile);
    cluster.start(0);
    cluster.wait_for(30, Duration::from_secs(60));
    let honest = cluster.node(0).addresses()[0].clone();

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let liar = Arc::new(Liar {
        blocks: cluster.node(0).blocks().clone(),
        asked: AtomicU32::new(0),
    });
    let config = NetworkConfig::new(cluster.genesis.chain_id(), identity::Keypair::generate_ed25519())
        .listen("/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap());
    let reader: Arc<dyn ChainReader> = Arc::clone(&liar) as _;
    let (network, mut events) = {
        let _inside = runtime.enter();
        klero_net::spawn(config, reader).unwrap()
    };
    let name = network.local_peer().to_string();
    let address = runtime.block_on(async {
        loop {
            if let NetworkEvent::Listening(address) = events.recv().await.unwrap() {
                return format!("{address}/p2p/{name}");
            }
        }
    });
    // Nobody needs its events; they must be taken all the same.
    runtime.spawn(async move { while events.recv().await.is_some() {} });

    let here = tempfile::tempdir().unwrap();
    let genesis = here.path().join("genesis.json");
    std::fs::write(&genesis, serde_json::to_string(&cluster.genesis).unwrap()).unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let rpc = format!("127.0.0.1:{port}");
    let peers = format!("{address},{honest}");
    let by_hand = [
        "init",
        "--genesis",
        genesis.to_str().unwrap(),
        "--bootnodes",
        &peers,
        "--from-genesis",
        "--dir",
        "d",
        "--rpc",
        &rpc,
    ];
    printed(here.path(), &[&by_hand[..], &ANY_PORTS[2..]].concat());
    let node = start_node(&here.path().join("d"));
    let url = format!("http://{rpc}");
    let goal = cluster.node(0).status().final_round + 20;
    eventually("the node catches up from the honest peer", || {
        head(&url) >= Some(goal)
    });
    let log = || std::fs::read_to_string(here.path().join("d/restarted.log")).unwrap();
    eventually("the liar is named", || {
        log()
            .lines()
            .any(|line| line.contains("expelled") && line.contains(&name))
    });
    let asked = liar.asked.load(Ordering::SeqCst);
    assert!(asked <= 2, "{asked} answers of a liar were looked at: {}", log());
    drop(node);
}
