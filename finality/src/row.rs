//! Rows of blocks: many at once for a node that is far behind.
//!
//! To follow a chain one must go block by block, since each fixes who signs the next but one. That is cheap; what takes time
//! are the certificates, and once the blocks were followed each of them can be verified by itself. So a row is followed
//! first, and its certificates are verified afterwards, on as many threads as there are. Until then nothing of the row is
//! believed. The certificate of a block is taken from the body of its child, where it must be right anyway, so that there is
//! one to verify for each block and not two.

use klero_committee::{CertificateError, RoundContext, UnverifiedCertificate};

use crate::block::{BodyError, FinalBlock};
use crate::chain::is_cert_for;
use crate::{Chain, ChainError};

/// Blocks that follow a chain if their certificates are right.
#[derive(Debug)]
pub struct Row {
    blocks: Vec<FinalBlock>,
    claims: Vec<Claim>,
}

/// That a block of a row is final: to be verified by itself.
#[derive(Debug, Clone)]
pub struct Claim {
    context: RoundContext,
    certificate: UnverifiedCertificate,
}

impl Claim {
    /// Verifies it, its proofs in one batch where their suite has one. `entropy` is fresh randomness that no peer could
    /// know.
    ///
    /// # Errors
    /// [`CertificateError`] when the certificate makes nothing final.
    pub fn verify(&self, entropy: &[u8; 32]) -> Result<(), CertificateError> {
        self.certificate.verify_with(&self.context, entropy).map(drop)
    }
}

impl Row {
    /// The certificates to verify, at least one unless the row is empty.
    pub fn claims(&self) -> &[Claim] {
        &self.claims
    }

    /// The blocks that are final, each with a certificate that was verified: all when every claim holds, else those before the
    /// first one that does not.
    pub fn proven(mut self, holds: &[bool]) -> Vec<FinalBlock> {
        // The first claim is of the block before the row, where it has one.
        let extra = self.claims.len().saturating_sub(self.blocks.len());
        let good = self
            .claims
            .iter()
            .zip(holds)
            .take_while(|(_, holds)| **holds)
            .count();
        let proven = good.saturating_sub(extra);
        self.blocks.truncate(proven);
        for (block, claim) in self.blocks.iter_mut().zip(self.claims.into_iter().skip(extra)) {
            block.certificate = claim.certificate;
        }
        self.blocks
    }
}

impl Chain {
    /// Follows blocks up to the first that does not follow, whatever their certificates are; says why it does not. The
    /// chain itself stays where it is.
    pub fn row(&self, blocks: Vec<FinalBlock>) -> (Row, Option<ChainError>) {
        let mut chain = self.clone();
        let mut row = Row {
            blocks: Vec::new(),
            claims: Vec::new(),
        };
        for block in blocks {
            if let Err(error) = chain.follow_unproven(&block, &mut row) {
                return (row, Some(error));
            }
        }
        (row, None)
    }

    fn follow_unproven(&mut self, last: &FinalBlock, row: &mut Row) -> Result<(), ChainError> {
        let FinalBlock { block, certificate } = last;
        self.check_header(&block.header)?;
        block.check_body()?;
        let digest = block.header.digest();
        is_cert_for(certificate, block.header.round, &digest)?;
        let parent = match (&block.body.parent_certificate, &self.head_context) {
            (None, None) => None,
            (Some(certificate), Some(context)) => {
                is_cert_for(certificate, self.round, &self.head)?;
                Some(Claim {
                    context: context.clone(),
                    certificate: certificate.clone(),
                })
            }
            _ => return Err(BodyError::ParentCertificate.into()),
        };
        let (applied, commitments) = self.checked_outcome(block)?;
        self.follow(&block.header, applied, commitments);
        // The certificate in the body takes the place of the one that came with the parent.
        if !row.blocks.is_empty() {
            row.claims.pop();
        }
        row.claims.extend(parent);
        row.claims.extend(self.head_context.clone().map(|context| Claim {
            context,
            certificate: certificate.clone(),
        }));
        row.blocks.push(last.clone());
        Ok(())
    }
}
