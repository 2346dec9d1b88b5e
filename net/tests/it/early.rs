//! What a peer sends before it has said who it is takes bounded room [NET-5].

use klero_net::{NetworkEvent, Topic, Verdict};

use crate::node::{Node, Over, config};
use crate::stranger::Stranger;

/// The question for the head, as it stands on the wire, and the answer to a peer that has not passed yet.
const HEAD: &[u8] = &[1, 0, 0, 0, 0];
const BUSY: &[u8] = &[1, 0, 0, 0, 3];

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_before_the_handshake_ends_the_connection() {
    let mut node = Node::start(config(Over::Tcp)).await;
    let mut friend = Node::join(Over::Tcp, &node).await;
    node.peers(1).await;
    friend.peers(1).await;

    let stranger = Stranger::meet(&node, None, Vec::new()).await;
    assert_eq!(stranger.ask(HEAD.to_vec()).await.as_deref(), Some(BUSY));
    for i in 0..40 {
        stranger.gossip(Topic::Proposals, vec![i; Topic::Proposals.max_bytes()]);
    }
    while stranger.ask(HEAD.to_vec()).await.is_some() {}

    // It was not given the time that a silent peer has, and nothing of it was delivered.
    friend.vote("a vote");
    let heard = node
        .until("the vote", |event| match event {
            NetworkEvent::Gossip(gossip) => Some(gossip),
            NetworkEvent::PeerRefused { reason, .. } => panic!("{reason}"),
            _ => None,
        })
        .await;
    assert_eq!((&*heard.bytes, heard.peer), (&b"a vote"[..], friend.peer()));
    node.network.verdict(heard.receipt, Verdict::Accept);
}
