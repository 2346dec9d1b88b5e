//! Handing in transactions.

use klero_sampling::Digest;
use tokio::sync::{mpsc, oneshot};

use crate::app::PoolError;

/// A transaction on its way to the pool, with where the answer goes.
#[derive(Debug)]
pub struct Submission {
    /// The transaction's bytes.
    pub transaction: Vec<u8>,
    /// Its digest, or why it was refused.
    pub answer: oneshot::Sender<Result<Digest, PoolError>>,
}

/// Hands transactions to the application's thread. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Submitter {
    queue: mpsc::Sender<Submission>,
}

impl Submitter {
    /// A submitter and the queue that it fills; when the queue is full, submitting waits.
    pub fn channel(capacity: usize) -> (Self, mpsc::Receiver<Submission>) {
        let (queue, submissions) = mpsc::channel(capacity);
        (Self { queue }, submissions)
    }

    /// Hands in a transaction; its digest when it waits in the pool and is on its way to the peers.
    ///
    /// # Errors
    /// [`PoolError`] when the pool or the application refused it, or the node is stopping.
    pub async fn submit(&self, transaction: Vec<u8>) -> Result<Digest, PoolError> {
        let stopping = || PoolError::Stopping;
        let (answer, verdict) = oneshot::channel();
        self.queue
            .send(Submission { transaction, answer })
            .await
            .map_err(|_| stopping())?;
        verdict.await.map_err(|_| stopping())?
    }
}
