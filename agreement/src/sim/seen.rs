//! The duplicate cache of the gossip layer.

use std::collections::BTreeMap;

use super::message::Key;

/// What was received, with the highest attempt at which it came. A message is let through once for each higher
/// attempt, so that what is sent again arrives even where it came too early before [BA-11].
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    attempts: BTreeMap<Key, u32>,
}

impl Seen {
    /// Whether content at this attempt is new; it is not the next time.
    pub(super) fn admit(&mut self, key: Key, attempt: u32) -> bool {
        match self.attempts.get_mut(&key) {
            Some(highest) if *highest >= attempt => false,
            Some(highest) => {
                *highest = attempt;
                true
            }
            None => {
                self.attempts.insert(key, attempt);
                true
            }
        }
    }

    /// Forgets what is about rounds before this one.
    pub(super) fn forget_before(&mut self, round: u64) {
        self.attempts.retain(|key, _| key.round >= round);
    }
}
