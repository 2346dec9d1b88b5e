//! Evidence: two signatures that no honest validator makes [STK-5].
//!
//! What convicts is the pair of signatures alone. Seats do not matter: an honest member signs once in a role, with
//! seats or without, so evidence carries no VRF proofs, which come in many forms [COM-4], and costs two signature
//! checks to judge. It is about a member's index in the electorate of its round, whose vote key is the only one that
//! is asked; keys that were rotated since do not help the offender, nor do they harm others.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::{Digest, bls};
use klero_committee::{
    Electorate, Equivocation, Proposal, Role, Step, Value, Vote, proposal_message, vote_message,
};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One thing that a member signed in a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Statement {
    /// In which step; a proposal in [`Step::Propose`].
    pub step: Step,
    /// For what.
    pub value: Value,
    /// The signature's bytes.
    pub signature: [u8; 48],
}

/// Two statements of one member in one period, as they travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Evidence {
    /// The round of both.
    pub round: u64,
    /// The period of both.
    pub period: u32,
    /// The member's index in the electorate of the round.
    pub voter: u32,
    /// The lesser by step and value, so that a pair has one encoding.
    pub first: Statement,
    /// The greater.
    pub second: Statement,
}

impl Wire for Evidence {
    const MAX_BYTES: usize = 16 + 2 * (5 + 33 + 48);
}

/// What kind of rule was broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OffenceKind {
    /// (a): two values in one role.
    Equivocation,
    /// (b): Cert for a value, and Next of the same period for another.
    Abandonment,
}

/// What convicts once: whatever one validator did in one period. Which two of its signatures are presented, in what
/// order, and under which kind, makes no difference: one process too many with a key gives a pair in every step, and a
/// period may have a thousand.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
pub struct Offence {
    /// The round.
    pub round: u64,
    /// The period.
    pub period: u32,
    /// The offender's account.
    pub offender: Digest,
}

/// Who is liable for what was signed in a round, as far back as evidence is accepted.
pub trait Courts {
    /// The electorate that drew in a round; `None` for rounds that are not known yet or not kept any more.
    fn electorate(&self, round: u64) -> Option<Arc<Electorate>>;
}

/// Why evidence does not convict. Whoever presents it is at fault, except that a node may lack the round, and that
/// somebody else may have been first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EvidenceError {
    /// Statements in the wrong order, the same one twice, or two that an honest member may make.
    #[error("the two statements are no offence, or are out of order")]
    NoOffence,
    /// About a round that has no final block's successor yet.
    #[error("evidence about round {found}, but round {now} is the latest")]
    Future {
        /// Its round.
        found: u64,
        /// The round of the block.
        now: u64,
    },
    /// About a round too long ago.
    #[error("evidence of round {found} is older than {limit} rounds in round {now}")]
    TooOld {
        /// Its round.
        found: u64,
        /// The round of the block.
        now: u64,
        /// The greatest age.
        limit: u64,
    },
    /// No electorate is known for the round.
    #[error("no electorate is known for round {0}")]
    UnknownRound(u64),
    /// An index beyond the electorate.
    #[error("voter {0} is not in the electorate of the round")]
    UnknownVoter(u32),
    /// The offence was punished before.
    #[error("{} was convicted of what it did in round {} period {}", .0.offender, .0.round, .0.period)]
    Convicted(Offence),
    /// One of the signatures is not the member's.
    #[error("a signature is not that of voter {0}")]
    Signature(u32),
}

impl Evidence {
    /// The evidence in two votes; `None` when they are no offence.
    pub fn of_votes(one: &Vote, other: &Vote) -> Option<Self> {
        let place = |vote: &Vote| (vote.role().round, vote.role().period, vote.voter());
        let evidence = Self::of(place(one), Statement::of_vote(one), Statement::of_vote(other));
        (place(one) == place(other) && evidence.kind().is_ok()).then_some(evidence)
    }

    /// The evidence in two proposals; `None` when they are no offence.
    pub fn of_proposals(one: &Proposal, other: &Proposal) -> Option<Self> {
        let place = |made: &Proposal| (made.role().round, made.role().period, made.proposer());
        let statement = |made: &Proposal| Statement {
            step: Step::Propose,
            value: made.value(),
            signature: made.as_unverified().signature,
        };
        let evidence = Self::of(place(one), statement(one), statement(other));
        (place(one) == place(other) && evidence.kind().is_ok()).then_some(evidence)
    }

