//! Who was heard lately: judged by the steps under way, not by the round.
//!
//! Members vote in every Next step, and send again what they said at each deadline [BA-11]. Who has been silent since
//! before the last two deadlines of this node is missed, whatever it said earlier in the round.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_net::PeerId;
use klero_sampling::Digest;

/// A member draws its seats anew in each step. One without a sure seat is missed only after so many steps in which it
/// should have had one: by chance that happens once in fifty times.
const STEPS_WITH_A_SEAT: u128 = 4;

/// When a member was last heard.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) round: u64,
    pub(super) at: Instant,
    /// The peer that brought it.
    pub(super) peer: Option<PeerId>,
    /// Deadlines that had passed here.
    step: u64,
}

/// How surely a member has a seat in a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Seat {
    /// Always.
    Sure,
    /// With an expectation of this fraction of a seat.
    Drawn(u128, u128),
}

/// Who was heard, and when.
#[derive(Debug)]
pub(super) struct Hearing {
    heard: BTreeMap<Digest, Heard>,
    /// Deadlines that passed here.
    steps: u64,
    /// When the last one did, or the round began.
    last: Instant,
    /// How long the step before it took.
    length: Duration,
}

impl Hearing {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            heard: BTreeMap::new(),
            steps: 0,
            last: now,
            length: Duration::ZERO,
        }
    }

    /// A member spoke.
    pub(super) fn note(&mut self, id: Digest, round: u64, peer: Option<PeerId>, now: Instant) {
        // What this node says itself comes from nobody.
        let peer = peer.or_else(|| self.heard.get(&id)?.peer);
        let step = self.steps;
        let at = now;
        self.heard.insert(
            id,
            Heard {
                round,
                at,
                peer,
                step,
            },
        );
    }

    /// A deadline passed here.
    pub(super) fn deadline_passed(&mut self, now: Instant) {
        self.steps += 1;
        self.length = now.duration_since(self.last);
        self.last = now;
    }

    /// A round begins.
    pub(super) fn begin(&mut self, now: Instant) {
        (self.last, self.length) = (now, Duration::ZERO);
    }

    pub(super) fn get(&self, id: &Digest) -> Option<&Heard> {
        self.heard.get(id)
    }

    /// Whether a member should have been heard since.
    pub(super) fn misses(&self, id: &Digest, seat: Seat, now: Instant) -> bool {
        let heard = self.heard.get(id);
        let steps = self.steps - heard.map_or(0, |heard| heard.step);
        // Others take a tenth longer over a step than this node, and what they say is under way for a while.
        let is_late = heard.is_none_or(|heard| now.duration_since(heard.at) > self.length + self.length / 2);
        let is_due = match seat {
            Seat::Sure => true,
            Seat::Drawn(expected, of) => u128::from(steps) * expected >= STEPS_WITH_A_SEAT * of,
        };
        steps >= 2 && is_late && is_due
    }

    /// Forgets whom nobody misses.
    pub(super) fn retain(&mut self, is_member: impl Fn(&Digest) -> bool) {
        self.heard.retain(|id, _| is_member(id));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADA: Digest = Digest([1; 32]);
    const BEN: Digest = Digest([2; 32]);

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    /// Both speak as the round begins, then one of them stops in the middle of it.
    #[test]
    fn who_stopped_in_the_round_is_missed_two_deadlines_later() {
        let start = Instant::now();
        let mut hearing = Hearing::new(start);
        hearing.begin(start);
        for id in [ADA, BEN] {
            hearing.note(id, 7, None, start);
        }
        let missed = |hearing: &Hearing, now| [ADA, BEN].map(|id| hearing.misses(&id, Seat::Sure, now));
        // Deadlines after two, three, five and nine seconds; Ada votes at each, half a second late.
        for (seconds, expected) in [(2, [false, false]), (3, [false, true]), (5, [false, true])] {
            hearing.deadline_passed(after(start, seconds));
            hearing.note(ADA, 7, None, after(start, seconds) + Duration::from_millis(500));
            assert_eq!(
                missed(&hearing, after(start, seconds + 1)),
                expected,
                "{seconds} s"
            );
        }
        hearing.deadline_passed(after(start, 9));
        assert_eq!(missed(&hearing, after(start, 9)), [false, true]);
        // Ben comes back.
        hearing.note(BEN, 7, None, after(start, 10));
        assert_eq!(missed(&hearing, after(start, 11)), [false, false]);
    }

    #[test]
    fn a_long_round_before_the_last_does_not_make_this_one_patient() {
        let start = Instant::now();
        let mut hearing = Hearing::new(start);
        hearing.note(ADA, 7, None, after(start, 599));
        hearing.begin(after(start, 600));
        for seconds in [602, 603] {
            hearing.deadline_passed(after(start, seconds));
        }
        assert!(hearing.misses(&ADA, Seat::Sure, after(start, 605)));
    }

    #[test]
    fn a_member_that_seldom_draws_a_seat_is_not_missed_at_once() {
        let start = Instant::now();
        let mut hearing = Hearing::new(start);
        hearing.note(ADA, 7, None, start);
        let seldom = Seat::Drawn(1, 5);
        for step in 1..=25_u64 {
            hearing.deadline_passed(after(start, step));
            assert_eq!(
                hearing.misses(&ADA, seldom, after(start, step)),
                step >= 20,
                "{step}"
            );
        }
    }

    #[test]
    fn who_was_never_heard_is_missed() {
        let start = Instant::now();
        let mut hearing = Hearing::new(start);
        assert!(!hearing.misses(&ADA, Seat::Sure, start), "nothing is due yet");
        hearing.deadline_passed(after(start, 1));
        hearing.deadline_passed(after(start, 2));
        assert!(hearing.misses(&ADA, Seat::Sure, after(start, 2)));
        hearing.note(ADA, 1, Some(PeerId::random()), after(start, 2));
        hearing.note(ADA, 2, None, after(start, 3));
        assert!(hearing.get(&ADA).unwrap().peer.is_some());
        hearing.retain(|id| *id == BEN);
        assert!(hearing.get(&ADA).is_none());
    }
}
