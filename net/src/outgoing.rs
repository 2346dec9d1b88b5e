//! What the node wants sent, on its way to the swarm: a channel for each lane [NET-3], votes taken first. When one
//! is full, the caller is told `Overloaded`.

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::mpsc::{self, Receiver, Sender};

use crate::lane::Lane;
use crate::{PublishError, Topic};

/// A message and its kind.
type Message = (Topic, Vec<u8>);

/// How many messages wait in a lane.
const fn room(lane: Lane) -> usize {
    match lane {
        Lane::Votes | Lane::Transactions => 1024,
        Lane::Blocks => 64,
    }
}

/// The node's ends.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    votes: Sender<Message>,
    blocks: Sender<Message>,
    transactions: Sender<Message>,
}

/// The swarm's ends.
#[derive(Debug)]
pub(crate) struct Outgoing {
    votes: Receiver<Message>,
    blocks: Receiver<Message>,
    transactions: Receiver<Message>,
}

pub(crate) fn channels() -> (Outbox, Outgoing) {
    let (votes, votes_out) = mpsc::channel(room(Lane::Votes));
    let (blocks, blocks_out) = mpsc::channel(room(Lane::Blocks));
    let (transactions, transactions_out) = mpsc::channel(room(Lane::Transactions));
    let outbox = Outbox {
        votes,
        blocks,
        transactions,
    };
    let outgoing = Outgoing {
        votes: votes_out,
        blocks: blocks_out,
        transactions: transactions_out,
    };
    (outbox, outgoing)
}

impl Outbox {
    pub(crate) fn send(&self, topic: Topic, bytes: Vec<u8>) -> Result<(), PublishError> {
        let lane = match topic.lane() {
            Lane::Votes => &self.votes,
            Lane::Blocks => &self.blocks,
            Lane::Transactions => &self.transactions,
        };
        lane.try_send((topic, bytes)).map_err(|error| match error {
            TrySendError::Full(_) => PublishError::Overloaded,
            TrySendError::Closed(_) => PublishError::Closed,
        })
    }
}

impl Outgoing {
    /// The next message of the most urgent lane that has one; none once every node's end is gone.
    pub(crate) async fn next(&mut self) -> Option<Message> {
        tokio::select! {
            biased;
            Some(message) = self.votes.recv() => Some(message),
            Some(message) = self.blocks.recv() => Some(message),
            Some(message) = self.transactions.recv() => Some(message),
            else => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_lane_keeps_no_other_waiting_and_votes_go_first() {
        let (outbox, mut outgoing) = channels();
        for lane in [Topic::Transactions, Topic::Proposals] {
            while outbox.send(lane, vec![1]).is_ok() {}
            assert_eq!(outbox.send(lane, vec![1]), Err(PublishError::Overloaded));
        }
        assert_eq!(outbox.send(Topic::Votes, vec![2]), Ok(()));
        assert_eq!(outgoing.next().await, Some((Topic::Votes, vec![2])));
        assert_eq!(outgoing.next().await, Some((Topic::Proposals, vec![1])));
        drop(outgoing);
        assert_eq!(outbox.send(Topic::Votes, vec![2]), Err(PublishError::Closed));
    }
}
