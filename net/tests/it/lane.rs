//! [NET-3] [D12] Votes have a lane of their own: no volume of bodies delays them.

use std::collections::BTreeMap;
use std::time::Duration;

use klero_net::{Topic, Verdict};
use tokio::time::{Instant, sleep, timeout};

use crate::node::{Node, Over, config};
use crate::slow_link::{RATE, slow_link};

/// Sixteen megabytes, a quarter of a minute at the rate of the link.
const BODIES: u8 = 8;
const VOTES: usize = 20;
const APART: Duration = Duration::from_millis(100);

/// For half of the votes. What is on its way in the link and in the system goes first; then it is the vote's turn. With
/// one lane for everything half of the votes take more than three seconds, or all of them lapse on the way.
const BOUND: Duration = Duration::from_millis(1500);

async fn delays(over: Over) -> Vec<Option<Duration>> {
    let mut near = Node::start(config(over)).await;
    let link = slow_link(&near.address, over).await;
    let mut far = Node::start(config(over).bootnode(link)).await;
    near.peers(1).await;
    far.peers(1).await;

    let sender = far.network.clone();
    let sent = tokio::spawn(async move {
        let mut sent = BTreeMap::new();
        for number in 0..BODIES {
            let body = vec![number; Topic::Proposals.max_bytes()];
            sender.publish(Topic::Proposals, body).unwrap();
        }
        sleep(Duration::from_millis(500)).await;
        for number in 0..VOTES {
            sender
                .publish(Topic::Votes, format!("vote {number}").into_bytes())
                .unwrap();
            sent.insert(format!("vote {number}"), Instant::now());
            sleep(APART).await;
        }
        sent
    });
    let mut heard = BTreeMap::new();
    let hear = async {
        while heard.len() < VOTES {
            let gossip = near.message().await;
            if gossip.topic == Topic::Votes {
                heard.insert(String::from_utf8(gossip.bytes.clone()).unwrap(), Instant::now());
            }
            near.network.verdict(gossip.receipt, Verdict::Accept);
        }
    };
    let _some_are_lost = timeout(Duration::from_secs(30), hear).await;
    let sent = sent.await.unwrap();
    sent.iter()
        .map(|(vote, at)| Some(heard.get(vote)?.duration_since(*at)))
        .collect()
}

#[allow(clippy::print_stdout, reason = "the figures of a measurement")]
fn assert_prompt(over: Over, delays: &[Option<Duration>]) {
    let mut known: Vec<Duration> = delays.iter().flatten().copied().collect();
    known.sort_unstable();
    let (lost, median) = (VOTES - known.len(), known.get(known.len() / 2));
    let slowest = known.last();
    println!(
        "{over:?} at {RATE} bytes a second behind {BODIES} bodies: median {median:?}, slowest {slowest:?}, lost {lost}"
    );
    assert_eq!(lost, 0, "{over:?}: {delays:?}");
    assert!(median < Some(&BOUND), "{over:?}: {delays:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_pass_a_link_full_of_bodies_over_tcp() {
    assert_prompt(Over::Tcp, &delays(Over::Tcp).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn votes_pass_a_link_full_of_bodies_over_quic() {
    assert_prompt(Over::Quic, &delays(Over::Quic).await);
}
