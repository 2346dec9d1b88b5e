//! The run: a queue of events on virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_committee::sampling::Digest;
use thiserror::Error;

use super::effect::{Effect, To, Wake};
use super::faults::Faults;
use super::log::Log;
use super::message::{Envelope, Key};
use super::node::{Identity, Node};
use super::oracle::Oracle;
use super::random::Random;
use super::trace::Trace;
use super::{Behaviour, Breach, Builder, Crypto};
use crate::Alarm;

/// A round as one node finished it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// The round.
    pub round: u64,
    /// The period of the Cert quorum.
    pub period: u32,
    /// The final block.
    pub block: Digest,
    /// When, in virtual milliseconds.
    pub at: u64,
}

/// Why a run ended before it should.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("seed {seed}, {crypto}, after {at} ms: {stop}")]
pub struct Failure {
    /// The seed of the run.
    pub seed: u64,
    /// What its draws and signatures were made of.
    pub crypto: Crypto,
    /// The virtual time in milliseconds.
    pub at: u64,
    /// What happened.
    pub stop: Stop,
}

/// What ended a run.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Stop {
    /// A promise was broken.
    #[error("{0}")]
    Breach(Breach),
    /// The nodes that take part did not all reach the round in time.
    #[error("round {wanted} is not final everywhere: the nodes stand at {heights:?}")]
    Stalled {
        /// The round that was asked for.
        wanted: u64,
        /// The last final round of each node.
        heights: Vec<u64>,
    },
}

pub(super) enum Slot {
    Up(Box<Node>),
    Down(Box<Log>),
}

/// How a node's clock runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clock {
    /// What a timer of a thousand milliseconds takes.
    pub(super) per_mille: u32,
    /// How many milliseconds later it rings.
    pub(super) late: u64,
}

impl Default for Clock {
    fn default() -> Self {
        let (per_mille, late) = (1_000, 0);
        Self { per_mille, late }
    }
}

impl Clock {
    fn takes(self, after: u64) -> u64 {
        (after.saturating_mul(u64::from(self.per_mille)) / 1_000).saturating_add(self.late)
    }
}

pub(super) struct Place {
    pub(super) clock: Clock,
    pub(super) identity: Identity,
    pub(super) slot: Slot,
    /// How often the node was started; what an earlier life waited for is void.
    pub(super) life: u32,
}

