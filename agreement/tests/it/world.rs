//! A round with known keys, and a machine that is watched at every input.

use std::sync::{Arc, LazyLock};

use klero_agreement::committee::sampling::vrf::VrfSuite;
use klero_agreement::committee::sampling::{Digest, Domain, SeatScheme};
use klero_agreement::committee::{
    CommitteeSize, Electorate, Member, Profile, Proposal, QuorumCertificate, Ratio, Role, RoundContext, Step,
    Targets, Timing, ValidatorKeys, Value, Vote, cast_vote, certificate, make_proposal,
};
use klero_agreement::{Agreement, Entry, Input, Output, Resend, RoundStart, Timer, TimerKind, check};

/// The round of the tests.
pub(crate) const ROUND: u64 = 5;
/// The greatest k of the tests.
pub(crate) const K_MAX: u32 = 6;

/// A block of the tests.
pub(crate) const fn block(number: u8) -> Digest {
    Digest([number; 32])
}

/// The value of a block of the tests.
pub(crate) const fn value(number: u8) -> Value {
    Value::Block(block(number))
}

pub(crate) const A: Value = value(1);
pub(crate) const B: Value = value(2);
pub(crate) const C: Value = value(3);

/// A role in the round of the tests.
pub(crate) const fn role(period: u32, step: Step) -> Role {
    Role::new(ROUND, period, step)
}

/// Keys, electorate and the contexts of two rounds.
pub(crate) struct World {
    pub(crate) context: RoundContext,
    pub(crate) next: RoundContext,
    keys: Vec<ValidatorKeys>,
}

impl World {
    /// Four members with a stake of ten each, all in every committee: 27 of 40 are a quorum, three members; 14
    /// carry a node to a later k, two members.
    pub(crate) fn four() -> Self {
        Self::new(&[10; 4], SeatScheme::Full)
    }

    /// Members with these stakes; seats by `scheme`.
    pub(crate) fn new(stakes: &[u64], scheme: SeatScheme) -> Self {
        let mut members: Vec<(Member, ValidatorKeys)> = (0_u64..)
            .zip(stakes)
            .map(|(number, stake)| member(number, *stake))
            .collect();
        members.sort_by_key(|(member, _)| member.id);
        let (members, keys): (Vec<Member>, Vec<ValidatorKeys>) = members.into_iter().unzip();
        let electorate = Arc::new(Electorate::new(members).unwrap());
        let profile = Arc::new(profile(scheme));
        profile.validate().unwrap();
        let context = |round, seed| {
            RoundContext::new(
                block(77),
                round,
                block(seed),
                Arc::clone(&electorate),
                Arc::clone(&profile),
            )
            .unwrap()
        };
        Self {
            context: context(ROUND, 100),
            next: context(ROUND + 1, 101),
            keys,
        }
    }

    pub(crate) fn start(&self) -> RoundStart {
        RoundStart::new(&self.context, 100)
    }

    fn context_of(&self, round: u64) -> &RoundContext {
        if round == ROUND + 1 {
            &self.next
        } else {
            &self.context
        }
    }

    /// A member's vote, if it has a seat.
    pub(crate) fn drawn(&self, voter: u32, role: Role, value: Value) -> Option<Vote> {
        let keys = &self.keys[voter as usize];
        cast_vote(self.context_of(role.round), role, value, voter, keys)
    }

    /// The vote of a member that has a seat.
    pub(crate) fn vote(&self, voter: u32, role: Role, value: Value) -> Vote {
        self.drawn(voter, role, value).unwrap()
    }

    /// The certificate that these members' votes make.
    pub(crate) fn certificate(&self, voters: &[u32], role: Role, value: Value) -> QuorumCertificate {
        let votes: Vec<Vote> = voters
            .iter()
            .map(|voter| self.vote(*voter, role, value))
            .collect();
        certificate::assemble(self.context_of(role.round), role, value, &votes).unwrap()
    }

    /// A fresh proposal.
    pub(crate) fn fresh(&self, round: u64, period: u32, proposer: u32, block: Digest) -> Proposal {
        self.propose(round, period, proposer, (block, period, proposer))
    }

    /// A block proposed again, of period 0 and member 0.
    pub(crate) fn again(&self, period: u32, proposer: u32, block: Digest) -> Proposal {
        self.propose(ROUND, period, proposer, (block, 0, 0))
    }

    fn propose(&self, round: u64, period: u32, proposer: u32, block: (Digest, u32, u32)) -> Proposal {
        let keys = &self.keys[proposer as usize];
        make_proposal(self.context_of(round), period, proposer, keys, |_| Some(block)).unwrap()
    }

    /// The members in the order of their proposals' ranks in a period, the lowest first.
    pub(crate) fn ranks(&self, round: u64, period: u32) -> Vec<u32> {
        let mut proposers: Vec<u32> = (0..4).collect();
        proposers.sort_by_key(|proposer| *self.fresh(round, period, *proposer, block(9)).priority());
        proposers
    }
}

