//! Making a block on top of a chain.

use klero_committee::sampling::Digest;
use klero_committee::sampling::seed;
use klero_committee::sampling::vrf::VrfInput;
use klero_committee::{Signer, UnverifiedCertificate};

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
    /// The application's root after the last final block.
    pub application_root: Digest,
    /// The application's bytes.
    pub payload: Vec<u8>,
    /// The proposer's clock in milliseconds since 1970.
    pub now: u64,
}

impl Draft {
    /// The block. Its timestamp is the clock's or, where that is behind, one after the parent's [FIN-2].
    /// `None` when the proposer is not in the electorate, or when no time is left after the parent's.
    pub fn into_block(self, chain: &Chain, signer: &dyn Signer) -> Option<Block> {
        let round = chain.round() + 1;
        let context = chain.context(round)?;
        let earlier = context.seed();
        let old = chain.refresh_digest(round);
        let key = &context.electorate().member(self.proposer)?.vrf_key;
        let (seed, seed_proof) = if self.period == 0 {
            let input = VrfInput::seed(chain.id(), earlier, round);
            let proof = key.shorten(&input, &signer.prove(&input).ok()?).ok()?;
            (
                seed::proposed_seed(&signer.evaluate(&input).ok()?, &old),
                Some(proof),
            )
        } else {
            (seed::fallback_seed(earlier, round, &old), None)
        };
        let (next_electorate, next_seed) = chain.commitments(round)?;
        let parent_certificate = self.parent_certificate;
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
            registry_root: chain.registry().root(),
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
                payload: self.payload,
            },
        })
    }
}
