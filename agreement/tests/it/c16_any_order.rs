//! [C16] Nothing that peers send, in whatever order, makes a node panic or break a rule [BA-13].

use std::sync::OnceLock;

use klero_agreement::committee::{Step, Value};
use klero_agreement::{Agreement, Input, RoundStart, Timer, TimerKind, check_restart};
use proptest::prelude::*;

use crate::world::{A, B, C, K_MAX, ROUND, Watched, World, block, role};

/// Everything signed that the tests send.
struct Messages {
    world: World,
    /// The votes of all four members for one value in one role.
    votes: Vec<Vec<Input>>,
    others: Vec<Input>,
}

fn steps() -> impl Iterator<Item = Step> {
    let next = [0, 1, 2, 3, K_MAX, K_MAX + 1].map(Step::Next);
    [Step::Soft, Step::Cert].into_iter().chain(next)
}

fn values(step: Step) -> &'static [Value] {
    match step {
        Step::Next(_) => &[A, B, C, Value::Bottom],
        _ => &[A, B, C],
    }
}

fn messages() -> &'static Messages {
    static MESSAGES: OnceLock<Messages> = OnceLock::new();
    MESSAGES.get_or_init(|| {
        let world = World::four();
        let (mut votes, mut others) = (Vec::new(), Vec::new());
        let places = [(ROUND, 0), (ROUND, 1), (ROUND, 2), (ROUND, 3), (ROUND + 1, 0)];
        for (round, period) in places {
            for (step, value) in steps().flat_map(|step| values(step).iter().map(move |value| (step, *value)))
            {
                let place = klero_agreement::committee::Role {
                    round,
                    ..role(period, step)
                };
                votes.push(
                    (0..4)
                        .map(|voter| Input::Vote(world.vote(voter, place, value)))
                        .collect(),
                );
            }
            for proposer in 0..4 {
                let fresh = [1, 2, 3].map(|number| world.fresh(round, period, proposer, block(number)));
                others.extend(fresh.map(Input::Proposal));
            }
        }
        for period in 1..4 {
            let again = [1, 2, 3].map(|number| world.again(period, 0, block(number)));
            others.extend(again.map(Input::Proposal));
        }
        for period in [0, 1, 2, 7, u32::MAX] {
            for (step, value) in steps().flat_map(|step| values(step).iter().map(move |value| (step, *value)))
            {
                others.push(Input::Certificate(world.certificate(
                    &[0, 1, 2],
                    role(period, step),
                    value,
                )));
            }
        }
        for number in [1, 2, 3] {
            others.extend([Input::Held, Input::Validated, Input::Rejected].map(|of| of(block(number))));
        }
        Messages { world, votes, others }
    })
}

/// What happens next.
#[derive(Debug, Clone)]
enum Event {
    /// One member votes, by the number of the vote.
    Vote(usize, usize),
    /// So many members vote alike.
    Votes(usize, usize),
    /// A certificate, a proposal or a body, by its number.
    Other(usize),
    /// The filter time of the present period passes.
    Filter,
    /// The next deadline of the present period passes.
    Deadline,
    /// A timer of any period runs out.
    Stray(Timer),
    /// The next round begins.
    Start,
    /// The node stops and resumes from its log.
    Restart,
}

fn event() -> impl Strategy<Value = Event> {
    let (votes, others) = (messages().votes.len(), messages().others.len());
    let kind = prop_oneof![
        Just(TimerKind::Filter),
        (0..9_u32).prop_map(TimerKind::Deadline),
        Just(TimerKind::Deadline(u32::MAX)),
    ];
    let timer = (ROUND - 1..=ROUND + 1, 0..4_u32, kind);
    prop_oneof![
        6 => (0..votes, 0..4_usize).prop_map(|(votes, voter)| Event::Vote(votes, voter)),
        6 => (0..votes, 2..5_usize).prop_map(|(votes, voters)| Event::Votes(votes, voters)),
        4 => (0..others).prop_map(Event::Other),
        2 => Just(Event::Filter),
        4 => Just(Event::Deadline),
        1 => timer.prop_map(|(round, period, kind)| Event::Stray(Timer { round, period, kind })),
        1 => Just(Event::Start),
        2 => Just(Event::Restart),
    ]
}

/// A node, and what its present round began with.
struct Node {
    watched: Watched,
    start: RoundStart,
}

impl Node {
    fn give(&mut self, input: &Input) {
        if let Input::Start(start) = input
            && start.round > self.start.round
        {
            self.start = *start;
        }
        self.watched.give(input.clone());
    }

    fn live(&mut self, event: &Event) {
        let messages = messages();
        match event {
            Event::Vote(votes, voter) => self.give(&messages.votes[*votes][*voter]),
            Event::Votes(votes, voters) => {
                for vote in &messages.votes[*votes][..*voters] {
                    self.give(vote);
                }
            }
            Event::Other(number) => self.give(&messages.others[*number]),
            Event::Filter => {
                self.watched.filter();
            }
            Event::Deadline => {
                let state = self.watched.machine.snapshot();
                let next = if state.first_deadline_passed {
                    state.k + 1
                } else {
                    0
                };
                self.watched.deadline(next);
            }
            Event::Stray(timer) => self.give(&Input::Timeout(*timer)),
            Event::Start => self.give(&Input::Start(RoundStart::new(&messages.world.next, 100))),
            Event::Restart => self.restart(),
        }
    }

    /// The log's bytes come back as they were.
    fn restart(&mut self) {
        let bytes = borsh::to_vec(&self.watched.machine.snapshot()).unwrap();
        let snapshot = borsh::from_slice(&bytes).unwrap();
        let (again, _) = Agreement::restore(self.start, &snapshot).unwrap();
        assert_eq!(check_restart(&self.watched.machine, &again), Ok(()));
        self.watched.machine = again;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Most of these orders are ones that no network with enough honest members brings about.
    #[test]
    fn any_order_of_inputs_keeps_every_rule(events in prop::collection::vec(event(), 1..100)) {
        let world = &messages().world;
        let mut node = Node { watched: Watched::new(world), start: world.start() };
        for event in &events {
            node.live(event);
        }
    }
}
