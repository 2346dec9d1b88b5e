//! Quorum certificates: a quorum of votes as one signature, two bit sets and the proofs that are needed.

use std::cmp::Reverse;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::codec::Wire;
use klero_sampling::vrf::{VrfError, VrfShortProof};
use klero_sampling::{Digest, Domain, LotteryError, Weight, bls};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::partial::{PartialContext, Roll};
use crate::{MAX_MEMBERS, Role, RoundContext, SignerSet, Step, Value, Vote};

/// A certificate as it came [COM-5]. It holds no weights: the verifier computes them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnverifiedCertificate {
    /// In what place the signers spoke.
    pub role: Role,
    /// What they were for.
    pub value: Value,
    /// Who signed.
    pub signers: SignerSet,
    /// Those of them whose proof is given.
    pub proven: SignerSet,
    /// The proofs of the proven, in the order of their indices.
    pub proofs: Vec<VrfShortProof>,
    /// The sum of the signatures.
    #[serde(with = "klero_sampling::text")]
    pub signature: [u8; 48],
}

/// The most proofs that a certificate has room for. No quorum needs more than T of them, which a profile bounds by
/// this.
pub const MAX_PROOFS: usize = 8192;

impl Wire for UnverifiedCertificate {
    const MAX_BYTES: usize = 128 + MAX_MEMBERS / 4 + MAX_PROOFS * 97;
}

impl UnverifiedCertificate {
    /// The digest by which headers name a certificate.
    pub fn digest(&self) -> Digest {
        Domain::Certificate.digest(self)
    }

    /// Checks the certificate as a whole, against the round's electorate, seed and committees. It needs no vote
    /// seen before.
    ///
    /// # Errors
    /// [`CertificateError`] for the first thing that is wrong; whoever sent it is at fault.
    pub fn verify(&self, context: &RoundContext) -> Result<QuorumCertificate, CertificateError> {
        self.verify_by(context)
    }

    /// The same where only the members that signed are known [FIN-5].
    ///
    /// # Errors
    /// As [`UnverifiedCertificate::verify`], and [`CertificateError::UnknownSigner`].
    pub fn verify_in_part(&self, context: &PartialContext) -> Result<QuorumCertificate, CertificateError> {
        let mut signers = self.signers.iter();
        match signers.find(|index| context.member(*index).is_none()) {
            Some(unknown) => Err(CertificateError::UnknownSigner(unknown)),
            None => self.verify_by(context),
        }
    }

    fn verify_by(&self, context: &impl Roll) -> Result<QuorumCertificate, CertificateError> {
        if self.role.round != context.round() {
            return Err(CertificateError::OtherRound {
                found: self.role.round,
                expected: context.round(),
            });
        }
        let threshold = context
            .threshold(self.role.step)
            .ok_or(CertificateError::NoQuorumStep)?;
        let members = context.size();
        if !self.signers.fits(members) || !self.proven.fits(members) {
            return Err(CertificateError::SetLength);
        }
        if self.value == Value::Bottom && !matches!(self.role.step, Step::Next(_)) {
            return Err(CertificateError::Bottom(self.role));
        }
        if !self.proven.is_subset(&self.signers) || self.proven.count() != self.proofs.len() {
            return Err(CertificateError::Proofs);
        }
        // One pairing before many proofs: a forged certificate costs little.
        self.check_signature(context)?;
        let weight = self.weigh(context)?;
        if weight < threshold {
            return Err(CertificateError::BelowThreshold { weight, threshold });
        }
        let certificate = Arc::new(self.clone());
        Ok(QuorumCertificate { certificate, weight })
    }

    fn weigh(&self, context: &impl Roll) -> Result<Weight, CertificateError> {
        let input = context.input(self.role);
        let mut proofs = self.proofs.iter();
        let mut weight: Weight = 0;
        for index in self.signers.iter() {
            let member = context.member(index).ok_or(CertificateError::SetLength)?;
            let guaranteed = context.guaranteed(self.role.step, index);
            weight = weight.saturating_add(guaranteed);
            if self.proven.contains(index) {
                let proof = proofs.next().ok_or(CertificateError::Proofs)?;
                let output = member
                    .vrf_key
                    .verify_short(&input, proof)
                    .map_err(|cause| CertificateError::Proof { signer: index, cause })?;
                let drawn = context.drawn(self.role.step, index, &output)?;
                if drawn == 0 {
                    return Err(CertificateError::NoSeat(index));
                }
                weight = weight.saturating_add(drawn);
            } else if guaranteed == 0 {
                return Err(CertificateError::NoSeat(index));
            }
        }
        Ok(weight)
    }

    fn check_signature(&self, context: &impl Roll) -> Result<(), CertificateError> {
        let signature =
            bls::Signature::from_bytes(&self.signature).map_err(|_| CertificateError::Signature)?;
        let keys: Vec<&bls::PublicKey> = self
            .signers
            .iter()
            .filter_map(|index| Some(&context.member(index)?.vote_key))
            .collect();
        let message = context.vote_message(self.role, &self.value);
        bls::verify_aggregate(bls::Purpose::Vote, &message, &keys, &signature)
            .map_err(|_| CertificateError::Signature)
    }
}

