//! One node in period 0 of one network, given single inputs in every order.
//!
//! The other members have said what they will say: members 0 and 1 staged block 0, member 2 did not, and the
//! Byzantine member voted for both blocks. Next(0) votes differ, so that pace, a quorum for ⊥ and one for the
//! block are all within reach.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};

use klero_agreement::committee::{Step, Vote};
use klero_agreement::{Agreement, Input, Output, Timer, TimerKind};

use crate::node::{Key, give};
use crate::role::Slot;
use crate::single::follow;
use crate::state::{Members, Network, slots};
use crate::table::{Table, block};

const BYZANTINE: u32 = 3;
const BLOCK: Option<u8> = Some(0);
const OTHER: Option<u8> = Some(1);

/// Who has said what.
const SAID: [(Step, Option<u8>, u32); 11] = [
    (Step::Soft, BLOCK, 0),
    (Step::Soft, BLOCK, 1),
    (Step::Soft, BLOCK, BYZANTINE),
    (Step::Soft, OTHER, BYZANTINE),
    (Step::Next(0), BLOCK, 0),
    (Step::Next(0), None, 1),
    (Step::Next(0), None, 2),
    (Step::Next(0), None, BYZANTINE),
    (Step::Next(0), BLOCK, BYZANTINE),
    (Step::Next(1), None, 2),
    (Step::Next(1), None, BYZANTINE),
];

/// A machine, where the search has it, and which votes it got, as bits.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Node {
    machine: Agreement,
    place: u16,
    got: u32,
}

pub(crate) struct EveryOrder<'a> {
    table: &'a Table,
    members: Members,
    network: Network,
    votes: Vec<Vote>,
}

impl<'a> EveryOrder<'a> {
    pub(crate) fn new(table: &'a Table, members: Members) -> Self {
        let mut network = Network::default();
        let slot = |step, number| Slot::new(0, step, number);
        for (step, number, _) in SAID.iter().filter(|said| said.2 != BYZANTINE) {
            network.say(1 << slot(*step, *number).0);
        }
        let votes = SAID.map(|(step, number, voter)| table.vote(slot(step, number), voter));
        Self {
            table,
            members,
            network,
            votes: votes.to_vec(),
        }
    }

    /// Searches every order; returns how many states there are and what machines show in them.
    pub(crate) fn search(&mut self) -> (usize, BTreeSet<Key>) {
        let hasher = RandomState::new();
        let (mut known, mut shown) = (HashSet::new(), BTreeSet::new());
        let start = Node {
            machine: self.table.machine(),
            place: 0,
            got: 0,
        };
        let mut waiting = vec![start];
        while let Some(node) = waiting.pop() {
            shown.insert(Key::of(&node.machine).seen());
            if node.machine.period() > 0 {
                continue;
            }
            let next = (0..self.votes.len()).map(|vote| self.vote(&node, vote));
            let next = next.chain(self.others().into_iter().map(|input| self.input(&node, input)));
            waiting.extend(next.filter(|next| known.insert(hasher.hash_one(next))));
        }
        (known.len(), shown)
    }

    /// What the actions of the search lead to in this network.
    pub(crate) fn shown_by_actions(&self) -> BTreeSet<Key> {
        let (mut known, mut waiting) = (BTreeSet::from([0]), vec![0]);
        while let Some(place) = waiting.pop() {
            let key = self.members.key(place);
            if matches!(key, Key::At(at) if at.period > 0) {
                continue;
            }
            let row = &self.members.moves.rows[usize::from(place)];
            for (action, moved) in self.members.actions.iter().zip(row) {
                if let Some(moved) = moved
                    && self.members.is_possible(self.network, key, *action)
                    && known.insert(moved.to)
                {
                    waiting.push(moved.to);
                }
            }
        }
        known
            .iter()
            .map(|place| self.members.key(*place).seen())
            .collect()
    }

    fn others(&self) -> Vec<Input> {
        let timeout = |kind| {
            Input::Timeout(Timer {
                round: self.table.round(),
                period: 0,
                kind,
            })
        };
        let quorums = slots().filter(|slot| self.members.has_quorum(self.network, *slot));
        let mut others: Vec<Input> = quorums
            .map(|slot| Input::Certificate(self.table.certificate(slot)))
            .collect();
        others.extend([0, 1].map(|number| Input::Proposal(self.table.proposal(0, number, true))));
        others.extend([0, 1].map(|number| Input::Validated(block(number))));
        others.extend([TimerKind::Filter, TimerKind::Deadline(0), TimerKind::Deadline(1)].map(timeout));
        others
    }

    fn vote(&self, node: &Node, vote: usize) -> Node {
        let mut next = node.clone();
        next.got |= 1 << vote;
        let input = Input::Vote(self.votes[vote].clone());
        if !self.completes(node.got, vote) {
            let before = next.machine.snapshot();
            let outputs = next.machine.handle(input);
            assert_eq!(next.machine.snapshot(), before);
            let is_quiet =
                |output: &Output| matches!(output, Output::Relay | Output::Evidence(_) | Output::Resend(_));
            assert!(outputs.iter().all(is_quiet), "{outputs:?}");
            return next;
        }
        self.input(&next, input)
    }

    /// Whether a vote is the third for its value, or the second member's in its Next step.
    fn completes(&self, got: u32, vote: usize) -> bool {
        if got >> vote & 1 == 1 {
            return false;
        }
        let (step, number, voter) = SAID[vote];
        let said = SAID.iter().enumerate().filter(|(place, _)| got >> place & 1 == 1);
        let said: Vec<_> = said
            .map(|(_, said)| *said)
            .filter(|said| said.0 == step)
            .collect();
        let same = said.iter().filter(|said| said.1 == number).count();
        let voters: BTreeSet<u32> = said.iter().map(|said| said.2).collect();
        let is_pace = matches!(step, Step::Next(_)) && voters.len() == 1 && !voters.contains(&voter);
        same == 2 || is_pace
    }

    fn input(&self, node: &Node, input: Input) -> Node {
        let mut next = node.clone();
        let casts = give(&mut next.machine, [input]);
        let wanted = (Key::of(&next.machine).seen(), casts);
        let place = follow(&self.members, self.network, node.place, wanted);
        next.place = place.unwrap_or_else(|| panic!("no actions lead to {wanted:?}"));
        next
    }
}
