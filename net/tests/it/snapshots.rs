//! What a node that joins asks for, and what becomes of a peer that lied [NET-4].

use std::sync::Arc;

use klero_net::{ChainReader, MAX_BLOCKS, MAX_BODY_BYTES};
use klero_sampling::Digest;

use crate::node::{Node, Over, config};

/// A node with one snapshot, after round 7.
struct Kept;

impl ChainReader for Kept {
    fn head(&self) -> u64 {
        9
    }

    fn blocks(&self, _: u64, _: u32, _: usize) -> Vec<Vec<u8>> {
        Vec::new()
    }

    fn body(&self, _: &Digest) -> Option<Vec<u8>> {
        None
    }

    fn checkpoint(&self, number: u64) -> Option<Vec<u8>> {
        (number == 2).then(|| b"checkpoint 2".to_vec())
    }

    /// More than it was asked for.
    fn headers(&self, from: u64, count: u32) -> Vec<Vec<u8>> {
        (from..from + u64::from(count) + 5)
            .map(|round| vec![round as u8])
            .collect()
    }

    fn manifest(&self) -> Option<Vec<u8>> {
        Some(b"chunks".to_vec())
    }

    fn chunk(&self, of_application: bool, round: u64, place: u32) -> Option<Vec<u8>> {
        let length = if place == 3 { MAX_BODY_BYTES + 1 } else { 4 };
        (round == 7).then(|| vec![u8::from(of_application); length])
    }
}

async fn pair() -> (Node, Node) {
    let mut server = Node::start_with(config(Over::Quic), Arc::new(Kept)).await;
    let mut client = Node::join(Over::Quic, &server).await;
    client.peers(1).await;
    server.peers(1).await;
    (server, client)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_parts_of_a_snapshot_are_had_by_request_within_limits() {
    let (server, client) = pair().await;
    let (peer, network) = (server.peer(), &client.network);
    assert_eq!(network.manifest_of(peer).await, Ok(Some(b"chunks".to_vec())));
    assert_eq!(
        network.checkpoint_from(peer, 2).await,
        Ok(Some(b"checkpoint 2".to_vec()))
    );
    assert_eq!(network.checkpoint_from(peer, 3).await, Ok(None));
    assert_eq!(network.headers_from(peer, 4, 2).await, Ok(vec![vec![4], vec![5]]));
    let most = network.headers_from(peer, 1, u32::MAX).await.unwrap();
    assert_eq!(most.len(), MAX_BLOCKS as usize);
    for of_application in [false, true] {
        let expected = vec![u8::from(of_application); 4];
        assert_eq!(
            network.chunk_from(peer, of_application, 7, 0).await,
            Ok(Some(expected))
        );
    }
    assert_eq!(network.chunk_from(peer, false, 8, 0).await, Ok(None));
    assert_eq!(
        network.chunk_from(peer, false, 7, 3).await,
        Ok(None),
        "longer than an answer may be"
    );
}

/// A node without snapshots says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_snapshot_offers_none() {
    let (server, client) = pair().await;
    let other = client.peer();
    assert_eq!(server.network.manifest_of(other).await, Ok(None));
    assert_eq!(server.network.headers_from(other, 1, 2).await, Ok(vec![]));
}

/// [NET-2] Who lied is disconnected, and not let in again at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_expelled_peer_is_gone_and_stays_out() {
    let (mut server, client) = pair().await;
    client.network.expel(server.peer());
    server.loses(client.peer()).await;
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    assert!(
        client.network.peers().is_empty(),
        "it dials its boot node and refuses it"
    );
}
