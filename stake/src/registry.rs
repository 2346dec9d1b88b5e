//! The registry: accounts and their validators, as they are after a block.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfPublicKey;
use klero_committee::sampling::{Digest, Domain, bls};
use klero_committee::{Electorate, ElectorateError, MAX_MEMBERS, Member};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::account::{Account, MAX_UNBONDING, Status, Validator};
use crate::evidence::Offence;
use crate::sum_tree::Leaf;
use crate::{OperatorKey, keys};

/// The most accounts of a registry.
pub const MAX_ACCOUNTS: usize = 1 << 20;

/// The most keys that a registry remembers.
pub const MAX_USED_KEYS: usize = 1 << 22;

/// The greatest sum of all stake: that of an electorate.
pub const MAX_SUPPLY: u64 = 1 << 63;

/// Accounts by id, and what must never happen twice. A deterministic state: equal registries have equal encodings and
/// roots [STK-1].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Registry {
    pub(crate) round: u64,
    pub(crate) accounts: BTreeMap<Digest, Account>,
    pub(crate) used_keys: BTreeSet<Digest>,
    pub(crate) offences: BTreeSet<Offence>,
    pub(crate) burnt: u64,
    supply: u64,
}

/// What an account of a genesis has beside the stake of its validator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisAccount {
    /// The key that signs its operations.
    pub operator: OperatorKey,
    /// Its free balance.
    pub free: u64,
}

/// Why a genesis gives no registry.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RegistryError {
    /// The validators are no electorate.
    #[error("{0}")]
    Electorate(#[from] ElectorateError),
    /// An operator key that stands in the list twice.
    #[error("account {0} stands there twice")]
    AccountTwice(Digest),
    /// More accounts than a registry holds.
    #[error("{0} accounts: at most 1048576")]
    Accounts(usize),
    /// More stake than 2^63.
    #[error("the stake of all accounts sums to more than 2^63")]
    Supply,
}

const ACCOUNT_BYTES: usize = 32 + 3 * 8 + 4 + MAX_UNBONDING * 16 + 1 + 96 + 97 + 1 + 8;

impl Wire for Registry {
    const MAX_BYTES: usize = (1 << 30) + MAX_ACCOUNTS * ACCOUNT_BYTES + MAX_USED_KEYS * 32;
}

impl Registry {
    /// The registry of a genesis without other accounts than its validators'. Possession of the keys was checked by
    /// the caller.
    ///
    /// # Errors
    /// [`ElectorateError`] when the members are no electorate: order, stake, or a key used twice [COM-6] [STK-4].
    pub fn new(members: Vec<Member>) -> Result<Self, ElectorateError> {
        let electorate = Electorate::new(members)?;
        let mut registry = Self {
            round: 0,
            accounts: BTreeMap::new(),
            used_keys: BTreeSet::new(),
            offences: BTreeSet::new(),
            burnt: 0,
            supply: electorate.total(),
        };
        for member in electorate.members() {
            let keys = [
                keys::of_vote_key(&member.vote_key),
                keys::of_vrf_key(&member.vrf_key),
            ];
            for key in keys {
                if !registry.used_keys.insert(key) {
                    return Err(ElectorateError::KeyTwice(member.id));
                }
            }
            let account = Account {
                bonded: member.stake,
                validator: Some(Validator {
                    vote_key: member.vote_key,
                    vrf_key: member.vrf_key,
                    status: Status::Active,
                    last_trace: 0,
                }),
                ..Account::default()
            };
            registry.accounts.insert(member.id, account);
        }
        Ok(registry)
    }

