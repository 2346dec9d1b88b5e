//! Votes that were verified before: whoever brings them again, and in whatever bundle, brings no work.
//!
//! Peers send votes again [BA-11], and an attacker can pack those of others into any number of bundles, each another
//! message. So votes are known one by one, and what is known is handed to the core as it was verified.

use std::collections::BTreeMap;

use klero_committee::{BundledVote, Role, Step, Value, Vote, VoteBundle};

/// The most votes that are remembered, some ten megabytes with what the agreement holds anyway.
const MOST: usize = 1 << 15;

/// What a member may say in a role before more of it is not listened to: two values, each without and with a proof.
const MOST_VALUES: usize = 2;
const MOST_OF_MEMBER: usize = 4;

/// The verified votes of the rounds under way.
#[derive(Debug, Default)]
pub(super) struct KnownVotes {
    votes: BTreeMap<(Role, u32), Vec<Known>>,
    count: usize,
    /// Grows whenever the core may make something else of a vote.
    period: u64,
}

#[derive(Debug)]
struct Known {
    vote: Vote,
    /// When the core was told of it.
    told: u64,
}

impl Known {
    fn is(&self, value: Value, vote: &BundledVote) -> bool {
        self.vote.value() == value
            && self.vote.proof() == vote.proof.as_ref()
            && self.vote.signature().to_bytes() == vote.signature
    }
}

/// The votes of a bundle, sorted by what is to be done with them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    /// Verified before, and the core is to be told of them again.
    pub(super) again: Vec<Vote>,
    /// Never seen.
    pub(super) new: Vec<BundledVote>,
}

impl KnownVotes {
    /// Sorts the votes of a bundle. In neither part are those that can tell nothing: copies of what the core was told in
    /// this period, and the third values of members.
    pub(super) fn sort(&self, bundle: &VoteBundle) -> Sorted {
        let mut sorted = Sorted::default();
        for vote in &bundle.votes {
            let known = self
                .votes
                .get(&(bundle.role, vote.voter))
                .map_or(&[][..], Vec::as_slice);
            match known.iter().find(|known| known.is(bundle.value, vote)) {
                Some(known) if self.is_of_use(known) => sorted.again.push(known.vote.clone()),
                Some(_) => {}
                None if is_spent(known, bundle.value) => {}
                None => sorted.new.push(vote.clone()),
            }
        }
        sorted
    }

    /// A Next vote is kept or not by where the node stands: it may tell something whenever it comes.
    fn is_of_use(&self, known: &Known) -> bool {
        matches!(known.vote.role().step, Step::Next(_)) || known.told < self.period
    }

    /// Notes that the core is told of votes.
    pub(super) fn note(&mut self, votes: &[Vote]) {
        for vote in votes {
            let told = self.period;
            let of_member = self.votes.entry((vote.role(), vote.voter())).or_default();
            if let Some(known) = of_member.iter_mut().find(|known| known.vote == *vote) {
                known.told = told;
            } else if of_member.len() < MOST_OF_MEMBER && self.count < MOST {
                let vote = vote.clone();
                of_member.push(Known { vote, told });
                self.count += 1;
            }
        }
    }

    /// The core is in another period: what was of no use before may be of use now. Rounds before are over.
    pub(super) fn enter(&mut self, round: u64) {
        self.period += 1;
        self.votes.retain(|(role, _), _| role.round >= round);
        self.count = self.votes.values().map(Vec::len).sum();
    }
}

/// Whether a member said so much in a role that more of it convicts it no more.
fn is_spent(known: &[Known], value: Value) -> bool {
    let mut values: Vec<Value> = known.iter().map(|known| known.vote.value()).collect();
    values.dedup();
    known.len() >= MOST_OF_MEMBER || (values.len() >= MOST_VALUES && !values.contains(&value))
}

#[cfg(test)]
mod tests {
    use klero_committee::{RoundContext, ValidatorKeys, cast_vote};
    use klero_sampling::Digest;

