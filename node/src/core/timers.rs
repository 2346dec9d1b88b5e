//! What is due later, on the monotonic clock.

use std::collections::BTreeMap;
use std::time::Instant;

use klero_agreement::Timer;
use klero_sampling::Digest;

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// A timer of the machine.
    Machine(Timer),
    /// A block that the application could not judge yet is to be judged again.
    Judge(Digest),
}

/// Timers by the time at which they run out; of two at one time the one set first comes first.
#[derive(Debug, Default)]
pub(super) struct Timers {
    by_time: BTreeMap<(Instant, u64), Due>,
    set: u64,
}

impl Timers {
    /// Sets a timer.
    pub(super) fn set(&mut self, at: Instant, due: Due) {
        self.set += 1;
        self.by_time.insert((at, self.set), due);
    }

    /// When the next one runs out.
    pub(super) fn next(&self) -> Option<Instant> {
        self.by_time.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next one that ran out by `now`.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Due> {
        let entry = self.by_time.first_entry().filter(|entry| entry.key().0 <= now)?;
        Some(entry.remove())
    }

    /// Forgets what belongs to rounds before `round`, and all that waits to be judged.
    pub(super) fn forget_before(&mut self, round: u64) {
        self.by_time
            .retain(|_, due| matches!(due, Due::Machine(timer) if timer.round >= round));
    }
}
