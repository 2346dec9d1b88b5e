//! The core: the one thread that owns the state machine, the chain, the keys and the log.
//!
//! What comes in is verified already: by the pool ([`crate::verify`]), by the synchronization or by the
//! application. The core tells the machine, carries out what the machine asks for ([`carry`]), and returns to its
//! inbox. It never waits for the network or for the application; it waits for the disk, before it speaks [BA-9].
//!
//! ```text
//!  pool ──┐                      ┌─► log, synced ─► network        (carry, speak)
//!  sync ──┼─► inbox ─► machine ──┼─► timers                        (timers)
//!  app  ──┘                      ├─► bodies wanted, judged         (bodies)
//!                                └─► final: store ─► next round    (finish)
//! ```

mod bodies;
mod carry;
mod checkpoints;
mod desk;
mod disk;
mod due;
mod error;
mod explain;
mod finish;
mod forks;
mod hearing;
pub(crate) mod idle;
mod keys;
mod lookout;
mod recover;
mod relays;
mod resend;
mod silence;
mod speak;
mod stake;
mod starting;
mod timers;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::Sender as EventSender;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, select};
use klero_agreement::{Agreement, FilterTime, Input, Output};
use klero_committee::{Proposal, QuorumCertificate, Role, RoundContext, Value, Vote};
use klero_finality::{Block, Chain, FinalBlock, SignedCheckpoint};
use klero_net::{Network, PeerId, Receipt, Refusal, Verdict};
use klero_sampling::Digest;
use tokio::sync::{mpsc, watch};

use crate::BlockStore;
use crate::app_thread::{Answer, ApplicationThread, Request};
use crate::core_desk::Question;
use crate::events::NodeEvent;
use crate::feed::Feed;
use crate::inquiry::Whose;
use crate::last_votes::LastVotes;
use crate::metrics::Metrics;
use crate::operations::OperationPool;
use crate::past::PastRounds;
use crate::peer_book::PeerBook;
use crate::position::Position;
use crate::snapshot::Snapshots;
use crate::status::SharedStatus;
use crate::verify::Verifier;
use crate::verify::copies::NOBODY;
use crate::view::{OpenBlocks, SharedView};
use crate::vote_log::VoteLog;

use bodies::Bodies;
pub(crate) use checkpoints::MOST_ATTEMPTS;
use checkpoints::Signing;
use disk::FullDisk;
use due::Due;
pub use error::CoreError;
pub(crate) use forks::ForkHook;
pub(crate) use keys::OwnKeys;
use lookout::Lookout;
use relays::Relays;
use silence::Silence;
use speak::{OwnMessages, Proposing};
use stake::Watch;
use timers::Timers;

/// The most verified messages that wait for the core; while it is full the pool waits, and its queue fills.
const INBOX: usize = 1024;

/// How often the core looks up when nothing comes.
const LOOK: Duration = Duration::from_secs(1);

/// Something verified, but for an [`Item::Offer`].
#[derive(Debug)]
pub(crate) struct Verified {
    /// What it is.
    pub(crate) item: Item,
    /// The counter of the envelope it came in.
    pub(crate) attempt: u32,
    /// Where the verdict goes, if it came by gossip.
    pub(crate) receipt: Option<Receipt>,
}

/// What the core is told.
#[derive(Debug)]
pub(crate) enum Item {
    /// Votes of one role.
    Votes(Role, Vec<Vote>),
    /// A proposal, and its block unless it is only passed on as evidence.
    Proposal(Box<Proposal>, Option<Box<Block>>),
    /// A certificate.
    Certificate(Box<QuorumCertificate>),
    /// A block that came by gossip, not verified: whether it is needed is for the core to say.
    Offer(Box<Block>),
    /// A block of the round under way that follows the chain; the application was not asked yet.
    Block(Box<Block>),
    /// A copy of something verified before, named by its role and speakers.
    Copy(Role, Vec<u32>),
    /// The digest of a block that can never follow the chain.
    BadBlock(Digest),
    /// Final blocks in the order of their rounds.
    Final(Vec<FinalBlock>),
    /// Two signatures that convict.
    Evidence(klero_stake::Evidence),
    /// Votes for one checkpoint, of one attempt.
    CheckpointVotes(Vec<Vote>),
    /// A copy of votes for a checkpoint, by their role and first voter.
    CheckpointCopy(Role, u32),
    /// A copy of what tells nothing a second time.
    Known,
    /// A signed checkpoint, by its number.
    Checkpoint(u64, Box<SignedCheckpoint>),
    /// A Cert certificate for another block than the final one of its round.
    Contradiction(Box<QuorumCertificate>),
    /// The API asks.
    Question(Question),
    /// Which votes of this node's validators a peer heard last, and the round that it is in [BA-9].
    Told {
        peer: PeerId,
        round: u64,
        votes: Vec<Vote>,
    },
}

