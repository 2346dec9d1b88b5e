//! The checks that take votes and certificates are seen to fail: what a machine answers is changed by hand.

use klero_agreement::committee::{Equivocation, Step, Value};
use klero_agreement::{Agreement, Input, Output, Resend, Violation, check};

use crate::world::{A, B, K_MAX, ROUND, Watched, World, block, role};

const BOTTOM: Value = Value::Bottom;

/// One input and what a machine did with it.
struct Done {
    before: Agreement,
    input: Input,
    outputs: Vec<Output>,
    after: Agreement,
}

fn give(node: &Watched, input: Input) -> Done {
    let mut machine = node.machine.clone();
    let outputs = machine.handle(input.clone());
    let done = Done {
        before: node.machine.clone(),
        input,
        outputs,
        after: machine,
    };
    assert_eq!(done.check(), Ok(()));
    done
}

impl Done {
    fn check(&self) -> Result<(), Violation> {
        check(&self.before, &self.input, &self.outputs, &self.after)
    }

    /// With other outputs.
    #[track_caller]
    fn breaks(&mut self, change: impl FnOnce(&mut Vec<Output>), what: &str) {
        change(&mut self.outputs);
        assert_eq!(self.check().map_err(|violation| violation.what), Err(what));
    }
}

/// Two members voted Next(0) for ⊥; the third's vote ends the period.
fn last_vote_of_period_0(world: &World) -> Done {
    let mut node = Watched::new(world);
    node.votes(world, [0, 1], role(0, Step::Next(0)), BOTTOM);
    give(&node, Input::Vote(world.vote(2, role(0, Step::Next(0)), BOTTOM)))
}

/// [BA-2]
#[test]
fn a_proposal_that_is_missing_or_not_due_is_found() {
    let world = World::four();
    let not_due = "not what is to be proposed here";
    let drop = |outputs: &mut Vec<Output>| outputs.retain(|output| !matches!(output, Output::Propose { .. }));
    last_vote_of_period_0(&world).breaks(drop, not_due);
    let carried = |outputs: &mut Vec<Output>| {
        for output in outputs {
            if let Output::Propose { carried, .. } = output {
                *carried = Some(block(1));
            }
        }
    };
    last_vote_of_period_0(&world).breaks(carried, not_due);
}

/// [BA-2] [BA-10]
#[test]
fn a_higher_proposal_that_is_passed_on_or_counts_is_found() {
    let world = World::four();
    let ranks = world.ranks(ROUND, 0);
    let [lower, higher] = [ranks[0], ranks[1]].map(|proposer| {
        let block = block(u8::try_from(proposer).unwrap());
        Input::Proposal(world.fresh(ROUND, 0, proposer, block))
    });
    let mut node = Watched::new(&world);
    node.give(lower);
    let mut done = give(&node, higher.clone());
    done.breaks(
        |outputs| outputs.push(Output::Relay),
        "a proposal is passed on that is not the lowest",
    );
    done.outputs.clear();
    let mut other = Watched::new(&world);
    other.give(higher);
    done.after = other.machine;
    done.breaks(|_| {}, "a proposal took the place of a lower one");
}

/// [BA-6]
#[test]
fn a_soft_quorum_without_effect_is_found() {
    let world = World::four();
    let node = Watched::new(&world);
    let certificate = world.certificate(&[0, 1, 2], role(0, Step::Soft), A);
    let mut done = give(&node, Input::Certificate(certificate));
    done.after = node.machine.clone();
    done.breaks(|_| {}, "a Soft quorum of p does not stage its value");
}

/// [BA-7]
#[test]
fn a_next_quorum_without_effect_is_found() {
    let world = World::four();
    let mut done = last_vote_of_period_0(&world);
    // It is counted, and the period stays.
    let mut after = Watched { machine: done.before };
    done.before = after.machine.clone();
    after.votes(&world, [3], role(0, Step::Next(0)), B);
    done.input = Input::Certificate(world.certificate(&[0, 1, 2], role(0, Step::Next(0)), BOTTOM));
    done.after = after.machine;
    done.breaks(Vec::clear, "a quorum does not lead to its period");
}

/// [BA-8]
#[test]
fn a_cert_quorum_that_does_not_decide_is_found() {
    let world = World::four();
    let node = Watched::new(&world);
    let certificate = world.certificate(&[0, 1, 2], role(3, Step::Cert), A);
    let mut done = give(&node, Input::Certificate(certificate));
    done.after = node.machine.clone();
    done.breaks(|_| {}, "a Cert quorum does not decide");
}

