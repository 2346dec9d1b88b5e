//! The light client: it follows a chain by headers, certificates and Merkle proofs of the signers, and needs neither
//! registry nor votes [FIN-5].
//!
//! It *walks* from a header that it trusts to the next one, whose certificate it verifies, or *hops* from a checkpoint to
//! the next and leaves out the rounds between [FIN-4]. It holds a few hundred bytes, and touches no clock, file or socket.
//!
//! # What it cannot know
//!
//! Whoever held most of the stake long ago and has withdrawn it since can sign another history at no cost. A client that
//! starts from a checkpoint therefore names the oldest that it believes: the time for which stake stays slashable. One
//! that starts from the genesis alone believes whatever follows from it, and is for chains that it has followed all along.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::seed::{SeedChain, genesis_seed};
use klero_committee::sampling::{Digest, LotteryError};
use klero_committee::{
    CertificateError, Committees, PartialContext, Profile, ProfileError, UnverifiedCertificate,
};
use klero_stake::{EntriesError, SignerEntries, electorate_root};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::block::{Header, PROTOCOL_VERSION};
use crate::chain::is_cert_for;
use crate::checkpoint::{Checkpoint, CheckpointRules, SignedCheckpoint, checkpoint_chain};
use crate::genesis::{Genesis, GenesisError};
use crate::{ChainError, HeaderError};

/// Why a light client refuses what it was given. Whoever sent it is at fault, unless it is [`LightError::TooOld`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LightError {
    /// The genesis itself is wrong.
    #[error("genesis: {0}")]
    Genesis(#[from] GenesisError),
    /// The committees that follow from the genesis.
    #[error("committees: {0}")]
    Lottery(#[from] LotteryError),
    /// A header that does not follow.
    #[error("header: {0}")]
    Header(#[from] HeaderError),
    /// Entries of signers that do not belong to the electorate.
    #[error("signers: {0}")]
    Signers(#[from] EntriesError),
    /// A certificate that does not verify, or is of something else.
    #[error("certificate: {0}")]
    Certificate(Box<ChainError>),
    /// Another checkpoint than the next.
    #[error("checkpoint {found} where {expected} is next")]
    Number {
        /// Its number.
        found: u64,
        /// The next one.
        expected: u64,
    },
    /// A checkpoint at a round where none is made.
    #[error("checkpoint {number} is of round {expected}, not of round {found}")]
    Round {
        /// Its number.
        number: u64,
        /// Its header's round.
        found: u64,
        /// Where it belongs.
        expected: u64,
    },
    /// The round was walked through already, with another block.
    #[error(
        "a fork: checkpoint {number} holds another block of round {round} than the one that was followed"
    )]
    Fork {
        /// The checkpoint's number.
        number: u64,
        /// The round.
        round: u64,
    },
    /// Too long ago: stake that signed it may have been withdrawn since.
    #[error(
        "it is {age} ms old, and only {limit} ms can be trusted: get a newer checkpoint from a source that you trust"
    )]
    TooOld {
        /// Its age in milliseconds.
        age: u64,
        /// The greatest age in milliseconds.
        limit: u64,
    },
}

impl From<ChainError> for LightError {
    fn from(error: ChainError) -> Self {
        Self::Certificate(Box::new(error))
    }
}

impl From<CertificateError> for LightError {
    fn from(error: CertificateError) -> Self {
        ChainError::from(error).into()
    }
}

/// A header with a certificate and its signers: one step of a light client.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LightBlock {
    /// The header.
    pub header: Header,
    /// A Cert certificate for it.
    pub certificate: UnverifiedCertificate,
    /// Who signed it.
    pub signers: SignerEntries,
}

impl Wire for LightBlock {
    const MAX_BYTES: usize =
        Header::MAX_BYTES + UnverifiedCertificate::MAX_BYTES + SignerEntries::MAX_BYTES + 64;
}

/// A checkpoint that somebody trustworthy named.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedCheckpoint {
    /// The header of its block.
    pub header: Header,
    /// The electorate root that it signs.
    pub next_electorate: Digest,
}

