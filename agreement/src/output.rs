//! What the machine asks of its driver.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::Digest;
use klero_committee::{Equivocation, Proposal, QuorumCertificate, Role, Value, Vote};

use crate::Timer;

/// One task. The driver carries tasks out in order; what a [`Output::Cast`] or [`Output::Propose`] leads to is
/// in the log, durably, with the machine's [`crate::Snapshot`], before it leaves [BA-9].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Propose in this period: the carried block, or a new one [BA-2]. Only who draws a seat does.
    Propose {
        /// The period.
        period: u32,
        /// The block that a Next quorum carried over.
        carried: Option<Digest>,
    },
    /// A vote is due, for everyone of the node's keys that draws a seat.
    Cast {
        /// In what place.
        role: Role,
        /// For what.
        value: Value,
        /// Whether it is a Soft vote for a fresh proposal, before which the timestamp is tested [FIN-2].
        fresh: bool,
    },
    /// A quorum of votes was counted; the driver makes a certificate of them and keeps it.
    Quorum {
        /// In what place.
        role: Role,
        /// For what.
        value: Value,
        /// Votes that reach the threshold.
        votes: Vec<Vote>,
    },
    /// A certificate that came from outside told something new; the driver keeps it.
    Keep(QuorumCertificate),
    /// The message that was handled is worth passing on.
    Relay,
    /// A proposal became the lowest of the present period: its body is wanted, and its time of arrival.
    Lowest(Proposal),
    /// A body is needed and not held; peers are to be asked for it.
    Fetch(Digest),
    /// Run a timer.
    SetTimer {
        /// Which.
        timer: Timer,
        /// How long, in milliseconds.
        after: u32,
        /// Whether the driver adds a random spread, so that nodes do not act in step [BA-12].
        spread: bool,
    },
    /// Send again, in an envelope that passes the duplicate caches [BA-11].
    Resend(Vec<Resend>),
    /// The round decided this block, by the certificate of this role; its body is held [BA-8].
    Decided {
        /// The role of the Cert quorum.
        role: Role,
        /// The block.
        block: Digest,
    },
    /// A member signed two values in one role.
    Evidence(Box<Equivocation>),
    /// A proposer signed two fresh proposals in one role; the second is passed on without its body [BA-2].
    ProposalEvidence {
        /// The one that counts.
        first: Box<Proposal>,
        /// The other.
        second: Box<Proposal>,
    },
    /// The assumption on the adversary is broken; the machine votes no more [BA-13].
    Alarm(Alarm),
}

/// One thing to send again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resend {
    /// All own votes and the own proposal of a period of the present round.
    OwnVotes {
        /// The period.
        period: u32,
    },
    /// The own votes of one role.
    OwnVote(Role),
    /// Votes of others that let a node that lags in k leave it.
    Votes(Vec<Vote>),
    /// The certificate for a role and value.
    Certificate(Role, Value),
    /// A block with its body.
    Block(Digest),
    /// The block of round r − 1 and its Cert certificate.
    Previous,
}

/// Two quorums that cannot both be, unless more of the stake is faulty than the genesis assumes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Alarm {
    /// The role of the first quorum seen.
    pub first: (Role, Value),
    /// The role of the second.
    pub second: (Role, Value),
}
