//! What a node says of itself at any moment.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::bounds::Bounds;

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

/// What is missing for a block to become final, as this node sees it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stall {
    /// Seconds since the last final block.
    pub seconds: u64,
    /// The round under way.
    pub round: u64,
    /// Its period.
    pub period: u32,
    /// The step that waits: propose, soft, cert or next for its quorum, body for a block that is decided.
    pub step: String,
    /// Seats counted there.
    pub seats: u64,
    /// Seats needed.
    pub needed: u64,
    /// Validators that were not heard in this round.
    pub quiet_count: u64,
    /// Their share of the stake, in millionths.
    pub quiet_millionths: u32,
    /// The largest of them.
    pub quiet: Vec<Quiet>,
    /// All of this in words.
    pub explanation: String,
}

/// A validator that was not heard in the round under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Quiet {
    /// The validator.
    #[schema(value_type = String)]
    pub validator: Digest,
    /// Its share of the stake, in millionths.
    pub share_millionths: u32,
    /// The last round in which this process heard it.
    pub last_heard: Option<u64>,
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            seconds,
            round,
            period,
            seats,
            needed,
            ..
        } = self;
        write!(
            f,
            "nothing became final for {seconds} s: round {round} period {period} "
        )?;
        match self.step.as_str() {
            "propose" => f.write_str("has no proposal")?,
            "body" => f.write_str("is decided, but nobody has sent its block")?,
            step => write!(f, "has {seats} of {needed} seats in {step}")?,
        }
        if self.quiet_count == 0 {
            return f
                .write_str("; every validator was heard, so messages may come too late: look at the delays");
        }
        let percent = |millionths: u32| f64::from(millionths) / 10_000.0;
        write!(
            f,
            "; not heard in this round: {} validator{} with {:.1} % of the stake",
            self.quiet_count,
            if self.quiet_count == 1 { "" } else { "s" },
            percent(self.quiet_millionths)
        )?;
        for (place, quiet) in self.quiet.iter().enumerate() {
            let id = quiet.validator.to_string();
            let last = match quiet.last_heard {
                Some(round) => format!("last in round {round}"),
                None => "never".to_owned(),
            };
            let (mark, id) = (if place == 0 { ":" } else { "," }, id.get(..8).unwrap_or(&id));
            write!(f, "{mark} {id} {:.1} % {last}", percent(quiet.share_millionths))?;
        }
        Ok(())
    }
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
