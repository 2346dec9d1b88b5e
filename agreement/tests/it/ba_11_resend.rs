//! [BA-11] What is sent again, and when.

use klero_agreement::committee::{Step, Value, Vote};
use klero_agreement::{Input, Resend};

use crate::world::{A, B, Watched, World, block, resent, role};

const BOTTOM: Value = Value::Bottom;

#[test]
fn a_deadline_sends_the_own_votes_and_the_block_before() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let expected = [Resend::OwnVotes { period: 0 }, Resend::Previous];
    assert_eq!(resent(&node.deadline(0)), expected);
}

#[test]
fn a_deadline_that_is_not_due_sends_nothing() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(resent(&node.deadline(3)), []);
}

#[test]
fn entering_a_period_sends_what_led_there() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.give(Input::Held(block(1)));
    let items = resent(&node.enter_period_1(&world, A));
    let expected = [
        Resend::OwnVotes { period: 1 },
        Resend::Certificate(role(0, Step::Next(0)), A),
        Resend::Block(block(1)),
        Resend::Previous,
    ];
    assert_eq!(items, expected);
}

#[test]
fn both_certificates_of_the_period_before_are_sent() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, A);
    node.votes(&world, 0..3, role(0, Step::Next(1)), BOTTOM);
    let items = resent(&node.deadline(0));
    assert!(items.contains(&Resend::Certificate(role(0, Step::Next(0)), A)));
    assert!(items.contains(&Resend::Certificate(role(0, Step::Next(1)), BOTTOM)));
}

#[test]
fn one_certificate_of_a_value_is_enough() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.enter_period_1(&world, BOTTOM);
    node.votes(&world, 0..3, role(0, Step::Next(1)), BOTTOM);
    let items = resent(&node.deadline(0));
    let certificates = items
        .iter()
        .filter(|item| matches!(item, Resend::Certificate(..)));
    assert_eq!(certificates.count(), 1);
}

#[test]
fn the_soft_certificate_and_the_staged_body_are_sent() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Soft), B);
    node.give(Input::Validated(block(2)));
    let items = resent(&node.deadline(0));
    assert!(items.contains(&Resend::Certificate(role(0, Step::Soft), B)));
    assert!(items.contains(&Resend::Block(block(2))));
}

#[test]
fn a_body_that_is_not_held_is_not_promised() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.votes(&world, 0..3, role(0, Step::Soft), B);
    let items = resent(&node.deadline(0));
    assert!(!items.iter().any(|item| matches!(item, Resend::Block(_))));
}

#[test]
fn the_votes_that_let_others_leave_k_are_sent_along() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.deadline(0);
    node.votes(&world, [1, 2], role(0, Step::Next(0)), BOTTOM);
    let items = resent(&node.deadline(1));
    let votes: Vec<Vote> = [1, 2]
        .map(|voter| world.vote(voter, role(0, Step::Next(0)), BOTTOM))
        .to_vec();
    assert!(items.contains(&Resend::Votes(votes)));
}

#[test]
fn a_deadline_sends_again_though_nobody_may_leave() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.deadline(0);
    for _ in 0..3 {
        let items = resent(&node.deadline(1));
        assert_eq!(items, [Resend::OwnVotes { period: 0 }, Resend::Previous]);
    }
}

/// Found by random storms: a node that the others overtake in every step passes no deadline of its own. If it alone
/// saw the Soft quorum, it has to say so.
#[test]
fn who_is_moved_to_a_later_k_sends_again() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let soft = role(0, Step::Soft);
    node.give(Input::Validated(block(2)));
    node.give(Input::Certificate(world.certificate(&[0, 1, 2], soft, B)));
    for k in [1, 4] {
        let next = role(0, Step::Next(k));
        assert_eq!(resent(&node.votes(&world, [2], next, BOTTOM)), []);
        let items = resent(&node.votes(&world, [3], next, BOTTOM));
        assert_eq!(node.machine.k(), k);
        let votes = [2, 3].map(|voter| world.vote(voter, next, BOTTOM));
        let expected = [
            Resend::OwnVotes { period: 0 },
            Resend::Certificate(soft, B),
            Resend::Votes(votes.to_vec()),
            Resend::Block(block(2)),
            Resend::Previous,
        ];
        assert_eq!(items, expected);
    }
}

#[test]
fn a_peer_that_comes_late_is_told_what_a_deadline_would_send() {
    let world = World::four();
    let mut node = Watched::new(&world);
    assert_eq!(node.machine.reminders(), [], "nothing is late yet");
    let sent = resent(&node.deadline(0));
    assert_eq!(resent(&node.machine.reminders()), sent);
    let mut node = Watched::new(&world);
    let sent = resent(&node.enter_period_1(&world, A));
    assert_eq!(
        resent(&node.machine.reminders()),
        sent,
        "before its first deadline too"
    );
}
