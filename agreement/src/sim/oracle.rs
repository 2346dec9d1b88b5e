//! The oracle: what must never happen, seen from outside.
//!
//! It shares no code with what it judges. It knows nodes, validators and rounds by number and everything else by
//! bytes, and restates the promises of the protocol in its own words:
//!
//! - *agreement* [MOD-1]: whatever the network did, no two nodes finalize different blocks in one round;
//! - *validity*: rounds follow each other without a gap; what a node finalizes in a round, somebody proposed in that
//!   round; and if the validator that the block names is in honest hands, those hands proposed it;
//! - *word*: a node that is not told to lie never signs two values in one place [MOD-4], crashes or not;
//! - *progress* [MOD-2]: once the network is calm, every live honest node finalizes so many more rounds by a deadline.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

/// A promise that was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Breach {
    /// Two nodes finalized different blocks.
    #[error("a fork: in round {round} node {first} and node {second} finalized different blocks")]
    Fork {
        /// The round.
        round: u64,
        /// Who finalized first.
        first: usize,
        /// Who finalized the other block.
        second: usize,
    },
    /// A final block that nobody proposed in its round.
    #[error("node {node} finalized in round {round} what nobody proposed in that round")]
    Unproposed {
        /// Who.
        node: usize,
        /// The round.
        round: u64,
    },
    /// A final block that names an honest node which never proposed it.
    #[error(
        "node {node} finalized in round {round} a block that names node {author}, which never proposed it"
    )]
    Framed {
        /// Who.
        node: usize,
        /// The round.
        round: u64,
        /// Who is named.
        author: usize,
    },
    /// A round finalized out of turn.
    #[error("node {node} finalized round {found} where round {expected} was next")]
    Gap {
        /// Who.
        node: usize,
        /// The round that was next.
        expected: u64,
        /// The round that it finalized.
        found: u64,
    },
    /// A node that should keep its word signed two values in one place.
    #[error("node {node} signed two values in one role of round {round}")]
    TwoValues {
        /// Who.
        node: usize,
        /// The round.
        round: u64,
    },
    /// A live honest node that did not finalize in time what it was to finalize.
    #[error(
        "node {node} was to finalize round {promised} by {deadline} ms and has finalized round {reached}"
    )]
    Late {
        /// Who; of several the one with the lowest number.
        node: usize,
        /// The round that was promised.
        promised: u64,
        /// The last round that it finalized.
        reached: u64,
        /// By when, in virtual milliseconds.
        deadline: u64,
    },
}

type Bytes = [u8; 32];

/// A place to speak in, as plain numbers: round, period, kind of step and k.
type Place = (u64, u32, [u8; 5]);

/// The memory of everything promised. Simulations ask one at every event; it can be asked by itself as well.
#[derive(Debug, Clone, Default)]
pub struct Oracle {
    /// Who proposed a block in a round.
    made: BTreeMap<(u64, Bytes), BTreeSet<usize>>,
    /// The nodes that hold the keys of a validator.
    hands: BTreeMap<u32, BTreeSet<usize>>,
    /// The nodes that were ever told to lie.
    liars: BTreeSet<usize>,
    finals: BTreeMap<u64, (usize, Bytes)>,
    heights: BTreeMap<usize, u64>,
    spoken: BTreeMap<(usize, Place), [u8; 33]>,
    promise: Option<Promise>,
}

/// Progress that is promised and not yet seen.
#[derive(Debug, Clone)]
struct Promise {
    nodes: BTreeSet<usize>,
    round: u64,
    deadline: u64,
}

impl Oracle {
    /// A node holds the keys of a validator. Several may hold the same.
    pub fn holds(&mut self, node: usize, validator: u32) {
        self.hands.entry(validator).or_default().insert(node);
    }

    /// A node is told to lie, at least for a while: what its keys signed says nothing about whether the protocol
    /// works.
    pub fn lies(&mut self, node: usize) {
        self.liars.insert(node);
    }

