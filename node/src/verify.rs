//! The verification pool: threads that turn unverified messages into verified ones, in batches.
//!
//! Messages of peers wait in one queue. A worker takes the votes of one role that wait, up to a batch, and
//! verifies them together; everything else it takes one by one, and first. Votes of a role whose quorum was seen
//! wait until there is nothing else to do. What comes out goes to the core, with the receipt that the core gives
//! its verdict on; what is provably wrong is rejected here.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crossbeam_channel::Sender;
use klero_committee::{
    CertificateError, ProposalError, Role, UnverifiedCertificate, UnverifiedVote, VoteBundle, VoteError,
    verify_votes,
};
use klero_finality::{Block, ChainError, FinalBlock};
use klero_net::{Network, Receipt, Refusal};

use crate::core::{Item, Verified};
use crate::keys::Secret;
use crate::metrics::Metrics;
use crate::view::{SharedView, View};
use crate::wire::{Message, ProposalMessage};

/// The most messages that wait. When the queue is full, a message is ignored: its sender sends it again.
const QUEUE: usize = 4096;
/// The most votes of one batch.
const BATCH: usize = 512;

/// A message that waits to be verified.
#[derive(Debug)]
pub(crate) struct Job {
    /// The message.
    pub(crate) message: Message,
    /// The envelope's counter.
    pub(crate) attempt: u32,
    /// Where the verdict goes; none for the node's own and for what it asked for.
    pub(crate) receipt: Option<Receipt>,
}

/// The pool; cheap to clone. Its threads end when the last handle is dropped or [`Verifier::stop`] is called.
#[derive(Clone)]
pub(crate) struct Verifier {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    ready: Condvar,
    network: Network,
    metrics: Arc<Metrics>,
}

#[derive(Default)]
struct Queue {
    jobs: VecDeque<Job>,
    /// Roles whose quorum was seen, of the round under way.
    satisfied: BTreeSet<Role>,
    is_stopped: bool,
}

impl Queue {
    /// The next job: what is no vote, then votes that may still make a quorum, then the others.
    fn pop(&mut self) -> Option<Job> {
        let urgency = |job: &Job| match role_of(job) {
            None => 0,
            Some(role) if !self.satisfied.contains(&role) => 1,
            Some(_) => 2,
        };
        let (place, _) = self.jobs.iter().enumerate().min_by_key(|(_, job)| urgency(job))?;
        self.jobs.remove(place)
    }
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
        core: &Sender<Verified>,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            ready: Condvar::new(),
            network,
            metrics,
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

    /// Hands in a message. When the queue is full it is ignored.
    pub(crate) fn submit(&self, job: Job) {
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.jobs.len() >= QUEUE {
            drop(queue);
            self.shared.refuse(job.receipt, Refusal::Overloaded);
            return;
        }
        queue.jobs.push_back(job);
        drop(queue);
        self.shared.ready.notify_one();
    }

    /// A quorum was seen in a role: more votes of it are not urgent.
    pub(crate) fn quorum_seen(&self, role: Role) {
        let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.satisfied.retain(|known| known.round >= role.round);
        queue.satisfied.insert(role);
    }

    /// Ends the threads.
    pub(crate) fn stop(&self) {
        self.shared
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .is_stopped = true;
        self.shared.ready.notify_all();
    }
}

impl Shared {
    fn refuse(&self, receipt: Option<Receipt>, refusal: Refusal) {
        self.metrics.refused(refusal.reason());
        if let Some(receipt) = receipt {
            self.network.verdict(receipt, refusal.verdict());
        }
    }

