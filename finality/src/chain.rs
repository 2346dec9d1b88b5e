//! Following a chain from its genesis: seeds, electorates, headers, certificates.

use std::sync::Arc;

use klero_committee::sampling::seed::{Contribution, SeedChain};
use klero_committee::sampling::{Digest, LotteryError};
use klero_committee::{
    CertificateError, Committees, Electorate, ElectorateError, Profile, ProfileError, QuorumCertificate,
    Role, RoundContext, Step, UnverifiedCertificate, Value,
};
use klero_stake::{History, Registry, electorate_root};
use thiserror::Error;

use crate::block::{Block, BodyError, Header, PROTOCOL_VERSION};
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
    id: Digest,
    registry: Arc<Registry>,
    history: History,
    committees: Arc<Committees>,
    round: u64,
    head: Digest,
    timestamp: u64,
    seeds: SeedChain,
    head_context: Option<RoundContext>,
    checkpoints: Checkpoints,
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
            id,
            history: History::new(genesis.profile.seeds, 0, &registry)?,
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
        &self.id
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

    /// When checkpoints are made, and by how many.
    pub const fn checkpoint_rules(&self) -> &CheckpointRules {
        self.checkpoints.rules()
    }

    /// A checkpoint whose block is final; `None` before that, for checkpoint 0, and for one that is long gone [FIN-4].
    pub fn checkpoint(&self, number: u64) -> Option<DueCheckpoint> {
        self.checkpoints.due(&self.id, number)
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
            self.id,
            round,
            seed,
            Arc::clone(&self.committees),
        ))
    }

    /// The committees of a round, those of the present one where the electorate is the same.
    fn committees_of(&self, round: u64) -> Option<Arc<Committees>> {
        let electorate = self.history.drawing_in(round);
        if electorate == *self.electorate() {
            return Some(Arc::clone(&self.committees));
        }
        let profile = Arc::clone(self.profile());
        Committees::new(electorate, profile).ok().map(Arc::new)
    }

    fn electorate(&self) -> &Arc<Electorate> {
        self.committees.electorate()
    }

    /// The electorate root and the seed of the round after `round`, which its header commits to [FIN-1].
    pub(crate) fn commitments(&self, round: u64) -> Option<(Digest, Digest)> {
        let seed = self.seeds.drawing(round + 1).ok()?;
        let committees = self.committees_of(round + 1)?;
        Some((electorate_root(&committees), seed))
    }

    /// The seed that a header of the next round must have [SEED-2] [SEED-3]; `None` when its proof is wrong, or of
    /// the other kind than its period asks for.
    fn check_seed(&self, header: &Header) -> Option<Digest> {
        match (&header.seed_proof, header.original_period) {
            (Some(proof), 0) => {
                let key = &self.electorate().member(header.proposer)?.vrf_key;
                let input = self.seeds.input(&self.id).ok()?;
                let output = key.verify_short(&input, proof).ok()?;
                self.seeds.next(Contribution::Output(&output)).ok()
            }
            (None, period) if period > 0 => self.seeds.next(Contribution::Nothing).ok(),
            _ => None,
        }
    }

    /// Checks that a header follows the last final block, in all that needs no application.
    ///
    /// # Errors
    /// [`HeaderError`] for the first thing that is wrong.
    pub fn check_header(&self, header: &Header) -> Result<(), HeaderError> {
        if header.version != PROTOCOL_VERSION {
            return Err(HeaderError::Version(header.version));
        }
        if header.chain != self.id {
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
        if header.registry_root != self.registry().root() {
            return Err(HeaderError::RegistryRoot);
        }
        let (electorate, seed) = self.commitments(expected).ok_or(HeaderError::NextElectorate)?;
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

    /// Checks a block on top of the last final one: header, body, and the parent's certificate in it. What the
    /// application says of the payload is not asked here.
    ///
    /// # Errors
    /// [`ChainError`] for the first thing that is wrong.
    pub fn check_block(&self, block: &Block) -> Result<(), ChainError> {
        self.check_header(&block.header)?;
        block.check_body()?;
        match (&block.body.parent_certificate, &self.head_context) {
            (None, None) => Ok(()),
            (Some(certificate), Some(context)) => {
                certificate
                    .verify(context)
                    .map_err(ChainError::ParentCertificate)?;
                is_cert_for(certificate, self.round, &self.head)
            }
            _ => Err(BodyError::ParentCertificate.into()),
        }
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
    /// and seed of its round [FIN-3]. On an error nothing changes.
    ///
    /// # Errors
    /// [`ChainError`] for the first thing that is wrong.
    pub fn accept(&mut self, block: &Block, certificate: &UnverifiedCertificate) -> Result<(), ChainError> {
        self.check_block(block)?;
        self.check_certificate(&block.header, certificate)?;
        self.advance(&block.header);
        Ok(())
    }

    /// Follows a header that is known to be final and right: from the own store, or after checking.
    pub fn advance(&mut self, header: &Header) {
        self.head_context = self.context(header.round);
        let (electorate, profile) = (self.committees.electorate(), self.committees.profile());
        self.checkpoints.push(header, electorate, profile);
        self.round = header.round;
        self.head = header.digest();
        self.timestamp = header.timestamp;
        self.seeds.push(header.seed, self.head);
        // A header whose next electorate has no committees is refused for want of its root, so there are some.
        if let Some(committees) = self.committees_of(header.round + 1) {
            self.committees = committees;
        }
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
