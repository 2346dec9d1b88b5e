//! What came early: proposals and votes of (r + 1, 0), held until round r is decided [BA-10].

use klero_committee::sampling::Digest;
use klero_committee::{Counted, Proposal, Step, Vote};

use crate::period::Period;

const MAX_PROPOSALS: usize = 16;

/// Bounded by the electorate: of each member at most two votes in Soft, in Cert and in each of four Next steps,
/// and the lowest proposals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Upcoming {
    proposals: Vec<Proposal>,
    period: Period,
}

impl Upcoming {
    /// Holds a proposal if it is the first of its proposer and among the lowest; says whether it is the lowest.
    pub(crate) fn add_proposal(&mut self, proposal: Proposal) -> bool {
        let is_known = |held: &Proposal| held.proposer() == proposal.proposer();
        if self.proposals.iter().any(is_known) {
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

    /// How many proposals are held.
    pub(crate) fn len(&self) -> usize {
        self.proposals.len()
    }

    /// The votes held, as those of a period.
    pub(crate) const fn period(&self) -> &Period {
        &self.period
    }

    /// Holds a vote; says whether it was new and is kept.
    pub(crate) fn add_vote(&mut self, vote: Vote, k_max: u32) -> bool {
        let step = vote.role().step;
        let is_kept = match step {
            Step::Propose => false,
            Step::Soft | Step::Cert => true,
            Step::Next(k) => k <= k_max && self.period.admit_next(k, vote.voter(), 0, None),
        };
        is_kept && self.period.tallies.entry(step).or_default().add(vote) != Counted::Known
    }

    /// Everything held, for the round that begins.
    pub(crate) fn into_parts(self) -> (Vec<Proposal>, Vec<Vote>) {
        let votes = self
            .period
            .tallies
            .values()
            .flat_map(|tally| tally.votes().cloned().collect::<Vec<_>>());
        (self.proposals, votes.collect())
    }
}
