//! The last vote of each voter in the round under way: what a node tells a peer that was started again and wants to know
//! whether its log is the newest [BA-9].

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::{Vote, VoteBundle};
use klero_sampling::codec::Wire;

/// The most votes that are kept and told.
const MOST: usize = 1 << 14;

/// A peer's answer: the round that it is in, and the last votes that it heard there.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub(crate) struct RoundVotes {
    /// The round.
    pub(crate) round: u64,
    /// The votes, not verified.
    pub(crate) votes: Vec<VoteBundle>,
}

impl Wire for RoundVotes {
    const MAX_BYTES: usize = klero_net::MAX_BODY_BYTES;
}

/// The votes as the core and the network share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastVotes(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    round: u64,
    /// By round and voter: those of the next round come early.
    votes: BTreeMap<(u64, u32), Vote>,
}

impl LastVotes {
    /// A round began.
    pub(crate) fn begin(&self, round: u64) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        heard.round = round;
        heard.votes.retain(|(of, _), _| *of >= round);
    }

    /// Notes a vote that was verified.
    pub(crate) fn note(&self, vote: &Vote) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (role, is_full) = (vote.role(), heard.votes.len() >= MOST);
        if role.round < heard.round {
            return;
        }
        let key = (role.round, vote.voter());
        match heard.votes.get_mut(&key) {
            Some(last) if last.role() >= role => {}
            Some(last) => *last = vote.clone(),
            None if is_full => {}
            None => {
                heard.votes.insert(key, vote.clone());
            }
        }
    }

    /// The votes of the round under way; none before the first.
    pub(crate) fn tell(&self) -> Option<RoundVotes> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.round == 0 {
            return None;
        }
        let of_round = heard
            .votes
            .values()
            .filter(|vote| vote.role().round == heard.round);
        let votes = of_round.flat_map(|vote| VoteBundle::of(vote.role(), vote.value(), [vote]));
        Some(RoundVotes {
            round: heard.round,
            votes: votes.collect(),
        })
    }
}
