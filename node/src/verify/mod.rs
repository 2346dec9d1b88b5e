//! The verification pool: threads that turn unverified messages into verified ones, in batches.
//!
//! Messages of peers wait in one queue ([`queue`]), votes whose time has not come behind it ([`later`]). A worker takes the
//! votes of one role that wait, up to a batch, and verifies them together ([`votes`]); everything else it takes one by one
//! ([`check`]). What was verified before is not verified again ([`known`], [`copies`]). What comes out goes to the core, with the receipt that the
//! core gives its verdict on; what is provably wrong is rejected here.

mod check;
mod checkpoints;
pub(crate) mod copies;
mod known;
mod later;
mod queue;
mod votes;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crossbeam_channel::Sender;
use klero_committee::{Role, Vote, VoteBundle};
use klero_net::{Network, Receipt, Refusal, Verdict};
use klero_sampling::Digest;
use klero_stake::SignedOperation;

use crate::core::{Item, Verified};
use crate::keys::Secret;
use crate::metrics::Metrics;
use crate::operations::OperationPool;
use crate::position::Position;
use crate::view::{SharedView, View};
use crate::wire::Message;

use copies::Copies;
use known::{KnownVotes, Sorted};
pub(crate) use queue::Job;
use queue::{Next, Queue};

/// The pool; cheap to clone. Its threads end upon [`Verifier::stop`].
#[derive(Clone)]
pub(crate) struct Verifier {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    copies: Mutex<Copies>,
    known: Mutex<KnownVotes>,
    ready: Condvar,
    network: Network,
    metrics: Arc<Metrics>,
    operations: OperationPool,
}

impl Verifier {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system has no thread to give.
    pub(crate) fn spawn(
        threads: usize,
        view: &SharedView,
        network: Network,
        metrics: Arc<Metrics>,
        operations: OperationPool,
        core: &Sender<Verified>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            copies: Mutex::default(),
            known: Mutex::default(),
            ready: Condvar::new(),
            network,
            metrics,
            operations,
        });
        for number in 0..threads.max(1) {
            let worker = Worker {
                shared: Arc::clone(&shared),
                view: view.clone(),
                core: core.clone(),
            };
            std::thread::Builder::new()
                .name(format!("verify-{number}"))
                .spawn(move || worker.run())?;
        }
        Ok(Self { shared })
    }

    /// Hands in a message. When the queue is full, one that the node does not want is ignored.
    pub(crate) fn submit(&self, job: Job) {
        if matches!(&job.message, Message::Votes(bundle) if !bundle.is_well_formed()) {
            return self.shared.refuse(job.receipt, Refusal::Malformed);
        }
        let peer = job.peer();
        let left = self.shared.queue().push(job, peer);
        self.shared.ready.notify_one();
        for job in left {
            self.shared.refuse(job.receipt, Refusal::Overloaded);
        }
    }

    /// A quorum was seen in a role: more votes of it are not urgent.
    pub(crate) fn quorum_seen(&self, role: Role) {
        self.shared.queue().satisfy(role);
    }

    /// The node is elsewhere, or a deadline passed where it is: votes that were of no use may be of use now, and in another
    /// period so may everything else.
    pub(crate) fn enter(&self, position: Position, is_other_period: bool) {
        if is_other_period {
            self.shared.copies().clear();
        }
        self.shared.known().enter(position);
        for job in self.shared.queue().enter(position) {
            self.shared.refuse(job.receipt, Refusal::Stale);
        }
        self.shared.ready.notify_all();
    }

    /// Ends the threads.
    pub(crate) fn stop(&self) {
        self.shared.queue().is_stopped = true;
        self.shared.ready.notify_all();
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn copies(&self) -> MutexGuard<'_, Copies> {
        self.copies.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> MutexGuard<'_, KnownVotes> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn refuse(&self, receipt: Option<Receipt>, refusal: Refusal) {
        self.metrics.refused(refusal.reason());
        if let Some(receipt) = receipt {
            self.network.verdict(receipt, refusal.verdict());
        }
    }

    /// Waits for work; none once the pool is stopped.
    fn next(&self) -> Option<Vec<Job>> {
        let mut queue = self.queue();
        loop {
            if queue.is_stopped {
                return None;
            }
            queue = match queue.next(Instant::now()) {
                Next::Work(batch) => {
                    if queue.later_in(Instant::now()).is_some() {
                        self.ready.notify_one();
                    }
                    return Some(batch);
                }
                Next::Wait(None) => self.ready.wait(queue).unwrap_or_else(PoisonError::into_inner),
                Next::Wait(Some(time)) => {
                    let (queue, _) = self
                        .ready
                        .wait_timeout(queue, time)
                        .unwrap_or_else(PoisonError::into_inner);
                    queue
                }
            };
        }
    }
}

