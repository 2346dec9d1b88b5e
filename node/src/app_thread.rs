//! The application's own thread: whatever it takes, the state machine does not wait for it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use klero_finality::{Block, MAX_PAYLOAD};
use klero_net::{Network, Receipt, Refusal, Verdict};
use klero_sampling::Digest;
use tokio::sync::mpsc;

use crate::app::{Application, ApplicationError, Judgement, Place, Pool, PoolError, Waiting};
use crate::metrics::Metrics;
use crate::snapshot::{self, CHUNK, Part, Snapshots};
use crate::submit::Submission;
use crate::wire::Message;

/// The most requests that wait for the application. The core asks for a few a round; when it is behind, it waits.
const REQUESTS: usize = 256;

/// The payload that a node proposes is shorter than what it accepts, so that a block with a large certificate
/// still fits into one message.
const PROPOSED_PAYLOAD: usize = MAX_PAYLOAD / 2;

/// How many final blocks may wait while the application cannot execute them; then requests wait.
const MOST_HELD_UP: usize = 64;

/// When a transaction that no block took is sent to the peers again, and how many at once.
const SENT_AGAIN_AFTER: Duration = Duration::from_secs(3);
const MOST_SENT_AGAIN: usize = 256;

/// What the core asks of the application.
#[derive(Debug)]
pub(crate) enum Request {
    /// Build a payload.
    Build {
        /// Where it is to stand.
        place: Place,
        /// The period for which it is wanted.
        period: u32,
    },
    /// Judge a block's payload.
    Judge {
        /// The digest of its header.
        digest: Digest,
        /// The block.
        block: Arc<Block>,
    },
    /// Execute a final block.
    Finalize(Arc<Block>),
}

/// What the application answered.
#[derive(Debug)]
pub(crate) enum Answer {
    /// A payload.
    Built {
        /// The round.
        round: u64,
        /// The period.
        period: u32,
        /// The application's root after the parent.
        root: Digest,
        /// The payload.
        payload: Vec<u8>,
    },
    /// A verdict on a block.
    Judged {
        /// The digest of its header.
        digest: Digest,
        /// The verdict.
        judgement: Judgement,
    },
    /// A block was executed.
    Finalized {
        /// The root after it.
        root: Digest,
        /// Transactions that still wait.
        waiting: u64,
    },
    /// A block waits to be executed until something has passed; it is tried again.
    Waiting(ApplicationError),
    /// The application cannot go on, and neither can the node.
    Failed(ApplicationError),
}

/// The core's end.
pub(crate) struct ApplicationThread {
    /// Requests; bounded, the core waits when the application is far behind.
    pub(crate) requests: Sender<Request>,
    /// Answers; there is room for one to every request, so that the application never waits for the core.
    pub(crate) answers: Receiver<Answer>,
}

/// The thread itself, to wait for; it holds the application's store.
pub(crate) type Running = std::thread::JoinHandle<()>;

/// What else the thread works with.
pub(crate) struct Surroundings {
    /// Transactions of clients.
    pub(crate) submissions: mpsc::Receiver<Submission>,
    /// Transactions of peers; when full, they are ignored where they come in.
    pub(crate) gossip: Receiver<(Receipt, Vec<u8>)>,
    /// To pass transactions on.
    pub(crate) network: Network,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// What waits, for others to see.
    pub(crate) waiting: Waiting,
    /// Where its state is kept for those who join.
    pub(crate) snapshots: Snapshots,
}

struct Worker {
    application: Box<dyn Application>,
    pool: Pool,
    network: Network,
    metrics: Arc<Metrics>,
    snapshots: Snapshots,
    answers: Sender<Answer>,
    /// Final blocks that wait until the application can execute them.
    held_up: VecDeque<Arc<Block>>,
    /// Transactions of own clients that wait: when they were last sent to the peers, and how often.
    sent: BTreeMap<Digest, (Instant, u32)>,
}

