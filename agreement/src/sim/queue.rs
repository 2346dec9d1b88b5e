//! What lies ahead.

use std::collections::{BTreeMap, VecDeque};

use super::event::Event;

/// Events by their virtual time in milliseconds; of two at one time the one put in first comes first, or in a large
/// network the one at the lower node, and of two there the one put in first.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ahead: BTreeMap<u64, VecDeque<Event>>,
    /// Whether the events of one time are put in the order of nodes when that time has come. What nodes do at one time
    /// they do without each other; but a processor that looks at ten thousand of them in turn, for one message each,
    /// waits for its memory most of the time.
    is_by_node: bool,
    /// The last time that was put in order.
    ordered: Option<u64>,
}

impl Queue {
    pub(super) fn new(is_by_node: bool) -> Self {
        Self {
            is_by_node,
            ..Self::default()
        }
    }

    pub(super) fn push(&mut self, at: u64, event: Event) {
        self.ahead.entry(at).or_default().push_back(event);
    }

    /// The time of the next event.
    pub(super) fn next_time(&self) -> Option<u64> {
        self.ahead.first_key_value().map(|(at, _)| *at)
    }

    /// The next event with its time, unless it lies beyond the limit.
    pub(super) fn pop(&mut self, limit: u64) -> Option<(u64, Event)> {
        let mut first = self.ahead.first_entry().filter(|first| *first.key() <= limit)?;
        let at = *first.key();
        if self.is_by_node && self.ordered != Some(at) {
            first.get_mut().make_contiguous().sort_by_key(Event::node);
            self.ordered = Some(at);
        }
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

    #[test]
    fn by_node_the_order_at_each_node_stays() {
        let mut queue = Queue::new(true);
        let crash = |node, forgets| Event::Crash { node, forgets };
        for event in [crash(2, true), crash(1, false), crash(2, false), crash(1, true)] {
            queue.push(5, event);
        }
        queue.push(4, crash(3, false));
        let mut order = Vec::new();
        while let Some((at, Event::Crash { node, forgets })) = queue.pop(9) {
            order.push((at, node, forgets));
        }
        let at_5 = [(5, 1, false), (5, 1, true), (5, 2, true), (5, 2, false)];
        assert_eq!((order[0], &order[1..]), ((4, 3, false), &at_5[..]));
    }
}
