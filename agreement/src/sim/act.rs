//! Letting things happen: each event meets one node, and what that node wants is carried out.

use std::sync::Arc;

use super::effect::Wake;
use super::event::Event;
use super::log::Log;
use super::message::Envelope;
use super::meter::Work;
use super::node::Node;
use super::place::Slot;
use super::random::Random;
use super::{Behaviour, Simulation};

impl Simulation {
    /// Lets an event happen at its time.
    pub(super) fn happen(&mut self, at: u64, event: Event) {
        self.now = at;
        match event {
            Event::Start(node) => self.start(node),
            Event::Reform(node) => self.reform(node),
            Event::Crash { node, forgets } => self.crash(node, forgets),
            Event::Deliver {
                from,
                to,
                envelope,
                is_bare,
                ..
            } => {
                let bare = is_bare.then(|| envelope.without_body()).flatten();
                self.deliver(from, to, &bare.map_or(envelope, Arc::new));
            }
            Event::Wake { node, life, wake, .. } => self.wake(node, life, wake),
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
            let effects = node.take_effects();
            place.slot = Slot::Up(Box::new(node));
            self.apply(index, effects);
        }
    }

    fn reform(&mut self, index: usize) {
        self.trace.record(self.now, index, &"reform");
        if let Some(place) = self.places.get_mut(index) {
            place.identity.behaviour = Behaviour::Honest;
            if let Slot::Up(node) = &mut place.slot {
                node.behave(Behaviour::Honest);
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
        if self.starts_ahead.get(index) == Some(&0) {
            self.oracle.gone(index);
        }
    }

    fn deliver(&mut self, from: usize, to: usize, envelope: &Arc<Envelope>) {
        self.label(from, envelope);
        let event = (from as u64, envelope.attempt, envelope.numbers());
        self.trace.record(self.now, to, &event);
        let mut work = Work::default();
        if !self.doors.turn_away(to, envelope) {
            self.at_node(to, None, |node| {
                node.on_message(from, envelope);
                work = std::mem::take(&mut node.work);
                if node.knows(envelope) {
                    envelope.mark(to);
                }
            });
        }
        if let (Some(meter), Some(label)) = (&mut self.meter, envelope.label.get()) {
            meter.received(envelope.round, to, label.bytes, &work);
        }
    }

    fn wake(&mut self, index: usize, life: u32, wake: Wake) {
        self.trace.record(self.now, index, &wake);
        self.at_node(index, Some(life), |node| match wake {
            Wake::Timer(timer) => node.on_timer(timer),
            Wake::Body(block) => node.on_waited_for(block),
            Wake::Behind { round, peer } => node.on_behind(round, peer),
            Wake::Scheme(number) => node.strategy.wakes(number),
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
            self.doors.note(index, place.life, node.machine.round());
            let effects = node.take_effects();
            self.apply(index, effects);
        }
    }
}