/// [BA-10]
#[test]
fn a_certificate_that_counts_twice_or_beyond_k_max_is_found() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let known = world.certificate(&[0, 1, 2], role(0, Step::Soft), A);
    node.give(Input::Certificate(known.clone()));
    let beyond = world.certificate(&[0, 1, 2], role(0, Step::Next(K_MAX + 1)), A);
    for certificate in [known, beyond] {
        give(&node, Input::Certificate(certificate)).breaks(
            |outputs| outputs.push(Output::Relay),
            "a certificate counts that is known, of another round or beyond k_max",
        );
    }
}

/// [COM-5]
#[test]
fn a_certificate_that_is_passed_on_and_not_kept_is_found() {
    let world = World::four();
    let certificate = world.certificate(&[0, 1, 2], role(0, Step::Soft), A);
    give(&Watched::new(&world), Input::Certificate(certificate)).breaks(
        |outputs| outputs.retain(|output| !matches!(output, Output::Keep(_))),
        "a certificate is passed on and not kept, or kept and not passed on",
    );
}

/// [COM-4]
#[test]
fn evidence_against_who_said_one_thing_is_found() {
    let world = World::four();
    let soft = role(0, Step::Soft);
    let pair = Equivocation::new(world.vote(1, soft, A), world.vote(1, soft, B)).unwrap();
    give(&Watched::new(&world), Input::Vote(world.vote(0, soft, A))).breaks(
        |outputs| outputs.push(Output::Evidence(Box::new(pair))),
        "evidence against a voter that said one thing",
    );
}

/// [BA-11]
#[test]
fn a_certificate_that_is_not_sent_again_is_found() {
    let world = World::four();
    last_vote_of_period_0(&world).breaks(
        |outputs| {
            for output in outputs {
                if let Output::Resend(items) = output {
                    items.retain(|item| !matches!(item, Resend::Certificate(..)));
                }
            }
        },
        "a Next certificate of p − 1 is not sent again",
    );
}

/// [BA-2]
#[test]
fn a_second_fresh_block_that_counts_is_found() {
    let world = World::four();
    let [first, second] = [9, 3].map(|number| Input::Proposal(world.fresh(ROUND, 0, 0, block(number))));
    let mut node = Watched::new(&world);
    node.give(first);
    let mut done = give(&node, second.clone());
    let mut other = Watched::new(&world);
    other.give(second);
    done.after = other.machine;
    done.breaks(|_| {}, "the second fresh block of a proposer counts");
}

/// [BA-6]
#[test]
fn what_is_staged_in_an_earlier_period_is_found() {
    let world = World::four();
    let votes = |node: &mut Watched, voters| node.votes(&world, voters, role(0, Step::Soft), A);
    let mut staged = Watched::new(&world);
    votes(&mut staged, 0..3);
    let mut node = Watched::new(&world);
    votes(&mut node, 0..2);
    for node in [&mut staged, &mut node] {
        node.enter_period_1(&world, BOTTOM);
    }
    let mut done = give(&node, Input::Vote(world.vote(2, role(0, Step::Soft), A)));
    done.after = staged.machine;
    done.breaks(|_| {}, "a Soft quorum of an earlier period stages");
}

/// [BA-10] [BA-11]
#[test]
fn a_second_answer_and_a_silent_move_in_k_are_found() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let next = |k| role(0, Step::Next(k));
    node.votes(&world, [2], next(2), BOTTOM);
    let last = Input::Vote(world.vote(3, next(2), BOTTOM));
    give(&node, last.clone()).breaks(
        |outputs| outputs.retain(|output| !matches!(output, Output::Resend(_))),
        "own votes are not sent again",
    );
    node.give(last);
    node.votes(&world, [0], next(0), BOTTOM);
    give(&node, Input::Vote(world.vote(1, next(0), BOTTOM))).breaks(
        |outputs| outputs.push(Output::Resend(vec![Resend::OwnVote(next(0))])),
        "a node that lags is answered twice in a step",
    );
}

/// [BA-13]
#[test]
fn an_alarm_that_is_missing_is_found() {
    let world = World::four();
    for step in [Step::Soft, Step::Cert] {
        let mut node = Watched::new(&world);
        let certificate = |value| Input::Certificate(world.certificate(&[0, 1, 2], role(0, step), value));
        node.give(certificate(A));
        node.enter_period_1(&world, BOTTOM);
        let mut done = give(&node, certificate(B));
        done.after = node.machine.clone();
        done.breaks(
            |outputs| outputs.retain(|output| matches!(output, Output::Keep(_) | Output::Relay)),
            "two quorums that exclude each other raise no alarm",
        );
    }
}