    use super::*;
    use crate::four_members::context;

    fn vote(made: &(RoundContext, Vec<ValidatorKeys>), step: Step, value: u8, voter: u32) -> Vote {
        let (context, keys) = made;
        let role = Role::new(5, 0, step);
        let value = Value::Block(Digest([value; 32]));
        cast_vote(context, role, value, voter, &keys[voter as usize]).unwrap()
    }

    fn bundle<'a>(votes: impl IntoIterator<Item = &'a Vote> + Clone) -> VoteBundle {
        let first = votes.clone().into_iter().next().unwrap();
        VoteBundle::of(first.role(), first.value(), votes).remove(0)
    }

    /// How many votes are told again, and how many are to be verified.
    fn counts(known: &KnownVotes, bundle: &VoteBundle) -> (usize, usize) {
        let Sorted { again, new } = known.sort(bundle);
        (again.len(), new.len())
    }

    /// Anyone can pack the votes of others anew.
    #[test]
    fn known_votes_are_known_in_every_bundle() {
        let made = context();
        let votes = [0, 1, 2, 3].map(|voter| vote(&made, Step::Soft, 1, voter));
        let mut known = KnownVotes::default();
        assert_eq!(counts(&known, &bundle(&votes)), (0, 4));
        known.note(&votes[..3]);
        for subset in 1..8_usize {
            let chosen: Vec<&Vote> = (0..3)
                .filter(|voter| subset >> voter & 1 == 1)
                .map(|voter| &votes[voter])
                .collect();
            assert_eq!(counts(&known, &bundle(chosen)), (0, 0), "{subset}");
        }
        assert_eq!(known.sort(&bundle(&votes)).new[0].voter, 3);
    }

    #[test]
    fn a_forged_copy_is_not_known() {
        let made = context();
        let honest = vote(&made, Step::Soft, 1, 0);
        let mut known = KnownVotes::default();
        known.note(std::slice::from_ref(&honest));
        let mut forged = bundle([&honest]);
        forged.votes[0].signature[7] ^= 1;
        assert_eq!(counts(&known, &forged), (0, 1));
        let mut other = bundle([&honest]);
        other.value = Value::Block(Digest([2; 32]));
        assert_eq!(
            counts(&known, &other),
            (0, 1),
            "the signature is over another value"
        );
        let mut later = bundle([&honest]);
        later.role.period = 1;
        assert_eq!(counts(&known, &later), (0, 1), "or in another role");
    }

    #[test]
    fn the_core_is_told_again_in_another_period_and_of_next_votes_always() {
        let made = context();
        let (soft, next) = (vote(&made, Step::Soft, 1, 0), vote(&made, Step::Next(2), 1, 0));
        let mut known = KnownVotes::default();
        known.note(&[soft.clone(), next.clone()]);
        assert_eq!(counts(&known, &bundle([&soft])), (0, 0));
        assert_eq!(known.sort(&bundle([&next])).again, [next]);
        known.enter(5);
        assert_eq!(known.sort(&bundle([&soft])).again.len(), 1);
        known.note(std::slice::from_ref(&soft));
        assert_eq!(counts(&known, &bundle([&soft])), (0, 0));
        known.enter(6);
        assert_eq!(
            counts(&known, &bundle([&soft])),
            (0, 1),
            "forgotten with its round"
        );
        assert_eq!(known.count, 0);
    }

    // [C3]
    #[test]
    fn a_third_value_of_a_member_is_no_work() {
        let made = context();
        let mut known = KnownVotes::default();
        for (value, work) in [(1, 1), (2, 1), (3, 0), (4, 0)] {
            let said = vote(&made, Step::Soft, value, 0);
            assert_eq!(counts(&known, &bundle([&said])), (0, work), "{value}");
            known.note(&[said]);
        }
        let other = vote(&made, Step::Soft, 3, 1);
        assert_eq!(counts(&known, &bundle([&other])), (0, 1), "another member");
    }
}
