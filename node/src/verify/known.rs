//! Votes that were verified before: whoever brings them again, and in whatever bundle, brings no work.
//!
//! Peers send votes again [BA-11], and an attacker can pack those of others into any number of bundles, each another
//! message. So votes are known one by one, and what is known is handed to the core as it was verified.

use std::collections::{BTreeMap, BTreeSet};

use klero_committee::{BundledVote, Role, Value, Vote, VoteBundle};

use crate::position::Position;

/// The most votes that are remembered, some ten megabytes with what the agreement holds anyway.
const MOST: usize = 1 << 15;

/// What a member may say in a role before more of it convicts it no more and counts no more: two values, each without and
/// with a proof [COM-4].
const MOST_VALUES: usize = 2;
const MOST_OF_VALUE: usize = 2;

/// The verified votes of the rounds under way.
#[derive(Debug, Default)]
pub(super) struct KnownVotes {
    votes: BTreeMap<(Role, u32), Vec<Known>>,
    count: usize,
    /// Grows whenever the core may make something else of a vote.
    step: u64,
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

/// The votes of a bundle, sorted by what is to be done with them. Of those in neither part the core was told in this
/// step.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    /// Verified before, and the core is to be told of them again.
    pub(super) again: Vec<Vote>,
    /// Never seen.
    pub(super) new: Vec<BundledVote>,
    /// Never seen, and of no use whatever they are. Nobody may vouch for them.
    pub(super) spent: Vec<BundledVote>,
}

impl KnownVotes {
    /// Sorts the votes of a bundle.
    pub(super) fn sort(&self, bundle: &VoteBundle) -> Sorted {
        let mut sorted = Sorted::default();
        for vote in &bundle.votes {
            let known = self
                .votes
                .get(&(bundle.role, vote.voter))
                .map_or(&[][..], Vec::as_slice);
            match known.iter().find(|known| known.is(bundle.value, vote)) {
                Some(known) if known.told < self.step => sorted.again.push(known.vote.clone()),
                Some(_) => {}
                None if is_spent(known, bundle.value) => sorted.spent.push(vote.clone()),
                None => sorted.new.push(vote.clone()),
            }
        }
        sorted
    }

    /// Notes that the core is told of votes. Where there is no room, the furthest step is forgotten.
    pub(super) fn note(&mut self, votes: &[Vote]) {
        for vote in votes {
            let (told, place) = (self.step, (vote.role(), vote.voter()));
            if let Some(known) = self.votes.get_mut(&place) {
                if let Some(known) = known.iter_mut().find(|known| known.vote == *vote) {
                    known.told = told;
                    continue;
                }
                if is_spent(known, vote.value()) {
                    continue;
                }
            }
            if self.has_room(&place) {
                let vote = vote.clone();
                self.votes.entry(place).or_default().push(Known { vote, told });
                self.count += 1;
            }
        }
    }

    /// Makes room for a vote at the cost of those after it.
    fn has_room(&mut self, place: &(Role, u32)) -> bool {
        while self.count >= MOST {
            match self.votes.last_entry() {
                Some(last) if last.key() > place => self.count -= last.remove().len(),
                _ => return false,
            }
        }
        true
    }

    /// The core is in another step, or a deadline has passed: what was of no use before may be of use now. Votes that are
    /// over are forgotten.
    pub(super) fn enter(&mut self, position: Position) {
        self.step += 1;
        self.votes.retain(|(role, _), _| !position.is_over(*role));
        self.count = self.votes.values().map(Vec::len).sum();
    }
}

/// Whether a member said so much in a role that one more vote for this value changes nothing.
fn is_spent(known: &[Known], value: Value) -> bool {
    let values: BTreeSet<Value> = known.iter().map(|known| known.vote.value()).collect();
    let of_value = known.iter().filter(|known| known.vote.value() == value).count();
    of_value >= MOST_OF_VALUE || (of_value == 0 && values.len() >= MOST_VALUES)
}

