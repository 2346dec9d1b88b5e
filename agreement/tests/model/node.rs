//! What one node can do: every move that the shipped machine makes, worked out once.
//!
//! A *key* is what later moves of a machine depend on. Machines of one key differ in which votes they counted
//! and which certificates they noted. [`Moves::new`] runs the machine itself from every key that it finds, and
//! from several different machines of each key, and panics where two of them do not move alike.

use std::collections::{HashMap, HashSet, VecDeque};

use klero_agreement::committee::Step;
use klero_agreement::{Agreement, Input, Output, Timer, TimerKind, check_invariants};

use crate::role::{PERIODS, SLOTS, Slot};
use crate::table::{Table, block, number, slot_of};

/// So many machines of one key are compared.
const ALIKE: usize = 100;

/// One move of a node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// The filter time passes, after the proposal of this block if there is one, and Soft is spoken.
    Soft(Option<u8>),
    /// A body turns out to be good.
    Validated(u8),
    /// The first deadline passes.
    FirstDeadline,
    /// The deadline after k = 0 passes and votes in Next(0) carry J.
    Leave,
    /// Votes in Next(1) carry J.
    CatchUp,
    /// The certificate of this role and value comes.
    Quorum(Slot),
}

/// Every action: of a certificate by its slot, then the others.
pub(crate) fn all_actions() -> Vec<Action> {
    let quorums = (0..SLOTS).map(Slot).map(Action::Quorum);
    let others = [
        Action::Soft(None),
        Action::Soft(Some(0)),
        Action::Soft(Some(1)),
        Action::Validated(0),
        Action::Validated(1),
        Action::FirstDeadline,
        Action::Leave,
        Action::CatchUp,
    ];
    quorums.chain(others).collect()
}

/// What later moves depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Key {
    /// The alarm was raised.
    Alarmed,
    /// The last period of the model was left.
    Gone,
    /// In a period.
    At(At),
}

/// A node in a period. Blocks are numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct At {
    pub(crate) period: u32,
    pub(crate) k: u32,
    pub(crate) first_deadline_passed: bool,
    /// Whether Soft and Cert were spoken.
    pub(crate) spoken: (bool, bool),
    /// σ(p) and whether it was validated.
    pub(crate) staged: Option<(u8, bool)>,
    /// value(p − 1) and bottom(p − 1).
    pub(crate) previous: (Option<u8>, bool),
    /// Which bodies are held; [`Key::seen`] leaves it out.
    pub(crate) held: [bool; 2],
}

impl Key {
    pub(crate) fn of(machine: &Agreement) -> Self {
        let snapshot = machine.snapshot();
        if snapshot.alarm.is_some() {
            return Self::Alarmed;
        }
        if snapshot.period >= PERIODS {
            return Self::Gone;
        }
        let spoke = |step| snapshot.spoken.iter().any(|(spoken, _)| *spoken == step);
        Self::At(At {
            period: snapshot.period,
            k: snapshot.k,
            first_deadline_passed: snapshot.first_deadline_passed,
            spoken: (spoke(Step::Soft), spoke(Step::Cert)),
            staged: snapshot.staged.map(|(block, is_good)| (number(&block), is_good)),
            previous: (
                snapshot.previous_value.map(|block| number(&block)),
                snapshot.previous_bottom,
            ),
            held: [0, 1].map(|number| machine.holds(&block(number))),
        })
    }

    /// The key but for bodies that are not staged.
    pub(crate) fn seen(self) -> Self {
        match self {
            Self::At(at) => Self::At(At {
                held: [false; 2],
                ..at
            }),
            other => other,
        }
    }

    /// The key with the two blocks exchanged.
    pub(crate) fn exchanged(self) -> Self {
        let other = |number: u8| 1 - number;
        match self {
            Self::At(at) => Self::At(At {
                staged: at.staged.map(|(block, is_good)| (other(block), is_good)),
                previous: (at.previous.0.map(other), at.previous.1),
                held: [at.held[1], at.held[0]],
                ..at
            }),
            other => other,
        }
    }
}

/// Where a move leads: the next key's place, and the votes cast as bits of their slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    pub(crate) to: u16,
    pub(crate) casts: u32,
}

/// The moves of every key.
pub(crate) struct Moves {
    pub(crate) keys: Vec<Key>,
    /// By key and place in [`all_actions`].
    pub(crate) rows: Vec<Vec<Option<Move>>>,
    /// By key: the key with the blocks exchanged.
    pub(crate) exchanged: Vec<u16>,
    /// How many different machines were moved.
    pub(crate) machines: usize,
}

