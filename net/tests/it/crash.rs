//! A node that dies without a word and starts again at once takes part again, though its peers have not noticed
//! yet that the connection of its former life is dead.

use klero_net::identity::Keypair;
use klero_net::{NetworkConfig, Verdict};
use tokio::runtime::Runtime;

use crate::node::{CHAIN, Node, Over, config};

async fn crashes(over: Over) {
    let mut a = Node::start(config(over)).await;
    let own = NetworkConfig::new(CHAIN, Keypair::generate_ed25519()).listen(over.address());
    let mut own = own.bootnode(a.address.clone());
    for life in 0..3 {
        // With its runtime a node loses its sockets, and says no good-bye.
        let runtime = Runtime::new().unwrap();
        let mut b = runtime.spawn(Node::start(own.clone())).await.unwrap();
        own.listen = vec![b.address.clone()];
        if life > 0 {
            a.loses(b.peer()).await;
        }
        a.peers(1).await;
        b.peers(1).await;
        for i in 0..10 {
            let (there, back) = (format!("{i} to life {life}"), format!("{i} from life {life}"));
            a.vote(&there);
            assert_eq!(b.judge(Verdict::Accept).await, there.as_bytes(), "{over:?}");
            b.vote(&back);
            assert_eq!(a.judge(Verdict::Accept).await, back.as_bytes(), "{over:?}");
        }
        runtime.shutdown_background();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    crashes(Over::Quic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    crashes(Over::Tcp).await;
}
