//! Operations on the registry [STK-3]: from bytes to something that its account's operator signed.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::text;
use klero_committee::sampling::{Digest, Domain};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use crate::evidence::{Evidence, EvidenceError};
use crate::keys::{KeyPair, KeysError, ProvenKeys};
use crate::{OperatorKey, OperatorSecret, Rules};

/// What an account asks for. Amounts are in the smallest unit and at least 1.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Operation {
    /// Moves free stake to an account, which comes into being if it is not known.
    Transfer {
        /// The receiving account.
        to: Digest,
        /// How much it receives.
        amount: u64,
    },
    /// Makes the account a validator with keys of its own and its first bond.
    Register {
        /// The keys.
        keys: Box<ProvenKeys>,
        /// The first bond, from the free balance.
        bond: u64,
    },
    /// Adds free stake to the validator's.
    Bond {
        /// How much.
        amount: u64,
    },
    /// Lets part of the validator's stake unbond.
    Unbond {
        /// How much.
        amount: u64,
    },
    /// Replaces both keys of the validator.
    Rotate {
        /// The new keys.
        keys: Box<ProvenKeys>,
    },
    /// Ends the validator: all of its stake unbonds.
    Leave,
    /// Reports an offence; anyone with an account may.
    Report {
        /// The evidence.
        evidence: Box<Evidence>,
    },
    /// A sign of life of the validator, which ends a suspension.
    Heartbeat,
}

/// An operation as it travels and stands in blocks. Whoever can sign with the operator key speaks for its account.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignedOperation {
    /// The chain id.
    pub chain: Digest,
    /// The operator key; the account's id is its digest.
    pub operator: OperatorKey,
    /// How many operations of the account came before.
    pub nonce: u64,
    /// What is asked for.
    pub operation: Operation,
    /// The operator's signature over all of the above.
    pub signature: [u8; 64],
}

impl Wire for SignedOperation {
    const MAX_BYTES: usize = 640;
}

/// In JSON an operation is the hexadecimal text of its encoding: it has one form, the one that is signed.
impl Serialize for SignedOperation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        text::serialize(&self.encode(), serializer)
    }
}

impl<'de> Deserialize<'de> for SignedOperation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bytes: Vec<u8> = text::deserialize(deserializer)?;
        Self::decode(&bytes).map_err(de::Error::custom)
    }
}

/// Why an operation was refused. Whoever signed it is at fault, unless the state changed since: a nonce, a balance, a
/// key or an offence that another operation took first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum OperationError {
    /// Of another chain.
    #[error("of chain {0}")]
    Chain(Digest),
    /// Not signed by the operator.
    #[error("the operator's signature does not verify")]
    Signature,
    /// Keys that were refused.
    #[error("{0}")]
    Keys(#[from] KeysError),
    /// Evidence that does not convict.
    #[error("{0}")]
    Evidence(#[from] EvidenceError),
    /// An account that nobody ever sent anything.
    #[error("account {0} is not known: have something transferred to it first")]
    UnknownAccount(Digest),
    /// Another nonce than the account's next.
    #[error("nonce {found} where {expected} is next")]
    Nonce {
        /// Its nonce.
        found: u64,
        /// The account's.
        expected: u64,
    },
    /// An amount of nothing.
    #[error("the amount must be at least 1")]
    NoAmount,
    /// Less free stake than it takes.
    #[error("it takes {needed} and {free} are free")]
    NotEnoughFree {
        /// What it takes, with the price of new entries.
        needed: u64,
        /// What there is.
        free: u64,
    },
    /// Less stake than is to remain.
    #[error("{bonded} bonded: at least {least} must remain; leave to unbond all")]
    BelowMinBond {
        /// What is bonded, before or after as the operation has it.
        bonded: u64,
        /// The least stake of a validator.
        least: u64,
    },
    /// Registered already.
    #[error("the account runs a validator already")]
    IsValidator,
    /// Not registered.
    #[error("the account runs no validator: register first")]
    NotValidator,
    /// A key that was registered before, by whomever, with either sign.
    #[error("the {0} key was registered before; keys are used once")]
    KeyUsed(&'static str),
    /// The last active validator.
    #[error("the last active validator cannot leave")]
    LastValidator,
    /// As much unbonds as an account keeps apart.
    #[error("16 amounts unbond already: wait until one matures")]
    TooManyUnbonding,
    /// As many accounts, keys or validators as a registry holds.
    #[error("the registry is full: no room for another {0}")]
    Full(&'static str),
    /// As many operations of the kind as a block takes.
    #[error("the block takes no more {0}")]
    BlockFull(&'static str),
    /// A report of an account that signed a false one before.
    #[error("account {0} signed false evidence before: its reports are not read any more")]
    Liar(Digest),
    /// The nonces of the account have come to an end.
    #[error("a number has come to its end")]
    Exhausted,
}

impl SignedOperation {
    /// Signs an operation for the account of an operator key.
    pub fn sign(secret: &OperatorSecret, chain: &Digest, nonce: u64, operation: Operation) -> Self {
        let operator = secret.public();
        let signature = secret.sign(&message(chain, &operator, nonce, &operation));
        Self {
            chain: *chain,
            operator,
            nonce,
            operation,
            signature,
        }
    }

    /// What the operator signs [STK-2].
    pub fn message(&self) -> Digest {
        message(&self.chain, &self.operator, self.nonce, &self.operation)
    }

    /// Checks all that does not depend on the registry: chain, shape, the operator's signature, and the proofs of
    /// possession; the cheapest first.
    ///
    /// # Errors
    /// [`OperationError`] for the first thing that is wrong.
    pub fn verify(self, rules: &Rules) -> Result<VerifiedOperation, OperationError> {
        if self.chain != rules.chain {
            return Err(OperationError::Chain(self.chain));
        }
        if let Operation::Report { evidence } = &self.operation {
            evidence.kind()?;
        }
        if !self.operator.verifies(&self.message(), &self.signature) {
            return Err(OperationError::Signature);
        }
        let account = self.operator.account();
        let keys = match &self.operation {
            Operation::Register { keys, .. } | Operation::Rotate { keys } => {
                Some(keys.verify(&rules.chain, &account, rules.vrf)?)
            }
            _ => None,
        };
        Ok(VerifiedOperation {
            signed: self,
            account,
            keys,
        })
    }
}

fn message(chain: &Digest, operator: &OperatorKey, nonce: u64, operation: &Operation) -> Digest {
    Domain::Operation
        .hasher()
        .field(chain)
        .field(operator)
        .field(&nonce)
        .field(operation)
        .finish()
}

/// An operation whose signatures were checked. [`SignedOperation::verify`] is the only way to have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedOperation {
    signed: SignedOperation,
    account: Digest,
    keys: Option<KeyPair>,
}

impl VerifiedOperation {
    /// The account that asks.
    pub const fn account(&self) -> &Digest {
        &self.account
    }

    /// The operation as it travels.
    pub const fn signed(&self) -> &SignedOperation {
        &self.signed
    }

    /// Whether it reports an offence.
    pub const fn is_report(&self) -> bool {
        matches!(self.signed.operation, Operation::Report { .. })
    }

    pub(crate) const fn keys(&self) -> Option<&KeyPair> {
        self.keys.as_ref()
    }
}