/// Starts the thread. It ends when the requests do.
///
/// # Errors
/// When the system has no thread to give.
pub(crate) fn spawn(
    application: Box<dyn Application>,
    around: Surroundings,
) -> std::io::Result<(ApplicationThread, Running)> {
    let (requests, incoming) = bounded(REQUESTS);
    let (answers, outgoing) = bounded(REQUESTS + 2);
    let Surroundings {
        mut submissions,
        gossip,
        network,
        metrics,
        waiting,
        snapshots,
    } = around;
    // Clients wait in an async queue; a short hop brings them to this thread's kind of channel.
    let (to_thread, clients) = bounded::<Submission>(64);
    std::thread::Builder::new()
        .name("submissions".into())
        .spawn(move || {
            while let Some(submission) = submissions.blocking_recv() {
                if to_thread.send(submission).is_err() {
                    break;
                }
            }
        })?;
    let worker = Worker {
        application,
        pool: Pool::new(waiting),
        network,
        metrics,
        snapshots,
        answers,
        held_up: VecDeque::new(),
        sent: BTreeMap::new(),
    };
    let thread = std::thread::Builder::new().name("application".into());
    let running = thread.spawn(move || worker.run(&incoming, &clients, &gossip))?;
    Ok((
        ApplicationThread {
            requests,
            answers: outgoing,
        },
        running,
    ))
}

