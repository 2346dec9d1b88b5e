//! Everything of one round that a vote is verified against.

use std::sync::Arc;

use klero_sampling::vrf::{VrfInput, VrfOutput};
use klero_sampling::{Digest, Domain, Draw, Lottery, LotteryError, SeatScheme, Seats, Weight};

use crate::{Committees, Electorate, Profile, Role, Step, Value};

/// A round's chain, seed, electorate and committees. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RoundContext {
    chain: Digest,
    round: u64,
    seed: Digest,
    committees: Arc<Committees>,
}

impl RoundContext {
    /// The context of `round`, whose committees are drawn with `seed`, Q(r − L) [SEED-5].
    ///
    /// # Errors
    /// [`LotteryError`] when the profile does not suit the electorate.
    pub fn new(
        chain: Digest,
        round: u64,
        seed: Digest,
        electorate: Arc<Electorate>,
        profile: Arc<Profile>,
    ) -> Result<Self, LotteryError> {
        let committees = Arc::new(Committees::new(electorate, profile)?);
        Ok(Self::of(chain, round, seed, committees))
    }

    /// The context of `round`, whose committees are drawn with `seed` from an electorate of other rounds too.
    pub const fn of(chain: Digest, round: u64, seed: Digest, committees: Arc<Committees>) -> Self {
        Self {
            chain,
            round,
            seed,
            committees,
        }
    }

    /// The chain id.
    pub const fn chain(&self) -> &Digest {
        &self.chain
    }

    /// The round.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// The seed that its committees are drawn with.
    pub const fn seed(&self) -> &Digest {
        &self.seed
    }

    /// Who may draw.
    pub fn electorate(&self) -> &Arc<Electorate> {
        self.committees.electorate()
    }

    /// The committees' sizes.
    pub fn profile(&self) -> &Arc<Profile> {
        self.committees.profile()
    }

    /// The committees, which other rounds of the electorate have too.
    pub const fn committees(&self) -> &Arc<Committees> {
        &self.committees
    }

    /// The lottery of a step.
    pub fn lottery(&self, step: Step) -> &Lottery {
        self.committees.lottery(step)
    }

    /// T of a step; `None` for Propose.
    pub fn threshold(&self, step: Step) -> Option<Weight> {
        self.profile().threshold(step, self.lottery(step))
    }

    /// J of [BA-10].
    pub fn catch_up(&self) -> Weight {
        self.profile().catch_up_weight(self.lottery(Step::Next(0)))
    }

    /// What members evaluate their VRF on for a role [SORT-1].
    pub fn input(&self, role: Role) -> VrfInput {
        role_input(&self.chain, &self.seed, role)
    }

    /// The weight that a member has in a step without a proof: 0 for an index beyond the electorate.
    pub fn guaranteed(&self, step: Step, member: u32) -> Weight {
        let guaranteed = self.committees.guaranteed(step, member).unwrap_or(0);
        let seats = Seats { guaranteed, drawn: 0 };
        self.lottery(step).weight(&seats)
    }

    /// The seats that a verified output gives a member in a step: none beyond the electorate.
    ///
    /// # Errors
    /// [`LotteryError::Undecided`], see there.
    pub fn seats(&self, step: Step, member: u32, output: &VrfOutput) -> Result<Seats, LotteryError> {
        let none = Seats {
            guaranteed: 0,
            drawn: 0,
        };
        let Some(known) = self.electorate().member(member) else {
            return Ok(none);
        };
        let draw = Draw::new(output, &known.id);
        Ok(self.committees.seats(step, member, &draw)?.unwrap_or(none))
    }

    /// The weight of those seats that need the output's proof.
    ///
    /// # Errors
    /// As [`RoundContext::seats`].
    pub fn drawn(&self, step: Step, member: u32, output: &VrfOutput) -> Result<Weight, LotteryError> {
        let drawn = Seats {
            guaranteed: 0,
            ..self.seats(step, member, output)?
        };
        Ok(self.lottery(step).weight(&drawn))
    }

    /// What a vote signs [COM-3]: chain id, role and value, of fixed length.
    pub fn vote_message(&self, role: Role, value: &Value) -> Digest {
        vote_message(&self.chain, role, value)
    }

    /// What a proposal signs [BA-2]: chain id, role and header digest.
    pub fn proposal_message(&self, role: Role, header: &Digest) -> Digest {
        proposal_message(&self.chain, role, header)
    }

    /// Whether everyone is a member of the step's committee.
    pub fn is_full(&self, step: Step) -> bool {
        self.lottery(step).scheme() == SeatScheme::Full
    }
}

/// What members evaluate their VRF on for a role [SORT-1].
pub(crate) fn role_input(chain: &Digest, seed: &Digest, role: Role) -> VrfInput {
    VrfInput::role(chain, seed, role.round, role.period, role.step.code())
}

/// What a vote signs in a chain [COM-3]: chain id, role and value, of fixed length. It depends on no electorate, so
/// that evidence can be judged without the seed of its round.
pub fn vote_message(chain: &Digest, role: Role, value: &Value) -> Digest {
    message(Domain::Vote, chain, role, value)
}

/// What a proposal signs in a chain [BA-2]: chain id, role and header digest.
pub fn proposal_message(chain: &Digest, role: Role, header: &Digest) -> Digest {
    message(Domain::Proposal, chain, role, &Value::Block(*header))
}

fn message(domain: Domain, chain: &Digest, role: Role, value: &Value) -> Digest {
    let hasher = domain
        .hasher()
        .bytes(chain.as_bytes())
        .bytes(&role.round.to_be_bytes());
    let hasher = hasher.bytes(&role.period.to_be_bytes()).bytes(&role.step.code());
    hasher.bytes(&value.code()).finish()
}
