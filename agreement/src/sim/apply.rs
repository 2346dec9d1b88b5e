//! Carrying out what nodes want: messages go to the network, alarm clocks into the queue, words to the oracle.

use std::sync::Arc;

use super::effect::{Effect, To, Wake};
use super::event::Event;
use super::letter::Letter;
use super::message::Envelope;
use super::{Behaviour, Decision, Fate, Simulation, Stop};

impl Simulation {
    pub(super) fn apply(&mut self, node: usize, effects: Vec<Effect>) {
        for effect in effects {
            let verdict = self.apply_one(node, effect);
            if let (Err(stop), None) = (verdict, &self.failure) {
                self.failure = Some(self.failed(stop));
            }
        }
    }

    pub(super) fn apply_one(&mut self, node: usize, effect: Effect) -> Result<(), Stop> {
        let now = self.now;
        if let Some(shelf) = &mut self.shelf {
            shelf.note(&effect, self.numbers);
        }
        match effect {
            Effect::Send { to, envelope } => self.send(node, to, &envelope),
            Effect::Wake { wake, after } => {
                self.set_clock(node, wake, after);
            }
            Effect::Spoke { role, value } => {
                self.trace.record(now, node, &(role, value));
                if self.behaviour(node).is_promised_progress() {
                    self.outcomes.spoke(role, value);
                }
                if self.behaviour(node).keeps_its_word() {
                    let place = (role.round, role.period, role.step.code());
                    self.oracle.spoke(node, place, value.code())?;
                }
            }
            Effect::Quorum { role, value } => {
                if self.behaviour(node).is_promised_progress() {
                    self.outcomes.reached(role, value);
                }
            }
            Effect::Proposed { round, block } => self.oracle.proposed(node, round, block.0),
            Effect::Decided { role, block, author } => {
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
                self.oracle.decided(node, role.round, block.0, author)?;
            }
            Effect::Evidence { role, member } => {
                self.evidence.insert((node, role, member));
            }
            Effect::Alarm(alarm) => self.alarms.push((node, alarm)),
            Effect::Broken(broken) => return Err(Stop::Broken(broken)),
        }
        Ok(())
    }

    fn behaviour(&self, node: usize) -> Behaviour {
        self.places
            .get(node)
            .map_or(Behaviour::Honest, |place| place.identity.behaviour)
    }

    fn send(&mut self, from: usize, to: To, envelope: &Arc<Envelope>) {
        let number = self.numbers.message();
        let bytes = self.label(from, envelope);
        if let Some(shelf) = &mut self.shelf {
            shelf.put_message(number, from, Arc::clone(envelope));
            return;
        }
        let letter = (number, bytes, envelope);
        if let To::Node(only) = to {
            if only != from && only < self.places.len() {
                self.send_to(from, only, letter);
            }
            return;
        }
        let overlay = Arc::clone(&self.overlay);
        for node in overlay.neighbours(from) {
            let is_addressed = match to {
                To::Node(_) | To::Others => true,
                To::OthersThan(source) => node != source,
                To::Except(mask) => !is_marked(mask, node),
                To::Half { odd } => (node % 2 == 1) == odd,
            };
            if is_addressed {
                self.send_to(from, node, letter);
            }
        }
    }

    fn send_to(&mut self, from: usize, to: usize, (number, bytes, envelope): (u64, u64, &Arc<Envelope>)) {
        if let Some(meter) = &mut self.meter {
            meter.sent(envelope.round, from, bytes);
        }
        let fate = self.fate(from, to, envelope);
        let Some(leaves) = fate.leaves(self.now) else {
            return;
        };
        let arrivals = self.faults.arrivals(leaves, from, to, &mut self.random);
        for at in arrivals.into_iter().flatten() {
            let event = Event::Deliver {
                number,
                from,
                to,
                envelope: Arc::clone(envelope),
                is_bare: fate == Fate::WithoutBody,
            };
            self.schedule(at, event);
        }
    }

    fn set_clock(&mut self, node: usize, wake: Wake, after: u64) {
        let number = self.numbers.clock();
        let place = self.places.get(node);
        let life = place.map_or(0, |place| place.life);
        let after = place.map_or(after, |place| place.clock.takes(after));
        let event = Event::Wake {
            number,
            node,
            life,
            wake,
        };
        match &mut self.shelf {
            Some(shelf) => shelf.put_clock(number, event),
            None => self.schedule(self.now.saturating_add(after), event),
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
        self.queue.push(at, event);
    }
}

/// Whether the bit of a node is set.
fn is_marked(mask: u64, node: usize) -> bool {
    let bit = u32::try_from(node).ok().and_then(|node| mask.checked_shr(node));
    bit.is_some_and(|bits| bits & 1 == 1)
}
