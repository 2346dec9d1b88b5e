//! Everything of one round that a vote is verified against.

use std::sync::Arc;

use klero_sampling::vrf::{VrfInput, VrfOutput};
use klero_sampling::{Digest, Domain, Draw, Lottery, LotteryError, SeatScheme, Seats};

use crate::{Electorate, Member, Profile, Role, Step, Value};

/// A round's chain, seed, electorate and committees. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RoundContext {
    chain: Digest,
    round: u64,
    seed: Digest,
    electorate: Arc<Electorate>,
    profile: Arc<Profile>,
    lotteries: Lotteries,
}

#[derive(Debug, Clone, Copy)]
struct Lotteries {
    propose: Lottery,
    soft: Lottery,
    cert: Lottery,
    next: Lottery,
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
        let total = electorate.total();
        let lotteries = Lotteries {
            propose: profile.lottery(Step::Propose, total)?,
            soft: profile.lottery(Step::Soft, total)?,
            cert: profile.lottery(Step::Cert, total)?,
            next: profile.lottery(Step::Next(0), total)?,
        };
        Ok(Self {
            chain,
            round,
            seed,
            electorate,
            profile,
            lotteries,
        })
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
    pub const fn electorate(&self) -> &Arc<Electorate> {
        &self.electorate
    }

    /// The committees' sizes.
    pub const fn profile(&self) -> &Arc<Profile> {
        &self.profile
    }

    /// The lottery of a step.
    pub const fn lottery(&self, step: Step) -> &Lottery {
        match step {
            Step::Propose => &self.lotteries.propose,
            Step::Soft => &self.lotteries.soft,
            Step::Cert => &self.lotteries.cert,
            Step::Next(_) => &self.lotteries.next,
        }
    }

    /// T of a step, in seats; `None` for Propose.
    pub fn threshold(&self, step: Step) -> Option<u64> {
        self.profile.threshold(step, self.lottery(step))
    }

    /// J of [BA-10], in seats.
    pub fn catch_up_seats(&self) -> u64 {
        self.profile.catch_up_seats(&self.lotteries.next)
    }

    /// What members evaluate their VRF on for a role [SORT-1].
    pub fn input(&self, role: Role) -> VrfInput {
        VrfInput::role(&self.chain, &self.seed, role.round, role.period, role.step.code())
    }

    /// The seats that a verified output gives a member in a step.
    ///
    /// # Errors
    /// [`LotteryError`], see [`Lottery::seats`].
    pub fn seats(&self, step: Step, member: &Member, output: &VrfOutput) -> Result<Seats, LotteryError> {
        self.lottery(step)
            .seats(&Draw::new(output, &member.id), member.stake)
    }

    /// What a vote signs [COM-3]: chain id, role and value, of fixed length.
    pub fn vote_message(&self, role: Role, value: &Value) -> Digest {
        self.message(Domain::Vote, role, value)
    }

    /// What a proposal signs [BA-2]: chain id, role and header digest.
    pub fn proposal_message(&self, role: Role, header: &Digest) -> Digest {
        self.message(Domain::Proposal, role, &Value::Block(*header))
    }

    fn message(&self, domain: Domain, role: Role, value: &Value) -> Digest {
        let hasher = domain
            .hasher()
            .bytes(self.chain.as_bytes())
            .bytes(&role.round.to_be_bytes());
        let hasher = hasher.bytes(&role.period.to_be_bytes()).bytes(&role.step.code());
        hasher.bytes(&value.code()).finish()
    }

    /// Whether everyone is a member of the step's committee.
    pub fn is_full(&self, step: Step) -> bool {
        self.lottery(step).scheme() == SeatScheme::Full
    }
}
