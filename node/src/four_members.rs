//! Four members of equal stake, for tests of what handles their votes.

use std::sync::Arc;

use klero_committee::{Electorate, Member, Profile, RoundContext, ValidatorKeys};
use klero_sampling::vrf::VrfSuite;
use klero_sampling::{Digest, Domain};

/// The context of round 5, and everyone's keys.
pub(crate) fn context() -> (RoundContext, Vec<ValidatorKeys>) {
    let member = |number: u64| {
        let seed = Domain::Keys.digest(&("verify", number));
        let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, seed.as_bytes()).unwrap();
        let id = Digest([u8::try_from(number).unwrap(); 32]);
        let (vote_key, vrf_key) = (keys.vote.public(), keys.vrf.public());
        let member = Member {
            id,
            stake: 1000,
            vote_key,
            vrf_key,
        };
        (member, keys)
    };
    let (members, keys): (Vec<Member>, Vec<_>) = (0..4).map(member).unzip();
    let electorate = Arc::new(Electorate::new(members).unwrap());
    let profile = Arc::new(Profile::full());
    let context = RoundContext::new(Digest([1; 32]), 5, Digest([2; 32]), electorate, profile).unwrap();
    (context, keys)
}
