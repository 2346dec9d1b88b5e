//! [COM-4] What a vote counts for, and what a copy of it changes.

use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::committee::{Step, Vote, VoteBundle, verify_votes};
use klero_agreement::{Input, Output};

use crate::world::{A, B, C, Watched, World, relays, role};

#[test]
fn a_copy_of_a_vote_counts_nothing_and_is_not_passed_on() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    assert!(relays(&node.votes(&world, [0], soft, A)));
    let before = node.machine.clone();
    assert_eq!(node.votes(&world, [0], soft, A), []);
    assert!(node.machine == before);
    assert_eq!(node.machine.progress(Step::Soft), (10, 27));
}

#[test]
fn a_second_value_counts_too_and_is_evidence() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    node.votes(&world, [0, 1], soft, A);
    let outputs = node.votes(&world, [0], soft, B);
    let evidence = outputs.iter().any(|output| matches!(output, Output::Evidence(_)));
    assert!(evidence && relays(&outputs));
    // The equivocator's vote for A still counts: with the third vote A is staged.
    node.votes(&world, [2], soft, A);
    assert_eq!(node.staged(), A.block().copied());
}

/// Who signed two values might send either again and again.
#[test]
fn a_copy_of_an_equivocators_vote_counts_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    node.votes(&world, [0], soft, A);
    node.votes(&world, [0], soft, B);
    node.votes(&world, [1], soft, A);
    for value in [A, B, A, B, A] {
        assert_eq!(node.votes(&world, [0], soft, value), []);
    }
    assert_eq!(
        (node.machine.progress(Step::Soft), node.staged()),
        ((20, 27), None)
    );
}

#[test]
fn the_second_value_can_complete_a_quorum() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    node.votes(&world, [0], soft, A);
    node.votes(&world, [0, 1, 2], soft, B);
    assert_eq!(node.staged(), B.block().copied());
}

#[test]
fn a_third_value_is_dropped() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    node.votes(&world, [0], soft, A);
    node.votes(&world, [0], soft, B);
    assert_eq!(node.votes(&world, [0], soft, C), []);
    node.votes(&world, [1, 2], soft, C);
    assert_eq!(node.staged(), None);
}

/// A vote with a drawn seat, and the same vote without its proof.
fn with_and_without_proof(world: &World) -> (Vote, Vote) {
    let mut roles = (0..100).map(|k| role(0, Step::Next(k)));
    let drawn = roles.find_map(|role| world.drawn(0, role, A).filter(|vote| vote.drawn() > 0));
    let full = drawn.unwrap();
    let mut bundle = VoteBundle::of(full.role(), A, [&full]).remove(0);
    bundle.votes[0].proof = None;
    let mut checked = verify_votes(&world.context, &bundle.into_votes(), &[1; 32]);
    let stripped = checked.remove(0).unwrap();
    assert_eq!((full.drawn(), stripped.drawn()), (1, 0));
    (full, stripped)
}

#[test]
fn a_copy_with_a_winning_proof_raises_the_seats() {
    let world = World::new(&[10; 4], SeatScheme::Quota);
    let (full, stripped) = with_and_without_proof(&world);
    let step = full.role().step;
    let mut node = Watched::new(&world);
    node.give(Input::Vote(stripped.clone()));
    assert_eq!(node.machine.progress(step).0, stripped.guaranteed());
    let raised = node.give(Input::Vote(full.clone()));
    assert!(relays(&raised));
    assert_eq!(node.machine.progress(step).0, full.guaranteed() + 1);
}

#[test]
fn a_copy_without_its_proof_lowers_nothing() {
    let world = World::new(&[10; 4], SeatScheme::Quota);
    let (full, stripped) = with_and_without_proof(&world);
    let step = full.role().step;
    let mut node = Watched::new(&world);
    node.give(Input::Vote(full.clone()));
    assert_eq!(node.give(Input::Vote(stripped)), []);
    assert_eq!(node.machine.progress(step).0, full.weight());
}