#[derive(Debug, Clone)]
pub(super) enum Event {
    Start(usize),
    /// The node is honest from now on.
    Reform(usize),
    Crash {
        node: usize,
        /// Whether the log of the open round is lost too.
        forgets: bool,
    },
    Deliver {
        from: usize,
        to: usize,
        envelope: Arc<Envelope>,
    },
    Wake {
        node: usize,
        life: u32,
        wake: Wake,
    },
}

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
        let place = self.places.get(node)?;
        let chain = match &place.slot {
            Slot::Up(node) => &node.log.chain,
            Slot::Down(log) => &log.chain,
        };
        chain.from(round, 1).first().map(|last| last.block.proposer)
    }

    /// The alarms that nodes raised [BA-13].
    pub fn alarms(&self) -> &[(usize, Alarm)] {
        &self.alarms
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

    fn failed(&self, stop: Stop) -> Failure {
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

    fn start(&mut self, index: usize) {
        let (now, seed) = (self.now, self.seed);
        self.trace.record(now, index, &"start");
        if let Some(ahead) = self.starts_ahead.get_mut(index) {
            *ahead = ahead.saturating_sub(1);
        }
        let Some(place) = self.places.get_mut(index) else {
            return;
        };
        let Slot::Down(log) = &place.slot else { return };
        place.life += 1;
        let random = Random::new(seed, (index as u64) << 32 | u64::from(place.life));
        let started = Node::start(place.identity.clone(), Log::clone(log), now, random);
        if let Some(mut node) = started {
            let effects = std::mem::take(&mut node.effects);
            place.slot = Slot::Up(Box::new(node));
            self.apply(index, effects);
        }
    }

    fn reform(&mut self, index: usize) {
        self.trace.record(self.now, index, &"reform");
        if let Some(place) = self.places.get_mut(index) {
            place.identity.behaviour = Behaviour::Honest;
            if let Slot::Up(node) = &mut place.slot {
                node.identity.behaviour = Behaviour::Honest;
            }
        }
    }

    fn crash(&mut self, index: usize, forgets: bool) {
        self.trace.record(self.now, index, &("crash", forgets));
        if let Some(place) = self.places.get_mut(index)
            && let Slot::Up(node) = &mut place.slot
        {
            let log = if forgets {
                Log::new(node.log.chain.clone())
            } else {
                node.log.clone()
            };
            place.slot = Slot::Down(Box::new(log));
        }
    }

    fn deliver(&mut self, from: usize, to: usize, envelope: &Arc<Envelope>) {
        let keys: Vec<Key> = envelope.message.keys();
        self.trace
            .record(self.now, to, &(from as u64, envelope.attempt, keys));
        self.at_node(to, None, |node| node.on_message(from, envelope));
    }

    fn wake(&mut self, index: usize, life: u32, wake: Wake) {
        self.trace.record(self.now, index, &wake);
        self.at_node(index, Some(life), |node| match wake {
            Wake::Timer(timer) => node.on_timer(timer),
            Wake::Body(block) => node.on_waited_for(block),
            Wake::Behind { round, peer } => node.on_behind(round, peer),
        });
    }

    /// Lets a node that is up, and in this life if one is given, do something, and carries out what it wants.
    fn at_node(&mut self, index: usize, life: Option<u32>, act: impl FnOnce(&mut Node)) {
        let now = self.now;
        let Some(place) = self.places.get_mut(index) else {
            return;
        };
        let is_this_life = life.is_none_or(|life| life == place.life);
        let Slot::Up(node) = &mut place.slot else { return };
        if is_this_life {
            node.now = now;
            act(node);
            let effects = std::mem::take(&mut node.effects);
            self.apply(index, effects);
        }
    }

    fn apply(&mut self, node: usize, effects: Vec<Effect>) {
        for effect in effects {
            let verdict = self.apply_one(node, effect);
            if let (Err(breach), None) = (verdict, &self.failure) {
                self.failure = Some(self.failed(Stop::Breach(breach)));
            }
        }
    }

    fn apply_one(&mut self, node: usize, effect: Effect) -> Result<(), Breach> {
        let now = self.now;
        match effect {
            Effect::Send { to, envelope } => self.send(node, to, &envelope),
            Effect::Wake { wake, after } => {
                let place = self.places.get(node);
                let life = place.map_or(0, |place| place.life);
                let after = place.map_or(after, |place| place.clock.takes(after));
                self.schedule(now.saturating_add(after), Event::Wake { node, life, wake });
            }
            Effect::Spoke { role, value } => {
                self.trace.record(now, node, &(role, value));
                if self.behaviour(node).keeps_its_word() {
                    let place = (role.round, role.period, role.step.code());
                    return self.oracle.spoke(node, place, value.code());
                }
            }
            Effect::Proposed(block) => self.oracle.proposed(block.0),
            Effect::Decided { role, block } => {
                self.trace.record(now, node, &(role, block));
                let decision = Decision {
                    round: role.round,
                    period: role.period,
                    block,
                    at: now,
                };
                if let Some(decisions) = self.decisions.get_mut(node) {
                    decisions.push(decision);
                }
                return self.oracle.decided(node, role.round, block.0);
            }
            Effect::Alarm(alarm) => self.alarms.push((node, alarm)),
            Effect::Broken(broken) => return Err(broken.into()),
        }
        Ok(())
    }

    fn behaviour(&self, node: usize) -> Behaviour {
        self.places
            .get(node)
            .map_or(Behaviour::Honest, |place| place.identity.behaviour)
    }

    fn send(&mut self, from: usize, to: To, envelope: &Arc<Envelope>) {
        for node in 0..self.places.len() {
            let is_addressed = node != from
                && match to {
                    To::Node(only) => node == only,
                    To::Others => true,
                    To::OthersThan(source) => node != source,
                    To::Half { odd } => (node % 2 == 1) == odd,
                };
            if is_addressed {
                for at in self.faults.arrivals(self.now, from, node, &mut self.random) {
                    let envelope = Arc::clone(envelope);
                    let to = node;
                    self.schedule(at, Event::Deliver { from, to, envelope });
                }
            }
        }
    }

    /// Puts an event into the queue; of two at one time the one put in first comes first.
    pub(super) fn schedule(&mut self, at: u64, event: Event) {
        if let Event::Start(node) = event
            && let Some(ahead) = self.starts_ahead.get_mut(node)
        {
            *ahead = ahead.saturating_add(1);
        }
        self.queued += 1;
        self.queue.insert((at, self.queued), event);
    }
}
