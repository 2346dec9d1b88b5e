//! One round of an electorate with real keys: who votes, and what certificates come of it.

use std::sync::Arc;

use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::sampling::{Digest, Domain, SeatScheme, Weight};
use klero_committee::{
    CommitteeSize, Electorate, Member, Profile, Role, RoundContext, Step, UnverifiedCertificate,
    ValidatorKeys, Value, Vote, cast_vote, certificate,
};

/// What a voter takes in a list of votes in Algorand's published format, in bytes.
pub(crate) const LISTED_VOTER: usize = 485;

const VALUE: Value = Value::Block(Digest([3; 32]));

/// Keys in the order of stakes, the same at every run.
pub(crate) fn keys(suite: VrfSuite, count: usize) -> Vec<ValidatorKeys> {
    (0..count as u64)
        .map(|number| {
            let seed = Domain::Keys.digest(&("certificates", number));
            ValidatorKeys::from_seed(suite, seed.as_bytes()).unwrap()
        })
        .collect()
}

/// A seat scheme with its committee.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Committee {
    pub(crate) scheme: SeatScheme,
    pub(crate) size: CommitteeSize,
}

impl Committee {
    pub(crate) const fn new(scheme: SeatScheme, expected: u32, threshold: u64) -> Self {
        Self {
            scheme,
            size: CommitteeSize { expected, threshold },
        }
    }
}

/// An electorate in one round, its keys in the order of indices.
pub(crate) struct Round {
    pub(crate) context: RoundContext,
    keys: Vec<ValidatorKeys>,
}

impl Round {
    /// Stakes and keys in one order.
    pub(crate) fn new(committee: Committee, stakes: &[u64], keys: &[ValidatorKeys]) -> Self {
        let mut members: Vec<(Member, ValidatorKeys)> = stakes
            .iter()
            .zip(keys)
            .map(|(stake, keys)| {
                let vote_key = keys.vote.public();
                let member = Member {
                    id: Domain::Genesis.digest_bytes(&vote_key.to_bytes()),
                    stake: *stake,
                    vote_key,
                    vrf_key: keys.vrf.public(),
                };
                (member, keys.clone())
            })
            .collect();
        members.sort_by_key(|(member, _)| member.id);
        let (members, keys): (Vec<Member>, Vec<ValidatorKeys>) = members.into_iter().unzip();
        let profile = Profile {
            scheme: committee.scheme,
            vrf: keys[0].vrf.suite(),
            soft: committee.size,
            cert: committee.size,
            next: committee.size,
            ..Profile::full()
        };
        let electorate = Arc::new(Electorate::new(members).unwrap());
        let context = RoundContext::new(Digest([1; 32]), 7, Digest([2; 32]), electorate, Arc::new(profile));
        let context = context.unwrap();
        Self { context, keys }
    }

    /// The votes of all who have a seat in Cert of a period.
    pub(crate) fn votes(&self, period: u32) -> Vec<Vote> {
        let role = Role::new(self.context.round(), period, Step::Cert);
        (0..)
            .zip(&self.keys)
            .filter_map(|(voter, keys)| cast_vote(&self.context, role, VALUE, voter, keys))
            .collect()
    }

    /// The smallest certificate of these votes; `None` where they do not reach the threshold.
    pub(crate) fn certificate(&self, votes: &[Vote]) -> Option<UnverifiedCertificate> {
        let role = votes.first()?.role();
        let made = certificate::assemble(&self.context, role, VALUE, votes)?;
        Some(made.as_unverified().clone())
    }

    /// The votes of those who are there when members in random order leave until 20 % of the stake is gone; who
    /// would take more along stays.
    pub(crate) fn without_a_fifth(&self, votes: &[Vote]) -> Vec<Vote> {
        let members = self.context.electorate().members();
        let mut order: Vec<(Digest, usize)> = members
            .iter()
            .enumerate()
            .map(|(index, member)| (Domain::Message.digest(&("absent", member.id)), index))
            .collect();
        order.sort_unstable();
        let mut left = self.context.electorate().total() / 5;
        let mut absent = vec![false; members.len()];
        for (_, index) in order {
            if members[index].stake <= left {
                left -= members[index].stake;
                absent[index] = true;
            }
        }
        let present = votes.iter().filter(|vote| !absent[vote.voter() as usize]);
        present.cloned().collect()
    }

    /// The votes that have arrived, in random order, when they first reach the threshold; all if they do not.
    pub(crate) fn first_to_reach(&self, votes: &[Vote]) -> Vec<Vote> {
        let threshold = self.context.threshold(Step::Cert).unwrap();
        let mut arriving: Vec<(Digest, &Vote)> = votes
            .iter()
            .map(|vote| {
                (
                    Domain::Message.digest(&("arrival", vote.role(), vote.voter())),
                    vote,
                )
            })
            .collect();
        arriving.sort_by_key(|(order, _)| *order);
        let mut weight: Weight = 0;
        let mut arrived = Vec::new();
        for (_, vote) in arriving {
            if weight >= threshold {
                break;
            }
            weight += vote.weight();
            arrived.push(vote.clone());
        }
        arrived
    }
}

/// What is told of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) bytes: usize,
    pub(crate) signers: usize,
    pub(crate) proofs: usize,
}

impl Size {
    pub(crate) fn of(certificate: &UnverifiedCertificate) -> Self {
        Self {
            bytes: certificate.encode().len(),
            signers: certificate.signers.count(),
            proofs: certificate.proofs.len(),
        }
    }

    /// The same votes as a list.
    pub(crate) const fn listed(&self) -> usize {
        self.signers * LISTED_VOTER
    }
}
