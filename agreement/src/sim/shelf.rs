//! In a replay: messages and alarm clocks lie on a shelf until the file says what became of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::effect::Effect;
use super::event::{Entry, Event};
use super::message::Envelope;

/// The numbers of the next message and of the next alarm clock.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Numbers {
    messages: u64,
    clocks: u64,
}

impl Numbers {
    /// The number of a message that is sent.
    pub(super) fn message(&mut self) -> u64 {
        let number = self.messages;
        self.messages = number.saturating_add(1);
        number
    }

    /// The number of an alarm clock that is set.
    pub(super) fn clock(&mut self) -> u64 {
        let number = self.clocks;
        self.clocks = number.saturating_add(1);
        number
    }
}

/// What was sent and set so far, and what the last event led to.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    messages: BTreeMap<u64, (usize, Arc<Envelope>)>,
    clocks: BTreeMap<u64, Event>,
    deeds: Vec<String>,
}

impl Shelf {
    pub(super) fn put_message(&mut self, number: u64, from: usize, envelope: Arc<Envelope>) {
        self.messages.insert(number, (from, envelope));
    }

    pub(super) fn put_clock(&mut self, number: u64, event: Event) {
        self.clocks.insert(number, event);
    }

    /// The event that a file speaks of; `None` if it names what was never sent or set.
    pub(super) fn find(&self, entry: Entry) -> Option<Event> {
        Some(match entry {
            Entry::Start(node) => Event::Start(node),
            Entry::Reform(node) => Event::Reform(node),
            Entry::Crash(node) => Event::Crash { node, forgets: false },
            Entry::Forget(node) => Event::Crash { node, forgets: true },
            Entry::Clock(number) => self.clocks.get(&number)?.clone(),
            Entry::Message { number, to } => self.delivery(number, to, false)?,
            Entry::Bare { number, to } => self.delivery(number, to, true)?,
        })
    }

    fn delivery(&self, number: u64, to: usize, is_bare: bool) -> Option<Event> {
        let (from, envelope) = self.messages.get(&number)?;
        Some(Event::Deliver {
            number,
            from: *from,
            to,
            envelope: Arc::clone(envelope),
            is_bare,
        })
    }

    /// Notes what a node does.
    pub(super) fn note(&mut self, effect: &Effect, numbers: Numbers) {
        let deed = match effect {
            Effect::Send { to, envelope } => {
                let (number, content) = (numbers.messages, envelope.message.content());
                format!("sends message {number} {to}: {content}")
            }
            Effect::Wake { wake, after } => format!("sets clock {} to {after} ms: {wake}", numbers.clocks),
            Effect::Spoke { role, value } => format!("votes for {value} in {role}"),
            Effect::Quorum { role, value } => format!("counts a quorum for {value} in {role}"),
            Effect::Proposed { block, .. } => format!("makes block {}", block.short()),
            Effect::Decided { role, block, .. } => {
                format!("finalizes {} by the Cert quorum of {role}", block.short())
            }
            Effect::Evidence { role, member } => format!("holds evidence against {member} in {role}"),
            Effect::Alarm(_) => "raises the alarm [BA-13]".to_owned(),
            Effect::Broken(broken) => broken.to_string(),
        };
        self.deeds.push(deed);
    }

    /// What was done since this was last asked.
    pub(super) fn take_deeds(&mut self) -> Vec<String> {
        std::mem::take(&mut self.deeds)
    }
}
