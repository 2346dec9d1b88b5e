//! [BA-1] A round starts in period 0, and its clock with it.

use klero_agreement::committee::Step;
use klero_agreement::{Agreement, Entry, Input, RoundStart, Timer, TimerKind};

use crate::world::{A, ROUND, Watched, World, block, casts, decided, proposes, role, timers};

#[test]
fn a_round_starts_in_period_0_with_its_timers() {
    let world = World::four();
    let (machine, outputs) = Agreement::new(world.start());
    assert_eq!((machine.round(), machine.period(), machine.k()), (ROUND, 0, 0));
    let expected = [
        (TimerKind::Filter, 100, false),
        (TimerKind::Deadline(0), 4_000, true),
    ];
    assert_eq!(timers(&outputs), expected);
    assert_eq!(proposes(&outputs), [(0, None)]);
    assert_eq!(casts(&outputs), []);
}

#[test]
fn the_next_round_begins_only_when_the_driver_says_so() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let certificate = world.certificate(&[0, 1, 2], role(0, Step::Cert), A);
    let outputs = node.give(Input::Certificate(certificate));
    // Decided by others, but the body is not held: block r is not final here.
    assert_eq!(decided(&outputs), None);
    assert_eq!(node.machine.round(), ROUND);
    assert_eq!(decided(&node.give(Input::Held(block(1)))), Some(block(1)));
    let outputs = node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!((node.machine.round(), node.machine.period()), (ROUND + 1, 0));
    assert_eq!(node.entry(), Entry::RoundStart);
    assert_eq!(timers(&outputs).len(), 2);
    assert_eq!(proposes(&outputs), [(0, None)]);
}

#[test]
fn a_round_that_is_open_or_over_does_not_start_again() {
    let world = World::four();
    let mut node = Watched::new(&world);
    node.filter();
    let before = node.machine.clone();
    assert_eq!(node.give(Input::Start(world.start())), []);
    assert!(node.machine == before);
    node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!(node.give(Input::Start(world.start())), []);
    assert_eq!(node.machine.round(), ROUND + 1);
}

#[test]
fn a_timer_of_an_earlier_round_or_period_is_void() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let old = |round, period| Timer {
        round,
        period,
        kind: TimerKind::Deadline(0),
    };
    node.enter_period_1(&world, A);
    assert_eq!(node.give(Input::Timeout(old(ROUND, 0))), []);
    node.give(Input::Start(RoundStart::new(&world.next, 100)));
    assert_eq!(node.give(Input::Timeout(old(ROUND, 0))), []);
    assert_eq!(node.give(Input::Timeout(old(ROUND, 1))), []);
}

#[test]
fn the_clock_of_a_period_starts_on_entering_it() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let entered = node.enter_period_1(&world, A);
    let kinds: Vec<TimerKind> = timers(&entered).iter().map(|timer| timer.0).collect();
    assert_eq!(kinds, [TimerKind::Filter, TimerKind::Deadline(0)]);
    // Before the filter time of this period has passed, nothing is due.
    assert_eq!(casts(&entered), []);
    assert_eq!(casts(&node.filter()), [(Step::Soft, A)]);
}
