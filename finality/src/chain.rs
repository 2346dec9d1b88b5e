//! Following a chain from its genesis: seeds, electorates, headers, certificates.

use std::sync::Arc;

use klero_committee::sampling::seed::{Contribution, SeedChain};
use klero_committee::sampling::{Digest, LotteryError};
use klero_committee::{
    CertificateError, Committees, Electorate, ElectorateError, Profile, ProfileError, QuorumCertificate,
    Role, RoundContext, Step, UnverifiedCertificate, Value,
};
use klero_stake::commitments::Commitments;
use klero_stake::{
    Applied, BlockError, BlockInputs, History, Receipt, Registry, Rules, SignedOperation, Transition,
    electorate_root,
};
use thiserror::Error;

use crate::block::{Block, Body, BodyError, Header, PROTOCOL_VERSION};
use crate::checkpoint::CheckpointRules;
use crate::checkpoints::{Checkpoints, DueCheckpoint};
use crate::genesis::{Genesis, GenesisError};

/// Why a header does not follow its parent. Whoever proposed it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HeaderError {
    /// A version that this code does not speak.
    #[error("protocol version {0}, but this node speaks 1")]
    Version(u16),
    /// Of another chain.
    #[error("of chain {0}")]
    Chain(Digest),
    /// Of another round than the next.
    #[error("of round {found} where {expected} is next")]
    Round {
        /// Its round.
        found: u64,
        /// The next round.
        expected: u64,
    },
    /// Not on top of the last final block.
    #[error("its parent is not the last final block")]
    Parent,
    /// A certificate of the parent that is missing, or one in round 1.
    #[error("it must name a certificate of its parent, except in round 1, where there is none")]
    ParentCertificate,
    /// A proposer beyond the electorate.
    #[error("its proposer {0} is not in the electorate")]
    Proposer(u32),
    /// A seed that does not follow [SEED-2] [SEED-3].
    #[error("its seed or the proof of it is wrong")]
    Seed,
    /// Another registry than the operations give.
    #[error("its registry root is wrong")]
    RegistryRoot,
    /// Another electorate for the next round.
    #[error("its electorate root for the next round is wrong")]
    NextElectorate,
    /// Another seed for the next round.
    #[error("its seed for the next round is wrong")]
    NextSeed,
    /// A timestamp not after the parent's.
    #[error("its timestamp {found} is not after the parent's {parent}")]
    Timestamp {
        /// Its timestamp.
        found: u64,
        /// The parent's.
        parent: u64,
    },
}

