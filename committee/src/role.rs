//! Roles and values: in what place a vote speaks, and what it says.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};

/// A step of a period [COM-1]; each has a committee of its own.
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
#[serde(rename_all = "lowercase")]
pub enum Step {
    /// A block is proposed.
    Propose,
    /// One proposal is preferred.
    Soft,
    /// The staged value is to be final.
    Cert,
    /// The k-th call for the next period.
    Next(u32),
}

impl Step {
    /// The step as it is signed and drawn for [ENC-3]: one byte for the kind, four for k, big-endian.
    pub fn code(self) -> [u8; 5] {
        let (kind, k) = match self {
            Self::Propose => (0, 0),
            Self::Soft => (1, 0),
            Self::Cert => (2, 0),
            Self::Next(k) => (3, k),
        };
        let [a, b, c, d] = u32::to_be_bytes(k);
        [kind, a, b, c, d]
    }
}

/// A place in the protocol to speak once: round, period, step.
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
pub struct Role {
    /// The round; block 1 is decided in round 1.
    pub round: u64,
    /// The period, from 0.
    pub period: u32,
    /// The step.
    pub step: Step,
}

impl Role {
    /// A role.
    pub const fn new(round: u64, period: u32, step: Step) -> Self {
        Self { round, period, step }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "round {} period {} {:?}", self.round, self.period, self.step)
    }
}

/// What a vote is for: a block, by the digest of its header, or no block.
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
#[serde(rename_all = "lowercase")]
pub enum Value {
    /// No block (⊥); only Next votes may be for it.
    Bottom,
    /// The block with this header digest.
    Block(Digest),
}

impl Value {
    /// The digest of the block, if any.
    pub const fn block(&self) -> Option<&Digest> {
        match self {
            Self::Bottom => None,
            Self::Block(digest) => Some(digest),
        }
    }

    /// The value as it is signed: one byte and 32 [ENC-3].
    pub fn code(&self) -> [u8; 33] {
        let mut code = [0; 33];
        if let (Self::Block(digest), Some((kind, bytes))) = (self, code.split_first_mut()) {
            *kind = 1;
            bytes.copy_from_slice(digest.as_bytes());
        }
        code
    }
}

impl fmt::Display for Value {
    /// The first digits of the block's digest, or ⊥.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bottom => f.write_str("⊥"),
            Self::Block(digest) => f.write_str(&digest.short()),
        }
    }
}
