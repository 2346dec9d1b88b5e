//! A peer that sends what no honest node sends: the others go on and agree.

use std::time::Duration;

use klero_committee::{
    BundledVote, Role, SignerSet, Step, UnverifiedCertificate, UnverifiedProposal, Value, VoteBundle,
};
use klero_finality::{Chain, FinalBlock};
use klero_net::{Multiaddr, Network, NetworkConfig, NetworkEvent, Topic, identity};
use klero_node::Digest;
use klero_node::finality::Profile;
use klero_node::wire::{Envelope, Message, ProposalMessage};
use klero_sampling::codec::Wire;
use klero_sampling::vrf::VrfProof;

use crate::cluster::{Cluster, quick};
use crate::finality::assert_same_chain;

struct Nothing;

impl klero_net::ChainReader for Nothing {
    fn head(&self) -> u64 {
        u64::MAX
    }
    fn blocks(&self, _from: u64, _count: u32, _max_bytes: usize) -> Vec<Vec<u8>> {
        vec![vec![0xff; 100], Vec::new()]
    }
    fn body(&self, _digest: &Digest) -> Option<Vec<u8>> {
        Some(vec![1; 1000])
    }
}

/// Messages that are wrong in one way each, about a round near the present one.
fn wrong_messages(round: u64, known: &FinalBlock) -> Vec<Message> {
    let proof = VrfProof::Sr25519([7; 128]);
    let vote = |voter, proof| BundledVote {
        voter,
        proof,
        signature: [9; 48],
    };
    let bundle = |role, value, votes| Message::Votes(VoteBundle { role, value, votes });
    let soft = Role::new(round, 0, Step::Soft);
    let block = Value::Block(Digest([5; 32]));
    let certificate = |role, signers: SignerSet| {
        let proven = SignerSet::empty(4);
        Message::Certificate(UnverifiedCertificate {
            role,
            value: block,
            signers,
            proven,
            proofs: Vec::new(),
            signature: [3; 48],
        })
    };
    let mut everyone = SignerSet::empty(4);
    (0..4).for_each(|index| {
        everyone.insert(index);
    });
    let proposal = |proposer, block: Digest| UnverifiedProposal {
        round,
        period: 0,
        block,
        original_period: 0,
        original_proposer: proposer,
        proposer,
        proof: proof.clone(),
        signature: [1; 48],
    };
    let mut stolen = known.block.clone();
    stolen.header.round = round;
    let with_block = ProposalMessage {
        proposal: proposal(stolen.header.proposer, stolen.header.digest()),
        block: Some(stolen.clone()),
    };
    vec![
        bundle(soft, block, vec![vote(0, None)]),
        bundle(soft, block, vec![vote(900, None)]),
        bundle(soft, block, vec![vote(1, Some(proof.clone()))]),
        bundle(soft, Value::Bottom, vec![vote(0, None)]),
        bundle(soft, block, Vec::new()),
        bundle(soft, block, (0..512).map(|_| vote(0, None)).collect()),
        bundle(
            Role::new(round, u32::MAX, Step::Next(u32::MAX)),
            Value::Bottom,
            vec![vote(0, None)],
        ),
        bundle(Role::new(u64::MAX, 0, Step::Soft), block, vec![vote(0, None)]),
        certificate(Role::new(round, 0, Step::Cert), everyone.clone()),
        certificate(Role::new(round, 0, Step::Cert), SignerSet::empty(4)),
        certificate(Role::new(round, 3, Step::Next(2)), everyone),
        certificate(Role::new(round, 0, Step::Soft), SignerSet::empty(100_000)),
        Message::Proposal(Box::new(ProposalMessage {
            proposal: proposal(0, Digest([8; 32])),
            block: None,
        })),
        Message::Proposal(Box::new(with_block)),
        Message::Block(Box::new(stolen.clone())),
        Message::Final(Box::new(FinalBlock {
            block: stolen,
            certificate: known.certificate.clone(),
        })),
        Message::Final(Box::new(known.clone())),
        Message::Transaction(Vec::new()),
        Message::Transaction(vec![0xfe; 300]),
    ]
}

async fn attack(chain: Digest, nodes: Vec<Multiaddr>, known: FinalBlock, rounds: u64) {
    let config = NetworkConfig::new(chain, identity::Keypair::generate_ed25519());
    let config = nodes.into_iter().fold(config, NetworkConfig::bootnode);
    let (network, mut events) = klero_net::spawn(config, std::sync::Arc::new(Nothing)).unwrap();
    while !matches!(events.recv().await, Some(NetworkEvent::PeerConnected(_))) {}
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut attempt = 0;
    for round in rounds..rounds + 12 {
        for message in wrong_messages(round, &known) {
            attempt += 1;
            send(&network, Envelope { attempt, message });
        }
        for topic in Topic::ALL {
            // Refusals by the own side of the network are fine: the point is what the others do.
            let _refused = network.publish(topic, vec![u8::try_from(round % 251).unwrap(); 777]);
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

fn send(network: &Network, envelope: Envelope) {
    let bytes = envelope.encode();
    for topic in [envelope.message.topic(), Topic::Certificates] {
        let _refused = network.publish(topic, bytes.clone());
    }
}

// [NET-2] [BA-13]
#[test]
fn nodes_agree_whatever_a_peer_sends() {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    cluster.start_all();
    cluster.wait_for(3, Duration::from_secs(60));
    let chain = *Chain::new(&cluster.genesis).unwrap().id();
    let nodes = (0..4)
        .map(|node| cluster.node(node).addresses()[0].parse().unwrap())
        .collect();
    let known = cluster.node(0).blocks().final_block(2).unwrap().unwrap();
    let head = cluster.node(0).status().final_round;
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(attack(chain, nodes, known, head));
    let head = cluster.node(0).status().final_round;
    cluster.wait_for(head + 5, Duration::from_secs(60));
    assert_same_chain(&cluster, &[0, 1, 2, 3], head + 5);
    for node in 0..4 {
        assert_eq!(cluster.node(node).status().silent, None);
    }
}
