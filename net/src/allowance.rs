//! How much gossip may wait for its verdicts: so many messages and bytes of each kind.
//!
//! Each kind has an allowance of its own, so that a flood of one kind takes nothing from the others. A share
//! of it goes with the [`Receipt`](crate::Receipt) of a message and comes back when the verdict has been
//! carried out, or when the receipt is dropped.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Topic;

/// How many messages can wait altogether, and so how many receipts can exist.
pub(crate) const PENDING_MESSAGES: usize = {
    let [a, b, c, d, e] = Topic::ALL;
    a.pending_messages()
        + b.pending_messages()
        + c.pending_messages()
        + d.pending_messages()
        + e.pending_messages()
};

/// What is left of the allowances.
pub(crate) struct Allowance(BTreeMap<Topic, Lane>);

struct Lane {
    messages: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

/// The share of one message; it goes back when this is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    _message: OwnedSemaphorePermit,
    _bytes: OwnedSemaphorePermit,
}

impl Allowance {
    pub(crate) fn new() -> Self {
        let lane = |topic: Topic| Lane {
            messages: Arc::new(Semaphore::new(topic.pending_messages())),
            bytes: Arc::new(Semaphore::new(topic.pending_bytes())),
        };
        Self(Topic::ALL.into_iter().map(|topic| (topic, lane(topic))).collect())
    }

    /// A share for a message, or `None` when its kind has used up its allowance.
    pub(crate) fn take(&self, topic: Topic, bytes: usize) -> Option<Share> {
        let lane = self.0.get(&topic)?;
        let message = Arc::clone(&lane.messages).try_acquire_owned().ok()?;
        let bytes = Arc::clone(&lane.bytes)
            .try_acquire_many_owned(u32::try_from(bytes).ok()?)
            .ok()?;
        Some(Share {
            _message: message,
            _bytes: bytes,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_one_kind_leaves_the_others_alone() {
        let allowance = Allowance::new();
        let mut shares = Vec::new();
        while let Some(share) = allowance.take(Topic::Proposals, Topic::Proposals.max_bytes()) {
            shares.push(share);
        }
        assert_eq!(shares.len(), 8, "16 MiB of proposals");
        assert!(allowance.take(Topic::Votes, 500).is_some());

        shares.pop();
        assert!(
            allowance
                .take(Topic::Proposals, Topic::Proposals.max_bytes())
                .is_some(),
            "given back"
        );
    }

    #[test]
    fn small_messages_are_counted_too() {
        let allowance = Allowance::new();
        let shares: Vec<_> = std::iter::from_fn(|| allowance.take(Topic::Votes, 0)).collect();
        assert_eq!(shares.len(), Topic::Votes.pending_messages());
    }

    #[test]
    fn every_kind_has_room_for_eight_of_its_greatest_messages() {
        for topic in Topic::ALL {
            assert!(topic.pending_bytes() >= 8 * topic.max_bytes(), "{topic:?}");
        }
    }
}
