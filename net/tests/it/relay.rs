//! In a line A – B – C, what B accepts reaches C, and nothing else does [NET-1] [NET-2].

use klero_net::{Refusal, Verdict};

use crate::node::{Node, Over, config};

async fn line(over: Over) {
    let mut b = Node::start(config(over)).await;
    let mut a = Node::join(over, &b).await;
    let mut c = Node::join(over, &b).await;
    a.peers(1).await;
    b.peers(2).await;
    c.peers(1).await;

    a.vote("accepted");
    assert_eq!(b.judge(Verdict::Accept).await, b"accepted");
    let heard = c.message().await;
    assert_eq!((&*heard.bytes, heard.peer), (&b"accepted"[..], b.peer()));

    // Were one of these passed on, C would hear it before the last: messages keep their order on a stream.
    for text in ["rejected", "ignored", "never judged"] {
        a.vote(text);
    }
    assert_eq!(b.judge(Refusal::BadSignature.verdict()).await, b"rejected");
    assert_eq!(b.judge(Refusal::Stale.verdict()).await, b"ignored");
    let undecided = b.message().await;
    assert_eq!(undecided.bytes, b"never judged");
    drop(undecided.receipt);

    a.vote("the last");
    assert_eq!(b.judge(Verdict::Accept).await, b"the last");
    assert_eq!(c.judge(Verdict::Accept).await, b"the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    line(Over::Quic).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    line(Over::Tcp).await;
}
