//! From the registry before a block to the one after it [STK-1].
//!
//! # Upon a block of round r
//!
//! 1. Its operations, in their order: each either takes effect as a whole, or is refused and changes nothing. Reports of
//!    offences are among them, so that evidence comes before what matures [STK-4].
//! 2. Whoever signed the parent's certificate, or proposed the block, left a trace in r [STK-7].
//! 3. Stake whose time has come matures [STK-4].
//! 4. Those without a trace for the activity window are suspended [STK-7].
//! 5. Offences too old to be reported again are forgotten.
//!
//! # An operation that is refused is in no valid block
//!
//! A validator refuses the whole block, like one with a wrong root. A proposer has the registry at hand anyway, since
//! the header holds the root after the block, and leaves out what [`Transition::apply`] refuses. So that an operation
//! stands in a final block is proof that it took effect, nobody pays for what had no effect, and no rule is needed for
//! what a failure still costs. What is refused costs nodes some time and the sender nothing, which is why the checks
//! stand in the order of their costs, why a block takes few of the dear ones, and why a pool listens once to an account
//! that signs a false report ([`Screen`](crate::Screen)).

use std::sync::Arc;

use klero_committee::sampling::Digest;
use klero_committee::{Electorate, ElectorateError};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::evidence::{Courts, Offence, OffenceKind};
use crate::operation::{Operation, OperationError, VerifiedOperation};
use crate::{Registry, Rules, suspension};

/// The most operations of a block.
pub const MAX_OPERATIONS: usize = 1024;

/// The most reports of a block: each costs two pairings.
pub const MAX_REPORTS: usize = 16;

/// The most operations of a block that register keys: each costs a pairing and a VRF proof.
pub const MAX_KEY_CHANGES: usize = 16;

/// What a block says about stake.
#[derive(Debug, Clone, Copy)]
pub struct BlockInputs<'a> {
    /// The round of the block.
    pub round: u64,
    /// Its operations.
    pub operations: &'a [VerifiedOperation],
    /// The ids of those who signed the parent's certificate in it.
    pub signers: &'a [Digest],
    /// The id of who first proposed it.
    pub proposer: Option<Digest>,
}

/// What a block did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", tag = "event")]
pub enum Receipt {
    /// An operation took effect.
    Applied {
        /// Whose.
        account: Digest,
        /// Its nonce.
        nonce: u64,
    },
    /// An offence was punished.
    Convicted {
        /// Who did it, and when.
        offence: Offence,
        /// What was done.
        kind: OffenceKind,
        /// How much stake was burnt.
        burnt: u64,
    },
    /// Stake became free.
    Matured {
        /// Whose.
        account: Digest,
        /// How much.
        amount: u64,
    },
    /// A validator left the electorate for want of traces.
    Suspended {
        /// Which.
        account: Digest,
    },
    /// A suspended validator came back.
    Returned {
        /// Which.
        account: Digest,
    },
}

/// What follows from a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The registry after it.
    pub registry: Registry,
    /// What it did, in order.
    pub receipts: Vec<Receipt>,
}

/// Why a block does not follow from a registry. Whoever proposed it is at fault, except for [`BlockError::Unbalanced`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BlockError {
    /// Of another round than the next.
    #[error("a block of round {found} where {expected} is next")]
    Round {
        /// Its round.
        found: u64,
        /// The next round.
        expected: u64,
    },
    /// An operation that has no effect.
    #[error("operation {place}: {cause}")]
    Operation {
        /// Its place in the block, from 0.
        place: usize,
        /// What is wrong with it.
        cause: OperationError,
    },
    /// A fault in this code: stake came into being or was lost.
    #[error("the stake of all accounts is not that of the genesis: this is a fault of the program")]
    Unbalanced,
}

/// A block under way. A proposer offers it operations and keeps those that are taken.
#[derive(Clone)]
pub struct Transition<'a> {
    pub(crate) registry: Registry,
    pub(crate) rules: &'a Rules,
    pub(crate) courts: &'a dyn Courts,
    pub(crate) receipts: Vec<Receipt>,
    counts: Counts,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    operations: usize,
    reports: usize,
    key_changes: usize,
}

