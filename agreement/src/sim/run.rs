//! The run: a queue of events on virtual time.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

use klero_committee::Role;
use klero_committee::sampling::Digest;

use super::chain::Block;
use super::doors::Doors;
use super::event::{Entry, Event};
use super::faults::Faults;
use super::meter::Meter;
use super::oracle::Oracle;
use super::outcome::Outcomes;
use super::overlay::Overlay;
use super::place::{Place, Slot};
use super::queue::Queue;
use super::random::Random;
use super::seen::Contents;
use super::shelf::{Numbers, Shelf};
use super::trace::Trace;
use super::{Builder, Crypto, Decision, Failure, Fate, Letter, Load, Run, Stop};
use crate::{Alarm, Snapshot};

/// A network of nodes on virtual time.
pub struct Simulation {
    pub(super) seed: u64,
    pub(super) crypto: Crypto,
    /// What the nodes are.
    pub(super) network: Builder,
    /// What has happened.
    pub(super) events: Vec<(u64, Entry)>,
    pub(super) numbers: Numbers,
    /// In a replay: what was sent and set, until the file says what became of it.
    pub(super) shelf: Option<Shelf>,
    pub(super) places: Vec<Place>,
    pub(super) faults: Faults,
    pub(super) random: Random,
    /// Who hears whom.
    pub(super) overlay: Arc<Overlay>,
    pub(super) queue: Queue,
    pub(super) contents: Contents,
    pub(super) doors: Doors,
    pub(super) meter: Option<Meter>,
    /// A node that was not where the run was asked to go when that was last looked at.
    pub(super) awaited: usize,
    /// How many starts of each node the queue holds.
    pub(super) starts_ahead: Vec<u32>,
    pub(super) now: u64,
    pub(super) oracle: Oracle,
    pub(super) outcomes: Outcomes,
    pub(super) trace: Trace,
    pub(super) decisions: Vec<Vec<Decision>>,
    pub(super) alarms: Vec<(usize, Alarm)>,
    /// Who saw whom speak twice in what role.
    pub(super) evidence: BTreeSet<(usize, Role, u32)>,
    pub(super) failure: Option<Failure>,
}

impl std::fmt::Debug for Simulation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let checks = if self.network.is_unchecked {
            ", unchecked"
        } else {
            ""
        };
        write!(
            f,
            "Simulation(seed {}, {}{checks}, {} ms, {:?})",
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
        self.pass_time(limit)
    }

    /// What draws and signatures are made of.
    pub const fn crypto(&self) -> Crypto {
        self.crypto
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

    /// What each node sent, received and would have had to verify in these rounds; nothing unless the run is
    /// [metered](Builder::metered).
    pub fn loads(&self, rounds: RangeInclusive<u64>) -> impl Iterator<Item = &Load> {
        let meter = self.meter.iter();
        meter.flat_map(move |meter| meter.loads(rounds.clone()))
    }

    /// The digest of everything that happened.
    pub fn trace_hash(&self) -> Digest {
        self.trace.hash()
    }

    /// Whether every node that takes part has a round's block. The node that was missing last is looked at first, and
    /// only once it is there the others.
    fn has_reached(&mut self, round: u64) -> bool {
        let count = self.places.len();
        let missing = (0..count)
            .map(|further| (self.awaited + further) % count)
            .find(|node| self.oracle.height(*node) < round && self.is_live_and_honest(*node));
        self.awaited = missing.unwrap_or(0);
        missing.is_none()
    }

    /// Whether progress is promised to a node: it does not lie, speaks, and is not stopped for good.
    pub(super) fn is_live_and_honest(&self, node: usize) -> bool {
        self.places.get(node).is_some_and(|place| {
            place.identity.behaviour.is_promised_progress() && !self.is_gone(node, place)
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
            run: Arc::new(self.run()),
        }
    }

    /// All that has happened so far, to be written to a file; without events if they were not recorded.
    pub fn run(&self) -> Run {
        Run {
            network: self.network.clone(),
            events: self.events.clone(),
            trace: self.network.records.then(|| self.trace.hash()),
        }
    }

    /// Handles the next event, unless it lies beyond the limit; says whether there was one.
    pub(super) fn step(&mut self, limit: u64) -> Result<bool, Failure> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let Some(at) = self.queue.next_time().filter(|at| *at <= limit) else {
            return Ok(false);
        };
        self.pass_time(at)?;
        let Some((at, event)) = self.queue.pop(limit) else {
            return Ok(false);
        };
        self.record(at, event);
        match &self.failure {
            Some(failure) => Err(failure.clone()),
            None => Ok(true),
        }
    }

    /// Lets an event happen, and keeps it for the file of the run.
    pub(super) fn record(&mut self, at: u64, event: Event) {
        if self.network.records {
            self.events.push((at, event.entry()));
        }
        let was_fine = self.failure.is_none();
        self.happen(at, event);
        if was_fine && self.failure.is_some() {
            // With all that the event led to, as a replay goes through it.
            let run = Arc::new(self.run());
            self.failure
                .iter_mut()
                .for_each(|failure| failure.run = Arc::clone(&run));
        }
    }
}