/// How old a checkpoint may be at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age {
    /// The clock in milliseconds since 1970.
    pub now: u64,
    /// The greatest age in milliseconds: less than stake takes to be paid out.
    pub limit: u64,
}

/// The last header that is believed.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Head {
    round: u64,
    digest: Digest,
    timestamp: u64,
    next_electorate: Digest,
    next_seed: Digest,
}

impl Head {
    fn of(header: &Header) -> Self {
        Self {
            round: header.round,
            digest: header.digest(),
            timestamp: header.timestamp,
            next_electorate: header.next_electorate,
            next_seed: header.next_seed,
        }
    }
}

/// What the next checkpoint's committee is drawn from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Base {
    number: u64,
    seed: Digest,
    electorate: Digest,
}

/// A client that follows a chain without its registry. On an error it stays where it is.
#[derive(Debug, Clone)]
pub struct LightClient {
    chain: Digest,
    profile: Arc<Profile>,
    rules: CheckpointRules,
    checkpoint_profile: Arc<Profile>,
    head: Head,
    base: Base,
}

impl LightClient {
    /// A client that trusts a genesis and nothing else.
    ///
    /// # Errors
    /// [`LightError::Genesis`] when the genesis is wrong.
    pub fn new(genesis: &Genesis) -> Result<Self, LightError> {
        let chain = genesis.chain_id();
        let profile = Arc::new(genesis.profile.clone());
        let rules = genesis.checkpoints;
        let electorate = Arc::new(genesis.validate()?.electorate().map_err(GenesisError::from)?);
        let seeds =
            SeedChain::new(profile.seeds, &chain).map_err(|_| GenesisError::from(ProfileError::Seeds))?;
        let next_seed = seeds.drawing(1).map_err(|_| HeaderError::NextSeed)?;
        let committees = Committees::new(Arc::clone(&electorate), Arc::clone(&profile))?;
        let checkpoints = rules.committees(&electorate, &profile)?;
        Ok(Self {
            chain,
            rules,
            checkpoint_profile: Arc::clone(checkpoints.profile()),
            head: Head {
                round: 0,
                digest: chain,
                timestamp: genesis.timestamp,
                next_electorate: electorate_root(&committees),
                next_seed,
            },
            base: Base {
                number: 0,
                seed: genesis_seed(&chain),
                electorate: electorate_root(&checkpoints),
            },
            profile,
        })
    }

    /// A client that trusts a checkpoint of this chain.
    ///
    /// # Errors
    /// [`LightError`] when it is of another chain, no checkpoint, or too old \[C7\].
    pub fn from_checkpoint(
        genesis: &Genesis,
        trusted: &TrustedCheckpoint,
        age: Age,
    ) -> Result<Self, LightError> {
        let TrustedCheckpoint {
            header,
            next_electorate,
        } = trusted;
        let mut client = Self::new(genesis)?;
        client.check_kind(header)?;
        let number = client.rules.number_at(header.round).unwrap_or(0);
        client.check_round(number, header)?;
        let old = age.now.saturating_sub(header.timestamp);
        if old > age.limit {
            return Err(LightError::TooOld {
                age: old,
                limit: age.limit,
            });
        }
        client.head = Head::of(header);
        client.base = Base {
            number,
            seed: header.seed,
            electorate: *next_electorate,
        };
        Ok(client)
    }

    /// The chain id.
    pub const fn chain(&self) -> &Digest {
        &self.chain
    }

    /// The last round that is believed; 0 for the genesis.
    pub const fn round(&self) -> u64 {
        self.head.round
    }

    /// The digest of its header; the chain id for the genesis.
    pub const fn head(&self) -> &Digest {
        &self.head.digest
    }

    /// The number of the last checkpoint.
    pub const fn checkpoint(&self) -> u64 {
        self.base.number
    }

