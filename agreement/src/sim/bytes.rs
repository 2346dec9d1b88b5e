//! How long messages are on a wire, as a node of the network encodes them.
//!
//! Blocks of the simulation lack what agreement does not ask for. Their length is that of a block with an empty
//! payload and the certificate of its parent that its sender holds [FIN-1].

use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::{QuorumCertificate, Vote, VoteBundle};

use super::chain::{Block, Chain};
use super::message::Message;

/// The counter and the kind of a message [BA-11].
const ENVELOPE: usize = 5;
/// One byte that says whether something follows.
const OPTION: usize = 1;
/// A header without the proof of its seed [FIN-1]: nine digests, version, round, original period, proposer, length of
/// the payload, timestamp, and whether there is a proof.
pub const HEADER_BYTES: usize = 10 * 32 + 2 + 8 + 4 + 4 + 4 + 8 + OPTION;
/// A question for a body: its kind and a digest.
const FETCH: usize = 1 + 32;
/// A question for blocks: its kind, a round and a count.
const SYNC: usize = 1 + 8 + 4;

/// The length of a message from a node with this chain.
pub(super) fn on_wire(message: &Message, chain: &Chain) -> usize {
    match message {
        Message::Votes(votes) => ENVELOPE + votes_on_wire(votes),
        Message::Proposal(proposal, body) => {
            let proposal = proposal.as_unverified();
            let known = borsh::to_vec(proposal).map_or(0, |bytes| bytes.len());
            let block = body.map_or(0, |block| block_on_wire(&block, chain));
            ENVELOPE + known + OPTION + block
        }
        Message::Certificate(certificate) => ENVELOPE + certificate_on_wire(certificate),
        Message::Body(block) => ENVELOPE + block_on_wire(block, chain),
        Message::Fetch(_) => FETCH,
        Message::Sync(_) => SYNC,
        Message::Finals(blocks) => {
            let lengths = blocks.iter().map(|last| {
                let block = block_on_wire(&last.block, chain);
                block + certificate_on_wire(&last.certificate)
            });
            ENVELOPE + lengths.sum::<usize>()
        }
    }
}

fn votes_on_wire(votes: &[Vote]) -> usize {
    let Some(first) = votes.first() else { return 0 };
    let bundles = VoteBundle::of(first.role(), first.value(), votes);
    bundles.iter().map(|bundle| bundle.encode().len()).sum()
}

fn certificate_on_wire(certificate: &QuorumCertificate) -> usize {
    certificate.as_unverified().encode().len()
}

/// Header, parent's certificate if there is a parent, and the lengths of two empty lists: operations and payload.
fn block_on_wire(block: &Block, chain: &Chain) -> usize {
    let seed_proof = if block.period == 0 {
        short_proof(chain.suite())
    } else {
        0
    };
    let parent = chain.certificate_before(block.round);
    HEADER_BYTES + seed_proof + OPTION + parent.map_or(0, certificate_on_wire) + 4 + 4
}

/// The length of a proof as headers carry it.
const fn short_proof(suite: VrfSuite) -> usize {
    1 + match suite {
        VrfSuite::Sr25519 => 96,
        VrfSuite::Bls12381 => 48,
        VrfSuite::EcvrfP256 => 81,
    }
}

#[cfg(test)]
mod tests {
    use borsh::BorshSerialize;
    use klero_committee::sampling::vrf::VrfShortProof;
    use klero_committee::sampling::{Digest, SeatScheme};
    use klero_committee::{
        Role, Step, UnverifiedCertificate, UnverifiedProposal, Value, cast_vote, make_proposal,
    };

    use super::super::crypto::Secrets;
    use super::super::node::Node;
    use super::super::place::Slot;
    use super::super::{Builder, Simulation};
    use super::*;

    /// A block of the network with an empty payload, what stands in it in its order.
    #[derive(BorshSerialize)]
    struct Whole {
        version_chain_round: (u16, Digest, u64),
        period_and_proposer: (u32, u32),
        parent_its_certificate_and_seed: [Digest; 3],
        seed_proof: Option<VrfShortProof>,
        operations_roots_and_payload: [Digest; 4],
        length_and_timestamp: (u32, u64),
        next_electorate_and_seed: [Digest; 2],
        parent_certificate: Option<UnverifiedCertificate>,
        operations: Vec<u8>,
        payload: Vec<u8>,
    }

