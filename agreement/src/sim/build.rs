//! Making a network of its description.

use std::sync::Arc;

use super::builder::Crash;
use super::chain::Chain;
use super::event::Event;
use super::log::Log;
use super::node::Identity;
use super::oracle::Oracle;
use super::place::{Clock, Place, Slot};
use super::random::Random;
use super::setting::{Keys, Setting, Validators};
use super::trace::Trace;
use super::{Behaviour, BuildError, Builder, Crypto, Simulation};

impl Builder {
    /// Makes the network; its nodes start within the first 20 ms, unless told otherwise.
    ///
    /// # Errors
    /// [`BuildError`] when the description contradicts itself.
    pub fn build(self) -> Result<Simulation, BuildError> {
        if self.nodes == 0 {
            return Err(BuildError::NoNodes);
        }
        if self.verifies && self.crypto == Crypto::Hashed {
            return Err(BuildError::NothingToVerify);
        }
        if !self.winners.is_empty() && self.crypto == Crypto::Real {
            return Err(BuildError::RealDraws);
        }
        let validators = self.make_validators()?;
        self.build_with(&validators)
    }

    /// The validators of this description, which depend on its seed, stakes, committees, timing and cryptography.
    pub(super) fn make_validators(&self) -> Result<Validators, BuildError> {
        let stakes = self.stakes.clone().unwrap_or_else(|| vec![1_000; self.nodes]);
        Validators::new(self.seed, &stakes, self.profile(), self.nodes, self.crypto)
    }

    /// Makes the network with validators made before, for a description that differs in its seed and in what befalls
    /// nodes and messages only.
    pub(super) fn build_with(self, validators: &Validators) -> Result<Simulation, BuildError> {
        let winners = self.winners.clone();
        let setting = Arc::new(Setting::new(validators, self.seed, self.verifies, winners));
        // Each process with its keys; twins are numbered from 1.
        let mut processes: Vec<(Keys, u8)> = validators.hands.iter().cloned().map(|keys| (keys, 0)).collect();
        for (number, node) in (1..).zip(&self.twins) {
            let keys = validators.hands.get(*node).cloned();
            processes.push((keys.ok_or(BuildError::NoSuchNode(*node))?, number));
        }
        let count = processes.len();
        let (starts, reforms, crashes) = (self.starts.clone(), self.reforms.clone(), self.crashes.clone());
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
            places: (0_usize..).zip(processes).map(place).collect(),
            random: Random::new(self.seed, u64::MAX),
            queue: std::collections::BTreeMap::new(),
            queued: 0,
            starts_ahead: vec![0; count],
            now: 0,
            oracle: Oracle::default(),
            trace: Trace::of(self.crypto),
            decisions: vec![Vec::new(); count],
            alarms: Vec::new(),
            failure: None,
            faults: self.faults,
        };
        schedule(&mut simulation, count, &starts, reforms, crashes);
        Ok(simulation)
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
