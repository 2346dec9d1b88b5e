//! The duplicate cache of the gossip layer.

use std::collections::BTreeMap;

use super::message::Key;

/// The numbers of all contents that were ever sent in a network, from 0 in each round. A number stands for the same
/// content at every node, and takes less room there than a name.
#[derive(Debug, Clone, Default)]
pub(super) struct Contents(BTreeMap<u64, BTreeMap<Key, u32>>);

impl Contents {
    /// The number of a content within its round, and whether it was given now.
    pub(super) fn number(&mut self, key: Key) -> (u32, bool) {
        let round = self.0.entry(key.round).or_default();
        let next = u32::try_from(round.len()).unwrap_or(u32::MAX);
        let number = *round.entry(key).or_insert(next);
        (number, number == next)
    }
}

/// Attempts from this one on count as one.
const LAST_ATTEMPT: u32 = 63;

/// What one node received, with the attempts at which it came. A message is let through once for each attempt, so that
/// what is sent again arrives even where it came too early before [BA-11]. The counter is no more than a part of the
/// content address: a high one that somebody made up hides none of the lower ones, which are those that the protocol
/// counts up.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// By round and number: a bit for each attempt.
    attempts: BTreeMap<u64, Vec<u64>>,
}

impl Seen {
    /// Whether a round's content at this attempt is new; it is not the next time.
    pub(super) fn admit(&mut self, round: u64, number: u32, attempt: u32) -> bool {
        let known = self.attempts.entry(round).or_default();
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        if known.len() <= place {
            known.resize(place.saturating_add(1), 0);
        }
        let bit = bit(attempt);
        known.get_mut(place).is_some_and(|came| {
            let is_new = *came & bit == 0;
            *came |= bit;
            is_new
        })
    }

    /// Whether a round's content came at this attempt.
    pub(super) fn has(&self, round: u64, number: u32, attempt: u32) -> bool {
        let place = usize::try_from(number).unwrap_or(usize::MAX);
        let came = self.attempts.get(&round).and_then(|known| known.get(place));
        came.is_some_and(|came| *came & bit(attempt) != 0)
    }

    /// Forgets what is about rounds before this one.
    pub(super) fn forget_before(&mut self, round: u64) {
        self.attempts.retain(|known, _| *known >= round);
    }
}

const fn bit(attempt: u32) -> u64 {
    1 << if attempt < LAST_ATTEMPT {
        attempt
    } else {
        LAST_ATTEMPT
    }
}

#[cfg(test)]
mod tests {
    use klero_committee::sampling::Digest;
    use klero_committee::{Role, Step, Value};

    use super::*;

    #[test]
    fn each_attempt_comes_through_once() {
        let mut seen = Seen::default();
        let came: Vec<bool> = [0, 0, 2, 1, 2, 3].map(|attempt| seen.admit(5, 9, attempt)).into();
        assert_eq!(came, [true, false, true, true, false, true]);
        assert!(seen.has(5, 9, 3) && !seen.has(5, 9, 4) && !seen.has(5, 8, 0) && !seen.has(6, 9, 0));
        assert!(seen.admit(5, 8, 0), "another content");
        assert!(seen.admit(6, 9, 0), "another round");
        seen.forget_before(6);
        assert!(seen.admit(5, 9, 0) && !seen.admit(6, 9, 0));
    }

    /// [BA-11] Who replays a message under the greatest counter does not keep what its sender repeats from anyone.
    #[test]
    fn a_counter_that_is_made_up_hides_no_other() {
        let mut seen = Seen::default();
        let made_up = (0..1_000)
            .filter(|less| seen.admit(1, 0, u32::MAX - less))
            .count();
        assert_eq!(made_up, 1, "and passes once in all");
        for attempt in 0..50 {
            assert!(seen.admit(1, 0, attempt));
            assert!(!seen.admit(1, 0, attempt));
        }
    }

    #[test]
    fn a_content_has_one_number_in_its_round() {
        let key = |round, voter| {
            Key::vote(
                Role::new(round, 0, Step::Soft),
                Value::Block(Digest::ZERO),
                voter,
                1,
            )
        };
        let mut contents = Contents::default();
        let keys = [key(1, 7), key(1, 8), key(1, 7), key(2, 7)];
        assert_eq!(
            keys.map(|key| contents.number(key)),
            [(0, true), (1, true), (0, false), (0, true)]
        );
    }
}
