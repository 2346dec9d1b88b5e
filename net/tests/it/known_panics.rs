//! [D1] What once made the transport panic from afar does not: the node serves its peers afterwards. Each is sent
//! as it was reported; where that takes a forged TLS handshake, the version that has the repair is asked for.

use std::time::Duration;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use klero_net::identity::Keypair;
use klero_net::{Topic, Verdict};
use libp2p::core::transport::{DialOpts, PortUse};
use libp2p::core::upgrade::OutboundConnectionUpgrade;
use libp2p::core::{Endpoint, Transport};
use libp2p::{noise, tcp};

use crate::node::{CHAIN, Node, Over, config, patiently};
use crate::stranger::{Stranger, length_first, proper_text};

/// Packages with the first version in which a known panic, or a growth without end, is repaired.
const REPAIRED: [(&str, [u64; 3]); 3] = [
    // CVE-2026-32314 and GHSA-4w32-2493-32g7, tried below.
    ("yamux", [0, 13, 10]),
    // GHSA-gc42-3jg7-rxr2, tried below, and CVE-2026-95859.
    ("libp2p-gossipsub", [0, 49, 5]),
    // CVE-2026-31812: transport parameters that end too early.
    ("quinn-proto", [0, 11, 14]),
];

#[test]
fn the_locked_versions_have_the_repairs() {
    let mut found = Vec::new();
    let mut name = "";
    for line in include_str!("../../../Cargo.lock").lines() {
        let value = |key: &str| line.strip_prefix(key)?.strip_suffix('"');
        if let Some(package) = value("name = \"") {
            name = package;
        } else if let Some(version) = value("version = \"")
            && let Some((_, repaired)) = REPAIRED.iter().find(|(package, _)| *package == name)
        {
            let numbers: Vec<u64> = version.split('.').map(|part| part.parse().unwrap()).collect();
            assert!(
                numbers[..] >= repaired[..],
                "{name} {version} is older than {repaired:?}"
            );
            found.push(name);
        }
    }
    found.dedup();
    assert_eq!(found.len(), REPAIRED.len(), "{found:?}");
}

/// Says which protocol comes next, and hears it agreed to.
async fn negotiate(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), protocol: &str) {
    let lines = ["/multistream/1.0.0", protocol].map(|line| length_first(format!("{line}\n").as_bytes()));
    let lines = lines.concat();
    stream.write_all(&lines).await.unwrap();
    stream.flush().await.unwrap();
    let mut echo = vec![0; lines.len()];
    stream.read_exact(&mut echo).await.unwrap();
    assert_eq!(echo, lines);
}

/// Connects as any peer would, up to yamux, sends frames of it and waits until the node hangs up, or for a second.
async fn send_yamux(node: &Node, frames: &[u8]) {
    let mut tcp = tcp::tokio::Transport::new(tcp::Config::default());
    let dial = DialOpts {
        role: Endpoint::Dialer,
        port_use: PortUse::New,
    };
    let mut stream = tcp.dial(node.address.clone(), dial).unwrap().await.unwrap();
    negotiate(&mut stream, "/noise").await;
    let noise = noise::Config::new(&Keypair::generate_ed25519()).unwrap();
    let (_, mut stream) = noise.upgrade_outbound(stream, "/noise").await.unwrap();
    negotiate(&mut stream, "/yamux/1.0.0").await;
    // The node may hang up before it has read all.
    let _hung_up = stream.write_all(frames).await;
    let _hung_up = stream.flush().await;
    let mut answer = Vec::new();
    let _open = tokio::time::timeout(Duration::from_secs(1), stream.read_to_end(&mut answer)).await;
}

const DATA: u8 = 0;
const WINDOW_UPDATE: u8 = 1;
const SYN: u8 = 1;

fn frame(kind: u8, flags: u8, length: u32) -> Vec<u8> {
    let stream = 1_u32.to_be_bytes();
    [&[0, kind, 0, flags][..], &stream, &length.to_be_bytes()].concat()
}

/// A node with a peer that stays connected throughout `attack`, and is heard after it.
async fn survives(attack: impl AsyncFnOnce(&Node)) {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut friend = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    friend.peers(1).await;
    attack(&node).await;
    friend.vote("still there?");
    assert_eq!(node.judge(Verdict::Accept).await, b"still there?");
    Node::join(Over::Tcp, &node).await.peers(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_frame_beyond_the_window() {
    survives(async |node| {
        let length = 256 * 1024 + 1;
        let body = vec![0; usize::try_from(length).unwrap()];
        send_yamux(node, &[frame(DATA, SYN, length), body].concat()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_overflows() {
    survives(async |node| {
        let update = frame(WINDOW_UPDATE, 0, 0xffff_0000);
        send_yamux(node, &[frame(DATA, SYN, 0), update.clone(), update].concat()).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_prune_for_longer_than_clocks_run() {
    survives(async |node| {
        let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2][..], &length_first(bytes)].concat();
        let topic = Topic::Votes.path(&CHAIN);
        for last in [0x01, 0x00] {
            // All bits of the number, or all but the highest.
            let backoff = [&[3 << 3][..], &[0xff; 9], &[last]].concat();
            let prune = [field(1, topic.as_bytes()), backoff].concat();
            let stranger = Stranger::meet(node, Some(proper_text()), Vec::new()).await;
            patiently(
                "frame",
                stranger.frame(length_first(&field(3, &field(4, &prune)))),
            )
            .await;
        }
        // The node's own heartbeat looks at what was put off.
        tokio::time::sleep(Duration::from_secs(2)).await;
    })
    .await;
}
