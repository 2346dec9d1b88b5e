//! The right to propose, and the rank of what is proposed.

use klero_committee::sampling::vrf::{VrfError, VrfProof};
use klero_committee::sampling::{Digest, Priority, bls};
use klero_committee::{
    Proposal, ProposalError, Role, Signer, Step, UnverifiedProposal, Value, make_proposal, proposer_priority,
};

use crate::world::{ROUND, World};

const HEADER: Digest = Digest([0xb1; 32]);

fn propose(world: &World, period: u32, proposer: u32, origin: (u32, u32)) -> Option<Proposal> {
    let keys = &world.keys[proposer as usize];
    make_proposal(&world.context, period, proposer, keys, |_| {
        Some((HEADER, origin.0, origin.1))
    })
}

/// A fresh proposal of the largest holder, in the first period in which it has a seat.
fn fresh(world: &World) -> Proposal {
    let periods = 1..200;
    periods
        .filter_map(|period| propose(world, period, 0, (period, 0)))
        .next()
        .unwrap()
}

fn refusal(world: &World, change: impl FnOnce(&mut UnverifiedProposal)) -> ProposalError {
    let mut proposal = fresh(world).as_unverified().clone();
    change(&mut proposal);
    proposal.verify(&world.context).unwrap_err()
}

const BAD_PROOF: ProposalError = ProposalError::Proof {
    proposer: 0,
    cause: VrfError::BadProof,
};

/// [SORT-3] [BA-2] What is proposed verifies with the rank that its proposer knew.
#[test]
fn a_made_proposal_verifies() {
    for world in [World::quota(), World::binomial(), World::full()] {
        let made = fresh(&world);
        let verified = made.as_unverified().verify(&world.context);
        assert_eq!(verified.as_ref(), Ok(&made));
        assert_eq!((made.proposer(), made.is_fresh()), (0, true));
        assert_eq!((made.value(), made.block()), (Value::Block(HEADER), &HEADER));
        assert_eq!(made.role().step, Step::Propose);
        let rank = proposer_priority(&world.context, made.role(), 0, &world.keys[0]);
        assert_eq!(rank.as_ref(), Some(made.priority()));
    }
}

/// [SORT-3] Also where everyone is a member a credential carries its proof, and the priority follows from it.
#[test]
fn a_full_committee_proposes_with_a_proof() {
    let world = World::full();
    // τ = 5 of 4 units of stake: p is 1, everyone has its one ticket.
    for proposer in 0..4 {
        let made = propose(&world, 0, proposer, (0, proposer)).unwrap();
        let output = world.keys[proposer as usize]
            .evaluate(&world.context.input(made.role()))
            .unwrap();
        let id = Digest([proposer as u8; 32]);
        assert_eq!(Priority::best(&output, &id, 1).as_ref(), Some(made.priority()));
    }
}

/// [MOD-3] [SORT-3] Nobody leads: every holder of stake wins a period at some time, no one wins most of them, and who
/// wins follows from secrets, so that another chain or seed has other winners.
#[test]
fn everyone_with_stake_wins_at_some_time() {
    let world = World::new(
        &[10; 6],
        crate::world::profile(klero_committee::sampling::SeatScheme::Quota, 40, 30),
    );
    let mut wins = [0; 6];
    for period in 0..200 {
        let role = Role::new(ROUND, period, Step::Propose);
        let rank = |index: u32| {
            let keys = &world.keys[index as usize];
            proposer_priority(&world.context, role, index, keys).map(|rank| (rank, index))
        };
        if let Some((_, winner)) = (0..6).filter_map(rank).min() {
            wins[winner as usize] += 1;
        }
    }
    assert!(wins.iter().all(|wins| (10..=60).contains(wins)), "{wins:?}");
}

/// [BA-2] A value proposed again keeps its original period and proposer.
#[test]
fn a_proposal_again_names_its_origin() {
    let world = World::full();
    let again = propose(&world, 3, 2, (1, 0)).unwrap();
    assert!(!again.is_fresh());
    let verified = again.as_unverified().verify(&world.context).unwrap();
    assert_eq!(verified.as_unverified().original_period, 1);
    assert_eq!(verified.as_unverified().original_proposer, 0);
}

/// [BA-2] An origin in the future, somebody else's fresh block, and an author that nobody knows.
#[test]
fn an_origin_that_contradicts_the_proposal_is_refused() {
    let world = World::quota();
    assert_eq!(refusal(&world, |p| p.original_period += 1), ProposalError::Origin);
    assert_eq!(
        refusal(&world, |p| p.original_proposer = 1),
        ProposalError::Origin
    );
    let stranger = refusal(&world, |p| {
        p.original_period = 0;
        p.original_proposer = 12;
    });
    assert_eq!(stranger, ProposalError::UnknownProposer(12));
}

