//! A round whose electorate is known in part: enough for a light client to verify a certificate.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_sampling::vrf::{VrfInput, VrfOutput};
use klero_sampling::{Digest, Draw, Holder, Lottery, LotteryError, SeatScheme, Seats, Split, Weight};

use crate::context::{role_input, vote_message};
use crate::{Member, Profile, Role, RoundContext, Step, Value};

/// What a certificate is verified against: a round, and those of its members that signed.
pub(crate) trait Roll {
    fn round(&self) -> u64;
    /// How many members the electorate has.
    fn size(&self) -> usize;
    /// A member, if it is known here.
    fn member(&self, index: u32) -> Option<&Member>;
    fn threshold(&self, step: Step) -> Option<Weight>;
    fn input(&self, role: Role) -> VrfInput;
    fn guaranteed(&self, step: Step, member: u32) -> Weight;
    fn drawn(&self, step: Step, member: u32, output: &VrfOutput) -> Result<Weight, LotteryError>;
    fn vote_message(&self, role: Role, value: &Value) -> Digest;
}

impl Roll for RoundContext {
    fn round(&self) -> u64 {
        self.round()
    }

    fn size(&self) -> usize {
        self.electorate().len()
    }

    fn member(&self, index: u32) -> Option<&Member> {
        self.electorate().member(index)
    }

    fn threshold(&self, step: Step) -> Option<Weight> {
        self.threshold(step)
    }

    fn input(&self, role: Role) -> VrfInput {
        self.input(role)
    }

    fn guaranteed(&self, step: Step, member: u32) -> Weight {
        self.guaranteed(step, member)
    }

    fn drawn(&self, step: Step, member: u32, output: &VrfOutput) -> Result<Weight, LotteryError> {
        self.drawn(step, member, output)
    }

    fn vote_message(&self, role: Role, value: &Value) -> Digest {
        self.vote_message(role, value)
    }
}

/// Some members of an electorate, and as much of the whole as their seats depend on. Whoever makes one vouches for it:
/// a light client by Merkle proofs against a root that it trusts [FIN-5].
#[derive(Debug, Clone)]
pub struct PartialElectorate {
    size: u32,
    profile: Arc<Profile>,
    soft: Lottery,
    cert: Lottery,
    next: Lottery,
    members: BTreeMap<u32, (Member, u32)>,
}

impl PartialElectorate {
    /// The lotteries of an electorate of `size` members whose stakes add up to `total`. The splits of Soft, Cert and
    /// Next are those that the electorate's root names; there are none unless the scheme makes them [SEAT-3].
    ///
    /// # Errors
    /// [`LotteryError`] when the profile does not suit such an electorate.
    pub fn new(
        size: u32,
        total: u64,
        profile: Arc<Profile>,
        splits: &[Option<Split>; 3],
    ) -> Result<Self, LotteryError> {
        let lottery = |step: Step, split: &Option<Split>| match split {
            Some(split) => Lottery::with_split(profile.expected(step), total, *split),
            None => {
                // Without a split this scheme makes everyone a member.
                let scheme = match profile.scheme {
                    SeatScheme::FaitAccompli => SeatScheme::Full,
                    other => other,
                };
                Lottery::new(scheme, profile.expected(step), total)
            }
        };
        let [soft, cert, next] = splits;
        Ok(Self {
            size,
            soft: lottery(Step::Soft, soft)?,
            cert: lottery(Step::Cert, cert)?,
            next: lottery(Step::Next(0), next)?,
            members: BTreeMap::new(),
            profile,
        })
    }

    /// Adds a member with its index and its place in stake order [SEAT-3].
    pub fn insert(&mut self, index: u32, member: Member, place: u32) {
        self.members.insert(index, (member, place));
    }

    fn lottery(&self, step: Step) -> Option<&Lottery> {
        match step {
            Step::Propose => None,
            Step::Soft => Some(&self.soft),
            Step::Cert => Some(&self.cert),
            Step::Next(_) => Some(&self.next),
        }
    }

    fn holder(&self, index: u32) -> Option<Holder> {
        let (member, place) = self.members.get(&index)?;
        Some(Holder::at(*place, member.stake))
    }
}

/// A round with a partial electorate.
#[derive(Debug, Clone)]
pub struct PartialContext {
    chain: Digest,
    round: u64,
    seed: Digest,
    electorate: PartialElectorate,
}

impl PartialContext {
    /// The context of `round`, whose committees are drawn with `seed`.
    pub const fn new(chain: Digest, round: u64, seed: Digest, electorate: PartialElectorate) -> Self {
        Self {
            chain,
            round,
            seed,
            electorate,
        }
    }
}

impl Roll for PartialContext {
    fn round(&self) -> u64 {
        self.round
    }

    fn size(&self) -> usize {
        usize::try_from(self.electorate.size).unwrap_or(usize::MAX)
    }

    fn member(&self, index: u32) -> Option<&Member> {
        self.electorate.members.get(&index).map(|(member, _)| member)
    }

    fn threshold(&self, step: Step) -> Option<Weight> {
        let lottery = self.electorate.lottery(step)?;
        self.electorate.profile.threshold(step, lottery)
    }

    fn input(&self, role: Role) -> VrfInput {
        role_input(&self.chain, &self.seed, role)
    }

    fn guaranteed(&self, step: Step, member: u32) -> Weight {
        let found = self.electorate.lottery(step).zip(self.electorate.holder(member));
        let guaranteed = found.and_then(|(lottery, holder)| {
            let guaranteed = lottery.guaranteed(holder).ok()?;
            Some(lottery.weight(&Seats { guaranteed, drawn: 0 }))
        });
        guaranteed.unwrap_or(0)
    }

    fn drawn(&self, step: Step, member: u32, output: &VrfOutput) -> Result<Weight, LotteryError> {
        let known = Roll::member(self, member).zip(self.electorate.lottery(step));
        let Some(((known, lottery), holder)) = known.zip(self.electorate.holder(member)) else {
            return Ok(0);
        };
        let seats = lottery.seats(&Draw::new(output, &known.id), holder)?;
        Ok(lottery.weight(&Seats {
            guaranteed: 0,
            ..seats
        }))
    }

    fn vote_message(&self, role: Role, value: &Value) -> Digest {
        vote_message(&self.chain, role, value)
    }
}
