//! The genesis: everything about a chain that is not decided later.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::vrf::VrfPublicKey;
use klero_committee::sampling::{Digest, Domain, LotteryError, bls, seed};
use klero_committee::{Committees, ElectorateError, Member, Profile, ProfileError};
use klero_stake::{GenesisAccount, Parameters, ParametersError, Registry, RegistryError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::checkpoint::{CheckpointRules, CheckpointRulesError};

const MAX_NAME: usize = 64;

/// One validator of a genesis.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenesisValidator {
    /// The validator's id.
    pub id: Digest,
    /// Its stake in the smallest unit.
    pub stake: u64,
    /// The key that signs its votes.
    pub vote_key: bls::PublicKey,
    /// The proof that its owner knows the secret of that key, bound to the network's name [COM-6].
    pub possession: bls::Signature,
    /// The key that it draws with.
    pub vrf_key: VrfPublicKey,
}

/// The genesis. Its digest is the chain id [ENC-3].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Genesis {
    /// The network's name, 1 to 64 bytes.
    pub network: String,
    /// Milliseconds since 1970; the first block's timestamp is greater.
    pub timestamp: u64,
    /// The committees and what they are to keep.
    pub profile: Profile,
    /// The checkpoints that light clients hop by.
    pub checkpoints: CheckpointRules,
    /// What stake costs and risks.
    pub stake: Parameters,
    /// Accounts with free stake; a validator needs none to vote.
    pub accounts: Vec<GenesisAccount>,
    /// The validators in the order of their ids.
    pub validators: Vec<GenesisValidator>,
}

/// Why a genesis was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum GenesisError {
    /// A name that is empty or too long.
    #[error("the network's name has {0} bytes: it must have 1 to 64")]
    Name(usize),
    /// A profile that contradicts itself.
    #[error("profile: {0}")]
    Profile(#[from] ProfileError),
    /// Checkpoints that cannot be made.
    #[error("checkpoints: {0}")]
    Checkpoints(#[from] CheckpointRulesError),
    /// Parameters of stake that do not fit each other, or the seeds.
    #[error("stake: {0}")]
    Stake(#[from] ParametersError),
    /// Accounts that contradict each other or hold too much.
    #[error("accounts: {0}")]
    Accounts(RegistryError),
    /// Validators that are no electorate.
    #[error("validators: {0}")]
    Validators(#[from] ElectorateError),
    /// A key without a valid proof of possession.
    #[error(
        "validator {0}: the proof of possession is not of this key and network; make it with `klero keys new --network NAME`"
    )]
    Possession(Digest),
    /// A VRF key of another suite than the profile's.
    #[error("validator {0}: the VRF key is of another suite than the profile's")]
    Suite(Digest),
    /// Committees that do not suit the stake.
    #[error("committees: {0}")]
    Lottery(#[from] LotteryError),
}

impl Genesis {
    /// A genesis with checkpoints and stake parameters that suit its profile and seeds, without accounts but those of
    /// its validators, which may come in any order.
    pub fn new(
        network: impl Into<String>,
        timestamp: u64,
        profile: Profile,
        mut validators: Vec<GenesisValidator>,
    ) -> Self {
        validators.sort_by_key(|validator| validator.id);
        Self {
            network: network.into(),
            timestamp,
            checkpoints: CheckpointRules::beside(&profile),
            stake: Parameters::beside(&profile.seeds),
            accounts: Vec::new(),
            profile,
            validators,
        }
    }

    /// The chain id.
    pub fn chain_id(&self) -> Digest {
        Domain::Genesis.digest(self)
    }

    /// Q(0), fixed after the keys are known: it hashes them [SEED-1] [SEED-4].
    pub fn seed(&self) -> Digest {
        seed::genesis_seed(&self.chain_id())
    }

    /// Checks everything and makes the first registry.
    ///
    /// # Errors
    /// [`GenesisError`] for the first thing that is wrong.
    pub fn validate(&self) -> Result<Registry, GenesisError> {
        if self.network.is_empty() || self.network.len() > MAX_NAME {
            return Err(GenesisError::Name(self.network.len()));
        }
        self.profile.validate()?;
        self.checkpoints.validate(&self.profile)?;
        self.stake.validate(&self.profile.seeds)?;
        let binding = bls::possession::genesis_binding(&self.network);
        for validator in &self.validators {
            if validator.vrf_key.suite() != self.profile.vrf {
                return Err(GenesisError::Suite(validator.id));
            }
            bls::possession::verify(
                &validator.vote_key,
                &binding,
                &validator.id,
                &validator.possession,
            )
            .map_err(|_| GenesisError::Possession(validator.id))?;
        }
        let registry = self.registry()?;
        let committees = self.committees_of(&registry)?;
        self.checkpoints
            .committees(committees.electorate(), &self.profile)?;
        Ok(registry)
    }

    /// The committees that it begins with.
    ///
    /// # Errors
    /// [`GenesisError`] when the validators are no electorate, or the committees do not suit them.
    pub fn committees(&self) -> Result<Committees, GenesisError> {
        self.committees_of(&self.registry()?)
    }

    fn registry(&self) -> Result<Registry, GenesisError> {
        let members = self.validators.iter().map(member).collect();
        Registry::with_accounts(members, &self.accounts).map_err(|error| match error {
            RegistryError::Electorate(error) => error.into(),
            other => GenesisError::Accounts(other),
        })
    }

    fn committees_of(&self, registry: &Registry) -> Result<Committees, GenesisError> {
        let electorate = Arc::new(registry.electorate()?);
        Ok(Committees::new(electorate, Arc::new(self.profile.clone()))?)
    }
}

fn member(validator: &GenesisValidator) -> Member {
    let GenesisValidator {
        id,
        stake,
        vote_key,
        vrf_key,
        ..
    } = *validator;
    Member {
        id,
        stake,
        vote_key,
        vrf_key,
    }
}