    /// The next job, and with a vote bundle all others of its role that wait.
    fn next(&self) -> Option<Vec<Job>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if queue.is_stopped {
                return None;
            }
            if let Some(first) = queue.pop() {
                let mut batch = vec![first];
                if let Some(role) = batch.first().and_then(role_of) {
                    take_same_role(&mut queue.jobs, role, &mut batch);
                }
                return Some(batch);
            }
            queue = self.ready.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn role_of(job: &Job) -> Option<Role> {
    match &job.message {
        Message::Votes(bundle) => Some(bundle.role),
        _ => None,
    }
}

fn take_same_role(jobs: &mut VecDeque<Job>, role: Role, batch: &mut Vec<Job>) {
    let votes_of = |job: &Job| match &job.message {
        Message::Votes(bundle) => bundle.votes.len(),
        _ => 0,
    };
    let mut votes: usize = batch.iter().map(votes_of).sum();
    let mut others = VecDeque::with_capacity(jobs.len());
    for job in jobs.drain(..) {
        if role_of(&job) == Some(role) && votes < BATCH {
            votes += votes_of(&job);
            batch.push(job);
        } else {
            others.push_back(job);
        }
    }
    *jobs = others;
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
            let is_votes = batch.first().is_some_and(|job| role_of(job).is_some());
            let outputs = if is_votes {
                self.verify_bundles(&view, batch)
            } else {
                batch
                    .into_iter()
                    .filter_map(|job| self.verify_one(&view, job))
                    .collect()
            };
            for output in outputs {
                // The core takes in what the pool gives out; while it is busy, the queue above fills.
                if self.core.send(output).is_err() {
                    return;
                }
            }
        }
    }

    fn verify_bundles(&self, view: &View, jobs: Vec<Job>) -> Vec<Verified> {
        let mut bundles: Vec<(VoteBundle, u32, Option<Receipt>)> = Vec::new();
        for Job {
            message,
            attempt,
            receipt,
        } in jobs
        {
            match message {
                Message::Votes(bundle) if bundle.is_well_formed() => bundles.push((bundle, attempt, receipt)),
                _ => self.shared.refuse(receipt, Refusal::Malformed),
            }
        }
        let Some(context) = bundles
            .first()
            .and_then(|(bundle, ..)| view.context(bundle.role.round))
        else {
            for (bundle, _, receipt) in bundles {
                let is_stale = bundle.role.round < view.round();
                self.shared
                    .refuse(receipt, if is_stale { Refusal::Stale } else { Refusal::Early });
            }
            return Vec::new();
        };
        let votes: Vec<UnverifiedVote> = bundles
            .iter()
            .flat_map(|(bundle, ..)| bundle.clone().into_votes())
            .collect();
        let Ok(entropy) = Secret::random() else {
            return Vec::new();
        };
        let mut verdicts = verify_votes(context, &votes, entropy.expose()).into_iter();
        self.shared.metrics.votes_verified(votes.len() as u64);
        let mut outputs = Vec::new();
        for (bundle, attempt, receipt) in bundles {
            let of_bundle: Result<Vec<_>, VoteError> = verdicts.by_ref().take(bundle.votes.len()).collect();
            match of_bundle {
                Ok(votes) => {
                    let item = Item::Votes(bundle.role, votes);
                    outputs.push(Verified {
                        item,
                        attempt,
                        receipt,
                    });
                }
                Err(error) => {
                    tracing::debug!(%error, role = %bundle.role, "votes refused");
                    self.shared.refuse(receipt, refusal_of_vote(&error));
                }
            }
        }
        outputs
    }

    fn verify_one(&self, view: &View, job: Job) -> Option<Verified> {
        let Job {
            message,
            attempt,
            receipt,
        } = job;
        let verified = match message {
            Message::Proposal(message) => verify_proposal(view, *message),
            Message::Certificate(certificate) => verify_certificate(view, &certificate),
            Message::Block(block) => verify_block(view, block),
            Message::Final(block) => verify_final(view, *block),
            Message::Votes(_) | Message::Transaction(_) => Err(Refusal::Malformed),
        };
        match verified {
            Ok(Item::BadBlock(digest)) => {
                self.shared.refuse(receipt, Refusal::InvalidBody);
                Some(Verified {
                    item: Item::BadBlock(digest),
                    attempt,
                    receipt: None,
                })
            }
            Ok(item) => Some(Verified {
                item,
                attempt,
                receipt,
            }),
            Err(refusal) => {
                self.shared.refuse(receipt, refusal);
                None
            }
        }
    }
}

