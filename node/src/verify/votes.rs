//! Votes of one role from many senders, verified together.

use std::collections::HashMap;

use klero_committee::{RoundContext, Step, UnverifiedVote, Vote, VoteBundle, VoteError, verify_votes};
use klero_net::Refusal;

use super::check;
use crate::view::View;

/// What can be said of a bundle before any of its votes is verified.
pub(super) fn check_form(view: &View, bundle: &VoteBundle) -> Result<(), Refusal> {
    if !bundle.is_well_formed() {
        return Err(Refusal::Malformed);
    }
    let round = bundle.role.round;
    let context = view.context(round).ok_or_else(|| check::not_now(view, round))?;
    if is_beyond_k_max(context, bundle) {
        return Err(Refusal::BeyondKMax);
    }
    Ok(())
}

/// One verdict a bundle, in their order: all of its votes, or why one of them is refused. A bundle is judged by its
/// own votes alone. A vote that several of them have is verified once.
pub(super) fn judge(
    context: &RoundContext,
    bundles: &[VoteBundle],
    entropy: &[u8; 32],
) -> Vec<Result<Vec<Vote>, VoteError>> {
    let mut places: HashMap<UnverifiedVote, usize> = HashMap::new();
    let mut votes = Vec::new();
    let mut place_of = |vote: UnverifiedVote| {
        *places.entry(vote).or_insert_with_key(|vote| {
            votes.push(vote.clone());
            votes.len() - 1
        })
    };
    let places_of = |bundle: &VoteBundle| {
        bundle
            .clone()
            .into_votes()
            .into_iter()
            .map(&mut place_of)
            .collect()
    };
    let of_bundles: Vec<Vec<usize>> = bundles.iter().map(places_of).collect();
    let verdicts = verify_votes(context, &votes, entropy);
    let verdict = |place: usize| verdicts.get(place).cloned().unwrap_or(Err(VoteError::OtherRole));
    let of_bundle = |places: Vec<usize>| places.into_iter().map(verdict).collect();
    of_bundles.into_iter().map(of_bundle).collect()
}

/// Whether a vote is for a step that the genesis does not have [BA-10].
fn is_beyond_k_max(context: &RoundContext, bundle: &VoteBundle) -> bool {
    matches!(bundle.role.step, Step::Next(k) if k > context.profile().k_max)
}

#[cfg(test)]
mod tests {
    use klero_committee::{Role, Value, cast_vote};
    use klero_sampling::Digest;

    use super::*;
    use crate::four_members::context;

    /// Found in review: verdicts left over from a bad bundle fell to the honest bundles after it.
    #[test]
    fn a_bad_bundle_spoils_none_of_the_others() {
        let (context, keys) = context();
        let (role, value) = (Role::new(5, 0, Step::Soft), Value::Block(Digest([3; 32])));
        let bundle = |voter: u32| {
            let vote = cast_vote(&context, role, value, voter, &keys[voter as usize]).unwrap();
            VoteBundle::of(role, value, [&vote]).remove(0)
        };
        let mut bad = bundle(0);
        for voter in [70, 80, 90] {
            let mut vote = bad.votes[0].clone();
            vote.voter = voter;
            bad.votes.push(vote);
        }
        let judged = judge(&context, &[bad, bundle(1), bundle(2), bundle(3)], &[7; 32]);
        assert_eq!(judged[0], Err(VoteError::UnknownVoter(70)));
        for (place, voter) in [(1, 1), (2, 2), (3, 3)] {
            let votes = judged[place].as_ref().unwrap();
            assert_eq!(votes.iter().map(Vote::voter).collect::<Vec<_>>(), [voter]);
        }
    }

    /// Found in review: one vote in many bundles was verified many times. Each bundle still gets all of its own.
    #[test]
    fn a_vote_of_several_bundles_counts_in_each() {
        let (context, keys) = context();
        let (role, value) = (Role::new(5, 0, Step::Soft), Value::Block(Digest([3; 32])));
        let votes = [0, 1, 2]
            .map(|voter: u32| cast_vote(&context, role, value, voter, &keys[voter as usize]).unwrap());
        let bundle = |voters: &[usize]| {
            VoteBundle::of(role, value, voters.iter().map(|voter| &votes[*voter])).remove(0)
        };
        let chosen: [&[usize]; 4] = [&[0, 1], &[1], &[0, 1, 2], &[2]];
        let judged = judge(&context, &chosen.map(bundle), &[7; 32]);
        for (judged, chosen) in judged.iter().zip(chosen) {
            let voters: Vec<usize> = judged
                .as_ref()
                .unwrap()
                .iter()
                .map(|vote| vote.voter() as usize)
                .collect();
            assert_eq!(voters, chosen);
        }
    }

    // [BA-10]
    #[test]
    fn a_vote_beyond_the_last_step_is_known_before_it_is_verified() {
        let (context, _) = context();
        let bundle = |k| VoteBundle {
            role: Role::new(5, 0, Step::Next(k)),
            value: Value::Bottom,
            votes: Vec::new(),
        };
        let last = context.profile().k_max;
        assert!(!is_beyond_k_max(&context, &bundle(last)));
        assert!(is_beyond_k_max(&context, &bundle(last + 1)));
    }
}
