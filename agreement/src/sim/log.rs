//! What outlives a crash [BA-9].

use std::collections::BTreeMap;

use klero_committee::sampling::Digest;
use klero_committee::{Proposal, QuorumCertificate, Role, Value, Vote};

use super::chain::{Block, Chain};
use crate::Snapshot;

/// The durable part of a node: its final blocks, and of the open round what later votes depend on. It holds what
/// it held at the last write; whatever came after that a crash takes away.
#[derive(Debug, Clone)]
pub(super) struct Log {
    pub(super) chain: Chain,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) votes: BTreeMap<Role, Vec<Vote>>,
    pub(super) proposals: BTreeMap<Role, Proposal>,
    pub(super) certificates: BTreeMap<(Role, Value), QuorumCertificate>,
    pub(super) bodies: BTreeMap<Digest, Block>,
}

impl Log {
    /// An empty log.
    pub(super) const fn new(chain: Chain) -> Self {
        Self {
            chain,
            snapshot: None,
            votes: BTreeMap::new(),
            proposals: BTreeMap::new(),
            certificates: BTreeMap::new(),
            bodies: BTreeMap::new(),
        }
    }

    /// Takes in the state behind a vote or proposal that is due; its bytes were added before.
    pub(super) fn write(
        &mut self,
        snapshot: Snapshot,
        certificates: &BTreeMap<(Role, Value), QuorumCertificate>,
        bodies: &BTreeMap<Digest, Block>,
    ) {
        self.certificates.clone_from(certificates);
        self.bodies.clone_from(bodies);
        self.snapshot = Some(snapshot);
    }

    /// Drops what only the round that is final now needed.
    pub(super) fn next_round(&mut self) {
        let round = self.chain.round();
        self.votes.retain(|role, _| role.round >= round);
        self.proposals.retain(|role, _| role.round >= round);
        self.certificates.retain(|(role, _), _| role.round >= round);
        self.bodies.retain(|_, block| block.round >= round);
        self.snapshot = self.snapshot.take().filter(|known| known.round >= round);
    }
}
