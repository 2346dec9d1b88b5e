//! Small electorates with real keys.

use std::sync::Arc;

use klero_committee::sampling::seed::SeedSchedule;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::sampling::{Digest, SeatScheme};
use klero_committee::{
    CommitteeSize, Electorate, Member, Profile, Ratio, Role, RoundContext, Step, Targets, Timing,
    UnverifiedVote, ValidatorKeys, Value, Vote, VoteError, cast_vote, verify_votes,
};

pub(crate) const CHAIN: Digest = Digest([0xc4; 32]);
pub(crate) const SEED: Digest = Digest([0x5e; 32]);
pub(crate) const ROUND: u64 = 7;
pub(crate) const ENTROPY: [u8; 32] = [0xe7; 32];
pub(crate) const BLOCK: Value = Value::Block(Digest([0xb1; 32]));
pub(crate) const OTHER_BLOCK: Value = Value::Block(Digest([0xb2; 32]));
pub(crate) const SOFT: Role = Role::new(ROUND, 0, Step::Soft);
pub(crate) const CERT: Role = Role::new(ROUND, 0, Step::Cert);

/// Stakes of which the first seven hold guaranteed quota seats of τ = 40, 32 in all, and the rest draw.
pub(crate) const STAKES: [u64; 12] = [300, 200, 100, 60, 40, 30, 25, 20, 15, 10, 5, 3];

pub(crate) struct World {
    pub(crate) context: RoundContext,
    pub(crate) keys: Vec<ValidatorKeys>,
}

/// A profile with one size for all voting steps.
pub(crate) fn profile(scheme: SeatScheme, expected: u32, threshold: u64) -> Profile {
    let size = CommitteeSize { expected, threshold };
    Profile {
        scheme,
        vrf: VrfSuite::Sr25519,
        propose: 5,
        soft: size,
        cert: size,
        next: size,
        catch_up: 1,
        k_max: 64,
        seeds: SeedSchedule::default(),
        timing: Timing::default(),
        targets: Targets {
            honest: Ratio {
                numerator: 4,
                denominator: 5,
            },
            safety: 20,
            live: 20,
        },
    }
}

pub(crate) fn keys(index: usize) -> ValidatorKeys {
    ValidatorKeys::from_seed(VrfSuite::Sr25519, &[index as u8; 32]).unwrap()
}

/// A member; ids ascend with the index.
pub(crate) fn member(index: usize, stake: u64) -> Member {
    let keys = keys(index);
    Member {
        id: Digest([index as u8; 32]),
        stake,
        vote_key: keys.vote.public(),
        vrf_key: keys.vrf.public(),
    }
}

pub(crate) fn electorate(stakes: &[u64]) -> Electorate {
    let members = stakes
        .iter()
        .enumerate()
        .map(|(index, stake)| member(index, *stake));
    Electorate::new(members.collect()).unwrap()
}

impl World {
    pub(crate) fn new(stakes: &[u64], profile: Profile) -> Self {
        let electorate = Arc::new(electorate(stakes));
        let keys = (0..stakes.len()).map(keys).collect();
        let context = RoundContext::new(CHAIN, ROUND, SEED, electorate, Arc::new(profile)).unwrap();
        Self { context, keys }
    }

    /// Quota seats, τ = 40 and T = 35: three proofs at least.
    pub(crate) fn quota() -> Self {
        Self::new(&STAKES, profile(SeatScheme::Quota, 40, 35))
    }

    /// Binomial seats, τ = 40 and T = 26.
    pub(crate) fn binomial() -> Self {
        Self::new(&STAKES, profile(SeatScheme::Binomial, 40, 26))
    }

    /// Two permanent members with half of the stake, and eight seats of 62.5 each among a hundred others; τ = 10 and
    /// T = 7. The permanent ones stand last.
    pub(crate) fn fait_accompli() -> Self {
        let stakes: Vec<u64> = [5; 100].into_iter().chain([200, 300]).collect();
        Self::new(&stakes, profile(SeatScheme::FaitAccompli, 10, 7))
    }

    /// Four equal members.
    pub(crate) fn full() -> Self {
        Self::new(&[1; 4], profile(SeatScheme::Full, 40, 30))
    }

    /// The same electorate with another threshold.
    pub(crate) fn with_threshold(&self, threshold: u64) -> RoundContext {
        let mut profile = Profile::clone(self.context.profile());
        for size in [&mut profile.soft, &mut profile.cert, &mut profile.next] {
            size.threshold = threshold;
        }
        self.other(CHAIN, ROUND, SEED, profile)
    }

    /// The same electorate in another place.
    pub(crate) fn other(&self, chain: Digest, round: u64, seed: Digest, profile: Profile) -> RoundContext {
        let electorate = Arc::clone(self.context.electorate());
        RoundContext::new(chain, round, seed, electorate, Arc::new(profile)).unwrap()
    }

    pub(crate) fn vote(&self, role: Role, value: Value, voter: u32) -> Option<Vote> {
        cast_vote(&self.context, role, value, voter, &self.keys[voter as usize])
    }

    /// The votes of all who have a seat.
    pub(crate) fn votes(&self, role: Role, value: Value) -> Vec<Vote> {
        (0..self.keys.len() as u32)
            .filter_map(|voter| self.vote(role, value, voter))
            .collect()
    }

    pub(crate) fn verify(&self, vote: &UnverifiedVote) -> Result<Vote, VoteError> {
        let votes = std::slice::from_ref(vote);
        verify_votes(&self.context, votes, &ENTROPY).pop().unwrap()
    }

    /// The first of many Next roles in which a predicate holds.
    pub(crate) fn role_where(&self, holds: impl Fn(Role) -> bool) -> Role {
        (0..1000)
            .map(|k| Role::new(ROUND, 0, Step::Next(k)))
            .find(|role| holds(*role))
            .unwrap()
    }
}

/// A vote as it travels.
pub(crate) fn unverified(vote: &Vote) -> UnverifiedVote {
    let bundled = vote.to_bundled();
    UnverifiedVote {
        role: vote.role(),
        value: vote.value(),
        voter: bundled.voter,
        proof: bundled.proof,
        signature: bundled.signature,
    }
}

/// A vote without its proof.
pub(crate) fn stripped(vote: &Vote) -> UnverifiedVote {
    UnverifiedVote {
        proof: None,
        ..unverified(vote)
    }
}
