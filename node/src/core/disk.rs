//! A full disk: nothing is signed and nothing becomes final here, everything else goes on, and voting resumes by itself.
//!
//! Whatever must be durable before it is said, or before a round is over, is not said and not over as long as it cannot be
//! written. Any other failure of the disk stops the node: what a failed sync left behind nobody knows.

use std::time::{Duration, Instant};

use klero_committee::Role;
use klero_sampling::Digest;

use super::{Core, CoreError, Task};
use crate::store::StoreError;

/// How often a write is tried.
const AGAIN: Duration = Duration::from_secs(1);

/// Since when the disk is full, and what waits for it.
#[derive(Debug)]
pub(super) struct FullDisk {
    tried: Instant,
    cause: String,
    /// The decision of the round under way.
    decided: Option<(Role, Digest)>,
}

impl FullDisk {
    pub(super) fn text(&self) -> String {
        format!(
            "{}: this node signs nothing, serves what it has, and votes again by itself when there is space",
            self.cause
        )
    }
}

impl Core {
    /// Whether something was written; notes that the disk is full if that is why not.
    ///
    /// # Errors
    /// Every other failure of the disk.
    pub(super) fn written<T>(&mut self, result: Result<T, StoreError>) -> Result<Option<T>, CoreError> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error @ StoreError::Full(_)) => {
                self.note_full(error.to_string());
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The disk is full, here or for the application.
    pub(super) fn note_full(&mut self, cause: String) {
        let tried = Instant::now();
        match &mut self.full {
            Some(full) => full.tried = tried,
            None => {
                tracing::error!(%cause, "nothing can be written: this node votes no more until there is space");
                let decided = None;
                self.full = Some(FullDisk {
                    tried,
                    cause,
                    decided,
                });
            }
        }
    }

    /// A decision that could not be stored is carried out when there is space.
    pub(super) fn decide_later(&mut self, role: Role, digest: Digest) {
        if let Some(full) = &mut self.full {
            full.decided = Some((role, digest));
        }
    }

    /// Tries to write, now and then; goes on where the node was when that succeeds.
    pub(super) fn try_disk(&mut self) -> Result<(), CoreError> {
        let is_due = |full: &FullDisk| full.tried.elapsed() >= AGAIN;
        if !self.full.as_ref().is_some_and(is_due) {
            return Ok(());
        }
        let probe = self.log.probe();
        if self.written(probe)?.is_none() {
            return Ok(());
        }
        tracing::info!("there is space on the disk again: this node votes");
        let decided = self.full.take().and_then(|full| full.decided);
        self.todo
            .extend(decided.map(|(role, digest)| Task::Decided(role, digest)));
        self.say_what_is_due()
    }
}
