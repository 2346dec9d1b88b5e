//! Messages as the network sees them, and what a rule of the network may do to them [MOD-4].

use std::fmt;
use std::sync::Arc;

use klero_committee::sampling::Digest;
use klero_committee::{Role, Value};

use super::message::Message;

/// A message on its way from one node to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Letter {
    /// When it was sent, in virtual milliseconds.
    pub at: u64,
    /// Who sent it, or passed it on.
    pub from: usize,
    /// Who is to get it.
    pub to: usize,
    /// The round that it is about.
    pub round: u64,
    /// The period that it is about; of bodies and questions, the period in which its sender is.
    pub period: u32,
    /// How often its content was sent before [BA-11].
    pub attempt: u32,
    /// The index in the electorate of who signed it, where one validator did: of votes and proposals.
    pub speaker: Option<u32>,
    /// What it says.
    pub content: Content,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// Votes for one role and value.
    Votes(Role, Value),
    /// A proposal.
    Proposal {
        /// Its place.
        role: Role,
        /// The index of its proposer in the electorate.
        proposer: u32,
        /// The proposed block.
        block: Digest,
        /// Whether the body comes with it.
        body: bool,
    },
    /// A quorum certificate.
    Certificate(Role, Value),
    /// A body.
    Body(Digest),
    /// Asks for a body.
    Fetch(Digest),
    /// Asks for final blocks.
    Sync,
    /// Final blocks, each with its certificate.
    Finals,
}

/// What becomes of a message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fate {
    /// What becomes of every message.
    #[default]
    Usual,
    /// It never arrives.
    Lost,
    /// It takes so many milliseconds more.
    Late(u64),
    /// It waits for this virtual time, and is sent then.
    Until(u64),
    /// A proposal arrives without its body, as if the body was lost; anything else as usual.
    WithoutBody,
}

impl Fate {
    /// When a message sent now leaves; `None` if never.
    pub(super) fn leaves(self, now: u64) -> Option<u64> {
        match self {
            Self::Usual | Self::WithoutBody => Some(now),
            Self::Lost => None,
            Self::Late(after) => Some(now.saturating_add(after)),
            Self::Until(at) => Some(at.max(now)),
        }
    }
}

type Rule = dyn Fn(&Letter) -> Fate + Send + Sync;

/// Rules of the network: the first that does not leave a message to its usual fate decides.
#[derive(Clone, Default)]
pub(super) struct Rules(Vec<Arc<Rule>>);

impl Rules {
    pub(super) fn add(&mut self, rule: impl Fn(&Letter) -> Fate + Send + Sync + 'static) {
        self.0.push(Arc::new(rule));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn fate(&self, letter: &Letter) -> Fate {
        let fates = self.0.iter().map(|rule| rule(letter));
        fates
            .into_iter()
            .find(|fate| *fate != Fate::Usual)
            .unwrap_or_default()
    }
}

impl fmt::Debug for Rules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rules", self.0.len())
    }
}

impl Message {
    /// Who signed it, where one validator did.
    pub(super) fn speaker(&self) -> Option<u32> {
        match self {
            Self::Votes(votes) => {
                let first = votes.first()?.voter();
                votes.iter().all(|vote| vote.voter() == first).then_some(first)
            }
            Self::Proposal(proposal, _) => Some(proposal.proposer()),
            Self::Certificate(_) | Self::Body(_) | Self::Fetch(_) | Self::Sync(_) | Self::Finals(_) => None,
        }
    }

    /// What a message says, as far as the network can tell.
    pub(super) fn content(&self) -> Content {
        match self {
            Self::Votes(votes) => match votes.first() {
                Some(vote) => Content::Votes(vote.role(), vote.value()),
                // Nobody sends no votes.
                None => Content::Sync,
            },
            Self::Proposal(proposal, body) => Content::Proposal {
                role: proposal.role(),
                proposer: proposal.proposer(),
                block: *proposal.block(),
                body: body.is_some(),
            },
            Self::Certificate(certificate) => Content::Certificate(certificate.role(), certificate.value()),
            Self::Body(block) => Content::Body(block.digest()),
            Self::Fetch(block) => Content::Fetch(*block),
            Self::Sync(_) => Content::Sync,
            Self::Finals(_) => Content::Finals,
        }
    }
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Votes(role, value) => write!(f, "votes for {value} in {role}"),
            Self::Proposal {
                role,
                proposer,
                block,
                body,
            } => {
                let (block, body) = (block.short(), if *body { "with" } else { "without" });
                write!(f, "proposal of {block} by {proposer} in {role}, {body} its body")
            }
            Self::Certificate(role, value) => write!(f, "certificate for {value} in {role}"),
            Self::Body(block) => write!(f, "body of {}", block.short()),
            Self::Fetch(block) => write!(f, "who has the body of {}?", block.short()),
            Self::Sync => f.write_str("who has later blocks?"),
            Self::Finals => f.write_str("final blocks"),
        }
    }
}

impl Content {
    /// The role of votes, a proposal or a certificate.
    pub const fn role(&self) -> Option<Role> {
        match self {
            Self::Votes(role, _) | Self::Certificate(role, _) | Self::Proposal { role, .. } => Some(*role),
            Self::Body(_) | Self::Fetch(_) | Self::Sync | Self::Finals => None,
        }
    }
}
