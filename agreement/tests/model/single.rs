//! Inputs one at a time, in any order, against the moves that the search is made of.
//!
//! The search moves nodes by [`Action`]s. Here three machines with their own identities get single votes of
//! honest members and of the Byzantine one, certificates, proposals, bodies and timers, drawn at random. After
//! every input, at most four actions, each possible in the network as it is, must bring the node of the search
//! to what the machine shows, with the same votes cast.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use klero_agreement::{Agreement, Input, Timer, TimerKind};

use crate::node::{Key, give};
use crate::role::{SLOTS, Slot};
use crate::state::{Members, Network, slots};
use crate::table::{Table, block};

const BYZANTINE: u32 = 3;
const MOST_ACTIONS: usize = 4;

/// Numbers that a seed determines (SplitMix64).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap()
    }
}

/// Three machines, and where the search has them.
pub(crate) struct Run<'a> {
    table: &'a Table,
    members: &'a Members,
    machines: Vec<Agreement>,
    shadows: Vec<u16>,
    spoken: Vec<(Slot, u32)>,
    network: Network,
    /// Block 1 is bad in some runs: it is rejected where it would be validated.
    is_bad: bool,
}

impl<'a> Run<'a> {
    pub(crate) fn new(table: &'a Table, members: &'a Members, numbers: &mut Numbers) -> Self {
        Self {
            table,
            members,
            machines: vec![table.machine(); 3],
            shadows: vec![0; 3],
            spoken: Vec::new(),
            network: Network::default(),
            is_bad: numbers.below(4) == 0,
        }
    }

    /// Gives one input to one machine; returns where the search has that node then, or what it
    /// cannot follow.
    pub(crate) fn step(&mut self, numbers: &mut Numbers) -> Result<u16, String> {
        let node = numbers.below(3);
        let before = Key::of(&self.machines[node]);
        let Some(input) = self.input(node, numbers).filter(|_| before != Key::Gone) else {
            return Ok(self.shadows[node]);
        };
        let described = format!("{input:?}");
        let casts = give(&mut self.machines[node], [input]);
        let wanted = (Key::of(&self.machines[node]).seen(), casts);
        let Some(shadow) = follow(self.members, self.network, self.shadows[node], wanted) else {
            return Err(format!(
                "no actions lead from {before:?} to {wanted:?}, as did {described}"
            ));
        };
        self.shadows[node] = shadow;
        let voter = u32::try_from(node).unwrap();
        let cast = slots().filter(|slot| casts >> slot.0 & 1 == 1);
        self.spoken.extend(cast.map(|slot| (slot, voter)));
        self.network.say(casts);
        let decisions: BTreeSet<_> = self.machines.iter().filter_map(Agreement::decision).collect();
        assert!(decisions.len() <= 1, "[BA-8] two decisions: {decisions:?}");
        Ok(shadow)
    }

    fn input(&self, node: usize, numbers: &mut Numbers) -> Option<Input> {
        let machine = &self.machines[node];
        let (round, period) = (machine.round(), machine.period());
        let number = u8::try_from(numbers.below(2)).unwrap();
        let slot = Slot(u8::try_from(numbers.below(usize::from(SLOTS))).unwrap());
        Some(match numbers.below(20) {
            0..8 if !self.spoken.is_empty() => {
                let (slot, voter) = self.spoken[numbers.below(self.spoken.len())];
                Input::Vote(self.table.vote(slot, voter))
            }
            0..12 => Input::Vote(self.table.vote(slot, BYZANTINE)),
            12 => {
                let mut quorums = slots().filter(|slot| self.members.has_quorum(self.network, *slot));
                let nth = numbers.below(usize::from(SLOTS)) % quorums.clone().count().max(1);
                Input::Certificate(self.table.certificate(quorums.nth(nth)?))
            }
            13 | 14 => {
                let of = u32::try_from(numbers.below(2)).unwrap();
                Input::Proposal(self.table.proposal(of, number, numbers.below(3) > 0))
            }
            15 => Input::Held(block(number)),
            16 if self.is_bad && number == 1 => Input::Rejected(block(number)),
            16 => Input::Validated(block(number)),
            17 => timeout(round, period, TimerKind::Filter),
            // Deadlines pass seldom, so that blocks are staged before.
            _ if numbers.below(3) > 0 => return None,
            18 => timeout(round, period, TimerKind::Deadline(0)),
            _ => timeout(round, period, TimerKind::Deadline(1)),
        })
    }
}

/// The key that at most [`MOST_ACTIONS`] actions lead to, with what is to be seen and cast. None is best; of
/// several keys the one that holds the fewest bodies, since in the search bodies are judged as late as possible.
pub(crate) fn follow(members: &Members, said: Network, from: u16, wanted: (Key, u32)) -> Option<u16> {
    if (members.key(from).seen(), 0) == wanted {
        return Some(from);
    }
    let mut waiting = VecDeque::from([(from, 0_u32, 0)]);
    let mut reached = BTreeMap::new();
    while let Some((place, casts, steps)) = waiting.pop_front() {
        let key = members.key(place);
        if (key.seen(), casts) == wanted {
            let held = if let Key::At(at) = key {
                at.held
            } else {
                [false; 2]
            };
            let held = held.iter().filter(|is_held| **is_held).count();
            reached.entry(held).or_insert(place);
        }
        if steps == MOST_ACTIONS {
            continue;
        }
        let mut network = said;
        network.say(casts);
        let row = &members.moves.rows[usize::from(place)];
        for (action, moved) in members.actions.iter().zip(row) {
            if let Some(moved) = moved.filter(|moved| moved.casts & !wanted.1 == 0)
                && members.is_possible(network, key, *action)
            {
                waiting.push_back((moved.to, casts | moved.casts, steps + 1));
            }
        }
    }
    reached.into_values().next()
}

pub(crate) fn timeout(round: u64, period: u32, kind: TimerKind) -> Input {
    Input::Timeout(Timer { round, period, kind })
}
