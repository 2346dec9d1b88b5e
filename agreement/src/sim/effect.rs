//! What a node wants of the world around it.

use std::fmt;
use std::sync::Arc;

use klero_committee::sampling::Digest;
use klero_committee::{Role, Value};

use super::Broken;
use super::message::Envelope;
use crate::{Alarm, Timer, TimerKind};

/// Who is to get a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    /// One node.
    Node(usize),
    /// Every other node.
    Others,
    /// Every other node but the one it came from.
    OthersThan(usize),
    /// Every other node but those whose bit is set, the lowest for node 0. From node 64 on nobody is left out.
    Except(u64),
    /// The other nodes with an even number, or those with an odd one.
    Half {
        /// Which half.
        odd: bool,
    },
}

/// What a node set an alarm clock for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, borsh::BorshSerialize)]
pub(super) enum Wake {
    /// A timer of the machine.
    Timer(Timer),
    /// A body was asked for; it may have to be asked for again.
    Body(Digest),
    /// A peer spoke of a later round while this one was open.
    Behind { round: u64, peer: u32 },
    /// An alarm clock of an adversary's strategy.
    Scheme(u64),
}

impl fmt::Display for To {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(node) => write!(f, "to {node}"),
            Self::Others => f.write_str("to all others"),
            Self::OthersThan(source) => write!(f, "to all others but {source}"),
            Self::Except(mask) => write!(f, "to all others without a bit in {mask:#b}"),
            Self::Half { odd: true } => f.write_str("to the odd others"),
            Self::Half { odd: false } => f.write_str("to the even others"),
        }
    }
}

impl fmt::Display for Wake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timer(Timer { round, period, kind }) => match kind {
                TimerKind::Filter => write!(f, "filter time of round {round} period {period}"),
                TimerKind::Deadline(k) => write!(f, "deadline {k} of round {round} period {period}"),
            },
            Self::Body(block) => write!(f, "is the body of {} here?", block.short()),
            Self::Behind { round, peer } => {
                write!(f, "is round {round} still open? {peer} spoke of a later one")
            }
            Self::Scheme(number) => write!(f, "time for part {number} of a scheme"),
        }
    }
}

/// One thing to do, or to know.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    Send {
        to: To,
        envelope: Arc<Envelope>,
    },
    /// In so many milliseconds.
    Wake {
        wake: Wake,
        after: u64,
    },
    /// The node's keys signed this.
    Spoke {
        role: Role,
        value: Value,
    },
    /// Votes that the node counted are a quorum.
    Quorum {
        role: Role,
        value: Value,
    },
    /// A block was made.
    Proposed {
        round: u64,
        block: Digest,
    },
    /// A block is final at this node.
    Decided {
        role: Role,
        block: Digest,
        /// The index in the electorate of the proposer that its header names.
        author: u32,
    },
    /// A member spoke twice in a role.
    Evidence {
        role: Role,
        member: u32,
    },
    Alarm(Alarm),
    /// A rule is broken.
    Broken(Broken),
}
