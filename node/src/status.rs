//! What a node says of itself at any moment.

use std::sync::{Arc, PoisonError, RwLock};

use klero_sampling::Digest;
use serde::Serialize;
use utoipa::ToSchema;

use crate::bounds::Bounds;
use crate::stall::Stall;

/// A snapshot of the node, renewed by the thread that owns the state machine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Status {
    /// The node's name.
    pub name: String,
    /// The chain id.
    #[schema(value_type = String)]
    pub chain: Digest,
    /// The last final round.
    pub final_round: u64,
    /// The digest of its header.
    #[schema(value_type = String)]
    pub final_block: Digest,
    /// The timestamp of the last final block in milliseconds since 1970.
    pub final_timestamp: u64,
    /// The last signed checkpoint; 0 before there is one.
    pub checkpoint: u64,
    /// The round of its block.
    pub checkpoint_round: u64,
    /// The application's root after it.
    #[schema(value_type = Option<String>)]
    pub application_root: Option<Digest>,
    /// The round under way.
    pub round: u64,
    /// Its period.
    pub period: u32,
    /// Its last Next step; 0 before the first deadline.
    pub k: u32,
    /// The block of the lowest proposal of the round under way.
    #[schema(value_type = Option<String>)]
    pub proposed: Option<Digest>,
    /// The block with a Soft quorum in the period under way.
    #[schema(value_type = Option<String>)]
    pub staged: Option<Digest>,
    /// Seats counted for the leading value in Soft, and those needed.
    pub soft: (u64, u64),
    /// Seats counted for the leading value in Cert, and those needed.
    pub cert: (u64, u64),
    /// Peers connected.
    pub peers: u64,
    /// Transactions that wait.
    pub pool: u64,
    /// Validators whose keys this node holds.
    pub validators: u64,
    /// Whether the operator paused voting.
    pub paused: bool,
    /// Why the node does not vote, if it does not.
    pub silent: Option<String>,
    /// What is missing, when nothing became final for ten seconds.
    pub stall: Option<Stall>,
    /// How likely the committees in force are to fail, and whether that keeps the targets of the genesis.
    pub bounds: Option<Bounds>,
}

/// The snapshot as its writer and readers share it.
#[derive(Debug, Clone, Default)]
pub struct SharedStatus(Arc<RwLock<Status>>);

impl SharedStatus {
    /// A copy of the present snapshot.
    pub fn get(&self) -> Status {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the snapshot.
    pub fn update(&self, change: impl FnOnce(&mut Status)) {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}