impl Counts {
    /// The counts with one more operation.
    fn with(self, operation: &Operation) -> Result<Self, OperationError> {
        let mut counts = self;
        counts.operations += 1;
        match operation {
            Operation::Report { .. } => counts.reports += 1,
            Operation::Register { .. } | Operation::Rotate { .. } => counts.key_changes += 1,
            _ => {}
        }
        match counts {
            Self { operations, .. } if operations > MAX_OPERATIONS => {
                Err(OperationError::BlockFull("operations"))
            }
            Self { reports, .. } if reports > MAX_REPORTS => Err(OperationError::BlockFull("reports")),
            Self { key_changes, .. } if key_changes > MAX_KEY_CHANGES => {
                Err(OperationError::BlockFull("changes of keys"))
            }
            counts => Ok(counts),
        }
    }
}

impl<'a> Transition<'a> {
    /// Begins the block after a registry.
    ///
    /// # Errors
    /// [`BlockError::Round`] when the rounds have come to an end.
    pub fn begin(registry: &Registry, rules: &'a Rules, courts: &'a dyn Courts) -> Result<Self, BlockError> {
        let mut registry = registry.clone();
        registry.round = registry.round.checked_add(1).ok_or(BlockError::Round {
            found: 0,
            expected: u64::MAX,
        })?;
        Ok(Self {
            registry,
            rules,
            courts,
            receipts: Vec::new(),
            counts: Counts::default(),
        })
    }

    /// The registry as the operations so far have left it.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Takes an operation, or refuses it and changes nothing.
    ///
    /// # Errors
    /// [`OperationError`] for the first thing that is wrong.
    pub fn apply(&mut self, operation: &VerifiedOperation) -> Result<(), OperationError> {
        let counts = self.counts.with(&operation.signed().operation)?;
        self.perform(operation)?;
        self.counts = counts;
        Ok(())
    }

    /// Ends the block: traces, maturity, suspension.
    ///
    /// # Errors
    /// [`BlockError::Unbalanced`] when this code has a fault.
    pub fn finish(mut self, signers: &[Digest], proposer: Option<Digest>) -> Result<Applied, BlockError> {
        let round = self.registry.round;
        for id in signers.iter().chain(&proposer) {
            self.registry.leave_trace(id);
        }
        for (id, account) in &mut self.registry.accounts {
            match account.mature(round) {
                0 => {}
                amount => self.receipts.push(Receipt::Matured { account: *id, amount }),
            }
        }
        for account in suspension::suspend(&mut self.registry, &self.rules.parameters) {
            self.receipts.push(Receipt::Suspended { account });
        }
        let age = self.rules.parameters.evidence_age;
        let can_be_reported = |offence: &Offence| offence.round.saturating_add(age) > round;
        self.registry.offences.retain(can_be_reported);
        if self.registry.is_balanced() {
            Ok(Applied {
                registry: self.registry,
                receipts: self.receipts,
            })
        } else {
            Err(BlockError::Unbalanced)
        }
    }
}

impl Registry {
    /// What follows from a block. On an error there is nothing to undo.
    ///
    /// # Errors
    /// [`BlockError`] when the block is not valid here.
    pub fn apply_block(
        &self,
        rules: &Rules,
        block: &BlockInputs<'_>,
        courts: &dyn Courts,
    ) -> Result<Applied, BlockError> {
        let mut transition = Transition::begin(self, rules, courts)?;
        let expected = transition.registry.round;
        if block.round != expected {
            let found = block.round;
            return Err(BlockError::Round { found, expected });
        }
        for (place, operation) in block.operations.iter().enumerate() {
            transition
                .apply(operation)
                .map_err(|cause| BlockError::Operation { place, cause })?;
        }
        transition.finish(block.signers, block.proposer)
    }

    /// Records that a validator did something in the present round, if it is one.
    pub(crate) fn leave_trace(&mut self, id: &Digest) {
        let round = self.round;
        let account = self.accounts.get_mut(id);
        if let Some(validator) = account.and_then(|account| account.validator.as_mut()) {
            validator.last_trace = round;
        }
    }

    /// The electorate, or the one before where nobody would be left: an electorate is never empty.
    pub(crate) fn electorate_or(&self, before: &Arc<Electorate>) -> Arc<Electorate> {
        let electorate: Result<Electorate, ElectorateError> = self.electorate();
        match electorate {
            Ok(electorate) if electorate != **before => Arc::new(electorate),
            _ => Arc::clone(before),
        }
    }
}