struct Worker {
    shared: Arc<Shared>,
    view: SharedView,
    core: Sender<Verified>,
}

impl Worker {
    fn run(self) {
        while let Some(batch) = self.shared.next() {
            let view = self.view.get();
            for output in self.verify(&view, batch) {
                // The core takes in what the pool gives out; while it is busy, the queue fills.
                if self.core.send(output).is_err() {
                    return;
                }
            }
        }
    }

    /// Jobs of one role of votes, or a single one of another kind.
    fn verify(&self, view: &View, batch: Vec<Job>) -> Vec<Verified> {
        let (mut outputs, mut bundles) = (Vec::new(), Vec::new());
        for job in batch {
            let name = copies::name(&job.message);
            if let Some(item) = name.and_then(|name| self.copy(&name, &job.message)) {
                outputs.push(job.with(item));
                continue;
            }
            match job.message {
                Message::Votes(bundle) => bundles.push((bundle, job.attempt, job.receipt)),
                _ => outputs.extend(self.verify_one(view, job, name)),
            }
        }
        outputs.extend(self.verify_bundles(view, bundles));
        outputs
    }

    fn copy(&self, name: &Digest, message: &Message) -> Option<Item> {
        self.shared
            .copies()
            .has(name)
            .then(|| copies::item(message))
            .flatten()
    }

    fn note(&self, name: Option<Digest>) {
        if let Some(name) = name {
            self.shared.copies().note(name);
        }
    }

    /// Bundles of one role.
    fn verify_bundles(&self, view: &View, bundles: Vec<Bundle>) -> Vec<Verified> {
        let (mut outputs, mut unknown) = (Vec::new(), Vec::new());
        for (mut bundle, attempt, receipt) in bundles {
            if let Err(refusal) = votes::check_form(view, &bundle) {
                self.shared.refuse(receipt, refusal);
                continue;
            }
            let Sorted { again, new, spent } = self.shared.known().sort(&bundle);
            let is_whole = spent.is_empty();
            if new.is_empty() {
                outputs.extend(self.known_bundle(&bundle, again, is_whole, attempt, receipt));
            } else {
                bundle.votes = new;
                unknown.push(Unknown {
                    bundle,
                    again,
                    is_whole,
                    attempt,
                    receipt,
                });
            }
        }
        outputs.extend(self.verify_unknown(view, unknown));
        outputs
    }

    /// A bundle in which nothing is to be verified. Who passes it on vouches for all of it; so nobody does if part of it is not
    /// known to be good.
    fn known_bundle(
        &self,
        bundle: &VoteBundle,
        again: Vec<Vote>,
        is_whole: bool,
        attempt: u32,
        receipt: Option<Receipt>,
    ) -> Option<Verified> {
        let item = match again[..] {
            [] => Item::Copy(bundle.role, bundle.votes.iter().map(|vote| vote.voter).collect()),
            [..] => self.told(bundle.role, again),
        };
        let mut verified = Verified {
            item,
            attempt,
            receipt,
        };
        if !is_whole {
            self.shared.refuse(verified.receipt.take(), Refusal::Duplicate);
        }
        (is_whole || matches!(verified.item, Item::Votes(..))).then_some(verified)
    }