/// Why a certificate was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CertificateError {
    /// A signer of whom nothing is known here.
    #[error("signer {0} is not among the members that are known")]
    UnknownSigner(u32),
    /// For no block, in a step where only blocks are voted for.
    #[error("it is for no block in {0}, where only blocks are voted for")]
    Bottom(Role),
    /// Of another round.
    #[error("a certificate of round {found} where one of round {expected} is needed")]
    OtherRound {
        /// Its round.
        found: u64,
        /// The context's.
        expected: u64,
    },
    /// A step that has no quorum.
    #[error("Propose has no quorum")]
    NoQuorumStep,
    /// A bit set of another length than the electorate's, or with bits past its end.
    #[error("a signer set that is not the electorate's length")]
    SetLength,
    /// Proofs that do not match the set of the proven.
    #[error("the proofs do not match the proven signers")]
    Proofs,
    /// A proof that does not verify.
    #[error("signer {signer}: {cause}")]
    Proof {
        /// Who.
        signer: u32,
        /// Why.
        cause: VrfError,
    },
    /// A signer without a seat, or a proof that wins none.
    #[error("signer {0} has no seat by what the certificate shows")]
    NoSeat(u32),
    /// Too little weight.
    #[error("a weight of {weight} where {threshold} is needed")]
    BelowThreshold {
        /// The weight shown.
        weight: Weight,
        /// T.
        threshold: Weight,
    },
    /// The aggregate does not verify.
    #[error("the aggregate signature does not verify")]
    Signature,
    /// The lottery has no answer.
    #[error("{0}")]
    Lottery(#[from] LotteryError),
}

/// A verified certificate. Verifying and [`assemble`] are the only ways to have one.
/// Cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct QuorumCertificate {
    certificate: Arc<UnverifiedCertificate>,
    weight: Weight,
}

impl QuorumCertificate {
    /// In what place the quorum spoke.
    pub fn role(&self) -> Role {
        self.certificate.role
    }

    /// What it is for.
    pub fn value(&self) -> Value {
        self.certificate.value
    }

    /// The weight that it shows, at least the threshold.
    pub const fn weight(&self) -> Weight {
        self.weight
    }

    /// The certificate as it travels.
    pub fn as_unverified(&self) -> &UnverifiedCertificate {
        &self.certificate
    }
}

/// The smallest certificate from votes of one role and value: signers that need no proof first, then proven
/// ones by descending seats, up to the threshold [COM-5]. `None` when the votes do not reach it.
pub fn assemble<'a>(
    context: &RoundContext,
    role: Role,
    value: Value,
    votes: impl IntoIterator<Item = &'a Vote>,
) -> Option<QuorumCertificate> {
    let threshold = context.threshold(role.step)?;
    let votes: Vec<&Vote> = votes
        .into_iter()
        .filter(|vote| vote.role() == role && vote.value() == value)
        .collect();
    let Selection {
        signers,
        proven,
        weight,
    } = select(&votes, threshold, context.electorate().len())?;
    let mut by_index: Vec<&Vote> = votes
        .into_iter()
        .filter(|vote| signers.contains(vote.voter()))
        .collect();
    // Of two copies the one with the proof is taken.
    by_index.sort_by_key(|vote| (vote.voter(), Reverse(vote.drawn())));
    by_index.dedup_by_key(|vote| vote.voter());
    let input = context.input(role);
    let shorten = |vote: &&Vote| {
        let key = &context.electorate().member(vote.voter())?.vrf_key;
        key.shorten(&input, vote.proof()?).ok()
    };
    let proofs: Option<Vec<VrfShortProof>> = by_index
        .iter()
        .filter(|vote| proven.contains(vote.voter()))
        .map(shorten)
        .collect();
    let signatures: Vec<bls::Signature> = by_index.iter().map(|vote| *vote.signature()).collect();
    let signature = bls::aggregate(&signatures)?.to_bytes();
    let certificate = Arc::new(UnverifiedCertificate {
        role,
        value,
        signers,
        proven,
        proofs: proofs?,
        signature,
    });
    Some(QuorumCertificate { certificate, weight })
}

struct Selection {
    signers: SignerSet,
    proven: SignerSet,
    weight: Weight,
}

fn select(votes: &[&Vote], threshold: Weight, members: usize) -> Option<Selection> {
    let empty = SignerSet::empty(members);
    let mut chosen = Selection {
        signers: empty.clone(),
        proven: empty,
        weight: 0,
    };
    let mut unproven: Vec<&&Vote> = votes.iter().filter(|vote| vote.guaranteed() > 0).collect();
    unproven.sort_by_key(|vote| (Reverse(vote.guaranteed()), vote.voter()));
    for vote in unproven {
        if chosen.weight >= threshold {
            break;
        }
        if !chosen.signers.contains(vote.voter()) && chosen.signers.insert(vote.voter()) {
            chosen.weight = chosen.weight.saturating_add(vote.guaranteed());
        }
    }
    let mut proven: Vec<&&Vote> = votes.iter().filter(|vote| vote.drawn() > 0).collect();
    proven.sort_by_key(|vote| (Reverse(vote.drawn()), vote.voter()));
    for vote in proven {
        if chosen.weight >= threshold {
            break;
        }
        if !chosen.proven.contains(vote.voter()) && chosen.proven.insert(vote.voter()) {
            chosen.signers.insert(vote.voter());
            chosen.weight = chosen.weight.saturating_add(vote.drawn());
        }
    }
    (chosen.weight >= threshold).then_some(chosen)
}
