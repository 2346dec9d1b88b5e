//! Making a network of its description.

use std::sync::Arc;

use super::builder::Crash;
use super::chain::Chain;
use super::doors::Doors;
use super::event::Event;
use super::log::Log;
use super::meter::Meter;
use super::node::Identity;
use super::oracle::Oracle;
use super::outcome::Outcomes;
use super::overlay::Overlay;
use super::place::{Clock, Place, Slot};
use super::queue::Queue;
use super::random::Random;
use super::seen::Contents;
use super::setting::{Crowd, Keys, Mode, Setting, Validators};
use super::shelf::Numbers;
use super::trace::Trace;
use super::{Behaviour, BuildError, Builder, Crypto, Simulation};

/// The overlay's chance: no node has this number.
const OVERLAY: u64 = u64::MAX - 1;

impl Builder {
    /// Makes the network; its nodes start within the first 20 ms, unless told otherwise.
    ///
    /// # Errors
    /// [`BuildError`] when the description contradicts itself.
    pub fn build(self) -> Result<Simulation, BuildError> {
        self.check()?;
        let validators = self.make_validators()?;
        self.build_with(&validators)
    }

    /// Makes the network with validators made before, for a description that differs in its seed and in what befalls
    /// nodes and messages only.
    pub(super) fn build_with(mut self, validators: &Validators) -> Result<Simulation, BuildError> {
        // A replay makes the same ones again.
        self.keys_seed = Some(validators.seed);
        let (starts, reforms, crashes) = (self.starts.clone(), self.reforms.clone(), self.crashes.clone());
        let mut simulation = self.bare_with(validators)?;
        let count = simulation.places.len();
        schedule(&mut simulation, count, &starts, reforms, crashes);
        Ok(simulation)
    }

    fn check(&self) -> Result<(), BuildError> {
        if self.nodes == 0 {
            return Err(BuildError::NoNodes);
        }
        if self.verifies && self.crypto == Crypto::Hashed {
            return Err(BuildError::NothingToVerify);
        }
        if !self.winners.is_empty() && self.crypto == Crypto::Real {
            return Err(BuildError::RealDraws);
        }
        Ok(())
    }

    /// The nodes, to which nothing happens by itself.
    pub(super) fn nodes_alone(self) -> Result<Simulation, BuildError> {
        self.check()?;
        let validators = self.make_validators()?;
        self.bare_with(&validators)
    }

    /// The validators of this description, which depend on its seed, stakes, committees, timing and cryptography.
    pub(super) fn make_validators(&self) -> Result<Validators, BuildError> {
        let stakes = self.stakes.clone().unwrap_or_else(|| vec![1_000; self.nodes]);
        let seed = self.keys_seed.unwrap_or(self.seed);
        let hands = self.hands.as_deref();
        let misfits =
            |hands: &[usize]| hands.len() != stakes.len() || hands.iter().any(|node| *node >= self.nodes);
        if let Some(hands) = hands.filter(|hands| misfits(hands)) {
            return Err(BuildError::Hands {
                hands: hands.len(),
                nodes: self.nodes,
                stakes: stakes.len(),
            });
        }
        let crowd = Crowd {
            stakes: &stakes,
            hands,
            nodes: self.nodes,
        };
        Validators::new(seed, crowd, self.make_profile(), self.crypto)
    }

    fn bare_with(self, validators: &Validators) -> Result<Simulation, BuildError> {
        let mode = Mode {
            verifies: self.verifies,
            checks: !self.is_unchecked,
        };
        let winners = self.winners.clone();
        let setting = Arc::new(Setting::new(validators, self.seed, mode, winners));
        // Each process with its keys; twins are numbered from 1.
        let mut processes: Vec<(Keys, u8)> = validators.hands.iter().cloned().map(|keys| (keys, 0)).collect();
        for (number, node) in (1..).zip(&self.twins) {
            let keys = validators.hands.get(*node).cloned();
            processes.push((keys.ok_or(BuildError::NoSuchNode(*node))?, number));
        }
        let count = processes.len();
        let overlay = match self.neighbours {
            Some(neighbours) => Overlay::circles(count, neighbours, &mut Random::new(self.seed, OVERLAY)),
            None => Overlay::Complete(count),
        };
        let place = |(index, (keys, twin))| {
            let behaviour = self.behaviours.iter().rev().find(|(node, _)| *node == index);
            let identity = Identity {
                keys: Arc::new(keys),
                twin,
                behaviour: behaviour.map_or(Behaviour::Honest, |(_, behaviour)| *behaviour),
                setting: Arc::clone(&setting),
            };
            let clock = self.clocks.iter().rev().find(|(node, _)| *node == index);
            Place {
                identity,
                clock: clock.map_or_else(Clock::default, |(_, clock)| *clock),
                slot: Slot::Down(Box::new(Log::new(Chain::new(Arc::clone(&setting))))),
                life: 0,
            }
        };
        let mut simulation = Simulation {
            seed: self.seed,
            crypto: self.crypto,
            events: Vec::new(),
            numbers: Numbers::default(),
            shelf: None,
            places: (0_usize..).zip(processes).map(place).collect(),
            random: Random::new(self.seed, u64::MAX),
            overlay: Arc::new(overlay),
            queue: Queue::new(self.neighbours.is_some()),
            contents: Contents::default(),
            doors: Doors::new(count),
            meter: self.is_metered.then(|| Meter::new(count)),
            awaited: 0,
            starts_ahead: vec![0; count],
            now: 0,
            oracle: Oracle::default(),
            outcomes: Outcomes::default(),
            trace: Trace::of(self.crypto),
            decisions: vec![Vec::new(); count],
            alarms: Vec::new(),
            evidence: std::collections::BTreeSet::new(),
            failure: None,
            faults: self.faults.clone(),
            network: self,
        };
        acquaint(&mut simulation);
        Ok(simulation)
    }
}

/// Tells the oracle who holds whose keys, and who lies.
fn acquaint(simulation: &mut Simulation) {
    for (node, place) in (0_usize..).zip(&simulation.places) {
        for (validator, _) in place.identity.keys.iter() {
            simulation.oracle.holds(node, *validator);
        }
        if !place.identity.behaviour.keeps_its_word() {
            simulation.oracle.lies(node);
        }
    }
}

/// Puts what is known from the start into the queue.
fn schedule(
    simulation: &mut Simulation,
    count: usize,
    starts: &[(usize, u64)],
    reforms: Vec<(usize, u64)>,
    crashes: Vec<Crash>,
) {
    for node in 0..count {
        let early = simulation.random.between(0, 20);
        let chosen = starts.iter().rev().find(|(index, _)| *index == node);
        let at = chosen.map_or(early, |(_, at)| *at);
        simulation.schedule(at, Event::Start(node));
    }
    for (node, at) in reforms {
        simulation.schedule(at, Event::Reform(node));
    }
    for crash in crashes {
        let Crash {
            node,
            at,
            restart,
            forgets,
        } = crash;
        simulation.schedule(at, Event::Crash { node, forgets });
        if let Some(restart) = restart {
            simulation.schedule(restart, Event::Start(node));
        }
    }
}
