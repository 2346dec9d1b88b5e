//! The state of a chain after a block, as it is stored and sent: a node that has it goes on from there, and replays
//! none of the blocks before.
//!
//! Nothing of it is believed. **Upon** a state, whoever takes it holds the header of its block for true, from the own
//! store or from a signed checkpoint [FIN-4]. Headers before it are linked to it by their digests, and each names the
//! root of the registry after its block. So the registry of the last block and every electorate of the
//! history are those that the chain had, or the state is refused.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::Digest;
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::seed::SeedChain;
use klero_committee::{Committees, RoundContext};
use klero_stake::commitments::Commitments;
use klero_stake::{Courts, History, HistoryError, HistoryRecord, Registry, electorate_root};
use thiserror::Error;

use crate::block::{Block, FinalBlock, Header};
use crate::chain::is_cert_for;
use crate::checkpoints::OlderCheckpoints;
use crate::{Chain, ChainError, Genesis};

/// What stays of a block that is long final: its header, and the parts of the registry root in it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Footprint {
    /// The header.
    pub header: Header,
    /// The parts of which its registry root is the hash.
    pub registry: Commitments,
}

impl Wire for Footprint {
    const MAX_BYTES: usize = Header::MAX_BYTES + 256;
}

impl Footprint {
    /// Whether header and registry belong together.
    pub fn is_sound(&self) -> bool {
        self.registry.root() == self.header.registry_root && self.registry.round == self.header.round
    }
}

/// A chain after a block, without the headers before it.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ChainState {
    registry: Registry,
    history: HistoryRecord,
}

impl Wire for ChainState {
    const MAX_BYTES: usize = Registry::MAX_BYTES + (1 << 30);
}