    /// A node proposed a block in a round.
    pub fn proposed(&mut self, node: usize, round: u64, block: Bytes) {
        self.made.entry((round, block)).or_default().insert(node);
    }

    /// A node signed a value; only those that keep their word now are reported.
    ///
    /// # Errors
    /// [`Breach::TwoValues`] if it signed another one there before.
    pub fn spoke(&mut self, node: usize, place: Place, value: [u8; 33]) -> Result<(), Breach> {
        let before = *self.spoken.entry((node, place)).or_insert(value);
        if before == value {
            return Ok(());
        }
        Err(Breach::TwoValues { node, round: place.0 })
    }

    /// A node finalized a block that names a validator as its proposer.
    ///
    /// # Errors
    /// [`Breach::Gap`], [`Breach::Fork`], [`Breach::Unproposed`] or [`Breach::Framed`].
    pub fn decided(&mut self, node: usize, round: u64, block: Bytes, author: u32) -> Result<(), Breach> {
        let height = self.heights.entry(node).or_insert(0);
        let expected = *height + 1;
        if round != expected {
            return Err(Breach::Gap {
                node,
                expected,
                found: round,
            });
        }
        *height = round;
        let (first, known) = *self.finals.entry(round).or_insert((node, block));
        if known != block {
            let second = node;
            return Err(Breach::Fork { round, first, second });
        }
        if let Some(promise) = &mut self.promise
            && promise.round <= round
        {
            promise.nodes.remove(&node);
        }
        self.was_proposed(node, round, block, author)
    }

    fn was_proposed(&self, node: usize, round: u64, block: Bytes, author: u32) -> Result<(), Breach> {
        let Some(makers) = self.made.get(&(round, block)) else {
            return Err(Breach::Unproposed { node, round });
        };
        let Some(hands) = self.hands.get(&author) else {
            return Ok(());
        };
        let are_honest = hands.is_disjoint(&self.liars);
        match hands.first() {
            Some(author) if are_honest && hands.is_disjoint(makers) => {
                let author = *author;
                Err(Breach::Framed { node, round, author })
            }
            _ => Ok(()),
        }
    }

    /// From now on it is promised that each of these nodes, live and honest all of them, finalizes `rounds` more than
    /// anybody has by now, and does so by `deadline` at the latest. It takes the place of an earlier promise.
    pub fn promise_progress(&mut self, nodes: &[usize], rounds: u64, deadline: u64) {
        let highest = self.heights.values().max().copied().unwrap_or(0);
        self.promise = Some(Promise {
            nodes: nodes.iter().copied().collect(),
            round: highest.saturating_add(rounds),
            deadline,
        });
    }

    /// A node is gone for good: nothing is promised of it any more.
    pub fn gone(&mut self, node: usize) {
        if let Some(promise) = &mut self.promise {
            promise.nodes.remove(&node);
        }
    }

    /// It is this late, in virtual milliseconds.
    ///
    /// # Errors
    /// [`Breach::Late`] if the deadline of a promise has passed and a node has not kept it.
    pub fn time(&self, now: u64) -> Result<(), Breach> {
        let overdue = self.promise.as_ref().filter(|promise| promise.deadline < now);
        let late = overdue.and_then(|promise| Some((promise, *promise.nodes.first()?)));
        let Some((promise, node)) = late else {
            return Ok(());
        };
        Err(Breach::Late {
            node,
            promised: promise.round,
            reached: self.height(node),
            deadline: promise.deadline,
        })
    }

    /// The deadline of the promise, while some node has not kept it.
    pub fn awaits(&self) -> Option<u64> {
        let open = self.promise.as_ref().filter(|promise| !promise.nodes.is_empty());
        open.map(|promise| promise.deadline)
    }

    /// What the nodes that keep their word signed: who, where, what.
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, Place, [u8; 33])> {
        self.spoken
            .iter()
            .map(|((node, place), value)| (*node, *place, *value))
    }

    /// The last round that a node finalized.
    pub fn height(&self, node: usize) -> u64 {
        self.heights.get(&node).copied().unwrap_or(0)
    }
}
