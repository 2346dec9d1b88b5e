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

const BLOCK: Value = Value::Block(Digest([5; 32]));
const PROOF: VrfProof = VrfProof::Sr25519([7; 128]);

/// Votes that are wrong in one way each.
fn wrong_votes(round: u64) -> Vec<Message> {
    let vote = |voter, proof| BundledVote {
        voter,
        proof,
        signature: [9; 48],
    };
    let bundle = |role, value, votes| Message::Votes(VoteBundle { role, value, votes });
    let soft = Role::new(round, 0, Step::Soft);
    let far = Role::new(round, u32::MAX, Step::Next(u32::MAX));
    vec![
        bundle(soft, BLOCK, vec![vote(0, None)]),
        bundle(soft, BLOCK, vec![vote(900, None)]),
        bundle(soft, BLOCK, vec![vote(1, Some(PROOF))]),
        bundle(soft, Value::Bottom, vec![vote(0, None)]),
        bundle(soft, BLOCK, Vec::new()),
        bundle(soft, BLOCK, (0..512).map(|_| vote(0, None)).collect()),
        bundle(far, Value::Bottom, vec![vote(0, None)]),
        bundle(Role::new(u64::MAX, 0, Step::Soft), BLOCK, vec![vote(0, None)]),
    ]
}

/// Certificates that are wrong in one way each.
fn wrong_certificates(round: u64) -> Vec<Message> {
    let certificate = |step, period, signers: SignerSet| {
        Message::Certificate(UnverifiedCertificate {
            role: Role::new(round, period, step),
            value: BLOCK,
            signers,
            proven: SignerSet::empty(4),
            proofs: Vec::new(),
            signature: [3; 48],
        })
    };
    let mut everyone = SignerSet::empty(4);
    assert!((0..4).all(|index| everyone.insert(index)));
    vec![
        certificate(Step::Cert, 0, everyone.clone()),
        certificate(Step::Cert, 0, SignerSet::empty(4)),
        certificate(Step::Next(2), 3, everyone),
        certificate(Step::Soft, 0, SignerSet::empty(100_000)),
    ]
}

/// Proposals and blocks that are wrong in one way each.
fn wrong_blocks(round: u64, known: &FinalBlock) -> Vec<Message> {
    let proposal = |proposer, digest: Digest, block| {
        let proposal = UnverifiedProposal {
            round,
            period: 0,
            block: digest,
            original_period: 0,
            original_proposer: proposer,
            proposer,
            proof: PROOF,
            signature: [1; 48],
        };
        Message::Proposal(Box::new(ProposalMessage { proposal, block }))
    };
    let mut stolen = known.block.clone();
    stolen.header.round = round;
    let forged = FinalBlock {
        block: stolen.clone(),
        certificate: known.certificate.clone(),
    };
    let (proposer, digest) = (stolen.header.proposer, stolen.header.digest());
    vec![
        proposal(0, Digest([8; 32]), None),
        proposal(proposer, digest, Some(stolen.clone())),
        Message::Block(Box::new(stolen)),
        Message::Final(Box::new(forged)),
        Message::Final(Box::new(known.clone())),
        Message::Transaction(Vec::new()),
        Message::Transaction(vec![0xfe; 300]),
    ]
}

fn wrong_messages(round: u64, known: &FinalBlock) -> Vec<Message> {
    let messages = [
        wrong_votes(round),
        wrong_certificates(round),
        wrong_blocks(round, known),
    ];
    messages.into_iter().flatten().collect()
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
