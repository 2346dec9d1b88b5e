//! Who differs in chain or version is disconnected with the reason, and not heard [NET-5].

use std::time::{Duration, Instant};

use klero_net::{NetworkEvent, PeerId, PeerRefusal, RequestError, Topic, Verdict};
use klero_sampling::Digest;

use crate::node::{CHAIN, Node, Over, config};
use crate::stranger::{Stranger, proper_text};

const OTHER: Digest = Digest([8; 32]);

/// The reason for which a node refuses a peer; the peer never counts as connected, and nothing of it is heard.
async fn refusal(node: &mut Node, stranger: PeerId) -> PeerRefusal {
    node.until("refusal", |event| match event {
        NetworkEvent::PeerRefused { peer, reason } => {
            assert_eq!(peer, stranger);
            Some(reason)
        }
        NetworkEvent::PeerConnected(peer) => panic!("{peer} counts as connected"),
        NetworkEvent::Gossip(gossip) => panic!("{gossip:?} is delivered"),
        _ => None,
    })
    .await
}

/// [E12] A node whose genesis differs is never in a mesh: it does not even count as connected.
#[tokio::test(flavor = "multi_thread")]
async fn another_chain_is_refused_on_both_sides() {
    for over in Over::BOTH {
        let mut a = Node::start(config(over)).await;
        let mut foreign = config(over).bootnode(a.address.clone());
        foreign.chain = OTHER;
        let mut b = Node::start(foreign).await;
        let reason = PeerRefusal::OtherChain {
            theirs: OTHER,
            ours: CHAIN,
        };
        assert_eq!(refusal(&mut a, b.peer()).await, reason, "{over:?}");
        let reason = PeerRefusal::OtherChain {
            theirs: CHAIN,
            ours: OTHER,
        };
        assert_eq!(refusal(&mut b, a.peer()).await, reason, "{over:?}");
        assert!(a.network.peers().is_empty() && b.network.peers().is_empty());
        assert_eq!(a.network.head_of(b.peer()).await, Err(RequestError::NotConnected));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_is_refused_on_both_sides() {
    let mut a = Node::start(config(Over::Quic)).await;
    let mut b = Node::start(config(Over::Quic).version(2).bootnode(a.address.clone())).await;
    assert_eq!(
        refusal(&mut a, b.peer()).await,
        PeerRefusal::OtherVersion { theirs: 2, ours: 1 }
    );
    assert_eq!(
        refusal(&mut b, a.peer()).await,
        PeerRefusal::OtherVersion { theirs: 1, ours: 2 }
    );
}

/// A peer of another chain that sends on this chain's topics, and asks, all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_peer_is_neither_heard_nor_answered() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut friend = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    friend.peers(1).await;
    let stranger = Stranger::meet(&node, Some("ipfs/0.1.0".into()), Vec::new()).await;
    stranger.gossip(Topic::Votes, b"a vote".to_vec());
    let reason = PeerRefusal::NotKlero {
        protocol: "ipfs/0.1.0".into(),
    };
    assert_eq!(refusal(&mut node, stranger.peer).await, reason);
    assert_eq!(
        stranger.ask(vec![1, 0, 0, 0, 0]).await.unwrap_or_default(),
        b"",
        "a question for the head"
    );

    // That vote is not known by having come from the stranger: an honest peer still brings it.
    friend.vote("a vote");
    assert_eq!(node.judge(Verdict::Accept).await, b"a vote");
    assert_eq!(node.network.peers(), [friend.peer()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_peer_is_dropped_in_time_and_not_heard() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let start = Instant::now();
    let stranger = Stranger::meet(&node, None, Vec::new()).await;
    stranger.gossip(Topic::Votes, b"who am I?".to_vec());
    assert_eq!(refusal(&mut node, stranger.peer).await, PeerRefusal::Silent);
    assert!(start.elapsed() >= Duration::from_secs(5));
}

/// Gossip that overtakes the handshake waits for it.
#[tokio::test(flavor = "multi_thread")]
async fn early_gossip_of_a_proper_peer_is_heard_after_it_counts_as_connected() {
    for _ in 0..10 {
        let mut node = Node::start(config(Over::Tcp)).await;
        let stranger = Stranger::meet(&node, Some(proper_text()), Vec::new()).await;
        stranger.gossip(Topic::Votes, b"early".to_vec());
        let connected = |event| matches!(event, NetworkEvent::PeerConnected(_)).then_some(());
        node.until("the peer", |event| {
            assert!(!matches!(event, NetworkEvent::Gossip(_)), "heard before");
            connected(event)
        })
        .await;
        assert_eq!(node.judge(Verdict::Accept).await, b"early");
    }
}

/// A node introduces itself to gossip on a first connection only. One that does not believes in an older connection,
/// and is made to see that there is none.
#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_subscribes_to_nothing_is_disconnected() {
    let node = Node::start(config(Over::Tcp)).await;
    let stranger = Stranger::mute(&node).await;
    let start = Instant::now();
    while stranger.ask(vec![1, 0, 0, 0, 0]).await.is_some() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(start.elapsed() >= Duration::from_secs(2));
    assert!(node.network.peers().is_empty());
}
