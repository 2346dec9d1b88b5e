//! Making a block on top of a chain.

use klero_committee::sampling::Digest;
use klero_committee::sampling::seed::Contribution;
use klero_committee::{Signer, UnverifiedCertificate};
use klero_stake::SignedOperation;

use crate::Chain;
use crate::block::{Block, Body, Header, PROTOCOL_VERSION};

/// What a proposer adds to a chain to make the next block.
#[derive(Debug, Clone)]
pub struct Draft {
    /// The period in which it is proposed.
    pub period: u32,
    /// The proposer's index.
    pub proposer: u32,
    /// A Cert certificate of the last final block; none for the first.
    pub parent_certificate: Option<UnverifiedCertificate>,
    /// Operations on the registry, all of which take effect in this order.
    pub operations: Vec<SignedOperation>,
    /// The application's root after the last final block.
    pub application_root: Digest,
    /// The application's bytes.
    pub payload: Vec<u8>,
    /// The proposer's clock in milliseconds since 1970.
    pub now: u64,
}

impl Draft {
    /// The block. Its timestamp is the clock's or, where that is behind, one after the parent's [FIN-2].
    /// `None` when the proposer is not in the electorate, when an operation takes no effect, or when no time is left
    /// after the parent's.
    pub fn into_block(self, chain: &Chain, signer: &dyn Signer) -> Option<Block> {
        let round = chain.round() + 1;
        let context = chain.context(round)?;
        let seeds = chain.seeds();
        let key = &context.electorate().member(self.proposer)?.vrf_key;
        let (seed, seed_proof) = if self.period == 0 {
            let input = seeds.input(chain.id()).ok()?;
            let proof = key.shorten(&input, &signer.prove(&input).ok()?).ok()?;
            let output = signer.evaluate(&input).ok()?;
            (seeds.next(Contribution::Output(&output)).ok()?, Some(proof))
        } else {
            (seeds.next(Contribution::Nothing).ok()?, None)
        };
        let (next_electorate, next_seed) = chain.next_of(round)?;
        let (parent_certificate, operations) = (self.parent_certificate, self.operations);
        let applied = chain
            .outcome(&operations, parent_certificate.as_ref(), self.proposer)
            .ok()?;
        let header = Header {
            version: PROTOCOL_VERSION,
            chain: *chain.id(),
            round,
            original_period: self.period,
            proposer: self.proposer,
            parent: *chain.head(),
            parent_certificate: parent_certificate
                .as_ref()
                .map_or(Digest::ZERO, UnverifiedCertificate::digest),
            seed,
            seed_proof,
            operations: Body::operations_digest(&operations),
            registry_root: applied.registry.root(),
            application_root: self.application_root,
            payload: Body::payload_digest(&self.payload),
            payload_length: u32::try_from(self.payload.len()).ok()?,
            timestamp: self.now.max(chain.timestamp().checked_add(1)?),
            next_electorate,
            next_seed,
        };
        Some(Block {
            header,
            body: Body {
                parent_certificate,
                operations,
                payload: self.payload,
            },
        })
    }
}