#[cfg(test)]
mod tests {
    use klero_committee::{RoundContext, Step, ValidatorKeys, cast_vote};
    use klero_sampling::Digest;
    use klero_sampling::vrf::VrfProof;

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
        let Sorted { again, new, .. } = known.sort(bundle);
        (again.len(), new.len())
    }

    fn enter(known: &mut KnownVotes, round: u64, period: u32) {
        known.enter(Position { round, period, k: 0 });
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

    /// [D2]
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
    fn the_core_is_told_again_in_another_step() {
        let made = context();
        let soft = vote(&made, Step::Soft, 1, 0);
        let mut known = KnownVotes::default();
        known.note(std::slice::from_ref(&soft));
        assert_eq!(counts(&known, &bundle([&soft])), (0, 0));
        enter(&mut known, 5, 0);
        assert_eq!(counts(&known, &bundle([&soft])), (1, 0));
        known.note(std::slice::from_ref(&soft));
        assert_eq!(counts(&known, &bundle([&soft])), (0, 0));
        enter(&mut known, 5, 1);
        assert_eq!(counts(&known, &bundle([&soft])), (1, 0));
        enter(&mut known, 5, 2);
        assert_eq!(
            counts(&known, &bundle([&soft])),
            (0, 1),
            "forgotten with its period"
        );
        assert_eq!(known.count, 0);
    }

    // [C3]
    #[test]
    fn late_steps_keep_no_room_from_the_present_one() {
        let made = context();
        let mut known = KnownVotes::default();
        for k in 2..5 {
            known.note(&[vote(&made, Step::Next(k), 1, 0)]);
        }
        known.count = MOST;
        let (soft, next) = (vote(&made, Step::Soft, 1, 0), vote(&made, Step::Next(9), 1, 0));
        known.note(&[soft.clone(), next.clone()]);
        assert_eq!(counts(&known, &bundle([&soft])), (0, 0), "known");
        assert_eq!(counts(&known, &bundle([&next])), (0, 1), "no room");
        let last = vote(&made, Step::Next(4), 1, 0);
        assert_eq!(counts(&known, &bundle([&last])), (0, 1), "forgotten");
        assert_eq!((known.count, known.votes.len()), (MOST, 3));
    }

    // [C3] [COM-4]
    #[test]
    fn a_third_value_of_a_member_is_spent_and_a_second_is_not() {
        let made = context();
        let mut known = KnownVotes::default();
        for (value, is_new) in [(1, true), (2, true), (3, false), (4, false)] {
            let said = vote(&made, Step::Soft, value, 0);
            let Sorted { again, new, spent } = known.sort(&bundle([&said]));
            let expected = (0, usize::from(is_new), usize::from(!is_new));
            assert_eq!((again.len(), new.len(), spent.len()), expected, "{value}");
            known.note(&[said]);
            assert!(known.count <= 2);
        }
        let other = vote(&made, Step::Soft, 3, 1);
        assert_eq!(counts(&known, &bundle([&other])), (0, 1), "another member");
    }

    /// Found in review: votes for one value with many proofs kept the other value from being seen.
    #[test]
    fn many_proofs_for_one_value_hide_no_other() {
        let made = context();
        let honest = vote(&made, Step::Soft, 1, 0);
        let mut known = KnownVotes::default();
        known.note(std::slice::from_ref(&honest));
        let with_proof = |byte| {
            let mut bundle = bundle([&honest]);
            bundle.votes[0].proof = Some(VrfProof::Sr25519([byte; 128]));
            bundle
        };
        assert_eq!(counts(&known, &with_proof(1)), (0, 1));
        let again = Known {
            vote: honest.clone(),
            told: 0,
        };
        known.votes.get_mut(&(honest.role(), 0)).unwrap().push(again);
        assert_eq!(
            known.sort(&with_proof(2)).spent.len(),
            1,
            "two of this value are known"
        );
        let other = vote(&made, Step::Soft, 2, 0);
        assert_eq!(counts(&known, &bundle([&other])), (0, 1));
    }
}
