//! The duplicate cache of the gossip layer.

use std::collections::{BTreeMap, BTreeSet};

use super::message::Key;

/// Of one content so many attempts are remembered, the lowest; the protocol's own count up from 0.
const MOST_ATTEMPTS: usize = 64;

/// What was received, with the attempts at which it came. A message is let through once for each attempt, so that
/// what is sent again arrives even where it came too early before [BA-11]. The counter is no more than a part of the
/// content address: a high one that somebody made up hides none of the lower ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    attempts: BTreeMap<Key, BTreeSet<u32>>,
}

impl Seen {
    /// Whether content at this attempt is new; it is not the next time.
    pub(super) fn admit(&mut self, key: Key, attempt: u32) -> bool {
        let known = self.attempts.entry(key).or_default();
        let is_new = known.insert(attempt);
        if known.len() > MOST_ATTEMPTS {
            known.pop_last();
        }
        is_new
    }

    /// Forgets what is about rounds before this one.
    pub(super) fn forget_before(&mut self, round: u64) {
        self.attempts.retain(|key, _| key.round >= round);
    }
}

#[cfg(test)]
mod tests {
    use klero_committee::sampling::Digest;

    use super::*;
    use crate::sim::chain::Block;
    use crate::sim::message::Message;

    fn key(round: u64) -> Key {
        let block = Block {
            round,
            period: 0,
            proposer: 0,
            parent: Digest::ZERO,
            seed: Digest::ZERO,
            variant: 0,
        };
        Message::Body(block).keys()[0]
    }

    #[test]
    fn each_attempt_passes_once() {
        let mut seen = Seen::default();
        for attempt in [0, 3, 1] {
            assert!(seen.admit(key(1), attempt));
            assert!(!seen.admit(key(1), attempt));
        }
    }

    /// [BA-11] Who replays a message under the greatest counter does not keep what its sender repeats from anyone.
    #[test]
    fn a_counter_that_is_made_up_hides_no_other() {
        let mut seen = Seen::default();
        for made_up in 0..1_000 {
            seen.admit(key(1), u32::MAX - made_up);
        }
        for attempt in 0..50 {
            assert!(seen.admit(key(1), attempt));
            assert!(!seen.admit(key(1), attempt));
        }
    }

    #[test]
    fn what_is_remembered_is_bounded_and_forgotten_with_its_round() {
        let mut seen = Seen::default();
        for attempt in 0..1_000 {
            seen.admit(key(1), attempt);
        }
        assert!(seen.attempts.values().all(|known| known.len() <= MOST_ATTEMPTS));
        seen.admit(key(2), 0);
        seen.forget_before(2);
        assert!(seen.admit(key(1), 0));
        assert!(!seen.admit(key(2), 0));
    }
}
