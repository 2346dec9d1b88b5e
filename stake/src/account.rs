//! Accounts: balances, and the validator that an account may run [STK-2].

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::Member;
use klero_committee::sampling::vrf::VrfPublicKey;
use klero_committee::sampling::{Digest, bls};
use serde::Serialize;

/// The most entries of stake that unbonds in one account.
pub const MAX_UNBONDING: usize = 16;

/// An account. Amounts are in the smallest unit; no account is ever removed, since its nonce keeps old operations
/// from being taken again.
#[derive(Debug, Clone, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
pub struct Account {
    /// The nonce of the next operation.
    pub nonce: u64,
    /// What can be transferred or bonded.
    pub free: u64,
    /// What votes with: the stake of the validator.
    pub bonded: u64,
    /// What was bonded and is still liable, in ascending order of maturity, one entry a round [STK-4].
    pub unbonding: Vec<Unbonding>,
    /// The validator that the account runs.
    pub validator: Option<Validator>,
}

/// Stake on its way from bonded to free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
pub struct Unbonding {
    /// The round whose block makes it free.
    pub matures: u64,
    /// How much.
    pub amount: u64,
}

/// A validator: its keys, and whether it takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
pub struct Validator {
    /// The key that signs votes.
    pub vote_key: bls::PublicKey,
    /// The key that draws.
    pub vrf_key: VrfPublicKey,
    /// Whether it is in the electorate.
    pub status: Status,
    /// The last round that has a trace of it, or in which it registered [STK-7].
    pub last_trace: u64,
}

/// Whether a validator is in the electorate. One that left, or was convicted, is no validator any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// In the electorate.
    Active,
    /// Out of it until a heartbeat [STK-7].
    Suspended,
}

impl Account {
    /// What unbonds.
    pub fn unbonding_total(&self) -> u64 {
        let amounts = self.unbonding.iter().map(|entry| entry.amount);
        amounts.fold(0, u64::saturating_add)
    }

    /// All that the account holds. Sums of honest registries stay below 2^63.
    pub fn total(&self) -> u64 {
        let liable = self.bonded.saturating_add(self.unbonding_total());
        self.free.saturating_add(liable)
    }

    /// Whether it runs a validator that is in the electorate.
    pub fn is_active(&self) -> bool {
        let active = |validator: &Validator| validator.status == Status::Active;
        self.bonded > 0 && self.validator.as_ref().is_some_and(active)
    }

    /// The entry of the electorate, if it is in it.
    pub fn member(&self, id: Digest) -> Option<Member> {
        let validator = self.validator.as_ref().filter(|_| self.is_active())?;
        Some(Member {
            id,
            stake: self.bonded,
            vote_key: validator.vote_key,
            vrf_key: validator.vrf_key,
        })
    }

    /// Lets an amount unbond. What matures in one round is one entry, and beyond [`MAX_UNBONDING`] the last entry
    /// takes it with its own amount: convictions only, since operations are refused before.
    pub(crate) fn unbond(&mut self, amount: u64, matures: u64) {
        if amount == 0 {
            return;
        }
        let full = self.unbonding.len() >= MAX_UNBONDING;
        match self.unbonding.last_mut() {
            Some(last) if full || last.matures == matures => {
                last.amount = last.amount.saturating_add(amount);
                last.matures = matures;
            }
            _ => self.unbonding.push(Unbonding { matures, amount }),
        }
    }

    /// Frees what matures in a round; says how much [STK-4].
    pub(crate) fn mature(&mut self, round: u64) -> u64 {
        let before = self.unbonding_total();
        self.unbonding.retain(|entry| entry.matures > round);
        let matured = before.saturating_sub(self.unbonding_total());
        self.free = self.free.saturating_add(matured);
        matured
    }

    /// Takes a share of what is bonded and unbonding alike, in millionths and rounded up, as the sum of both, so
    /// that the order of unbonding and conviction does not matter; says how much [STK-5].
    pub(crate) fn slash(&mut self, millionths: u32) -> u64 {
        let liable = self.bonded.saturating_add(self.unbonding_total());
        let share = (u128::from(liable) * u128::from(millionths)).div_ceil(1_000_000);
        let slashed = u64::try_from(share).unwrap_or(u64::MAX).min(liable);
        let mut rest = slashed;
        let mut take = |from: &mut u64| {
            let taken = rest.min(*from);
            *from = from.saturating_sub(taken);
            rest = rest.saturating_sub(taken);
        };
        take(&mut self.bonded);
        for entry in self.unbonding.iter_mut().rev() {
            take(&mut entry.amount);
        }
        self.unbonding.retain(|entry| entry.amount > 0);
        slashed
    }
}