/// Why a state was refused. Whoever sent it is at fault; one from the own disk is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StateError {
    /// The genesis itself is wrong.
    #[error("genesis: {0}")]
    Genesis(#[from] ChainError),
    /// Headers that are too few, or not those of this chain.
    #[error("the headers before it: that of round {0} is missing, or is not the one that its child names")]
    Headers(u64),
    /// Another registry than that of the last header.
    #[error("its registry has the root {found}, the header of round {round} names {expected}")]
    Registry {
        /// The round.
        round: u64,
        /// The root of the registry given.
        found: Digest,
        /// The root in the header.
        expected: Digest,
    },
    /// Another electorate than one that the chain had.
    #[error("its history: {0}")]
    History(#[from] HistoryError),
    /// Committees or seeds that lead on to another round than the last header names.
    #[error("the electorate or the seed of round {0} is not the one that the header before names")]
    Next(u64),
}

impl ChainState {
    /// The first round whose [`Footprint`] a state after `round` needs; all up to `round` follow.
    pub fn first_footprint(genesis: &Genesis, round: u64) -> u64 {
        let (seeds, age) = (&genesis.profile.seeds, genesis.stake.evidence_age);
        History::first_root(seeds, age, round).max(1)
    }

    /// The round of the block after which it is the state.
    pub const fn round(&self) -> u64 {
        self.registry.round()
    }
}

/// Checks that footprints are an unbroken row that ends with a header that is held for true.
fn check_row(chain: &Digest, first: u64, footprints: &[Footprint]) -> Result<(), StateError> {
    let mut expected = first;
    let mut parent: Option<Digest> = (first <= 1).then_some(*chain);
    for footprint in footprints {
        let Footprint { header, .. } = footprint;
        let follows = parent.is_none_or(|parent| header.parent == parent);
        if header.round != expected || header.chain != *chain || !follows || !footprint.is_sound() {
            return Err(StateError::Headers(expected));
        }
        parent = Some(header.digest());
        expected = expected.saturating_add(1);
    }
    Ok(())
}

impl Chain {
    /// The state after the last final block, and the checkpoints before it. `None` before the first block, and where
    /// an electorate draws that no committees can be drawn from: then an earlier state leads here.
    pub fn state(&self) -> Option<(ChainState, OlderCheckpoints)> {
        let head = self.head_context.as_ref()?;
        let is_drawn = *self.history.drawing_in(self.round.checked_add(1)?) == **self.electorate()
            && *self.history.drawing_in(self.round) == **head.electorate();
        let state = ChainState {
            registry: Registry::clone(&self.registry),
            history: self.history.to_record(),
        };
        is_drawn.then(|| (state, self.checkpoints.older(self.round)))
    }

    /// A chain after a block from its state. The last footprint's header is held for true; the rest is verified
    /// against it. `footprints` begin at [`ChainState::first_footprint`] and ascend without a gap.
    ///
    /// # Errors
    /// [`StateError`] for the first thing that is not as the headers say.
    pub fn resume(
        genesis: &Genesis,
        state: ChainState,
        older: OlderCheckpoints,
        footprints: &[Footprint],
    ) -> Result<Self, StateError> {
        let mut chain = Self::new(genesis)?;
        let ChainState { registry, history } = state;
        let round = registry.round();
        let first = ChainState::first_footprint(genesis, round);
        check_row(chain.id(), first, footprints)?;
        let last = footprints.last().filter(|last| last.header.round == round);
        let header = &last.ok_or(StateError::Headers(round))?.header;
        chain.commitments = registry.commitments();
        let found = chain.commitments.root();
        if found != header.registry_root {
            let expected = header.registry_root;
            return Err(StateError::Registry {
                round,
                found,
                expected,
            });
        }
        let footprint = |of: u64| footprints.get(usize::try_from(of.checked_sub(first)?).ok()?);
        let validators = |of: u64| Some(footprint(of)?.registry.validators);
        chain.history = History::resume(chain.history, history, round, validators)?;
        let rounds = footprints.iter().map(|footprint| {
            let header = &footprint.header;
            (header.round, header.seed, header.digest())
        });
        chain.seeds = SeedChain::resume(*chain.seeds.schedule(), &chain.rules.chain, rounds)
            .map_err(|_| StateError::Next(round))?;
        chain.registry = Arc::new(registry);
        (chain.head, chain.timestamp) = (header.digest(), header.timestamp);
        let named = round
            .checked_sub(1)
            .and_then(footprint)
            .map(|before| &before.header);
        chain.checkpoints.resume(older, &genesis.profile);
        chain.stand_at(header, named)?;
        Ok(chain)
    }

    /// Takes the place after a block whose registry, history and seeds it has, if the committees of its round and of
    /// the next are those that the headers name.
    fn stand_at(&mut self, header: &Header, before: Option<&Header>) -> Result<(), StateError> {
        let round = header.round;
        self.round = round.saturating_sub(1);
        self.committees = self.committees_of(round);
        let seed = self.seeds.drawing(round).map_err(|_| StateError::Next(round))?;
        let drawn = (electorate_root(&self.committees), seed);
        if before.is_some_and(|before| (before.next_electorate, before.next_seed) != drawn) {
            return Err(StateError::Next(round));
        }
        let (committees, profile) = (Arc::clone(&self.committees), Arc::clone(self.profile()));
        self.checkpoints.push(header, committees.electorate(), &profile);
        self.head_context = Some(RoundContext::of(self.rules.chain, round, seed, committees));
        self.round = round;
        self.committees = self.committees_of(round.saturating_add(1));
        match self.next_of(round) {
            Some(next) if next == (header.next_electorate, header.next_seed) => Ok(()),
            _ => Err(StateError::Next(round.saturating_add(1))),
        }
    }

    /// The context of a round that is over, from the header before it; `None` when its electorate is forgotten, or the
    /// header names another.
    pub fn past_context(&self, before: &Header, last: Option<&RoundContext>) -> Option<RoundContext> {
        let round = before.round.checked_add(1)?;
        let electorate = self.history.electorate(round).filter(|_| round <= self.round)?;
        let same = last.filter(|last| *last.electorate() == electorate);
        let committees = match same {
            Some(last) => Arc::clone(last.committees()),
            None => Arc::new(Committees::new(electorate, Arc::clone(self.profile())).ok()?),
        };
        let is_same = same.is_some() || electorate_root(&committees) == before.next_electorate;
        is_same.then(|| RoundContext::of(*self.id(), round, before.next_seed, committees))
    }

    /// Checks that a block is the last one of this chain, and its certificate one of it.
    ///
    /// # Errors
    /// [`ChainError`] when it is another block, or not shown to be final.
    pub fn check_head(&self, last: &FinalBlock) -> Result<(), ChainError> {
        if last.block.header.digest() != self.head {
            return Err(crate::HeaderError::Parent.into());
        }
        last.block.check_body()?;
        is_cert_for(&last.certificate, self.round, &self.head)?;
        if let Some(context) = &self.head_context {
            last.certificate.verify(context)?;
        }
        Ok(())
    }

    /// Follows a block from the own store: it must name the last block as its parent, and the registry after it.
    ///
    /// # Errors
    /// [`ChainError`] when the store holds another block than the one that was final.
    pub fn replay(&mut self, block: &Block) -> Result<(), ChainError> {
        let header = &block.header;
        let expected = self.round.saturating_add(1);
        if header.round != expected {
            let found = header.round;
            return Err(crate::HeaderError::Round { found, expected }.into());
        }
        if header.parent != self.head {
            return Err(crate::HeaderError::Parent.into());
        }
        block.check_body()?;
        let mut next = self.clone();
        next.advance(block)?;
        if next.commitments.root() != header.registry_root {
            return Err(crate::HeaderError::RegistryRoot.into());
        }
        *self = next;
        Ok(())
    }
}
