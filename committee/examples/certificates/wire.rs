//! A thousand votes of a role from wire bytes to tally: together, and one by one.

use std::hint::black_box;

use klero_committee::sampling::SeatScheme;
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::{RoundContext, Tally, Vote, VoteBundle, verify_votes};

use crate::clock::milliseconds;
use crate::round::{Committee, Round, keys};
use crate::stakes::Shape;

/// Decodes, verifies and counts bundles.
fn count(context: &RoundContext, bundles: &[Vec<u8>]) -> Tally {
    let mut unverified = Vec::new();
    for bytes in bundles {
        let bundle = VoteBundle::decode(bytes).unwrap();
        assert!(bundle.is_well_formed());
        unverified.extend(bundle.into_votes());
    }
    let mut tally = Tally::default();
    for vote in verify_votes(context, &unverified, &[7; 32]) {
        tally.add(vote.unwrap());
    }
    tally
}

fn bundles<'a>(votes: &'a [Vote]) -> impl Iterator<Item = Vec<u8>> + 'a {
    let (role, value) = (votes[0].role(), votes[0].value());
    VoteBundle::of(role, value, votes)
        .into_iter()
        .map(|bundle| bundle.encode())
}

/// A row for each kind of votes: milliseconds together and one by one, and their ratio.
pub(crate) fn rows() -> Vec<String> {
    // Everyone has guaranteed seats; everyone draws ten on average, none of them guaranteed.
    let guaranteed = Committee::new(SeatScheme::Quota, 4000, 3000);
    let drawn = Committee::new(SeatScheme::Binomial, 10_000, 7000);
    let cases = [
        ("no proof", guaranteed, VrfSuite::Sr25519),
        ("a proof, sr25519", drawn, VrfSuite::Sr25519),
        ("a proof, bls12381", drawn, VrfSuite::Bls12381),
    ];
    let row = |(name, committee, suite): (&str, Committee, VrfSuite)| {
        let round = Round::new(committee, &Shape::Uniform.stakes(), &keys(suite, 1000));
        let votes = round.votes(0);
        let together: Vec<Vec<u8>> = bundles(&votes).collect();
        let alone: Vec<Vec<u8>> = votes.chunks(1).flat_map(bundles).collect();
        let (context, one_by_one) = (&round.context, || {
            for bytes in &alone {
                black_box(count(&round.context, std::slice::from_ref(bytes)));
            }
        });
        assert_eq!(count(context, &together).len(), votes.len());
        // In turn, so that what else the machine does disturbs both alike.
        let (mut fast, mut slow) = (f64::INFINITY, f64::INFINITY);
        for _ in 0..5 {
            fast = fast.min(milliseconds(4, || drop(black_box(count(context, &together)))));
            slow = slow.min(milliseconds(1, one_by_one));
        }
        format!(
            "| {name} | {} | {fast:.1} | {slow:.0} | {:.1} |",
            votes.len(),
            slow / fast
        )
    };
    cases.into_iter().map(row).collect()
}