impl Moves {
    /// Runs the machine from its start by every action, whether or not the votes for it are there.
    pub(crate) fn new(table: &Table) -> Self {
        let actions = all_actions();
        let mut moves = Self {
            keys: Vec::new(),
            rows: Vec::new(),
            exchanged: Vec::new(),
            machines: 0,
        };
        let mut places = HashMap::new();
        let mut known: HashMap<Key, HashSet<Agreement>> = HashMap::new();
        let mut waiting = VecDeque::new();
        waiting.push_back(table.machine());
        while let Some(machine) = waiting.pop_front() {
            let key = Key::of(&machine);
            let alike = known.entry(key).or_default();
            if alike.len() >= ALIKE || !alike.insert(machine.clone()) {
                continue;
            }
            let is_first = alike.len() == 1;
            moves.machines += 1;
            let from = usize::from(moves.place(&mut places, key));
            let mut row = Vec::with_capacity(actions.len());
            for action in &actions {
                let moved = act(table, &machine, *action);
                row.push(moved.as_ref().map(|(next, casts)| Move {
                    to: moves.place(&mut places, Key::of(next)),
                    casts: *casts,
                }));
                let is_new = |next: &Agreement| {
                    let alike = known.get(&Key::of(next));
                    alike.is_none_or(|alike| alike.len() < ALIKE && !alike.contains(next))
                };
                waiting.extend(moved.map(|(next, _)| next).filter(is_new));
            }
            if is_first {
                moves.rows[from] = row;
            } else {
                assert_eq!(moves.rows[from], row, "{key:?}");
            }
        }
        moves.exchanged = moves.keys.iter().map(|key| places[&key.exchanged()]).collect();
        moves
    }

    fn place(&mut self, places: &mut HashMap<Key, u16>, key: Key) -> u16 {
        *places.entry(key).or_insert_with(|| {
            self.keys.push(key);
            self.rows.push(Vec::new());
            u16::try_from(self.keys.len() - 1).unwrap()
        })
    }
}

/// Gives inputs to a machine, checks its invariants, and collects the slots of the votes it casts.
pub(crate) fn give(machine: &mut Agreement, inputs: impl IntoIterator<Item = Input>) -> u32 {
    let mut casts = 0;
    for input in inputs {
        let before = machine.snapshot();
        for output in machine.handle(input) {
            if let Output::Cast { role, value, .. } = output {
                let has_spoken = before.spoken.iter().any(|(step, _)| *step == role.step);
                assert!(
                    role.period > before.period || !has_spoken,
                    "[BA-9] {role:?} spoke twice"
                );
                casts |= 1 << slot_of(role, value).0;
            }
        }
        assert!(machine.period() >= before.period, "a period was entered again");
        assert_eq!(check_invariants(machine), Ok(()));
    }
    casts
}

/// The machine after an action and its votes; `None` where the action does nothing.
fn act(table: &Table, machine: &Agreement, action: Action) -> Option<(Agreement, u32)> {
    let (period, before) = (machine.period(), Key::of(machine));
    let Key::At(at) = before else { return None };
    if let Action::Quorum(slot) = action {
        match slot.step() {
            // [BA-8]: a decision is not followed, since it changes nothing else; asserted here.
            Step::Cert => {
                assert_decides(table, machine, slot);
                return None;
            }
            // [BA-6]: ignored.
            Step::Soft if slot.period() < period => return None,
            _ => {}
        }
    }
    if let Action::Validated(number) = action
        && at.staged != Some((number, false))
    {
        return None;
    }
    let mut next = machine.clone();
    let casts = give(&mut next, inputs(table, period, action));
    if matches!(action, Action::Soft(_)) && casts == 0 {
        return None;
    }
    if let Action::Quorum(slot) = action {
        assert_votes_do_the_same(table, machine, slot, (Key::of(&next), casts));
    }
    (casts != 0 || Key::of(&next) != before).then_some((next, casts))
}

fn inputs(table: &Table, period: u32, action: Action) -> Vec<Input> {
    let timeout = |kind| {
        let round = table.round();
        Input::Timeout(Timer { round, period, kind })
    };
    // Who votes and for what is all one to J.
    let pace = |k| [0, 3].map(|voter| Input::Vote(table.vote(Slot::new(period, Step::Next(k), None), voter)));
    match action {
        Action::Soft(number) => {
            let proposal = number.map(|number| Input::Proposal(table.proposal(period, number, true)));
            proposal.into_iter().chain([timeout(TimerKind::Filter)]).collect()
        }
        Action::Validated(number) => vec![Input::Validated(block(number))],
        Action::FirstDeadline => vec![timeout(TimerKind::Deadline(0))],
        Action::Leave => [timeout(TimerKind::Deadline(1))]
            .into_iter()
            .chain(pace(0))
            .collect(),
        Action::CatchUp => pace(1).to_vec(),
        Action::Quorum(slot) => vec![Input::Certificate(table.certificate(slot))],
    }
}

/// [BA-8]: a Cert quorum decides its block, whatever the machine is in the middle of, and changes nothing else.
fn assert_decides(table: &Table, machine: &Agreement, slot: Slot) {
    let mut next = machine.clone();
    let casts = give(&mut next, [Input::Certificate(table.certificate(slot))]);
    assert_eq!((Key::of(&next), casts), (Key::of(machine), 0));
    assert_eq!(next.decision().map(number), slot.number());
}

/// Three votes do what their certificate does. Those in Next(1) move a node to k = 1 on the way, hence are a
/// [`Action::CatchUp`] and then a certificate.
fn assert_votes_do_the_same(table: &Table, machine: &Agreement, slot: Slot, wanted: (Key, u32)) {
    if slot.step() == Step::Next(1) {
        return;
    }
    let mut next = machine.clone();
    let casts = give(
        &mut next,
        [0, 1, 3].map(|voter| Input::Vote(table.vote(slot, voter))),
    );
    assert_eq!((Key::of(&next), casts), wanted, "{slot:?}");
}
