//! What came early: proposals and votes of (r + 1, 0), held until round r is decided [BA-10].

use std::collections::BTreeMap;

use klero_committee::sampling::Digest;
use klero_committee::{Counted, Proposal, Step, Tally, Vote};

const MAX_PROPOSALS: usize = 16;

/// Bounded by the electorate: of each member at most two votes in Soft, Cert and Next(0), and the lowest
/// proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Upcoming {
    proposals: Vec<Proposal>,
    tallies: BTreeMap<Step, Tally>,
}

impl Upcoming {
    /// Holds a proposal if it is among the lowest; says whether it did.
    pub(crate) fn add_proposal(&mut self, proposal: Proposal) -> bool {
        if self.proposals.contains(&proposal) {
            return false;
        }
        let is_lowest = self.proposals.iter().all(|held| proposal.rank() < held.rank());
        self.proposals.push(proposal);
        self.proposals.sort_by_key(Proposal::rank);
        self.proposals.truncate(MAX_PROPOSALS);
        is_lowest
    }

    /// Whether a block is among the proposals held.
    pub(crate) fn has_proposed(&self, block: &Digest) -> bool {
        self.proposals.iter().any(|proposal| proposal.block() == block)
    }

    /// Holds a vote; says whether it was new.
    pub(crate) fn add_vote(&mut self, vote: Vote) -> bool {
        match vote.role().step {
            step @ (Step::Soft | Step::Cert | Step::Next(0)) => {
                self.tallies.entry(step).or_default().add(vote) != Counted::Known
            }
            Step::Propose | Step::Next(_) => false,
        }
    }

    /// Everything held, for the round that begins.
    pub(crate) fn into_parts(self) -> (Vec<Proposal>, Vec<Vote>) {
        let votes = self
            .tallies
            .values()
            .flat_map(|tally| tally.votes().cloned().collect::<Vec<_>>());
        (self.proposals, votes.collect())
    }
}