fn member(number: u64, stake: u64) -> (Member, ValidatorKeys) {
    let seed = Domain::Keys.digest(&("test", number));
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, seed.as_bytes()).unwrap();
    let member = Member {
        id: Domain::Genesis.digest(&("test", number)),
        stake,
        vote_key: keys.vote.public(),
        vrf_key: keys.vrf.public(),
    };
    (member, keys)
}

fn profile(scheme: SeatScheme) -> Profile {
    let committee = CommitteeSize {
        expected: 30,
        threshold: 21,
    };
    Profile {
        scheme,
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

/// Whether the rules that `check` states are asked of every input. `scripts/mutants.sh` turns them off, to see what
/// the tests notice by themselves.
static IS_CHECKED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("KLERO_TESTS_UNCHECKED").is_none());

/// A machine whose invariants are checked after every input.
#[derive(Clone)]
pub(crate) struct Watched {
    pub(crate) machine: Agreement,
}

impl Watched {
    /// At the start of the round; its first outputs are dropped.
    pub(crate) fn new(world: &World) -> Self {
        let (machine, _) = Agreement::new(world.start());
        Self { machine }
    }

    pub(crate) fn give(&mut self, input: Input) -> Vec<Output> {
        let before = self.machine.clone();
        let outputs = self.machine.handle(input.clone());
        if *IS_CHECKED {
            assert_eq!(
                check(&before, &input, &outputs, &self.machine),
                Ok(()),
                "{input:?}"
            );
        }
        outputs
    }

    pub(crate) fn votes(
        &mut self,
        world: &World,
        voters: impl IntoIterator<Item = u32>,
        role: Role,
        value: Value,
    ) -> Vec<Output> {
        let votes = voters.into_iter().map(|voter| world.vote(voter, role, value));
        votes.flat_map(|vote| self.give(Input::Vote(vote))).collect()
    }

    /// The filter time of the present period passes.
    pub(crate) fn filter(&mut self) -> Vec<Output> {
        self.timeout(TimerKind::Filter)
    }

    /// A deadline of the present period passes.
    pub(crate) fn deadline(&mut self, k: u32) -> Vec<Output> {
        self.timeout(TimerKind::Deadline(k))
    }

    fn timeout(&mut self, kind: TimerKind) -> Vec<Output> {
        let timer = Timer {
            round: self.machine.round(),
            period: self.machine.period(),
            kind,
        };
        self.give(Input::Timeout(timer))
    }

    /// Enters period 1 by a Next quorum of period 0.
    pub(crate) fn enter_period_1(&mut self, world: &World, value: Value) -> Vec<Output> {
        let outputs = self.votes(world, 0..3, role(0, Step::Next(0)), value);
        assert_eq!(self.machine.period(), 1);
        outputs
    }

    /// How the present period was entered.
    pub(crate) fn entry(&self) -> Entry {
        self.machine.snapshot().entry
    }

    /// What was staged in the present period.
    pub(crate) fn staged(&self) -> Option<Digest> {
        self.machine.snapshot().staged.map(|(block, _)| block)
    }
}

/// The votes that are due.
pub(crate) fn casts(outputs: &[Output]) -> Vec<(Step, Value)> {
    let cast = |output: &Output| match output {
        Output::Cast { role, value, .. } => Some((role.step, *value)),
        _ => None,
    };
    outputs.iter().filter_map(cast).collect()
}

/// The proposals that are due: period, and the block carried over.
pub(crate) fn proposes(outputs: &[Output]) -> Vec<(u32, Option<Digest>)> {
    let propose = |output: &Output| match output {
        Output::Propose { period, carried } => Some((*period, *carried)),
        _ => None,
    };
    outputs.iter().filter_map(propose).collect()
}

/// The timers that are set: kind, milliseconds, and whether they are spread.
pub(crate) fn timers(outputs: &[Output]) -> Vec<(TimerKind, u32, bool)> {
    let timer = |output: &Output| match output {
        Output::SetTimer { timer, after, spread } => Some((timer.kind, *after, *spread)),
        _ => None,
    };
    outputs.iter().filter_map(timer).collect()
}

/// What is sent again.
pub(crate) fn resent(outputs: &[Output]) -> Vec<Resend> {
    let items = |output: &Output| match output {
        Output::Resend(items) => items.clone(),
        _ => Vec::new(),
    };
    outputs.iter().flat_map(items).collect()
}

/// Whether the message is passed on.
pub(crate) fn relays(outputs: &[Output]) -> bool {
    outputs.contains(&Output::Relay)
}

/// The bodies that are asked for.
pub(crate) fn fetches(outputs: &[Output]) -> Vec<Digest> {
    let fetch = |output: &Output| match output {
        Output::Fetch(block) => Some(*block),
        _ => None,
    };
    outputs.iter().filter_map(fetch).collect()
}

/// What was decided.
pub(crate) fn decided(outputs: &[Output]) -> Option<Digest> {
    outputs.iter().find_map(|output| match output {
        Output::Decided { block, .. } => Some(*block),
        _ => None,
    })
}