/// Whom the core speaks to.
pub(crate) struct Links {
    /// The network.
    pub(crate) network: Network,
    /// The verification pool, for the node's own proposals and for blocks that came early.
    pub(crate) verifier: Verifier,
    /// The application.
    pub(crate) application: ApplicationThread,
    /// What the pool verifies against.
    pub(crate) view: SharedView,
    /// Blocks that peers may ask for.
    pub(crate) open: OpenBlocks,
    /// The votes of the round under way, for peers that start again.
    pub(crate) votes: LastVotes,
    /// Whose votes peers are asked for.
    pub(crate) inquiry: watch::Sender<Whose>,
    /// What the API shows.
    pub(crate) status: SharedStatus,
    /// What is counted.
    pub(crate) metrics: Arc<Metrics>,
    /// Who started the node, if it wants to know.
    pub(crate) events: Option<EventSender<NodeEvent>>,
    /// Who listens to the API.
    pub(crate) feed: Feed,
    /// Bodies to ask peers for; when it is full the machine asks again at its next deadline.
    pub(crate) fetch: mpsc::Sender<Digest>,
    /// The final blocks.
    pub(crate) blocks: BlockStore,
    /// Operations on the registry that wait.
    pub(crate) operations: OperationPool,
    /// The rounds that are over.
    pub(crate) past: PastRounds,
    /// Where states of the chain are kept.
    pub(crate) snapshots: Snapshots,
    /// Who is there, and who is gone.
    pub(crate) peers: PeerBook,
    /// What the embedding client does upon a fork.
    pub(crate) on_fork: Option<ForkHook>,
}

/// The core.
pub(crate) struct Core {
    chain: Chain,
    machine: Agreement,
    context: RoundContext,
    keys: OwnKeys,
    log: VoteLog,
    silence: Option<Silence>,
    alarm: Option<String>,
    /// Set as long as nothing can be written.
    full: Option<FullDisk>,
    /// What fell due in this round while the node may not speak.
    due: Vec<Due>,
    /// Whether the operator paused voting.
    paused: bool,
    links: Links,
    todo: VecDeque<Task>,
    answers: VecDeque<Answer>,
    bodies: Bodies,
    certificates: BTreeMap<(Role, Value), QuorumCertificate>,
    own: OwnMessages,
    /// Rounds and timestamps of the blocks proposed in this round and the next, held or not.
    timestamps: BTreeMap<Digest, (u64, u64)>,
    proposing: Option<Proposing>,
    relays: Relays,
    timers: Timers,
    attempt: u32,
    /// Where the machine stood when it was last told something.
    position: Position,
    /// When this process started, in milliseconds since 1970.
    started: u64,
    filter: FilterTime,
    round_began: Instant,
    lowest_after: Option<u32>,
    /// Votes counted when the Cert quorum was seen, and those of them with a proof.
    counted: (u64, u64),
    watch: Watch,
    lookout: Lookout,
    signing: BTreeMap<u64, Signing>,
    /// The checkpoint whose certificate was last sent to somebody late, when, and how many times one was.
    answered: Option<(u64, Instant, u32)>,
    /// Whether this node signs a second value in each role: for testnets that are to see what happens then.
    equivocates: bool,
    /// Whether the round under way was entered by deciding the one before, not by learning of it.
    saw_begin: bool,
}

/// What follows from what was carried out, and waits until all of that is.
#[derive(Debug)]
enum Task {
    /// To be told to the machine: the node's own votes.
    Tell(Box<Input>),
    /// The round was decided.
    Decided(Role, Digest),
}

/// The inbox's two ends.
pub(crate) fn inbox() -> (Sender<Verified>, Receiver<Verified>) {
    crossbeam_channel::bounded(INBOX)
}