impl Worker {
    fn run(
        mut self,
        requests: &Receiver<Request>,
        clients: &Receiver<Submission>,
        gossip: &Receiver<(Receipt, Vec<u8>)>,
    ) {
        let mut clients = clients.clone();
        let mut gossip = gossip.clone();
        let tick = crossbeam_channel::tick(Duration::from_secs(1));
        let nothing = crossbeam_channel::never();
        loop {
            let is_held_up = self.held_up.len() >= MOST_HELD_UP;
            let requests = if is_held_up { &nothing } else { requests };
            // What the chain needs goes first.
            if let Ok(request) = requests.try_recv() {
                if self.serve(request).is_err() {
                    return;
                }
                continue;
            }
            crossbeam_channel::select! {
                recv(requests) -> request => {
                    let Ok(request) = request else { return };
                    if self.serve(request).is_err() {
                        return;
                    }
                }
                recv(clients) -> submission => match submission {
                    Ok(submission) => self.submit(submission),
                    Err(_) => clients = crossbeam_channel::never(),
                },
                recv(gossip) -> message => match message {
                    Ok((receipt, transaction)) => self.gossip(receipt, transaction),
                    Err(_) => gossip = crossbeam_channel::never(),
                },
                recv(tick) -> _ => {
                    self.send_again();
                    if self.try_again().is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn serve(&mut self, request: Request) -> Result<(), ()> {
        let answer = match request {
            Request::Build { place, period } => {
                let mut waiting = self.pool.iter();
                let payload = self.application.build(&place, &mut waiting, PROPOSED_PAYLOAD);
                Answer::Built {
                    round: place.round,
                    period,
                    root: self.application.applied().root,
                    payload,
                }
            }
            Request::Judge { digest, block } => Answer::Judged {
                digest,
                judgement: self.judge(&block),
            },
            Request::Finalize(block) => {
                self.held_up.push_back(block);
                return if self.held_up.len() == 1 {
                    self.try_again()
                } else {
                    Ok(())
                };
            }
        };
        self.answers.send(answer).map_err(drop)
    }

    /// Executes the final blocks that wait, as far as it goes.
    fn try_again(&mut self) -> Result<(), ()> {
        while let Some(block) = self.held_up.pop_front() {
            let answer = match self.finalize(&block) {
                Ok(root) => Answer::Finalized {
                    root,
                    waiting: self.pool.len() as u64,
                },
                Err(error) if error.is_temporary() => {
                    self.held_up.push_front(block);
                    return self.answers.send(Answer::Waiting(error)).map_err(drop);
                }
                Err(error) => Answer::Failed(error),
            };
            self.answers.send(answer).map_err(drop)?;
        }
        Ok(())
    }

    /// A block is judged on top of its parent: the application's root after the parent is in its header [FIN-1].
    fn judge(&mut self, block: &Block) -> Judgement {
        let applied = self.application.applied();
        if applied.round + 1 != block.header.round {
            return Judgement::NotYet;
        }
        if applied.root != block.header.application_root {
            return Judgement::Reject("its application root is not the one after the parent".into());
        }
        self.application.judge(&place(block), &block.body.payload)
    }

    fn finalize(&mut self, block: &Block) -> Result<Digest, ApplicationError> {
        let root = self.application.finalized(&place(block), &block.body.payload)?;
        for digest in self.application.transactions(&block.body.payload) {
            self.pool.remove(&digest);
        }
        self.metrics.set_pool(self.pool.len() as u64);
        let round = block.header.round;
        if self.snapshots.is_due(round)
            && let Err(error) = self.export(round)
        {
            tracing::warn!(round, %error, "no state snapshot can be offered to nodes that join");
        }
        Ok(root)
    }

    /// Writes the state after a round to the chain's snapshot of it.
    fn export(&self, round: u64) -> Result<(), ApplicationError> {
        let failed = |error| ApplicationError::new("the store", error);
        if !self.snapshots.has(round).map_err(failed)? {
            return Ok(());
        }
        let mut digests = Vec::new();
        let mut take = |chunk: Vec<u8>| {
            let place = u32::try_from(digests.len()).unwrap_or(u32::MAX);
            digests.push(snapshot::digest(&chunk));
            self.snapshots
                .keep(Part::Entries, round, place, &chunk)
                .map_err(failed)
        };
        if self.application.export(CHUNK, &mut take)? {
            self.snapshots
                .finish_application(round, digests)
                .map_err(failed)?;
        }
        Ok(())
    }

    fn take(&mut self, transaction: &[u8]) -> Result<Digest, PoolError> {
        let digest = self.pool.admits(transaction)?;
        self.application.check(transaction).map_err(PoolError::Refused)?;
        self.pool.insert(digest, transaction.to_vec());
        self.metrics.set_pool(self.pool.len() as u64);
        Ok(digest)
    }

    fn submit(&mut self, submission: Submission) {
        let verdict = self.take(&submission.transaction);
        if let Ok(digest) = &verdict {
            self.publish(submission.transaction, 0);
            self.sent.insert(*digest, (Instant::now(), 0));
        }
        // A client that went away does not want the answer.
        let _gone = submission.answer.send(verdict);
    }

    fn publish(&self, transaction: Vec<u8>, attempt: u32) {
        Message::Transaction(transaction).publish(&self.network, attempt);
    }

    /// What clients handed in here and no block took is sent again: no peer may have been there to hear it.
    fn send_again(&mut self) {
        let pool = &self.pool;
        self.sent.retain(|digest, _| pool.get(digest).is_some());
        let now = Instant::now();
        let is_due =
            |(_, (at, _)): &(&Digest, &mut (Instant, u32))| now.duration_since(*at) >= SENT_AGAIN_AFTER;
        let mut due = Vec::new();
        for (digest, (at, attempt)) in self.sent.iter_mut().filter(is_due).take(MOST_SENT_AGAIN) {
            (*at, *attempt) = (now, attempt.saturating_add(1));
            due.extend(
                pool.get(digest)
                    .map(|transaction| (transaction.to_vec(), *attempt)),
            );
        }
        for (transaction, attempt) in due {
            self.publish(transaction, attempt);
        }
    }

    fn gossip(&mut self, receipt: Receipt, transaction: Vec<u8>) {
        let verdict = match self.take(&transaction) {
            Ok(_) => Verdict::Accept,
            Err(PoolError::Length(_)) => Refusal::Malformed.verdict(),
            Err(PoolError::Known) => Refusal::Duplicate.verdict(),
            Err(PoolError::Full | PoolError::Stopping) => Refusal::Overloaded.verdict(),
            Err(PoolError::Refused(_)) => Refusal::NotApplicable.verdict(),
        };
        self.network.verdict(receipt, verdict);
    }
}

/// Where a block stands.
pub(crate) fn place(block: &Block) -> Place {
    Place {
        round: block.header.round,
        parent: block.header.parent,
        timestamp: block.header.timestamp,
    }
}
