//! Blocks without a payload, and the chain of the final ones.

use std::sync::Arc;

use borsh::BorshSerialize;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::sampling::{Digest, Domain};
use klero_committee::{QuorumCertificate, RoundContext, Signer};

use super::setting::{Setting, seed_of_block};

/// As much of a block as agreement and the seed chain ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize)]
pub(super) struct Block {
    pub(super) round: u64,
    pub(super) period: u32,
    pub(super) proposer: u32,
    pub(super) parent: Digest,
    /// Q(r).
    pub(super) seed: Digest,
    /// What tells two blocks of one proposer apart.
    pub(super) variant: u8,
}

impl Block {
    /// The value that is voted on.
    pub(super) fn digest(&self) -> Digest {
        Domain::Header.digest(self)
    }
}

/// A block with the Cert certificate that made it final.
#[derive(Debug, Clone)]
pub(super) struct Final {
    pub(super) block: Block,
    pub(super) certificate: QuorumCertificate,
}

/// The final blocks of one node; block 1 comes first.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    setting: Arc<Setting>,
    blocks: Vec<Final>,
}

impl Chain {
    pub(super) const fn new(setting: Arc<Setting>) -> Self {
        Self {
            setting,
            blocks: Vec::new(),
        }
    }

    /// The round that the next block decides.
    pub(super) fn round(&self) -> u64 {
        self.blocks.len() as u64 + 1
    }

    /// The parent of the next block.
    pub(super) fn tip(&self) -> Digest {
        self.blocks
            .last()
            .map_or(self.setting.chain, |last| last.block.digest())
    }

    pub(super) fn last(&self) -> Option<&Final> {
        self.blocks.last()
    }

    /// At most `count` blocks from a round on.
    pub(super) fn from(&self, round: u64, count: usize) -> Vec<Final> {
        let skipped = usize::try_from(round.saturating_sub(1)).unwrap_or(usize::MAX);
        self.blocks.iter().skip(skipped).take(count).cloned().collect()
    }

    /// A recent block by its digest.
    pub(super) fn find(&self, digest: &Digest) -> Option<Block> {
        let recent = self.blocks.iter().rev().take(8).map(|last| last.block);
        recent.into_iter().find(|block| block.digest() == *digest)
    }

    pub(super) fn push(&mut self, last: Final) {
        self.blocks.push(last);
    }

    /// The certificate that this node holds of the block before a round's.
    pub(super) fn certificate_before(&self, round: u64) -> Option<&QuorumCertificate> {
        let parent = self.at(round.checked_sub(1)?)?;
        Some(&parent.certificate)
    }

    /// What validators of the chain draw with.
    pub(super) fn suite(&self) -> VrfSuite {
        self.setting.profile.vrf
    }

    /// The block of a round, if it is final here.
    fn at(&self, round: u64) -> Option<&Final> {
        self.blocks.get(usize::try_from(round.checked_sub(1)?).ok()?)
    }

    /// The seed that draws the committees of a round; `None` when it is not known yet [SEED-5].
    pub(super) fn committee_seed(&self, round: u64) -> Option<Digest> {
        match self.setting.profile.seeds.seed_round(round) {
            0 => Some(self.setting.seed),
            earlier => self.at(earlier).map(|last| last.block.seed),
        }
    }

    /// What a round's votes are verified against.
    pub(super) fn context(&self, round: u64) -> Option<RoundContext> {
        Some(self.setting.context(round, self.committee_seed(round)?))
    }

    /// The next block, as this proposer would make it.
    pub(super) fn propose(
        &self,
        period: u32,
        proposer: u32,
        keys: &dyn Signer,
        variant: u8,
    ) -> Option<Block> {
        let round = self.round();
        let author = (period == 0).then_some(keys);
        Some(Block {
            round,
            period,
            proposer,
            parent: self.tip(),
            seed: self.next_seed(author)?,
            variant,
        })
    }

    /// Whether a block may follow the last one. The VRF proof of its seed is not part of the simulation.
    pub(super) fn accepts(&self, block: &Block) -> bool {
        let seed_is_right = block.period == 0 || self.next_seed(None) == Some(block.seed);
        block.round == self.round() && block.parent == self.tip() && seed_is_right
    }

    /// The seed that the next block gives: by this author in period 0, by nobody later.
    pub(super) fn next_seed(&self, author: Option<&dyn Signer>) -> Option<Digest> {
        let round = self.round();
        let old = match self.setting.profile.seeds.refresh_round(round) {
            Some(refresh) => self.at(refresh)?.block.digest(),
            None => Digest::ZERO,
        };
        let earlier = self.committee_seed(round)?;
        Some(seed_of_block(&self.setting, &earlier, round, &old, author))
    }
}
