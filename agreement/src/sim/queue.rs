//! What lies ahead.

use std::collections::{BTreeMap, VecDeque};

use super::event::Event;

/// Events by their virtual time in milliseconds; of two at one time the one put in first comes first.
#[derive(Debug, Default)]
pub(super) struct Queue(BTreeMap<u64, VecDeque<Event>>);

impl Queue {
    pub(super) fn push(&mut self, at: u64, event: Event) {
        self.0.entry(at).or_default().push_back(event);
    }

    /// The next event with its time, unless it lies beyond the limit.
    pub(super) fn pop(&mut self, limit: u64) -> Option<(u64, Event)> {
        let mut first = self.0.first_entry().filter(|first| *first.key() <= limit)?;
        let at = *first.key();
        let event = first.get_mut().pop_front();
        if first.get().is_empty() {
            first.remove();
        }
        Some((at, event?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_earliest_comes_first_and_of_equals_the_one_put_in_first() {
        let mut queue = Queue::default();
        for (at, node) in [(7, 0), (3, 1), (7, 2), (3, 3)] {
            queue.push(at, Event::Start(node));
        }
        let mut order = Vec::new();
        while let Some((at, Event::Start(node))) = queue.pop(6) {
            order.push((at, node));
        }
        queue.push(7, Event::Start(4));
        while let Some((at, Event::Start(node))) = queue.pop(7) {
            order.push((at, node));
        }
        assert_eq!(order, [(3, 1), (3, 3), (7, 0), (7, 2), (7, 4)]);
        assert!(queue.pop(u64::MAX).is_none());
    }
}