    /// The registry of a genesis with its validators and accounts. A validator whose id is the account of an operator
    /// key is that operator's; one with another id can vote, but asks for nothing.
    ///
    /// # Errors
    /// [`RegistryError`] when they contradict each other or hold too much.
    pub fn with_accounts(members: Vec<Member>, accounts: &[GenesisAccount]) -> Result<Self, RegistryError> {
        let mut registry = Self::new(members)?;
        let mut seen = BTreeSet::new();
        for GenesisAccount { operator, free } in accounts {
            let id = operator.account();
            if !seen.insert(id) {
                return Err(RegistryError::AccountTwice(id));
            }
            let supply = registry.supply.checked_add(*free);
            registry.supply = supply
                .filter(|supply| *supply <= MAX_SUPPLY)
                .ok_or(RegistryError::Supply)?;
            registry.accounts.entry(id).or_default().free = *free;
        }
        match registry.accounts.len() {
            0..=MAX_ACCOUNTS => Ok(registry),
            more => Err(RegistryError::Accounts(more)),
        }
    }

    /// The round of the block after which this is the registry; 0 for the genesis.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// An account.
    pub fn account(&self, id: &Digest) -> Option<&Account> {
        self.accounts.get(id)
    }

    /// All accounts in the order of their ids.
    pub fn accounts(&self) -> impl ExactSizeIterator<Item = (&Digest, &Account)> {
        self.accounts.iter()
    }

    /// What slashing and prices have taken out of all accounts.
    pub const fn burnt(&self) -> u64 {
        self.burnt
    }

    /// The sum of all accounts at the genesis.
    pub const fn supply(&self) -> u64 {
        self.supply
    }

    /// Whether all accounts and what was burnt still sum to the stake of the genesis, in time linear in the accounts.
    /// It holds after every block: [`Transition::finish`](crate::Transition::finish) refuses to go on otherwise.
    pub fn is_balanced(&self) -> bool {
        let mut sum = u128::from(self.burnt);
        for account in self.accounts.values() {
            let unbonding = account.unbonding.iter().map(|entry| u128::from(entry.amount));
            sum += u128::from(account.free) + u128::from(account.bonded) + unbonding.sum::<u128>();
        }
        sum == u128::from(self.supply)
    }

    /// Whether a key was ever registered, with either sign.
    pub fn is_vote_key_used(&self, key: &bls::PublicKey) -> bool {
        self.used_keys.contains(&keys::of_vote_key(key))
    }

    /// Whether a key was ever registered.
    pub fn is_vrf_key_used(&self, key: &VrfPublicKey) -> bool {
        self.used_keys.contains(&keys::of_vrf_key(key))
    }

    /// Whether an offence was punished, as long as it can be reported.
    pub fn is_convicted(&self, offence: &Offence) -> bool {
        self.offences.contains(offence)
    }

    /// The round of an account's last offence that was punished, as long as it can be reported.
    pub fn last_offence(&self, id: &Digest) -> Option<u64> {
        let own = self.offences.iter().filter(|offence| offence.offender == *id);
        own.map(|offence| offence.round).max()
    }

    /// The validators that may draw, in the order of their ids [COM-8].
    pub(crate) fn members(&self) -> impl Iterator<Item = Member> {
        self.accounts
            .iter()
            .filter_map(|(id, account)| account.member(*id))
    }

    /// The validators that may draw, in the order of their ids [COM-8].
    ///
    /// # Errors
    /// [`ElectorateError`] when nobody may.
    pub fn electorate(&self) -> Result<Electorate, ElectorateError> {
        Electorate::new(self.members().collect())
    }

    /// Whether another validator can register.
    pub(crate) fn has_room_for_validator(&self) -> bool {
        let validators = self
            .accounts
            .values()
            .filter(|account| account.validator.is_some());
        validators.count() < MAX_MEMBERS
    }

    /// Whether anyone but this account is in the electorate.
    pub(crate) fn has_other_active(&self, id: &Digest) -> bool {
        let mut all = self.accounts.iter();
        all.any(|(other, account)| other != id && account.is_active())
    }
}

/// The leaf of a validator: id, stake and keys.
pub(crate) fn leaf(member: &Member) -> Leaf {
    let hasher = Domain::MerkleLeaf.hasher().field(&member.id).field(&member.stake);
    Leaf {
        digest: hasher.field(&member.vote_key).field(&member.vrf_key).finish(),
        stake: member.stake,
    }
}
