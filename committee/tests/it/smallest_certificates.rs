//! No choice of votes makes a shorter certificate.

use klero_committee::certificate::assemble;
use klero_committee::sampling::SeatScheme;
use klero_committee::sampling::Weight;
use klero_committee::sampling::codec::Wire;
use klero_committee::{Role, Step, Vote};
use proptest::prelude::*;

use crate::world::{BLOCK, ROUND, World, profile};

/// What one vote does in a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Absent,
    Unproven,
    Proven,
}

/// The bytes of the shortest certificate among all choices, and the fewest signers of those that short without a
/// proof. By the layout of the specification: a Next role takes 17 bytes, a block 33, two sets 4 and their bits, the
/// number of proofs 4, each 97, the signature 48.
fn shortest(votes: &[Vote], members: usize, threshold: Weight) -> Option<(usize, usize)> {
    let choices = 3_u32.pow(votes.len() as u32);
    let mut best: Option<(usize, usize)> = None;
    for choice in 0..choices {
        let part = |place: usize| match choice / 3_u32.pow(place as u32) % 3 {
            0 => Part::Absent,
            1 => Part::Unproven,
            _ => Part::Proven,
        };
        let parts: Vec<(Part, &Vote)> = votes
            .iter()
            .enumerate()
            .map(|(i, vote)| (part(i), vote))
            .collect();
        let is_valid = parts.iter().all(|(part, vote)| match part {
            Part::Absent => true,
            Part::Unproven => vote.guaranteed() > 0,
            Part::Proven => vote.drawn() > 0,
        });
        let weight: Weight = parts
            .iter()
            .map(|(part, vote)| match part {
                Part::Absent => 0,
                Part::Unproven => vote.guaranteed(),
                Part::Proven => vote.guaranteed() + vote.drawn(),
            })
            .sum();
        if is_valid && weight >= threshold {
            let proofs = parts.iter().filter(|(part, _)| *part == Part::Proven).count();
            let signers = parts.iter().filter(|(part, _)| *part != Part::Absent).count();
            let bytes = 17 + 33 + 2 * (4 + members.div_ceil(8)) + 4 + 97 * proofs + 48;
            best = Some(best.map_or((bytes, signers), |best| best.min((bytes, signers))));
        }
    }
    best
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(count)
    }
}

proptest! {
    #![proptest_config(cases(150))]

    /// [COM-5] Whoever voted, with whatever stakes, committee and scheme: what is assembled is as short as the shortest of
    /// all choices, and there is none exactly if no choice reaches the threshold. Without proofs it has the fewest
    /// signers too.
    #[test]
    fn no_choice_of_votes_is_shorter(
        stakes in prop::collection::vec(1_u64..60, 2..9),
        scheme in prop::sample::select(vec![SeatScheme::Quota, SeatScheme::Binomial, SeatScheme::FaitAccompli]),
        (expected, threshold) in (3_u32..30).prop_flat_map(|expected| (Just(expected), 1..=u64::from(expected))),
        k in 0_u32..1000,
        present in prop::collection::vec(prop::bool::weighted(0.85), 9),
    ) {
        let total: u64 = stakes.iter().sum();
        prop_assume!(u64::from(expected) < total);
        let world = World::new(&stakes, profile(scheme, expected, threshold));
        let role = Role::new(ROUND, 0, Step::Next(k));
        let votes: Vec<Vote> = world.votes(role, BLOCK);
        let votes: Vec<Vote> = votes.into_iter().filter(|vote| present[vote.voter() as usize]).collect();
        let threshold = world.context.threshold(role.step).unwrap();
        let expected = shortest(&votes, stakes.len(), threshold);
        let made = assemble(&world.context, role, BLOCK, &votes);
        let found = made.as_ref().map(|made| made.as_unverified().encode().len());
        prop_assert_eq!(found, expected.map(|(bytes, _)| bytes));
        if let (Some(made), Some((_, signers))) = (made, expected) {
            let certificate = made.as_unverified();
            if certificate.proofs.is_empty() {
                prop_assert_eq!(certificate.signers.count(), signers);
            }
            prop_assert_eq!(certificate.verify(&world.context), Ok(made));
        }
    }
}