impl Core {
    /// Runs until `stop` is dropped or sends.
    ///
    /// # Errors
    /// [`CoreError`] when the node cannot go on.
    pub(crate) fn run(mut self, inbox: &Receiver<Verified>, stop: &Receiver<()>) -> Result<(), CoreError> {
        let answers = self.links.application.answers.clone();
        loop {
            self.on_time()?;
            self.see_whether_to_speak()?;
            self.try_disk()?;
            self.greet()?;
            self.settle()?;
            self.show();
            self.look_out();
            let next = self
                .timers
                .next()
                .unwrap_or_else(|| Instant::now() + Duration::from_secs(1));
            let wait = next
                .saturating_duration_since(Instant::now())
                .min(self.look_again());
            select! {
                recv(inbox) -> verified => match verified {
                    Ok(verified) => self.on_verified(verified)?,
                    Err(_) => return Err(CoreError::Gone("verification pool")),
                },
                recv(answers) -> answer => match answer {
                    Ok(answer) => self.on_answer(answer)?,
                    Err(_) => return Err(CoreError::Gone("application")),
                },
                recv(stop) -> _ => return Ok(()),
                default(wait) => {}
            }
        }
    }

    fn on_verified(&mut self, verified: Verified) -> Result<(), CoreError> {
        let Verified {
            item,
            attempt,
            receipt,
        } = verified;
        if let (Item::Votes(role, votes), Some(receipt)) = (&item, &receipt) {
            self.brought(*role, votes, receipt.peer());
        }
        let is_useful = match item {
            Item::Votes(role, votes) => self.on_votes(role, votes, attempt)?,
            Item::Proposal(proposal, block) => self.on_proposal(*proposal, block, attempt)?,
            Item::Certificate(certificate) => self.on_certificate(*certificate, attempt)?,
            Item::Block(block) => self.on_block(Arc::new(*block), attempt)?,
            Item::Offer(block) => {
                let left = self.on_offer(block, attempt, receipt);
                self.refuse_copy(left);
                return Ok(());
            }
            Item::Copy(role, speakers) => self.on_copy(role, &speakers, attempt),
            Item::BadBlock(digest) => {
                self.tell(Input::Rejected(digest))?;
                false
            }
            Item::Final(blocks) => self.on_final(blocks)?,
            Item::Evidence(evidence) => self.on_evidence(evidence),
            Item::CheckpointVotes(votes) => self.on_checkpoint_votes(votes, attempt)?,
            Item::CheckpointCopy(role, voter) => self.on_checkpoint_copy(role, voter, attempt)?,
            Item::Known => false,
            Item::Checkpoint(number, signed) => self.on_checkpoint(number, &signed)?,
            Item::Contradiction(certificate) => self.on_contradiction(&certificate)?,
            Item::Question(question) => self.on_question(question)?,
            Item::Told { peer, round, votes } => {
                self.on_told(peer, round, &votes)?;
                false
            }
        };
        match receipt {
            Some(receipt) if is_useful => self.links.network.verdict(receipt, Verdict::Accept),
            left => self.refuse_copy(left),
        }
        Ok(())
    }

    fn refuse_copy(&self, receipt: Option<Receipt>) {
        if let Some(receipt) = receipt {
            self.links.network.verdict(receipt, Refusal::Duplicate.verdict());
        }
    }

    fn on_votes(&mut self, role: Role, votes: Vec<Vote>, attempt: u32) -> Result<bool, CoreError> {
        let voters: Vec<u32> = votes.iter().map(Vote::voter).collect();
        let mut is_useful = false;
        for vote in votes {
            self.look_for_twin(&vote)?;
            self.links.votes.note(&vote);
            self.watch_vote(&vote);
            self.heard(role, vote.voter());
            is_useful |= self.tell(Input::Vote(vote))?;
        }
        let is_relevant =
            role.round == self.machine.round() && role.period.abs_diff(self.machine.period()) <= 1;
        let again = is_relevant && self.relays.again(role, &voters, attempt);
        Ok(is_useful || again)
    }

    fn on_proposal(
        &mut self,
        proposal: Proposal,
        block: Option<Box<Block>>,
        attempt: u32,
    ) -> Result<bool, CoreError> {
        let (role, proposer, digest) = (proposal.role(), proposal.proposer(), *proposal.block());
        if block.is_none() && !self.bodies.has(&digest) && !self.relays.has_proposed(role, proposer) {
            // Without its header nobody can tell whether it may enter.
            return Ok(false);
        }
        self.relays.note_proposal(role, proposer);
        if let Some(block) = &block {
            self.note_timestamp(&block.header, digest);
        }
        let is_useful = self.tell(Input::Proposal(proposal))?;
        if let Some(block) = block
            && self.machine.needs_body(&digest)
            && self.bodies.is_checked(&digest) != Some(true)
        {
            self.bodies.hold(digest, Arc::new(*block));
            self.check_body(&digest);
        }
        let is_lowest = self
            .machine
            .lowest()
            .is_some_and(|lowest| *lowest.block() == digest);
        Ok(is_useful || (is_lowest && self.relays.again(role, &[proposer], attempt)))
    }