/// Why a block was not taken as final.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ChainError {
    /// The genesis itself is wrong.
    #[error("genesis: {0}")]
    Genesis(#[from] GenesisError),
    /// The header does not follow.
    #[error("header: {0}")]
    Header(#[from] HeaderError),
    /// The body is another.
    #[error("body: {0}")]
    Body(#[from] BodyError),
    /// The certificate in the body is no certificate of the parent.
    #[error("parent's certificate: {0}")]
    ParentCertificate(CertificateError),
    /// The certificate does not verify.
    #[error("certificate: {0}")]
    Certificate(#[from] CertificateError),
    /// A certificate for another block or step.
    #[error("certificate: it is for {0} and not a Cert certificate of this block")]
    OtherValue(Role),
    /// An operation that has no effect.
    #[error("stake: {0}")]
    Stake(#[from] BlockError),
    /// No electorate can be derived.
    #[error("electorate: {0}")]
    Electorate(#[from] ElectorateError),
    /// The committees do not suit the electorate.
    #[error("committees: {0}")]
    Lottery(#[from] LotteryError),
}

/// A chain up to its last final block.
#[derive(Debug, Clone)]
pub struct Chain {
    pub(crate) rules: Rules,
    pub(crate) registry: Arc<Registry>,
    pub(crate) commitments: Commitments,
    pub(crate) history: History,
    pub(crate) committees: Arc<Committees>,
    pub(crate) round: u64,
    pub(crate) head: Digest,
    pub(crate) timestamp: u64,
    pub(crate) seeds: SeedChain,
    pub(crate) head_context: Option<RoundContext>,
    pub(crate) checkpoints: Checkpoints,
}

impl Chain {
    /// The chain that begins with a genesis, which is checked.
    ///
    /// # Errors
    /// [`ChainError`] when the genesis is wrong.
    pub fn new(genesis: &Genesis) -> Result<Self, ChainError> {
        let registry = genesis.validate()?;
        let id = genesis.chain_id();
        let profile = Arc::new(genesis.profile.clone());
        let electorate = Arc::new(registry.electorate()?);
        let (rules, seed) = (genesis.checkpoints, genesis.seed());
        let checkpoints = Checkpoints::new(rules, seed, &electorate, &profile)?;
        let committees = Committees::new(electorate, profile)?;
        let seeds = SeedChain::new(genesis.profile.seeds, &id)
            .map_err(|_| GenesisError::from(ProfileError::Seeds))?;
        Ok(Self {
            rules: Rules {
                chain: id,
                vrf: genesis.profile.vrf,
                parameters: genesis.stake,
            },
            history: History::new(genesis.profile.seeds, genesis.stake.evidence_age, &registry)?,
            commitments: registry.commitments(),
            registry: Arc::new(registry),
            committees: Arc::new(committees),
            round: 0,
            head: id,
            timestamp: genesis.timestamp,
            seeds,
            head_context: None,
            checkpoints,
        })
    }

    /// The chain id.
    pub const fn id(&self) -> &Digest {
        &self.rules.chain
    }

    /// What operations on the registry are judged by.
    pub const fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The committees.
    pub fn profile(&self) -> &Arc<Profile> {
        self.committees.profile()
    }

    /// The last final round; 0 for the genesis.
    pub const fn round(&self) -> u64 {
        self.round
    }

    /// The digest of the last final header; the chain id before there is one.
    pub const fn head(&self) -> &Digest {
        &self.head
    }

    /// The timestamp of the last final block in milliseconds.
    pub const fn timestamp(&self) -> u64 {
        self.timestamp
    }

    /// The registry after the last final block.
    pub const fn registry(&self) -> &Arc<Registry> {
        &self.registry
    }

    /// The parts of that registry, of which its root is the hash.
    pub const fn commitments(&self) -> &Commitments {
        &self.commitments
    }

    /// The electorates of the rounds for which evidence is accepted, and of the next two.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// The next block's operations under way: a proposer offers it what waits, and takes what has an effect.
    ///
    /// # Errors
    /// [`BlockError::Round`] when the rounds have come to an end.
    pub fn transition(&self) -> Result<Transition<'_>, BlockError> {
        Transition::begin(&self.registry, &self.rules, &self.history)
    }

    /// When checkpoints are made, and by how many.
    pub const fn checkpoint_rules(&self) -> &CheckpointRules {
        self.checkpoints.rules()
    }

    /// A checkpoint whose block is final; `None` before that, for checkpoint 0, and for one that is long gone [FIN-4].
    pub fn checkpoint(&self, number: u64) -> Option<DueCheckpoint> {
        self.checkpoints.due(self.id(), number)
    }

    /// The seeds up to the last final block.
    pub(crate) const fn seeds(&self) -> &SeedChain {
        &self.seeds
    }

    /// The context of a round: the next one, or the one after it, whose votes may come early. `None` for others
    /// [BA-10].
    pub fn context(&self, round: u64) -> Option<RoundContext> {
        if round <= self.round || round > self.round + 2 {
            return None;
        }
        let seed = self.seeds.drawing(round).ok()?;
        Some(RoundContext::of(
            *self.id(),
            round,
            seed,
            self.committees_of(round),
        ))
    }

    /// The committees of one of the next rounds [STK-6]: those of the next one where the electorate is the same, and
    /// where no committees can be drawn from it, so that the chain goes on.
    pub(crate) fn committees_of(&self, round: u64) -> Arc<Committees> {
        let electorate = self.history.drawing_in(round);
        if electorate == *self.electorate() {
            return Arc::clone(&self.committees);
        }
        let committees = Committees::new(electorate, Arc::clone(self.profile()));
        committees.map_or_else(|_| Arc::clone(&self.committees), Arc::new)
    }

    pub(crate) fn electorate(&self) -> &Arc<Electorate> {
        self.committees.electorate()
    }

    /// The electorate root and the seed of the round after `round`, which its header commits to [FIN-1].
    pub(crate) fn next_of(&self, round: u64) -> Option<(Digest, Digest)> {
        let seed = self.seeds.drawing(round + 1).ok()?;
        Some((electorate_root(&self.committees_of(round + 1)), seed))
    }

    /// What a block of the next round does to the registry: its operations, the traces of who signed the parent's
    /// certificate and of its proposer, and what is due [STK-1].
    pub(crate) fn outcome(
        &self,
        operations: &[SignedOperation],
        parent_certificate: Option<&UnverifiedCertificate>,
        proposer: u32,
    ) -> Result<Applied, BlockError> {
        let verified = operations.iter().enumerate().map(|(place, operation)| {
            let verified = operation.clone().verify(&self.rules);
            verified.map_err(|cause| BlockError::Operation { place, cause })
        });
        let operations = verified.collect::<Result<Vec<_>, _>>()?;
        let signers: Vec<Digest> = match (parent_certificate, &self.head_context) {
            (Some(certificate), Some(context)) => {
                let ids = certificate.signers.iter();
                ids.filter_map(|index| Some(context.electorate().member(index)?.id))
                    .collect()
            }
            _ => Vec::new(),
        };
        let block = BlockInputs {
            round: self.round.saturating_add(1),
            operations: &operations,
            signers: &signers,
            proposer: self.electorate().member(proposer).map(|member| member.id),
        };
        self.registry.apply_block(&self.rules, &block, &self.history)
    }

    fn outcome_of(&self, block: &Block) -> Result<Applied, BlockError> {
        let Body {
            operations,
            parent_certificate,
            ..
        } = &block.body;
        self.outcome(operations, parent_certificate.as_ref(), block.header.proposer)
    }

    /// The seed that a header of the next round must have [SEED-2] [SEED-3]; `None` when its proof is wrong, or of
    /// the other kind than its period asks for.
    fn check_seed(&self, header: &Header) -> Option<Digest> {
        match (&header.seed_proof, header.original_period) {
            (Some(proof), 0) => {
                let key = &self.electorate().member(header.proposer)?.vrf_key;
                let input = self.seeds.input(self.id()).ok()?;
                let output = key.verify_short(&input, proof).ok()?;
                self.seeds.next(Contribution::Output(&output)).ok()
            }
            (None, period) if period > 0 => self.seeds.next(Contribution::Nothing).ok(),
            _ => None,
        }
    }

    /// Checks that a header follows the last final block, in all that needs neither body nor application.
    ///
    /// # Errors
    /// [`HeaderError`] for the first thing that is wrong.
    pub fn check_header(&self, header: &Header) -> Result<(), HeaderError> {
        if header.version != PROTOCOL_VERSION {
            return Err(HeaderError::Version(header.version));
        }
        if header.chain != *self.id() {
            return Err(HeaderError::Chain(header.chain));
        }
        let expected = self.round + 1;
        if header.round != expected {
            return Err(HeaderError::Round {
                found: header.round,
                expected,
            });
        }
        if header.parent != self.head {
            return Err(HeaderError::Parent);
        }
        if (header.parent_certificate == Digest::ZERO) != (expected == 1) {
            return Err(HeaderError::ParentCertificate);
        }
        if self.electorate().member(header.proposer).is_none() {
            return Err(HeaderError::Proposer(header.proposer));
        }
        if header.timestamp <= self.timestamp {
            return Err(HeaderError::Timestamp {
                found: header.timestamp,
                parent: self.timestamp,
            });
        }
        let (electorate, seed) = self.next_of(expected).ok_or(HeaderError::NextElectorate)?;
        if header.next_electorate != electorate {
            return Err(HeaderError::NextElectorate);
        }
        if header.next_seed != seed {
            return Err(HeaderError::NextSeed);
        }
        if self.check_seed(header) != Some(header.seed) {
            return Err(HeaderError::Seed);
        }
        Ok(())
    }

    /// Checks a block on top of the last final one: header, body, the parent's certificate in it, and what its
    /// operations give, which is returned. What the application says of the payload is not asked here.
    ///
    /// # Errors
    /// [`ChainError`] for the first thing that is wrong.
    pub fn check_block(&self, block: &Block) -> Result<Applied, ChainError> {
        Ok(self.checked(block)?.0)
    }

    fn checked(&self, block: &Block) -> Result<(Applied, Commitments), ChainError> {
        self.check_header(&block.header)?;
        block.check_body()?;
        match (&block.body.parent_certificate, &self.head_context) {
            (None, None) => {}
            (Some(certificate), Some(context)) => {
                certificate
                    .verify(context)
                    .map_err(ChainError::ParentCertificate)?;
                is_cert_for(certificate, self.round, &self.head)?;
            }
            _ => return Err(BodyError::ParentCertificate.into()),
        }
        self.checked_outcome(block)
    }

    /// What a block's operations give, if its header names the registry after them.
    pub(crate) fn checked_outcome(&self, block: &Block) -> Result<(Applied, Commitments), ChainError> {
        let applied = self.outcome_of(block)?;
        let commitments = applied.registry.commitments();
        if block.header.registry_root != commitments.root() {
            return Err(HeaderError::RegistryRoot.into());
        }
        Ok((applied, commitments))
    }

    /// Checks a certificate for the block on top of the last final one.
    ///
    /// # Errors
    /// [`ChainError`] when it does not make that block final.
    pub fn check_certificate(
        &self,
        header: &Header,
        certificate: &UnverifiedCertificate,
    ) -> Result<QuorumCertificate, ChainError> {
        is_cert_for(certificate, header.round, &header.digest())?;
        let context = self.context(header.round).ok_or(HeaderError::NextSeed)?;
        Ok(certificate.verify(&context)?)
    }

    /// Takes a block as final: it follows the last one, and its Cert certificate verifies against the electorate
    /// and seed of its round [FIN-3]. Gives what its operations did. On an error nothing changes.
    ///
    /// # Errors
    /// [`ChainError`] for the first thing that is wrong.
    pub fn accept(
        &mut self,
        block: &Block,
        certificate: &UnverifiedCertificate,
    ) -> Result<Vec<Receipt>, ChainError> {
        let (applied, commitments) = self.checked(block)?;
        self.check_certificate(&block.header, certificate)?;
        Ok(self.follow(&block.header, applied, commitments))
    }

    /// Follows a block that is known to be final and right: from the own store, or after checking. Gives what its
    /// operations did.
    ///
    /// # Errors
    /// [`BlockError`] when its operations cannot be those of a block that follows; nothing changes then.
    pub fn advance(&mut self, block: &Block) -> Result<Vec<Receipt>, BlockError> {
        let applied = self.outcome_of(block)?;
        let commitments = applied.registry.commitments();
        Ok(self.follow(&block.header, applied, commitments))
    }

    pub(crate) fn follow(
        &mut self,
        header: &Header,
        applied: Applied,
        commitments: Commitments,
    ) -> Vec<Receipt> {
        self.head_context = self.context(header.round);
        let (electorate, profile) = (self.committees.electorate(), self.committees.profile());
        self.checkpoints.push(header, electorate, profile);
        self.round = header.round;
        self.head = header.digest();
        self.timestamp = header.timestamp;
        self.seeds.push(header.seed, self.head);
        self.registry = Arc::new(applied.registry);
        self.commitments = commitments;
        self.history.record(header.round, &self.registry);
        self.committees = self.committees_of(header.round.saturating_add(1));
        applied.receipts
    }
}

/// Whether a certificate says of a block that it is final, if it is a valid one.
pub(crate) fn is_cert_for(
    certificate: &UnverifiedCertificate,
    round: u64,
    block: &Digest,
) -> Result<(), ChainError> {
    let Role {
        round: found, step, ..
    } = certificate.role;
    if found == round && step == Step::Cert && certificate.value == Value::Block(*block) {
        Ok(())
    } else {
        Err(ChainError::OtherValue(certificate.role))
    }
}