    fn of((round, period, voter): (u64, u32, u32), one: Statement, other: Statement) -> Self {
        let is_ordered = (one.step, one.value) <= (other.step, other.value);
        let (first, second) = if is_ordered { (one, other) } else { (other, one) };
        Self {
            round,
            period,
            voter,
            first,
            second,
        }
    }

    /// What the statements show, if they were signed. It costs nothing, and is asked before anything else.
    ///
    /// # Errors
    /// [`EvidenceError::NoOffence`] for statements out of order, equal, or of an honest member.
    pub fn kind(&self) -> Result<OffenceKind, EvidenceError> {
        let (first, second) = (&self.first, &self.second);
        let is_ordered = (first.step, first.value) < (second.step, second.value);
        let differ = first.value != second.value;
        let no_block = first.value == Value::Bottom || second.value == Value::Bottom;
        match (first.step, second.step) {
            // A proposal is of a block; there is no message of one for ⊥.
            (Step::Propose, Step::Propose) if no_block => Err(EvidenceError::NoOffence),
            (one, other) if one == other && differ && is_ordered => Ok(OffenceKind::Equivocation),
            (Step::Cert, Step::Next(_)) if differ => Ok(OffenceKind::Abandonment),
            _ => Err(EvidenceError::NoOffence),
        }
    }

    /// Who is accused of what, by the electorate of the round.
    ///
    /// # Errors
    /// [`EvidenceError`] when there is no such round or member.
    pub fn accusation(&self, courts: &dyn Courts) -> Result<Accusation<'_>, EvidenceError> {
        let electorate = courts
            .electorate(self.round)
            .ok_or(EvidenceError::UnknownRound(self.round))?;
        let member = electorate
            .member(self.voter)
            .ok_or(EvidenceError::UnknownVoter(self.voter))?;
        Ok(Accusation {
            evidence: self,
            kind: self.kind()?,
            offence: Offence {
                round: self.round,
                period: self.period,
                offender: member.id,
            },
            key: member.vote_key,
        })
    }

    fn is_signed(&self, statement: &Statement, key: &bls::PublicKey, chain: &Digest) -> bool {
        let role = Role::new(self.round, self.period, statement.step);
        let (purpose, message) = match (statement.step, &statement.value) {
            (Step::Propose, Value::Block(header)) => {
                (bls::Purpose::Proposal, proposal_message(chain, role, header))
            }
            (_, value) => (bls::Purpose::Vote, vote_message(chain, role, value)),
        };
        bls::Signature::from_bytes(&statement.signature)
            .is_ok_and(|signature| key.verify(purpose, &message, &signature).is_ok())
    }
}

impl Statement {
    fn of_vote(vote: &Vote) -> Self {
        Self {
            step: vote.role().step,
            value: vote.value(),
            signature: vote.signature().to_bytes(),
        }
    }
}

impl From<&Equivocation> for Evidence {
    fn from(pair: &Equivocation) -> Self {
        let [one, other] = [pair.first(), pair.second()].map(Statement::of_vote);
        let role = pair.role();
        Self::of((role.round, role.period, pair.voter()), one, other)
    }
}

/// An offence that is alleged; the signatures are still to be checked.
#[derive(Debug, Clone, Copy)]
pub struct Accusation<'a> {
    evidence: &'a Evidence,
    kind: OffenceKind,
    offence: Offence,
    key: bls::PublicKey,
}

impl Accusation<'_> {
    /// What is alleged of whom.
    pub const fn offence(&self) -> &Offence {
        &self.offence
    }

    /// Checks both signatures, with the key that the member had in the round: two pairings, the dear part.
    ///
    /// # Errors
    /// [`EvidenceError::Signature`] when one is not the member's.
    pub fn prove(&self, chain: &Digest) -> Result<Conviction, EvidenceError> {
        let Self { evidence, key, .. } = self;
        let all = [&evidence.first, &evidence.second];
        if all
            .into_iter()
            .all(|statement| evidence.is_signed(statement, key, chain))
        {
            Ok(Conviction {
                offence: self.offence,
                kind: self.kind,
            })
        } else {
            Err(EvidenceError::Signature(evidence.voter))
        }
    }
}

/// A proven offence. [`Accusation::prove`] is the only way to have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conviction {
    offence: Offence,
    kind: OffenceKind,
}

impl Conviction {
    /// Who did it, and when.
    pub const fn offence(&self) -> &Offence {
        &self.offence
    }

    /// What was done.
    pub const fn kind(&self) -> OffenceKind {
        self.kind
    }
}
