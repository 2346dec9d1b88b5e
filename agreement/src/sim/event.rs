//! What happens in a network.

use std::fmt;
use std::sync::Arc;

use super::effect::Wake;
use super::message::Envelope;

/// One thing that happens to one node.
#[derive(Debug, Clone)]
pub(super) enum Event {
    Start(usize),
    /// The node is honest from now on.
    Reform(usize),
    Crash {
        node: usize,
        /// Whether the log of the open round is lost too.
        forgets: bool,
    },
    /// A message arrives.
    Deliver {
        /// Which: messages are counted in the order in which they are sent.
        number: u64,
        from: usize,
        to: usize,
        envelope: Arc<Envelope>,
        /// Whether a proposal has lost its body on the way.
        is_bare: bool,
    },
    /// An alarm clock rings.
    Wake {
        /// Which: they are counted in the order in which they are set.
        number: u64,
        node: usize,
        life: u32,
        wake: Wake,
    },
}

impl Event {
    /// The node that it happens to.
    pub(super) const fn node(&self) -> usize {
        match self {
            Self::Start(node) | Self::Reform(node) => *node,
            Self::Crash { node, .. } | Self::Wake { node, .. } => *node,
            Self::Deliver { to, .. } => *to,
        }
    }

    /// What a file keeps of it.
    pub(super) fn entry(&self) -> Entry {
        match self {
            Self::Start(node) => Entry::Start(*node),
            Self::Reform(node) => Entry::Reform(*node),
            Self::Crash { node, forgets: false } => Entry::Crash(*node),
            Self::Crash { node, forgets: true } => Entry::Forget(*node),
            Self::Deliver {
                number,
                to,
                is_bare: false,
                ..
            } => Entry::Message {
                number: *number,
                to: *to,
            },
            Self::Deliver { number, to, .. } => Entry::Bare {
                number: *number,
                to: *to,
            },
            Self::Wake { number, .. } => Entry::Clock(*number),
        }
    }
}

/// An event as a file keeps it. Messages and alarm clocks are named by their number: what they are follows from the
/// events before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Start(usize),
    Reform(usize),
    Crash(usize),
    /// A crash that takes the log of the open round with it.
    Forget(usize),
    Message {
        number: u64,
        to: usize,
    },
    /// A proposal without its body.
    Bare {
        number: u64,
        to: usize,
    },
    Clock(u64),
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(node) => write!(f, "start {node}"),
            Self::Reform(node) => write!(f, "reform {node}"),
            Self::Crash(node) => write!(f, "crash {node}"),
            Self::Forget(node) => write!(f, "forget {node}"),
            Self::Message { number, to } => write!(f, "message {number} {to}"),
            Self::Bare { number, to } => write!(f, "bare {number} {to}"),
            Self::Clock(number) => write!(f, "clock {number}"),
        }
    }
}

impl Entry {
    /// Reads what `Display` writes.
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let kind = words.next()?;
        let number: u64 = words.next()?.parse().ok()?;
        let node = usize::try_from(number).ok()?;
        let entry = match kind {
            "start" => Self::Start(node),
            "reform" => Self::Reform(node),
            "crash" => Self::Crash(node),
            "forget" => Self::Forget(node),
            "clock" => Self::Clock(number),
            "message" => Self::Message {
                number,
                to: words.next()?.parse().ok()?,
            },
            "bare" => Self::Bare {
                number,
                to: words.next()?.parse().ok()?,
            },
            _ => return None,
        };
        words.next().is_none().then_some(entry)
    }
}
