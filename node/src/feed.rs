//! The feed: what happens at a node, for those who listen to its API, and what happened lately.
//!
//! Listeners share one queue of bounded length. Who does not keep up loses its place in it and is told so; the node waits
//! for nobody.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use klero_stake::Receipt;
use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;
use utoipa::ToSchema;

use crate::events::{FinalEvent, NodeEvent, now_us};

/// Events that wait for the slowest listener; some seconds of a fast network.
const QUEUE: usize = 256;
/// Rounds that are remembered.
pub(crate) const MOST_ROUNDS: usize = 256;
/// Faults that are remembered.
const MOST_FAULTS: usize = 64;

/// A kind of event that clients may listen to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Final,
    Checkpoint,
    Stake,
    Evidence,
    Stall,
    StallOver,
    Voting,
    Fork,
    Alarm,
    /// A snapshot of the round under way, when it changed.
    Round,
    /// A snapshot of the status, when it changed.
    Status,
}

impl Kind {
    pub(crate) const ALL: [Self; 11] = [
        Self::Final,
        Self::Checkpoint,
        Self::Stake,
        Self::Evidence,
        Self::Stall,
        Self::StallOver,
        Self::Voting,
        Self::Fork,
        Self::Alarm,
        Self::Round,
        Self::Status,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Checkpoint => "checkpoint",
            Self::Stake => "stake",
            Self::Evidence => "evidence",
            Self::Stall => "stall",
            Self::StallOver => "stall_over",
            Self::Voting => "voting",
            Self::Fork => "fork",
            Self::Alarm => "alarm",
            Self::Round => "round",
            Self::Status => "status",
        }
    }

    /// Whether it is made for a client now and then, instead of being told once.
    pub(crate) const fn is_snapshot(self) -> bool {
        matches!(self, Self::Round | Self::Status)
    }

    const fn of(event: &NodeEvent) -> Option<Self> {
        Some(match event {
            NodeEvent::Ready { .. } | NodeEvent::Proposed { .. } => return None,
            NodeEvent::Final(_) => Self::Final,
            NodeEvent::Checkpoint { .. } => Self::Checkpoint,
            NodeEvent::Stake { .. } => Self::Stake,
            NodeEvent::Evidence(_) => Self::Evidence,
            NodeEvent::Stall(_) => Self::Stall,
            NodeEvent::StallOver { .. } => Self::StallOver,
            NodeEvent::Voting { .. } => Self::Voting,
            NodeEvent::Fork { .. } => Self::Fork,
            NodeEvent::Alarm { .. } => Self::Alarm,
        })
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|kind| kind.name() == text);
        found.ok_or_else(|| format!("there are no events of the kind {text:?}"))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An event as listeners get it.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) kind: Kind,
    pub(crate) json: Arc<str>,
}

/// What went wrong lately, as this process saw it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultsPage {
    /// Since when, in microseconds since 1970: when this process started.
    pub since_us: u64,
    /// Offences seen.
    pub offences: u64,
    /// Offences punished by a block.
    pub convictions: u64,
    /// Times that nothing became final for ten seconds.
    pub stalls: u64,
    /// Rounds with two certified blocks.
    pub forks: u64,
    /// Pairs of quorums that cannot both be.
    pub alarms: u64,
    /// The last faults, the newest first; 64 at most.
    pub recent: Vec<FaultItem>,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultItem {
    /// When it was seen here, in microseconds since 1970.
    pub at_us: u64,
    /// What: as in `/v1/events`.
    #[schema(value_type = Object)]
    pub fault: NodeEvent,
}

/// The feed as who tells and who listens share it.
#[derive(Debug, Clone)]
pub struct Feed(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    queue: Mutex<Option<broadcast::Sender<Told>>>,
    kept: RwLock<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    rounds: VecDeque<FinalEvent>,
    faults: FaultsPage,
}

impl Default for Feed {
    fn default() -> Self {
        let faults = FaultsPage {
            since_us: now_us(),
            ..FaultsPage::default()
        };
        Self(Arc::new(Shared {
            queue: Mutex::new(Some(broadcast::Sender::new(QUEUE))),
            kept: RwLock::new(Kept {
                faults,
                ..Kept::default()
            }),
        }))
    }
}

impl Feed {
    /// Tells of an event. Nobody is waited for.
    pub fn tell(&self, event: &NodeEvent) {
        let Some(kind) = Kind::of(event) else { return };
        self.keep(event);
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(queue) = queue.as_ref().filter(|queue| queue.receiver_count() > 0)
            && let Ok(json) = serde_json::to_string(event)
        {
            // The last listener may have left in between.
            let _nobody = queue.send(Told {
                kind,
                json: json.into(),
            });
        }
    }

    fn keep(&self, event: &NodeEvent) {
        let mut kept = self.0.kept.write().unwrap_or_else(PoisonError::into_inner);
        let Kept { rounds, faults } = &mut *kept;
        let count = match event {
            NodeEvent::Final(event) => {
                rounds.truncate(MOST_ROUNDS - 1);
                rounds.push_front(event.clone());
                return;
            }
            NodeEvent::Evidence(_) => &mut faults.offences,
            NodeEvent::Stake {
                receipt: Receipt::Convicted { .. },
                ..
            } => &mut faults.convictions,
            NodeEvent::Stall(_) => &mut faults.stalls,
            NodeEvent::Fork { .. } => &mut faults.forks,
            NodeEvent::Alarm { .. } => &mut faults.alarms,
            NodeEvent::StallOver { .. } => &mut 0,
            _ => return,
        };
        *count += 1;
        faults.recent.truncate(MOST_FAULTS - 1);
        let (at_us, fault) = (now_us(), event.clone());
        faults.recent.insert(0, FaultItem { at_us, fault });
    }

    /// The last rounds that became final here, the newest first.
    pub(crate) fn rounds(&self, count: usize) -> Vec<FinalEvent> {
        let kept = self.0.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.rounds.iter().take(count).cloned().collect()
    }

    /// What went wrong lately.
    pub(crate) fn faults(&self) -> FaultsPage {
        let kept = self.0.kept.read().unwrap_or_else(PoisonError::into_inner);
        kept.faults.clone()
    }

    /// Listens from now on; `None` when the node is stopping.
    pub(crate) fn listen(&self) -> Option<broadcast::Receiver<Told>> {
        let queue = self.0.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.as_ref().map(broadcast::Sender::subscribe)
    }

    /// Ends the feed of every listener.
    pub(crate) fn close(&self) {
        *self.0.queue.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
