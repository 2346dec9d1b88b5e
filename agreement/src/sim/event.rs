//! What happens in a network.

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
    Deliver {
        from: usize,
        to: usize,
        envelope: Arc<Envelope>,
    },
    Wake {
        node: usize,
        life: u32,
        wake: Wake,
    },
}
