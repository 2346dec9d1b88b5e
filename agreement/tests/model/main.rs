//! A complete search of the shipped state machine: three honest members and one Byzantine, two blocks, two
//! periods, k up to 1. `make model` prints the figures; docs/src/measurements/agreement.md says what they mean.

mod every_order;
mod node;
mod properties;
mod role;
mod single;
mod state;
mod table;

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::LazyLock;
use std::time::Instant;

use klero_agreement::committee::Step;
use stateright::{Checker, Expectation, Model};

use crate::every_order::EveryOrder;
use crate::node::Moves;
use crate::role::Slot;
use crate::single::{Numbers, Run};
use crate::state::{Members, slots};
use crate::table::Table;

/// Random runs of single inputs, and the inputs of each.
const RUNS: usize = 2_000;
const INPUTS: usize = 400;
const NONE: [&str; 0] = [];

/// Searches every state and says what was found, with the names of properties that are violated and of those
/// that never came true.
fn search(title: &str, members: Members) -> (Vec<&'static str>, Vec<&'static str>) {
    let start = Instant::now();
    let checker = members.checker().threads(1).spawn_bfs().join();
    let states = checker.unique_state_count();
    let properties = checker.model().properties();
    let names = |wanted: fn(&Expectation) -> bool, is_found: bool| -> Vec<&'static str> {
        let chosen = properties.iter().filter(|property| wanted(&property.expectation));
        let chosen = chosen.filter(|property| checker.discovery(property.name).is_some() == is_found);
        chosen.map(|property| property.name).collect()
    };
    let violated = names(|expectation| *expectation == Expectation::Always, true);
    let never = names(|expectation| *expectation == Expectation::Sometimes, false);
    let (generated, depth) = (checker.state_count(), checker.max_depth());
    let seconds = start.elapsed().as_secs_f64();
    // States are told apart by 64 bits each.
    let chance = (states as f64).powi(2) / 2_f64.powi(65);
    say(&format!(
        "{title}: {states} states, {generated} generated, depth {depth}, {seconds:.1} s, two alike by chance \
         with probability below {chance:.0e}; \
         violated: {violated:?}; never: {never:?}"
    ));
    (violated, never)
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").unwrap();
}

/// Made once for all tests.
static MADE: LazyLock<(Table, Moves)> = LazyLock::new(|| {
    let start = Instant::now();
    let table = Table::new();
    let moves = Moves::new(&table);
    let (keys, machines, seconds) = (moves.keys.len(), moves.machines, start.elapsed().as_secs_f64());
    say(&format!(
        "moves of a node: {keys} keys, {machines} machines, {seconds:.1} s"
    ));
    (table, moves)
});

fn members(byzantine: u64, broken: fn(u32) -> u32) -> Members {
    Members::new(&MADE.1, byzantine, broken)
}

/// [BA-3] [BA-4] [BA-5] [BA-6] [BA-7] [BA-8] [BA-10] together.
#[test]
fn one_byzantine_of_four_breaks_nothing() {
    let (violated, never) = search("one Byzantine of four", members(1, |casts| casts));
    assert_eq!((violated, never), (NONE.to_vec(), NONE.to_vec()));
}

/// What counts once in the search counts by itself here.
#[test]
#[ignore = "minutes; make model runs it"]
fn nothing_breaks_either_where_fewer_states_count_once() {
    let members = Members {
        reduces: false,
        ..members(1, |casts| casts)
    };
    let (violated, never) = search(
        "one Byzantine of four, blocks told apart, nothing forgotten",
        members,
    );
    assert_eq!((violated, never), (NONE.to_vec(), NONE.to_vec()));
}

/// The search is awake: with half of the members Byzantine everything breaks.
#[test]
fn two_byzantine_of_four_break_agreement() {
    let (violated, _) = search("two Byzantine of four", members(2, |casts| casts));
    assert_eq!(violated.len(), 5, "{violated:?}");
}

/// [BA-5]: Next votes that forget what was staged let the next period start from something else.
#[test]
fn forgetting_what_is_staged_breaks_agreement() {
    let (violated, _) = search("Next always for no block", members(1, forget));
    assert!(
        violated.contains(&"[BA-8] no two blocks are decided"),
        "{violated:?}"
    );
}

/// Next votes for a block become votes for ⊥ in the same role.
fn forget(casts: u32) -> u32 {
    let forgotten = |slot: Slot| match slot.step() {
        step @ Step::Next(_) => Slot::new(slot.period(), step, None),
        Step::Soft | Step::Cert | Step::Propose => slot,
    };
    let cast = slots().filter(|slot| casts >> slot.0 & 1 == 1);
    cast.fold(0, |bits, slot| bits | 1 << forgotten(slot).0)
}

/// What the search moves nodes by is all that single inputs can do.
#[test]
fn single_inputs_lead_nowhere_else() {
    let members = members(1, |casts| casts);
    let mut numbers = Numbers(4);
    let mut keys = BTreeSet::new();
    for _ in 0..RUNS {
        let mut run = Run::new(&MADE.0, &members, &mut numbers);
        keys.extend((0..INPUTS).map(|_| run.step(&mut numbers).unwrap()));
    }
    say(&format!(
        "single inputs: {RUNS} runs of {INPUTS}, {} keys seen",
        keys.len()
    ));
    assert!(keys.len() > 100);
}

/// The comparison is awake: a search in which the Byzantine member is silent misses what it brings about.
#[test]
fn a_search_without_the_byzantine_votes_is_told_apart() {
    let members = members(0, |casts| casts);
    let mut numbers = Numbers(4);
    let mut run = Run::new(&MADE.0, &members, &mut numbers);
    assert!((0..INPUTS).any(|_| run.step(&mut numbers).is_err()));
}

/// In one network, every order of single inputs: what the machine shows is exactly what the actions lead to, and
/// a vote that completes neither T nor J changes nothing.
#[test]
#[ignore = "minutes; make model runs it"]
fn every_order_of_single_inputs_shows_what_the_actions_show() {
    let start = Instant::now();
    let mut every = EveryOrder::new(&MADE.0, members(1, |casts| casts));
    let (states, shown) = every.search();
    let seconds = start.elapsed().as_secs_f64();
    say(&format!(
        "every order in period 0: {states} states of a node, {} shown, {seconds:.1} s",
        shown.len()
    ));
    assert_eq!(shown, every.shown_by_actions());
    assert!(shown.len() > 20, "{}", shown.len());
}
