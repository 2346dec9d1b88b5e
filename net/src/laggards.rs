//! Peers that do not take their votes.
//!
//! Votes are small: a peer whose queue of them stays full for a while takes nothing, whether it cannot or will not.
//! It is disconnected, which frees what waits for it; an honest one comes back and catches up by asking.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

/// How long a peer's queue may stay full.
const PATIENCE: Duration = Duration::from_secs(10);

/// Reports come with each heartbeat, twice a second; after a longer gap the peer had caught up in between.
const GAP: Duration = Duration::from_secs(2);

/// Since when reports of a peer have come, and the last.
#[derive(Debug, Default)]
pub(crate) struct Laggards(HashMap<PeerId, (Instant, Instant)>);

impl Laggards {
    /// Votes for a peer found no room; whether that has gone on for too long.
    pub(crate) fn report(&mut self, peer: PeerId, now: Instant) -> bool {
        self.0.retain(|_, (_, last)| now.duration_since(*last) <= GAP);
        let (first, last) = self.0.entry(peer).or_insert((now, now));
        *last = now;
        let is_hopeless = now.duration_since(*first) >= PATIENCE;
        if is_hopeless {
            self.0.remove(&peer);
        }
        is_hopeless
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_that_stays_full_is_hopeless_and_one_that_empties_is_not() {
        let (mut laggards, start) = (Laggards::default(), Instant::now());
        let [stuck, slow] = std::array::from_fn(|_| PeerId::random());
        for second in 0..10 {
            let now = start + Duration::from_secs(second);
            assert!(!laggards.report(stuck, now));
            assert!(second % 4 != 0 || !laggards.report(slow, now));
        }
        assert!(laggards.report(stuck, start + PATIENCE));
        assert!(!laggards.report(stuck, start + PATIENCE), "counted anew");
        assert!(!laggards.report(slow, start + Duration::from_secs(12)));
    }
}
