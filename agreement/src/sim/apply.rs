//! Carrying out what nodes want: messages go to the network, alarm clocks into the queue, words to the oracle.

use std::sync::Arc;

use super::effect::{Effect, To};
use super::event::Event;
use super::letter::Letter;
use super::message::{Envelope, Message};
use super::{Behaviour, Breach, Decision, Fate, Simulation, Stop};

impl Simulation {
    pub(super) fn apply(&mut self, node: usize, effects: Vec<Effect>) {
        for effect in effects {
            let verdict = self.apply_one(node, effect);
            if let (Err(breach), None) = (verdict, &self.failure) {
                self.failure = Some(self.failed(Stop::Breach(breach)));
            }
        }
    }

    pub(super) fn apply_one(&mut self, node: usize, effect: Effect) -> Result<(), Breach> {
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
            if !is_addressed {
                continue;
            }
            let fate = self.fate(from, node, envelope);
            if let Some(leaves) = fate.leaves(self.now) {
                let envelope = envelope_under(fate, envelope);
                for at in self.faults.arrivals(leaves, from, node, &mut self.random) {
                    let envelope = Arc::clone(&envelope);
                    let to = node;
                    self.schedule(at, Event::Deliver { from, to, envelope });
                }
            }
        }
    }

    /// What the rules of the network do to a message.
    fn fate(&self, from: usize, to: usize, envelope: &Envelope) -> Fate {
        if self.faults.rules.is_empty() {
            return Fate::Usual;
        }
        let content = envelope.message.content();
        let period = content
            .role()
            .map_or_else(|| self.period(from), |role| role.period);
        let letter = Letter {
            at: self.now,
            from,
            to,
            round: envelope.round,
            period,
            attempt: envelope.attempt,
            speaker: envelope.message.speaker(),
            content,
        };
        self.faults.rules.fate(&letter)
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

/// What is left of a message under its fate.
fn envelope_under(fate: Fate, envelope: &Arc<Envelope>) -> Arc<Envelope> {
    match &envelope.message {
        Message::Proposal(proposal, Some(_)) if fate == Fate::WithoutBody => Arc::new(Envelope {
            round: envelope.round,
            seed: envelope.seed,
            attempt: envelope.attempt,
            message: Message::Proposal(proposal.clone(), None),
        }),
        _ => Arc::clone(envelope),
    }
}
