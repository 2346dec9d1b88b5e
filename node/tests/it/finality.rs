//! Several nodes make the same blocks final.

use std::time::Duration;

use klero_node::Digest;
use klero_node::finality::Profile;

use crate::cluster::{Cluster, quick, quota};

/// Fails unless all nodes hold the same blocks.
pub(crate) fn assert_same_chain(cluster: &Cluster, nodes: &[usize], rounds: u64) {
    for round in 1..=rounds {
        let block = |node: &usize| cluster.node(*node).blocks().block(round).unwrap().unwrap();
        let blocks: Vec<_> = nodes.iter().map(block).collect();
        assert!(blocks.iter().all(|block| *block == blocks[0]), "round {round}");
    }
}

#[test]
fn four_nodes_make_the_same_blocks_final() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(12, Duration::from_secs(60));
    assert_same_chain(&cluster, &[0, 1, 2, 3], 12);
}

#[test]
fn sampled_committees_prove_their_draws() {
    let mut cluster = Cluster::with_stakes(4, 15, quota(300, 205, 110), |number| 170_000_000 / (number + 1));
    cluster.start_all();
    cluster.wait_for(8, Duration::from_secs(60));
    assert_same_chain(&cluster, &[0, 1, 2, 3], 8);
    let finals = cluster.finals(0);
    assert!(
        finals
            .iter()
            .any(|last| last.votes_with_proof > 0 && last.proven > 0),
        "{finals:#?}"
    );
    assert!(
        finals.iter().all(|last| last.seats >= last.threshold),
        "{finals:#?}"
    );
}

#[test]
fn a_transaction_is_executed_once_on_every_node() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    let transactions: Vec<Digest> = (0..40_usize)
        .map(|number| {
            cluster
                .node(number % 4)
                .submit(format!("set key{number} {number}").into_bytes())
                .unwrap()
        })
        .collect();
    let mut sent = transactions;
    sent.sort_unstable();
    let mut ordered: Vec<Digest> = Vec::new();
    for round in 1..=200 {
        cluster.wait_for(round, Duration::from_secs(60));
        let block = cluster.node(2).blocks().block(round).unwrap().unwrap();
        let transactions = klero_node::app::unpack(&block.body.payload).unwrap();
        ordered.extend(
            transactions
                .iter()
                .map(|bytes| klero_node::app::transaction_digest(bytes)),
        );
        // Some rounds more, in which none may come again.
        if ordered.len() >= sent.len() && round >= 12 {
            assert_same_chain(&cluster, &[0, 1, 2, 3], round);
            break;
        }
    }
    ordered.sort_unstable();
    assert_eq!(ordered, sent);
}