    /// Bundles of one role with votes that were never seen.
    fn verify_unknown(&self, view: &View, bundles: Vec<Unknown>) -> Vec<Verified> {
        let claims: Vec<VoteBundle> = bundles.iter().map(|it| it.bundle.clone()).collect();
        let context = claims.first().and_then(|bundle| view.context(bundle.role.round));
        let (Some(context), Ok(entropy)) = (context, Secret::random()) else {
            return Vec::new();
        };
        let count: usize = claims.iter().map(|bundle| bundle.votes.len()).sum();
        let judged = votes::judge(context, &claims, entropy.expose());
        self.shared.metrics.votes_verified(count as u64);
        let mut outputs = Vec::new();
        for (unknown, verdict) in bundles.into_iter().zip(judged) {
            let (role, mut receipt) = (unknown.bundle.role, unknown.receipt);
            match verdict {
                Ok(votes) => {
                    if !unknown.is_whole {
                        self.shared.refuse(receipt.take(), Refusal::Duplicate);
                    }
                    outputs.push(Verified {
                        item: self.told(role, [unknown.again, votes].concat()),
                        attempt: unknown.attempt,
                        receipt,
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, %role, "votes refused");
                    self.shared.refuse(receipt, check::refusal_of_vote(&error));
                }
            }
        }
        outputs
    }

    fn told(&self, role: Role, votes: Vec<Vote>) -> Item {
        self.shared.known().note(&votes);
        Item::Votes(role, votes)
    }

    fn verify_one(&self, view: &View, job: Job, name: Option<Digest>) -> Option<Verified> {
        let Job {
            message,
            attempt,
            receipt,
            is_wanted,
        } = job;
        let verified = match message {
            Message::Proposal(message) => check::verify_proposal(view, *message),
            Message::Certificate(certificate) => check::verify_certificate(view, &certificate),
            // Anyone can make a block that looks right: whether it is needed is asked first.
            Message::Block(block) if !is_wanted => Ok(Item::Offer(block)),
            Message::Block(block) => check::verify_block(view, block),
            Message::Final(block) => check::verify_final(view, *block),
            Message::Operation(operation) => {
                self.take_operation(view, *operation, receipt);
                return None;
            }
            Message::Evidence(evidence) => check::verify_evidence(view, evidence),
            Message::CheckpointVotes(bundle) => checkpoints::verify_votes(view, &bundle),
            Message::CheckpointCertificate(certificate) => {
                checkpoints::verify_certificate(view, &certificate)
            }
            Message::Votes(_) | Message::Transaction(_) => Err(Refusal::Malformed),
        };
        match verified {
            Ok(Item::BadBlock(digest)) => {
                self.shared.refuse(receipt, Refusal::InvalidBody);
                let item = Item::BadBlock(digest);
                Some(Verified {
                    item,
                    attempt,
                    receipt: None,
                })
            }
            Ok(item) => {
                self.note(name);
                Some(Verified {
                    item,
                    attempt,
                    receipt,
                })
            }
            Err(refusal) => {
                self.shared.refuse(receipt, refusal);
                None
            }
        }
    }

    /// An operation waits in the pool, and is nothing to the core.
    fn take_operation(&self, view: &View, operation: SignedOperation, receipt: Option<Receipt>) {
        match self.shared.operations.offer(&view.chain, operation, false) {
            Ok(_) => {
                if let Some(receipt) = receipt {
                    self.shared.network.verdict(receipt, Verdict::Accept);
                }
            }
            Err(error) => {
                tracing::debug!(%error, "operation refused");
                self.shared.refuse(receipt, check::refusal_of_operation(&error));
            }
        }
    }
}

/// Votes, the counter of their envelope, and where the verdict goes.
type Bundle = (VoteBundle, u32, Option<Receipt>);

/// A bundle of which some votes are to be verified.
struct Unknown {
    /// With those alone.
    bundle: VoteBundle,
    /// What else the core is to be told of.
    again: Vec<Vote>,
    /// Whether all other votes of it are known to be good.
    is_whole: bool,
    attempt: u32,
    receipt: Option<Receipt>,
}
