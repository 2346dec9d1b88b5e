//! Keys, votes, proposals and certificates: real ones, each made once, then looked up.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_agreement::committee::sampling::vrf::VrfSuite;
use klero_agreement::committee::sampling::{Digest, Domain, SeatScheme};
use klero_agreement::committee::{
    CommitteeSize, Electorate, Member, Profile, Proposal, QuorumCertificate, Ratio, Role, RoundContext,
    Targets, Timing, ValidatorKeys, Value, Vote, cast_vote, certificate, make_proposal,
};
use klero_agreement::{Agreement, RoundStart};

use crate::role::{PERIODS, SLOTS, Slot};

/// Members 0, 1 and 2 are honest, 3 is not; each has a quarter of the stake and a seat in every committee.
pub(crate) const MEMBERS: u32 = 4;
/// The greatest k of the model.
pub(crate) const K_MAX: u32 = 1;
const ROUND: u64 = 5;

/// A block by its number, 0 or 1.
pub(crate) const fn block(number: u8) -> Digest {
    Digest([number + 1; 32])
}

/// The number of a block.
pub(crate) fn number(block: &Digest) -> u8 {
    block.0[0] - 1
}

/// Everything that can be sent in the periods of the model.
pub(crate) struct Table {
    start: RoundStart,
    votes: BTreeMap<(Slot, u32), Vote>,
    certificates: BTreeMap<Slot, QuorumCertificate>,
    /// By period, block, and whether it is the block's own period.
    proposals: BTreeMap<(u32, u8, bool), Proposal>,
}

impl Table {
    pub(crate) fn new() -> Self {
        let mut members: Vec<(Member, ValidatorKeys)> = (0..MEMBERS).map(member).collect();
        members.sort_by_key(|(member, _)| member.id);
        let (members, keys): (Vec<Member>, Vec<ValidatorKeys>) = members.into_iter().unzip();
        let electorate = Arc::new(Electorate::new(members).unwrap());
        let profile = Arc::new(profile());
        profile.validate().unwrap();
        let context = RoundContext::new(block(76), ROUND, block(99), electorate, profile).unwrap();
        let vote = |slot: Slot, voter: u32| {
            cast_vote(&context, role(slot), value(slot), voter, &keys[voter as usize]).unwrap()
        };
        let slots = (0..SLOTS).map(Slot);
        let votes: BTreeMap<(Slot, u32), Vote> = slots
            .clone()
            .flat_map(|slot| (0..MEMBERS).map(move |voter| (slot, voter)))
            .map(|(slot, voter)| ((slot, voter), vote(slot, voter)))
            .collect();
        let certificates = slots.map(|slot| {
            let votes = (0..3).map(|voter| &votes[&(slot, voter)]);
            let made = certificate::assemble(&context, role(slot), value(slot), votes);
            (slot, made.unwrap())
        });
        let certificates = certificates.collect();
        let proposal = |period: u32, number: u8, is_fresh: bool| {
            // One proposer for each block, so that both proposals count.
            let proposer = u32::from(number);
            let of = if is_fresh { period } else { 0 };
            let keys = &keys[proposer as usize];
            let made = (block(number), of, proposer);
            make_proposal(&context, period, proposer, keys, |_| Some(made)).unwrap()
        };
        let proposals = (0..PERIODS)
            .flat_map(|period| [0, 1].map(|number| (period, number)))
            .flat_map(|(period, number)| [true, false].map(|is_fresh| (period, number, is_fresh)))
            .map(|of| (of, proposal(of.0, of.1, of.2)))
            .collect();
        let start = RoundStart {
            k_max: K_MAX,
            ..RoundStart::new(&context, 100)
        };
        Self {
            start,
            votes,
            certificates,
            proposals,
        }
    }

    /// A machine at the start of the round.
    pub(crate) fn machine(&self) -> Agreement {
        Agreement::new(self.start).0
    }

    pub(crate) fn vote(&self, slot: Slot, voter: u32) -> Vote {
        self.votes[&(slot, voter)].clone()
    }

    pub(crate) fn certificate(&self, slot: Slot) -> QuorumCertificate {
        self.certificates[&slot].clone()
    }

    pub(crate) fn proposal(&self, period: u32, number: u8, is_fresh: bool) -> Proposal {
        self.proposals[&(period, number, is_fresh)].clone()
    }

    pub(crate) fn round(&self) -> u64 {
        self.start.round
    }
}

fn role(slot: Slot) -> Role {
    Role::new(ROUND, slot.period(), slot.step())
}

fn value(slot: Slot) -> Value {
    slot.number()
        .map_or(Value::Bottom, |number| Value::Block(block(number)))
}

/// The slot of a vote that a machine casts.
pub(crate) fn slot_of(role: Role, value: Value) -> Slot {
    Slot::new(role.period, role.step, value.block().map(number))
}

fn member(number: u32) -> (Member, ValidatorKeys) {
    let seed = Domain::Keys.digest(&("model", number));
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, seed.as_bytes()).unwrap();
    let member = Member {
        id: Domain::Genesis.digest(&("model", number)),
        stake: 10,
        vote_key: keys.vote.public(),
        vrf_key: keys.vrf.public(),
    };
    (member, keys)
}

/// A quorum is three members of four, J two.
fn profile() -> Profile {
    let committee = CommitteeSize {
        expected: 30,
        threshold: 21,
    };
    Profile {
        scheme: SeatScheme::Full,
        vrf: VrfSuite::Sr25519,
        // As many as there is stake: everyone may propose.
        propose: 40,
        soft: committee,
        cert: committee,
        next: committee,
        catch_up: 11,
        k_max: K_MAX,
        seeds: Default::default(),
        timing: Timing::default(),
        targets: Targets {
            honest: Ratio {
                numerator: 3,
                denominator: 4,
            },
            safety: 1,
            live: 1,
        },
    }
}
