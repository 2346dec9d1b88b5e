//! A state of the whole network, and how it steps.

use klero_agreement::committee::Step;

use crate::node::{Action, Key, Moves, all_actions};
use crate::role::{SLOTS, Slot};

/// Where each honest node is, and what honest nodes have said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct State {
    /// Places in [`Moves::keys`], ascending: honest nodes are alike.
    pub(crate) nodes: [u16; 3],
    pub(crate) network: Network,
}

/// How many honest members have spoken in each slot; two and three are the same, since two and the Byzantine
/// member make a quorum. Nothing that was said is ever lost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Network(u64);

impl Network {
    pub(crate) fn count(self, slot: Slot) -> u64 {
        self.0 >> (2 * slot.0) & 3
    }

    fn set(&mut self, slot: Slot, count: u64) {
        self.0 = self.0 & !(3 << (2 * slot.0)) | count << (2 * slot.0);
    }

    /// Notes votes, given as bits of their slots.
    pub(crate) fn say(&mut self, casts: u32) {
        for slot in slots().filter(|slot| casts >> slot.0 & 1 == 1) {
            self.set(slot, (self.count(slot) + 1).min(2));
        }
    }
}

pub(crate) fn slots() -> impl Iterator<Item = Slot> + Clone {
    (0..SLOTS).map(Slot)
}

/// The rules of a network: its nodes and how many members the adversary has.
pub(crate) struct Members {
    pub(crate) moves: &'static Moves,
    pub(crate) actions: Vec<Action>,
    pub(crate) byzantine: u64,
    /// Turns the votes that a move casts into others: a rule broken on purpose.
    pub(crate) broken: fn(u32) -> u32,
    /// Whether states count once that differ in names of blocks, or in what nobody can use any more.
    pub(crate) reduces: bool,
}

impl Members {
    pub(crate) fn new(moves: &'static Moves, byzantine: u64, broken: fn(u32) -> u32) -> Self {
        let actions = all_actions();
        Self {
            moves,
            actions,
            byzantine,
            broken,
            reduces: true,
        }
    }

    /// All honest nodes at the start; a place that no honest node has is as if it had left.
    pub(crate) fn start(&self) -> State {
        let gone = self.moves.keys.iter().position(|key| *key == Key::Gone).unwrap();
        let gone = u16::try_from(gone).unwrap();
        let is_honest = |place: u64| place + self.byzantine < 4;
        let mut nodes = [0, 1, 2].map(|place| if is_honest(place) { 0 } else { gone });
        nodes.sort_unstable();
        State {
            nodes,
            network: Network::default(),
        }
    }

    /// Whether the votes in a slot can make a quorum: three of four members.
    pub(crate) fn has_quorum(&self, network: Network, slot: Slot) -> bool {
        network.count(slot) + self.byzantine >= 3
    }

    /// Whether the votes that an action needs were spoken.
    pub(crate) fn is_possible(&self, network: Network, key: Key, action: Action) -> bool {
        let Key::At(at) = key else { return false };
        // J is two of four members.
        let paces = |k: u32| {
            let of = [None, Some(0), Some(1)].map(|number| Slot::new(at.period, Step::Next(k), number));
            let honest: u64 = of.iter().map(|slot| network.count(*slot)).sum();
            honest + self.byzantine >= 2
        };
        match action {
            Action::Soft(_) | Action::Validated(_) | Action::FirstDeadline => true,
            Action::Leave => paces(0),
            Action::CatchUp => paces(1),
            Action::Quorum(slot) => self.has_quorum(network, slot),
        }
    }

    /// One node's action, given by places; `None` where it does nothing.
    pub(crate) fn step(&self, state: &State, node: usize, action: usize) -> Option<State> {
        let at = usize::from(state.nodes[node]);
        let moved = self.moves.rows[at][action]?;
        if !self.is_possible(state.network, self.moves.keys[at], self.actions[action]) {
            return None;
        }
        let mut next = *state;
        next.nodes[node] = moved.to;
        next.network.say((self.broken)(moved.casts));
        Some(self.canonical(next))
    }

    /// Of states that differ in names of nodes or of blocks only, one; and without what nobody can use any more.
    fn canonical(&self, mut state: State) -> State {
        state.nodes.sort_unstable();
        if !self.reduces {
            return state;
        }
        self.forget(&mut state);
        let mut other = State {
            nodes: state.nodes.map(|place| self.moves.exchanged[usize::from(place)]),
            network: Network::default(),
        };
        for slot in slots() {
            other.network.set(slot.exchanged(), state.network.count(slot));
        }
        other.nodes.sort_unstable();
        state.min(other)
    }

    /// When no honest node is in a period any more, nobody speaks there again: what is no quorum there becomes
    /// none, and Soft votes of it are ignored [BA-6].
    fn forget(&self, state: &mut State) {
        let periods = state
            .nodes
            .map(|place| match self.moves.keys[usize::from(place)] {
                Key::At(at) => at.period,
                Key::Gone | Key::Alarmed => u32::MAX,
            });
        let lowest = periods.into_iter().min().unwrap_or(0);
        for slot in slots().filter(|slot| slot.period() < lowest) {
            if slot.step() == Step::Soft || !self.has_quorum(state.network, slot) {
                state.network.set(slot, 0);
            }
        }
    }
}