    fn on_certificate(&mut self, certificate: QuorumCertificate, attempt: u32) -> Result<bool, CoreError> {
        let (role, value) = (certificate.role(), certificate.value());
        let is_useful = self.tell(Input::Certificate(certificate))?;
        let is_kept = self.certificates.contains_key(&(role, value));
        Ok(is_useful || (is_kept && self.relays.again(role, &[NOBODY], attempt)))
    }

    /// Tells the machine, and carries out what it answers; says whether what it was told is worth passing on.
    fn tell(&mut self, input: Input) -> Result<bool, CoreError> {
        let outputs = self.machine.handle(input);
        self.carry_out(outputs)
    }

    fn carry_out(&mut self, outputs: Vec<Output>) -> Result<bool, CoreError> {
        let mut relay = false;
        self.follow(false);
        for output in outputs {
            relay |= output == Output::Relay;
            self.carry_out_one(output)?;
        }
        Ok(relay)
    }

    /// Lets the pool know where the machine stands now, and that it may have another use for votes there.
    fn follow(&mut self, is_other_step: bool) {
        let (round, period, k) = (self.machine.round(), self.machine.period(), self.machine.k());
        let position = Position { round, period, k };
        let before = std::mem::replace(&mut self.position, position);
        if is_other_step || before != position {
            let is_other_period = (before.round, before.period) != (round, period);
            self.links.verifier.enter(position, is_other_period);
            if is_other_period {
                self.prune_bodies();
            }
        }
    }

    /// Does everything that follows, until only the outside can bring something new.
    fn settle(&mut self) -> Result<(), CoreError> {
        loop {
            if let Some(task) = self.todo.pop_front() {
                match task {
                    Task::Tell(input) => self.tell(*input).map(drop)?,
                    Task::Decided(role, digest) => self.on_decided(role, digest)?,
                }
            } else if let Some(answer) = self.answers.pop_front() {
                self.on_answer(answer)?;
            } else {
                return Ok(());
            }
        }
    }

    fn on_time(&mut self) -> Result<(), CoreError> {
        let now = Instant::now();
        while let Some(due) = self.timers.pop(now) {
            match due {
                timers::Due::Machine(timer) => {
                    self.tell(Input::Timeout(timer))?;
                    self.follow(true);
                }
                timers::Due::Judge(digest) => self.judge(&digest)?,
            }
        }
        Ok(())
    }

    fn on_answer(&mut self, answer: Answer) -> Result<(), CoreError> {
        match answer {
            Answer::Built {
                round,
                period,
                root,
                payload,
            } => self.on_built(round, period, root, payload),
            Answer::Judged { digest, judgement } => self.on_judged(digest, judgement),
            Answer::Finalized { root, waiting } => {
                self.links.status.update(|status| {
                    status.application_root = Some(root);
                    status.pool = waiting;
                });
                Ok(())
            }
            Answer::Waiting(error) => {
                self.note_full(error.to_string());
                Ok(())
            }
            Answer::Failed(error) => Err(error.into()),
        }
    }

    /// Asks the application. While it is behind, its answers are taken in, so that neither waits for the other.
    fn ask(&mut self, request: Request) -> Result<(), CoreError> {
        let mut request = Some(request);
        while let Some(waiting) = request.take() {
            match self
                .links
                .application
                .requests
                .send_timeout(waiting, Duration::from_millis(1))
            {
                Ok(()) => {}
                Err(crossbeam_channel::SendTimeoutError::Timeout(again)) => {
                    request = Some(again);
                    match self
                        .links
                        .application
                        .answers
                        .recv_timeout(Duration::from_millis(1))
                    {
                        Ok(answer) => self.answers.push_back(answer),
                        Err(RecvTimeoutError::Timeout) => {}
                        Err(RecvTimeoutError::Disconnected) => return Err(CoreError::Gone("application")),
                    }
                }
                Err(crossbeam_channel::SendTimeoutError::Disconnected(_)) => {
                    return Err(CoreError::Gone("application"));
                }
            }
        }
        Ok(())
    }
}
