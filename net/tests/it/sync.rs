//! Heads, blocks and bodies by request [NET-4].

use std::sync::{Arc, Mutex, mpsc};

use klero_net::{ChainReader, MAX_BLOCKS, PeerId, RequestError};
use klero_sampling::Digest;

use crate::chain::{BODY, Blocks};
use crate::node::{Node, Over, config, patiently};

/// A server with the chain, and a client.
async fn pair(over: Over, reader: impl ChainReader) -> (Node, Node) {
    let mut server = Node::start_with(config(over), Arc::new(reader)).await;
    let mut client = Node::join(over, &server).await;
    client.peers(1).await;
    // Until it has met the client the server is busy.
    server.peers(1).await;
    (server, client)
}

async fn answered(over: Over) {
    let (server, client) = pair(
        over,
        Blocks {
            lengths: vec![2, 1, 3],
            excess: 0,
        },
    )
    .await;
    let (peer, network) = (server.peer(), &client.network);
    assert_eq!(network.head_of(peer).await, Ok(3));
    assert_eq!(
        network.blocks_from(peer, 2, 9).await,
        Ok(vec![vec![2; 1], vec![3; 3]])
    );
    assert_eq!(
        network.blocks_from(peer, 1, 2).await,
        Ok(vec![vec![1; 2], vec![2; 1]])
    );
    assert_eq!(
        network.blocks_from(peer, 4, 9).await,
        Ok(vec![]),
        "beyond the head"
    );
    assert_eq!(network.blocks_from(peer, 1, 0).await, Ok(vec![]));
    assert_eq!(
        network.body_from(peer, BODY).await,
        Ok(Some(b"the body".to_vec()))
    );
    assert_eq!(
        network.body_from(peer, Digest::ZERO).await,
        Ok(None),
        "a body that it lacks"
    );
    // Both ways over the one connection.
    assert_eq!(server.network.head_of(client.peer()).await, Ok(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    answered(Over::Quic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    answered(Over::Tcp).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_bounded_in_number_whatever_the_reader_returns() {
    let most = MAX_BLOCKS as usize;
    let (server, client) = pair(
        Over::Tcp,
        Blocks {
            lengths: vec![1; 2 * most],
            excess: 5,
        },
    )
    .await;
    let (peer, network) = (server.peer(), &client.network);
    assert_eq!(
        network.blocks_from(peer, 1, MAX_BLOCKS + 1).await.unwrap().len(),
        most
    );
    assert_eq!(network.blocks_from(peer, 1, u32::MAX).await.unwrap().len(), most);
    assert_eq!(network.blocks_from(peer, 1, 3).await.unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_are_bounded_in_length() {
    for over in Over::BOTH {
        let (server, client) = pair(
            over,
            Blocks {
                lengths: vec![3 << 20; 5],
                excess: 0,
            },
        )
        .await;
        let blocks = client.network.blocks_from(server.peer(), 1, 5).await.unwrap();
        assert_eq!(blocks, [vec![1; 3 << 20], vec![2; 3 << 20]], "8 MiB hold two");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_connected_is_not_asked() {
    let alone = Node::start(config(Over::Quic)).await;
    assert_eq!(
        alone.network.head_of(PeerId::random()).await,
        Err(RequestError::NotConnected)
    );
    assert_eq!(
        alone.network.head_of(alone.peer()).await,
        Err(RequestError::NotConnected)
    );
}

/// A reader that answers when it is told to.
struct Slow(Mutex<mpsc::Receiver<()>>);

impl ChainReader for Slow {
    fn head(&self) -> u64 {
        self.0.lock().unwrap().recv().unwrap();
        9
    }

    fn blocks(&self, _: u64, _: u32, _: usize) -> Vec<Vec<u8>> {
        panic!("a reader that fails")
    }

    fn body(&self, _: &Digest) -> Option<Vec<u8>> {
        None
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_asks_too_much_is_told_that_the_node_is_busy() {
    let (answer, answers) = mpsc::channel();
    let (server, client) = pair(Over::Tcp, Slow(Mutex::new(answers))).await;
    let ask = || client.network.head_of(server.peer());
    let mut first = futures::future::join_all((0..4).map(|_| ask()));
    let busy = patiently("the fifth answer", async {
        loop {
            tokio::select! {
                biased;
                early = &mut first => panic!("{early:?} though nothing was read"),
                fifth = ask() => if fifth == Err(RequestError::Busy) { break fifth },
            }
        }
    });
    assert_eq!(busy.await, Err(RequestError::Busy));
    for _ in 0..4 {
        answer.send(()).unwrap();
    }
    assert_eq!(first.await, vec![Ok(9); 4]);
    answer.send(()).unwrap();
    assert_eq!(ask().await, Ok(9), "room again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_fails_takes_nothing_with_it() {
    let (answer, answers) = mpsc::channel();
    let (server, client) = pair(Over::Tcp, Slow(Mutex::new(answers))).await;
    for _ in 0..9 {
        let failed = client.network.blocks_from(server.peer(), 1, 1).await;
        assert!(matches!(failed, Err(RequestError::Failed(_))), "{failed:?}");
    }
    answer.send(()).unwrap();
    assert_eq!(client.network.head_of(server.peer()).await, Ok(9));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_goes_leaves_no_question_open() {
    let (_answer, answers) = mpsc::channel();
    let (server, client) = pair(Over::Tcp, Slow(Mutex::new(answers))).await;
    let peer = server.peer();
    let question = client.network.head_of(peer);
    let (answer, ()) = tokio::join!(question, server.stop());
    assert!(
        matches!(answer, Err(RequestError::Failed(_) | RequestError::NotConnected)),
        "{answer:?}"
    );
}
