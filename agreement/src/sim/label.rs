//! Labels: what is written on an envelope when it is first sent.

use std::sync::Arc;

use super::Simulation;
use super::bytes;
use super::doors::Marks;
use super::message::{Envelope, Label};
use super::place::Slot;

impl Simulation {
    /// Sees to it that an envelope from a node has its label, and says how many bytes it is said to have.
    pub(super) fn label(&mut self, from: usize, envelope: &Envelope) -> u64 {
        if let Some(label) = envelope.label.get() {
            return label.bytes;
        }
        let mut numbers = Vec::new();
        for key in envelope.message.keys() {
            let (number, is_new) = self.contents.number(key);
            if is_new {
                // From here on the number stands for the content.
                self.trace.record(self.now, from, &(key, number));
            }
            numbers.push(number);
        }
        let bytes = self.length(from, envelope);
        let marks = Marks::new(self.places.len());
        let label = Label {
            numbers,
            bytes,
            marks,
        };
        envelope.label.get_or_init(|| Arc::new(label)).bytes
    }

    /// The length of a message on a wire; 0 where nothing is metered.
    fn length(&self, from: usize, envelope: &Envelope) -> u64 {
        match self.places.get(from).map(|place| &place.slot) {
            Some(Slot::Up(node)) if self.meter.is_some() => {
                bytes::on_wire(&envelope.message, &node.log.chain) as u64
            }
            _ => 0,
        }
    }
}
