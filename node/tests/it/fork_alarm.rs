//! A certificate that contradicts a final block: the evidence is kept, the alarm raised, the embedding client told.

use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use klero_committee::{QuorumCertificate, Role, Step, Value, cast_vote, certificate};
use klero_finality::Chain;
use klero_net::{NetworkConfig, NetworkEvent, identity};
use klero_node::Digest;
use klero_node::events::NodeEvent;
use klero_node::finality::Profile;
use klero_node::wire::{Envelope, Message};
use klero_sampling::codec::Wire;

use crate::cluster::{Cluster, quick};

struct Nothing;

impl klero_net::ChainReader for Nothing {
    fn head(&self) -> u64 {
        0
    }
    fn blocks(&self, _from: u64, _count: u32, _max_bytes: usize) -> Vec<Vec<u8>> {
        Vec::new()
    }
    fn body(&self, _digest: &Digest) -> Option<Vec<u8>> {
        None
    }
}

/// What nobody honest makes: three of four members certify a second block of a round.
fn second_certificate(cluster: &Cluster, round: u64) -> QuorumCertificate {
    let mut chain = Chain::new(&cluster.genesis).unwrap();
    let blocks = cluster.node(0).blocks();
    for round in 1..round {
        chain.advance(&blocks.block(round).unwrap().unwrap()).unwrap();
    }
    let context = chain.context(round).unwrap();
    let (role, value) = (Role::new(round, 0, Step::Cert), Value::Block(Digest([66; 32])));
    let votes = (0..3).map(|node| {
        let entry = &cluster.keys(node).validators[0];
        let index = context.electorate().index_of(&entry.id).unwrap();
        cast_vote(&context, role, value, index, &entry.keys().unwrap()).unwrap()
    });
    let votes: Vec<_> = votes.collect();
    certificate::assemble(&context, role, value, &votes).unwrap()
}

async fn gossip(cluster: &Cluster, certificate: QuorumCertificate) {
    let config = NetworkConfig::new(*certificate_chain(cluster), identity::Keypair::generate_ed25519());
    let config = config.bootnode(cluster.node(0).addresses()[0].parse().unwrap());
    let (network, mut events) = klero_net::spawn(config, std::sync::Arc::new(Nothing)).unwrap();
    while !matches!(events.recv().await, Some(NetworkEvent::PeerConnected(_))) {}
    for attempt in 0..20 {
        let message = Message::Certificate(certificate.as_unverified().clone());
        let topic = message.topic();
        let _refused = network.publish(topic, Envelope { attempt, message }.encode());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn certificate_chain(cluster: &Cluster) -> &'static Digest {
    Box::leak(Box::new(*Chain::new(&cluster.genesis).unwrap().id()))
}

/// [FIN-6] One node hears of it from a stranger, and all know: the certificate is passed on.
#[test]
fn two_certified_blocks_of_one_round_stop_every_node_and_call_the_hook() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    let (called, hook) = channel();
    cluster.start_as(0, move |builder| {
        builder.on_fork(move |fork, report| {
            called.send((fork.to_unverified(), report.clone())).unwrap();
        })
    });
    (1..4).for_each(|node| cluster.start(node));
    cluster.wait_for(6, Duration::from_secs(60));
    let second = second_certificate(&cluster, 4);
    let first = cluster.node(0).blocks().certificate(4).unwrap().unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(gossip(&cluster, second.clone()));
    let (fork, report) = hook.recv_timeout(Duration::from_secs(30)).unwrap();
    let values = [fork.first.value, fork.second.value];
    assert!(values.contains(&second.value()) && values.contains(&first.value));
    // Who stands in both certificates is named, and nobody else.
    let both = (0..4).filter(|index| {
        let signed = |set: &klero_committee::SignerSet| set.iter().any(|signer| signer == *index);
        signed(&first.signers) && signed(&second.as_unverified().signers)
    });
    let named: Vec<u32> = report.culprits.iter().map(|culprit| culprit.index).collect();
    assert_eq!(named, both.collect::<Vec<u32>>());
    assert!(!named.is_empty());
    let until = Instant::now() + Duration::from_secs(30);
    for node in 0..4 {
        while cluster.node(node).blocks().fork(4).unwrap().is_none() {
            assert!(Instant::now() < until, "node {node} does not know");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert!(cluster.node(node).status().silent.is_some());
        let forks = cluster.events(node).into_iter();
        assert_eq!(
            forks
                .filter(|event| matches!(event, NodeEvent::Fork { .. }))
                .count(),
            1
        );
    }
    assert!(hook.try_recv().is_err(), "it is called once");
}