    /// Messages as nodes of the network gossip them.
    #[derive(BorshSerialize)]
    enum Sent {
        Votes(VoteBundle),
        Proposal(UnverifiedProposal, Option<Whole>),
        Certificate(UnverifiedCertificate),
        Block(Whole),
        Final(Whole, UnverifiedCertificate),
    }

    fn encoded(message: Sent) -> usize {
        let attempt = 3_u32;
        borsh::to_vec(&(attempt, message)).unwrap().len()
    }

    fn whole(certificate: &QuorumCertificate) -> Whole {
        Whole {
            version_chain_round: (1, Digest::ZERO, 2),
            period_and_proposer: (0, 1),
            parent_its_certificate_and_seed: [Digest::ZERO; 3],
            seed_proof: certificate.as_unverified().proofs.first().cloned(),
            operations_roots_and_payload: [Digest::ZERO; 4],
            length_and_timestamp: (0, 9),
            next_electorate_and_seed: [Digest::ZERO; 2],
            parent_certificate: Some(certificate.as_unverified().clone()),
            operations: Vec::new(),
            payload: Vec::new(),
        }
    }

    /// Looks at the first node of a network, at the end of its second round.
    fn looking(builder: Builder, look: impl FnOnce(&Node)) {
        let sampled = builder
            .validators(60)
            .scheme(SeatScheme::Quota)
            .committee(200, 138, 68);
        let mut network = sampled.build().unwrap();
        network.run_until_round(2, 60_000).unwrap();
        let Slot::Up(node) = &network.places[0].slot else {
            panic!("the node is down")
        };
        look(node);
    }

    fn compare(node: &Node) {
        let chain = &node.log.chain;
        let length = |message: Message| on_wire(&message, chain);
        let last = chain.last().unwrap();
        let before = chain.certificate_before(2).unwrap();
        let certificate = last.certificate.as_unverified();
        assert!(certificate.proofs.len() > 10);
        assert_eq!(
            length(Message::Certificate(last.certificate.clone())),
            encoded(Sent::Certificate(certificate.clone()))
        );
        assert_eq!(
            length(Message::Body(last.block)),
            encoded(Sent::Block(whole(before)))
        );
        let both = encoded(Sent::Final(whole(before), certificate.clone()));
        assert_eq!(length(Message::Finals(vec![last.clone()])), both);

        let (role, block) = (Role::new(3, 0, Step::Soft), last.block.digest());
        let keys = node.identity.keys.iter();
        let cast = |(voter, keys): &(u32, Secrets)| {
            cast_vote(&node.context, role, Value::Block(block), *voter, keys.as_ref())
        };
        let votes: Vec<Vote> = keys.clone().filter_map(cast).collect();
        let bundle = VoteBundle::of(role, Value::Block(block), &votes).remove(0);
        assert!(bundle.votes.len() > 1);
        assert_eq!(length(Message::Votes(votes)), encoded(Sent::Votes(bundle)));

        // Nobody is drawn in every period.
        let drawn = |period| {
            keys.clone().find_map(|(proposer, keys)| {
                let named = Some((block, period, *proposer));
                make_proposal(&node.context, period, *proposer, keys.as_ref(), |_| named)
            })
        };
        let proposal = (0..100).find_map(drawn).unwrap();
        let sent = |block| encoded(Sent::Proposal(proposal.as_unverified().clone(), block));
        let message = |body| Message::Proposal(Box::new(proposal.clone()), body);
        assert_eq!(length(message(None)), sent(None));
        assert_eq!(length(message(Some(last.block))), sent(Some(whole(before))));
    }

    #[test]
    fn lengths_are_those_of_the_bytes() {
        looking(Simulation::builder(), compare);
        looking(Simulation::builder().hashed(), compare);
    }
}