fn refusal_of_vote(error: &VoteError) -> Refusal {
    match error {
        VoteError::UnknownVoter(_) => Refusal::UnknownMember,
        VoteError::OtherRole => Refusal::Malformed,
        VoteError::NoSeat(_) | VoteError::LosingProof(_) => Refusal::NoSeat,
        VoteError::Proof { .. } => Refusal::BadProof,
        VoteError::Signature(_) => Refusal::BadSignature,
        VoteError::Lottery(_) => Refusal::Unavailable,
    }
}

fn refusal_of_proposal(error: &ProposalError) -> Refusal {
    match error {
        ProposalError::OtherRound | ProposalError::Origin => Refusal::Malformed,
        ProposalError::UnknownProposer(_) => Refusal::UnknownMember,
        ProposalError::Proof { .. } => Refusal::BadProof,
        ProposalError::NoSeat(_) => Refusal::NoSeat,
        ProposalError::Signature(_) => Refusal::BadSignature,
        ProposalError::Lottery(_) => Refusal::Unavailable,
    }
}

fn not_now(view: &View, round: u64) -> Refusal {
    if round < view.round() {
        Refusal::Stale
    } else {
        Refusal::Early
    }
}

/// Credential and signature, and of the header all that the chain can say about it [BA-10]. The body is checked
/// only when the machine wants it.
fn verify_proposal(view: &View, message: ProposalMessage) -> Result<Item, Refusal> {
    let ProposalMessage { proposal, block } = message;
    let context = view
        .context(proposal.round)
        .ok_or_else(|| not_now(view, proposal.round))?;
    if let Some(block) = &block {
        let header = &block.header;
        let is_named = header.digest() == proposal.block
            && header.round == proposal.round
            && header.original_period == proposal.original_period
            && header.proposer == proposal.original_proposer;
        if !is_named || block.check_body().is_err() {
            return Err(Refusal::OtherBody);
        }
    }
    let proposal = proposal.verify(context).map_err(|error| {
        tracing::debug!(%error, "proposal refused");
        refusal_of_proposal(&error)
    })?;
    match &block {
        Some(block) if block.header.round == view.round() => {
            view.chain.check_header(&block.header).map_err(|error| {
                tracing::debug!(%error, "header refused");
                Refusal::InvalidBody
            })?;
        }
        // A header of the next round can be checked when that round begins.
        _ => {}
    }
    Ok(Item::Proposal(Box::new(proposal), block.map(Box::new)))
}

fn verify_certificate(view: &View, certificate: &UnverifiedCertificate) -> Result<Item, Refusal> {
    let round = certificate.role.round;
    let context = view.context(round).filter(|_| round == view.round());
    let context = context.ok_or_else(|| not_now(view, round))?;
    let verified = certificate.verify(context).map_err(|error| match error {
        CertificateError::Lottery(_) => Refusal::Unavailable,
        _ => Refusal::BadCertificate,
    })?;
    Ok(Item::Certificate(Box::new(verified)))
}

/// What the header commits to and the chain refuses, it refuses for ever. A body that is not the header's says
/// nothing about the block.
fn verify_block(view: &View, block: Box<Block>) -> Result<Item, Refusal> {
    if block.header.round != view.round() {
        return Err(not_now(view, block.header.round));
    }
    match view.chain.check_block(&block) {
        Ok(()) => Ok(Item::Block(block)),
        Err(ChainError::Body(error)) => {
            tracing::debug!(%error, "body refused");
            Err(Refusal::OtherBody)
        }
        Err(error) => {
            tracing::debug!(%error, "block refused");
            Ok(Item::BadBlock(block.header.digest()))
        }
    }
}

fn verify_final(view: &View, block: FinalBlock) -> Result<Item, Refusal> {
    let round = block.block.header.round;
    if round != view.round() {
        return Err(not_now(view, round));
    }
    view.chain
        .check_block(&block.block)
        .map_err(|_| Refusal::InvalidBody)?;
    view.chain
        .check_certificate(&block.block.header, &block.certificate)
        .map_err(|_| Refusal::BadCertificate)?;
    Ok(Item::Final(vec![block]))
}