#[test]
fn a_proposal_of_another_place_is_refused() {
    let world = World::quota();
    assert_eq!(refusal(&world, |p| p.round += 1), ProposalError::OtherRound);
    let later = refusal(&world, |p| {
        p.period += 1;
        p.original_period += 1;
    });
    assert_eq!(later, BAD_PROOF);
    let unknown = refusal(&world, |p| {
        p.proposer = u32::MAX;
        p.original_proposer = u32::MAX;
    });
    assert_eq!(unknown, ProposalError::UnknownProposer(u32::MAX));
    let other = refusal(&world, |p| {
        p.proposer = 1;
        p.original_proposer = 1;
    });
    assert!(matches!(other, ProposalError::Proof { proposer: 1, .. }));
}

/// [SORT-3] Every bit of the credential counts.
#[test]
fn a_changed_credential_is_refused() {
    let world = World::quota();
    for place in 0..128 {
        let refused = refusal(&world, |p| {
            let VrfProof::Sr25519(bytes) = &mut p.proof else {
                panic!("the world is of sr25519")
            };
            bytes[place] ^= 1;
        });
        assert_eq!(refused, BAD_PROOF, "{place}");
    }
}

/// [SORT-3] A proof that wins no seat is no right to propose.
#[test]
fn a_losing_credential_is_refused() {
    let world = World::quota();
    let (smallest, period) = (11, 0);
    let role = Role::new(ROUND, period, Step::Propose);
    assert_eq!(propose(&world, period, smallest, (period, smallest)), None);
    let keys = &world.keys[smallest as usize];
    let message = world.context.proposal_message(role, &HEADER);
    let proposal = UnverifiedProposal {
        round: ROUND,
        period,
        block: HEADER,
        original_period: period,
        original_proposer: smallest,
        proposer: smallest,
        proof: keys.prove(&world.context.input(role)).unwrap(),
        signature: keys.sign(bls::Purpose::Proposal, &message).to_bytes(),
    };
    assert_eq!(
        proposal.verify(&world.context),
        Err(ProposalError::NoSeat(smallest))
    );
}

/// [BA-2] The signature covers the header and the role, and a vote is no proposal.
#[test]
fn a_signature_on_anything_else_is_refused() {
    let world = World::quota();
    let refused = ProposalError::Signature(0);
    assert_eq!(refusal(&world, |p| p.block = Digest([1; 32])), refused);
    assert_eq!(refusal(&world, |p| p.signature = [0xff; 48]), refused);
    assert_eq!(refusal(&world, |p| p.signature[47] ^= 1), refused);
    let keys = &world.keys[0];
    let as_vote = refusal(&world, |p| {
        let message = world.context.proposal_message(p.role(), &p.block);
        p.signature = keys.sign(bls::Purpose::Vote, &message).to_bytes();
    });
    assert_eq!(as_vote, refused);
}

/// [BA-2] Equal priorities are told apart by the lower header digest.
#[test]
fn ranks_order_by_priority_then_digest() {
    let world = World::full();
    let keys = &world.keys[0];
    let of = |block| make_proposal(&world.context, 0, 0, keys, |_| Some((block, 0, 0))).unwrap();
    let (low, high) = (of(Digest([1; 32])), of(Digest([2; 32])));
    assert_eq!(low.priority(), high.priority());
    assert!(low.rank() < high.rank());
    let other = propose(&world, 0, 1, (0, 1)).unwrap();
    assert_eq!(other.priority() < low.priority(), other.rank() < low.rank());
}

#[test]
fn nothing_is_proposed_without_a_block() {
    let world = World::full();
    assert_eq!(
        make_proposal(&world.context, 0, 0, &world.keys[0], |_| None),
        None
    );
    assert_eq!(
        make_proposal(&world.context, 0, 9, &world.keys[0], |_| Some((HEADER, 0, 9))),
        None
    );
}

/// The layout of the specification: 241 bytes and the mark of the proof's suite.
#[test]
fn a_proposal_has_the_layout_of_the_specification() {
    let world = World::quota();
    let proposal = fresh(&world).as_unverified().clone();
    let bytes = borsh::to_vec(&proposal).unwrap();
    assert_eq!(bytes.len(), 8 + 4 + 32 + 4 + 4 + 4 + 1 + 128 + 48);
    assert_eq!(bytes[..8], ROUND.to_le_bytes());
    assert_eq!(bytes[12..44], HEADER.0);
    assert_eq!(borsh::from_slice::<UnverifiedProposal>(&bytes).unwrap(), proposal);
}
