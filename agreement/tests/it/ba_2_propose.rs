//! [BA-2] Who proposes what, and which proposal counts.

use klero_agreement::committee::{Proposal, Step};
use klero_agreement::{Input, Output};

use crate::world::{A, ROUND, Watched, World, block, proposes, relays, role};

#[test]
fn after_a_next_quorum_for_no_block_a_new_block_is_proposed() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let bottom = klero_agreement::committee::Value::Bottom;
    assert_eq!(proposes(&node.enter_period_1(&world, bottom)), [(1, None)]);
}

#[test]
fn after_a_next_quorum_for_a_value_that_value_is_proposed_again() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let outputs = node.enter_period_1(&world, A);
    assert_eq!(proposes(&outputs), [(1, Some(block(1)))]);
}

#[test]
fn whom_a_soft_quorum_moves_does_not_propose() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let outputs = node.votes(&world, 0..3, role(1, Step::Soft), A);
    assert_eq!(node.machine.period(), 1);
    assert_eq!(proposes(&outputs), []);
}

#[test]
fn a_period_is_proposed_in_once() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    let bottom = klero_agreement::committee::Value::Bottom;
    let late = node.votes(&world, 0..3, role(0, Step::Next(1)), bottom);
    assert_eq!(node.machine.period(), 1);
    assert_eq!(proposes(&late), []);
}

#[test]
fn the_lowest_proposal_counts_whatever_came_first() {
    let world = World::four();
    let ranks = world.ranks(ROUND, 0);
    let [low, high] = [ranks[0], ranks[3]].map(|proposer| {
        let block = block(u8::try_from(proposer).unwrap() + 20);
        world.fresh(ROUND, 0, proposer, block)
    });
    for order in [[&low, &high], [&high, &low]] {
        let mut node = Watched::new(&world);
        for proposal in order {
            node.give(Input::Proposal(proposal.clone()));
        }
        assert_eq!(node.machine.lowest(), Some(&low));
    }
}

#[test]
fn of_two_fresh_blocks_of_one_proposer_the_first_counts() {
    let world = World::four();
    let first = world.fresh(ROUND, 0, 0, block(9));
    // Lower in rank, but second.
    let second = world.fresh(ROUND, 0, 0, block(3));
    assert_eq!(first.priority(), second.priority());
    let mut node = Watched::new(&world);
    node.give(Input::Proposal(first.clone()));
    let outputs = node.give(Input::Proposal(second.clone()));
    let evidence = Output::ProposalEvidence {
        first: Box::new(first.clone()),
        second: Box::new(second),
    };
    // Passed on as evidence only: without its body, and not as a proposal.
    assert_eq!(outputs, [evidence]);
    assert_eq!(node.machine.lowest(), Some(&first));
}

#[test]
fn a_proposer_is_evidence_once() {
    let world = World::four();
    let mut node = Watched::new(&world);
    for (number, outputs) in [(9, 2), (3, 1), (4, 0), (3, 0)] {
        let proposal = world.fresh(ROUND, 0, 0, block(number));
        assert_eq!(node.give(Input::Proposal(proposal)).len(), outputs);
    }
}

#[test]
fn between_equal_priorities_the_lower_digest_wins() {
    let world = World::four();
    let [low, high]: [Proposal; 2] = [3, 9].map(|number| world.again(1, 0, block(number)));
    assert_eq!(low.priority(), high.priority());
    for order in [[&low, &high], [&high, &low]] {
        let mut node = Watched::new(&world);
        node.enter_period_1(&world, A);
        let outputs: Vec<Vec<Output>> = order
            .iter()
            .map(|proposal| node.give(Input::Proposal((*proposal).clone())))
            .collect();
        assert_eq!(node.machine.lowest(), Some(&low));
        assert_eq!(relays(&outputs[1]), order[1] == &low);
    }
}

/// A member with one seat would otherwise have every node hold and pass on as many bodies as it likes.
#[test]
fn of_one_proposer_few_blocks_are_taken() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    let relayed = (0..40)
        .rev()
        .filter(|number| relays(&node.give(Input::Proposal(world.again(1, 0, block(10 + number))))))
        .count();
    assert_eq!(relayed, 4);
    let early = (0..40)
        .rev()
        .map(|number| world.fresh(ROUND + 1, 0, 0, block(10 + number)));
    assert_eq!(
        early
            .filter(|early| relays(&node.give(Input::Proposal(early.clone()))))
            .count(),
        1
    );
}
