//! The run: a queue of events on virtual time.

use std::collections::BTreeMap;

use klero_committee::sampling::Digest;

use super::chain::Block;
use super::event::Event;
use super::faults::Faults;
use super::oracle::Oracle;
use super::place::{Place, Slot};
use super::random::Random;
use super::trace::Trace;
use super::{Builder, Crypto, Decision, Failure, Fate, Letter, Stop};
use crate::{Alarm, Snapshot};

/// A network of nodes on virtual time.
pub struct Simulation {
    pub(super) seed: u64,
    pub(super) crypto: Crypto,
    pub(super) places: Vec<Place>,
    pub(super) faults: Faults,
    pub(super) random: Random,
    pub(super) queue: BTreeMap<(u64, u64), Event>,
    pub(super) queued: u64,
    /// How many starts of each node the queue holds.
    pub(super) starts_ahead: Vec<u32>,
    pub(super) now: u64,
    pub(super) oracle: Oracle,
    pub(super) trace: Trace,
    pub(super) decisions: Vec<Vec<Decision>>,
    pub(super) alarms: Vec<(usize, Alarm)>,
    pub(super) failure: Option<Failure>,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "Simulation(seed {}, {}, {} ms, {:?})",
            self.seed,
            self.crypto,
            self.now,
            self.heights()
        )
    }
}

impl Simulation {
    /// A description to fill in.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Runs until a round is final at every node that takes part, at most so many virtual milliseconds, and says
    /// how many it took. Who lies, is mute or was stopped for good is not waited for.
    ///
    /// # Errors
    /// [`Failure`] when a promise is broken or the time runs out.
    pub fn run_until_round(&mut self, round: u64, within: u64) -> Result<u64, Failure> {
        let (began, limit) = (self.now, self.now.saturating_add(within));
        loop {
            if self.has_reached(round) {
                return Ok(self.now - began);
            }
            if !self.step(limit)? {
                let stop = Stop::Stalled {
                    wanted: round,
                    heights: self.heights(),
                };
                return Err(self.failed(stop));
            }
        }
    }

    /// Runs for so many virtual milliseconds.
    ///
    /// # Errors
    /// [`Failure`] when a promise is broken.
    pub fn run_for(&mut self, milliseconds: u64) -> Result<(), Failure> {
        let limit = self.now.saturating_add(milliseconds);
        while self.step(limit)? {}
        self.now = limit;
        Ok(())
    }

    /// The virtual time in milliseconds.
    pub const fn now(&self) -> u64 {
        self.now
    }

    /// The last final round of each node.
    pub fn heights(&self) -> Vec<u64> {
        (0..self.places.len())
            .map(|node| self.oracle.height(node))
            .collect()
    }

    /// What a node decided, in order.
    pub fn decisions(&self, node: usize) -> &[Decision] {
        self.decisions.get(node).map_or(&[], Vec::as_slice)
    }

    /// The block that a node finalized in a round.
    pub fn block(&self, node: usize, round: u64) -> Option<Digest> {
        let mut decisions = self.decisions(node).iter();
        decisions
            .find(|known| known.round == round)
            .map(|known| known.block)
    }

    /// The index in the electorate of who made the block that a node finalized in a round.
    pub fn proposer(&self, node: usize, round: u64) -> Option<u32> {
        self.final_block(node, round).map(|block| block.proposer)
    }

    pub(super) fn final_block(&self, node: usize, round: u64) -> Option<Block> {
        let chain = match &self.places.get(node)?.slot {
            Slot::Up(node) => &node.log.chain,
            Slot::Down(log) => &log.chain,
        };
        chain.from(round, 1).first().map(|last| last.block)
    }

    /// The alarms that nodes raised [BA-13].
    pub fn alarms(&self) -> &[(usize, Alarm)] {
        &self.alarms
    }

    /// Where the machine of a node stands; `None` while the node is down.
    pub fn snapshot(&self, node: usize) -> Option<Snapshot> {
        match &self.places.get(node)?.slot {
            Slot::Up(node) => Some(node.machine.snapshot()),
            Slot::Down(_) => None,
        }
    }

    /// The period of a node; 0 while it is down.
    pub fn period(&self, node: usize) -> u32 {
        match self.places.get(node).map(|place| &place.slot) {
            Some(Slot::Up(node)) => node.machine.period(),
            Some(Slot::Down(_)) | None => 0,
        }
    }

    /// From now on messages obey this rule too, unless an earlier one decides about them.
    pub fn impose(&mut self, rule: impl Fn(&Letter) -> Fate + Send + Sync + 'static) {
        self.faults.rules.add(rule);
    }

    /// From now on messages meet their usual fate.
    pub fn lift_rules(&mut self) {
        self.faults.rules = Default::default();
    }

    /// The digest of everything that happened.
    pub fn trace_hash(&self) -> Digest {
        self.trace.hash()
    }

    fn has_reached(&self, round: u64) -> bool {
        let mut nodes = (0_usize..).zip(&self.places);
        nodes.all(|(node, place)| {
            let is_promised = place.identity.behaviour.is_promised_progress();
            self.oracle.height(node) >= round || !is_promised || self.is_gone(node, place)
        })
    }

    /// Whether a node is down and no start lies ahead.
    fn is_gone(&self, node: usize, place: &Place) -> bool {
        matches!(place.slot, Slot::Down(_)) && self.starts_ahead.get(node) == Some(&0)
    }

    pub(super) fn failed(&self, stop: Stop) -> Failure {
        Failure {
            seed: self.seed,
            crypto: self.crypto,
            at: self.now,
            stop,
        }
    }

    /// Handles the next event, unless it lies beyond the limit; says whether there was one.
    fn step(&mut self, limit: u64) -> Result<bool, Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let Some(entry) = self.queue.first_entry().filter(|entry| entry.key().0 <= limit) else {
            return Ok(false);
        };
        self.now = entry.key().0;
        match entry.remove() {
            Event::Start(node) => self.start(node),
            Event::Reform(node) => self.reform(node),
            Event::Crash { node, forgets } => self.crash(node, forgets),
            Event::Deliver { from, to, envelope } => self.deliver(from, to, &envelope),
            Event::Wake { node, life, wake } => self.wake(node, life, wake),
        }
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(true),
        }
    }
}