    /// Walks to the next block [FIN-5].
    ///
    /// # Errors
    /// [`LightError`] for the first thing that is wrong.
    pub fn walk(&mut self, block: &LightBlock) -> Result<(), LightError> {
        let LightBlock {
            header,
            certificate,
            signers,
        } = block;
        self.check_kind(header)?;
        let expected = self.head.round.saturating_add(1);
        if header.round != expected {
            let found = header.round;
            return Err(HeaderError::Round { found, expected }.into());
        }
        if header.parent != self.head.digest {
            return Err(HeaderError::Parent.into());
        }
        self.check_time(header)?;
        is_cert_for(certificate, header.round, &header.digest())?;
        let part = signers.verify(&self.head.next_electorate, &self.profile)?;
        let context = PartialContext::new(self.chain, header.round, self.head.next_seed, part);
        certificate.verify_in_part(&context)?;
        self.head = Head::of(header);
        Ok(())
    }

    /// Hops to the next checkpoint, over all rounds between [FIN-4].
    ///
    /// # Errors
    /// [`LightError`] for the first thing that is wrong.
    pub fn hop(&mut self, signed: &SignedCheckpoint) -> Result<(), LightError> {
        let SignedCheckpoint {
            header,
            next_electorate,
            certificate,
            signers,
        } = signed;
        self.check_kind(header)?;
        let (found, expected) = (certificate.role.round, self.base.number.saturating_add(1));
        if found != expected {
            return Err(LightError::Number { found, expected });
        }
        self.check_round(expected, header)?;
        let checkpoint = Checkpoint {
            number: expected,
            header: header.digest(),
            next_electorate: *next_electorate,
        };
        if certificate.role != checkpoint.role(certificate.role.period)
            || certificate.value != checkpoint.value()
        {
            return Err(ChainError::OtherValue(certificate.role).into());
        }
        let part = signers.verify(&self.base.electorate, &self.checkpoint_profile)?;
        let chain = checkpoint_chain(&self.chain);
        let context = PartialContext::new(chain, expected, self.base.seed, part);
        certificate.verify_in_part(&context)?;
        self.take(header)?;
        self.base = Base {
            number: expected,
            seed: header.seed,
            electorate: *next_electorate,
        };
        Ok(())
    }

    /// Takes a header that a checkpoint signed, unless the client has walked as far.
    fn take(&mut self, header: &Header) -> Result<(), LightError> {
        if header.round > self.head.round {
            self.check_time(header)?;
            self.head = Head::of(header);
        } else if header.round == self.head.round && header.digest() != self.head.digest {
            return Err(LightError::Fork {
                number: self.base.number.saturating_add(1),
                round: header.round,
            });
        }
        Ok(())
    }

    /// Checks that headers, the newest first, lead from the last believed one back in time, each being the parent of the
    /// one before it: so rounds that were hopped over are believed, too.
    ///
    /// # Errors
    /// [`HeaderError`] for the first that does not belong.
    pub fn check_ancestors(&self, head: &Header, ancestors: &[Header]) -> Result<(), LightError> {
        if head.digest() != self.head.digest {
            return Err(HeaderError::Parent.into());
        }
        let mut child = head;
        for parent in ancestors {
            if parent.digest() != child.parent {
                return Err(HeaderError::Parent.into());
            }
            child = parent;
        }
        Ok(())
    }

    fn check_kind(&self, header: &Header) -> Result<(), LightError> {
        if header.version != PROTOCOL_VERSION {
            return Err(HeaderError::Version(header.version).into());
        }
        if header.chain != self.chain {
            return Err(HeaderError::Chain(header.chain).into());
        }
        Ok(())
    }

    fn check_round(&self, number: u64, header: &Header) -> Result<(), LightError> {
        let (found, expected) = (header.round, self.rules.round_of(number));
        if found != expected || number == 0 {
            return Err(LightError::Round {
                number,
                found,
                expected,
            });
        }
        Ok(())
    }

    fn check_time(&self, header: &Header) -> Result<(), LightError> {
        let (found, parent) = (header.timestamp, self.head.timestamp);
        if found <= parent {
            return Err(HeaderError::Timestamp { found, parent }.into());
        }
        Ok(())
    }
}
