//! Why a message is not accepted, and what follows from it [NET-2].

use std::fmt;

use libp2p::gossipsub::MessageAcceptance;

/// What becomes of a gossiped message [NET-2].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Good and of use: it is passed on.
    Accept,
    /// Harmless, but of no use here and now: it is not passed on, and nothing is held against its sender.
    Ignore,
    /// Provably wrong, for every honest node alike: it is not passed on, and it counts against its sender.
    Reject,
}

impl Verdict {
    /// What follows for the message and for the peer that sent it.
    pub const fn consequence(self) -> &'static str {
        match self {
            Self::Accept => "passed on",
            Self::Ignore => "not passed on, nothing held against its sender",
            Self::Reject => "not passed on, held against its sender",
        }
    }
}

impl From<Verdict> for MessageAcceptance {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Accept => Self::Accept,
            Verdict::Ignore => Self::Ignore,
            Verdict::Reject => Self::Reject,
        }
    }
}

/// A reason for not accepting a message [NET-2].
///
/// A peer passes on what it has judged itself, so what every node can prove wrong is its fault. What depends
/// on where a node stands, on its clock or on its load is nobody's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Refusal {
    /// The bytes are not the canonical encoding of a message of the topic.
    Malformed,
    /// It is longer than its kind may be.
    Oversize,
    /// It was made for another chain or protocol version.
    OtherChain,
    /// A signature in it does not verify.
    BadSignature,
    /// A VRF proof in it does not verify.
    BadProof,
    /// A quorum certificate in it does not verify.
    BadCertificate,
    /// Its maker's draw wins no seat.
    NoSeat,
    /// Its maker is not in the electorate of its round.
    UnknownMember,
    /// A Next vote with k above the genesis's `k_max`.
    BeyondKMax,
    /// A body that is not the one its header names.
    OtherBody,
    /// A body that breaks a rule which every node judges alike.
    InvalidBody,
    /// Evidence that convicts nobody.
    NoOffence,
    /// It belongs to a round, period or step that is over.
    Stale,
    /// It belongs to a round that has not begun here. What may become relevant is held, not refused.
    Early,
    /// The same thing is known already, in other bytes.
    Duplicate,
    /// A proposal, while a lower one of its period is known.
    NotLowest,
    /// Of no use to a node in this state.
    NotRelevant,
    /// A timestamp ahead of this node's clock.
    AheadOfClock,
    /// A transaction that the present state does not admit.
    NotApplicable,
    /// This node has no room or time for it.
    Overloaded,
    /// This node lacks what it would be judged by.
    Unavailable,
}

impl Refusal {
    /// Every reason.
    pub const ALL: [Self; 21] = [
        Self::Malformed,
        Self::Oversize,
        Self::OtherChain,
        Self::BadSignature,
        Self::BadProof,
        Self::BadCertificate,
        Self::NoSeat,
        Self::UnknownMember,
        Self::BeyondKMax,
        Self::OtherBody,
        Self::InvalidBody,
        Self::NoOffence,
        Self::Stale,
        Self::Early,
        Self::Duplicate,
        Self::NotLowest,
        Self::NotRelevant,
        Self::AheadOfClock,
        Self::NotApplicable,
        Self::Overloaded,
        Self::Unavailable,
    ];

    /// The one verdict for this reason [NET-2]; never [`Verdict::Accept`].
    pub const fn verdict(self) -> Verdict {
        match self {
            Self::Malformed
            | Self::Oversize
            | Self::OtherChain
            | Self::BadSignature
            | Self::BadProof
            | Self::BadCertificate
            | Self::NoSeat
            | Self::UnknownMember
            | Self::BeyondKMax
            | Self::OtherBody
            | Self::InvalidBody
            | Self::NoOffence => Verdict::Reject,
            Self::Stale
            | Self::Early
            | Self::Duplicate
            | Self::NotLowest
            | Self::NotRelevant
            | Self::AheadOfClock
            | Self::NotApplicable
            | Self::Overloaded
            | Self::Unavailable => Verdict::Ignore,
        }
    }

    /// The reason in a few words.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Malformed => "not the canonical encoding of a message of its topic",
            Self::Oversize => "longer than its kind may be",
            Self::OtherChain => "made for another chain or protocol version",
            Self::BadSignature => "a signature that does not verify",
            Self::BadProof => "a VRF proof that does not verify",
            Self::BadCertificate => "a quorum certificate that does not verify",
            Self::NoSeat => "its maker's draw wins no seat",
            Self::UnknownMember => "its maker is not in the electorate",
            Self::BeyondKMax => "a Next vote beyond k_max",
            Self::OtherBody => "a body that its header does not name",
            Self::InvalidBody => "a body that breaks a rule",
            Self::NoOffence => "evidence that convicts nobody",
            Self::Stale => "its round, period or step is over",
            Self::Early => "its round has not begun",
            Self::Duplicate => "known already",
            Self::NotLowest => "a lower proposal is known",
            Self::NotRelevant => "of no use in this state",
            Self::AheadOfClock => "its timestamp is ahead of the clock",
            Self::NotApplicable => "a transaction that the state does not admit",
            Self::Overloaded => "no room or time for it",
            Self::Unavailable => "what it is judged by is not here",
        }
    }
}

/// The reason and what follows: `known already: not passed on, nothing held against its sender`.
impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason(), self.verdict().consequence())
    }
}
