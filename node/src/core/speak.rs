//! Speaking: draw and sign with the node's keys, write the log, then send [BA-9].

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_agreement::Input;
use klero_committee::{Role, Step, Value, Vote, VoteBundle, make_proposal};
use klero_finality::{Block, Draft, Header};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;

use super::due::Due;
use super::{Core, CoreError, Task};
use crate::app::Place;
use crate::app_thread::Request;
use crate::events::{NodeEvent, now_us};
use crate::verify::Job;
use crate::vote_log::Entry;
use crate::wire::{Message, ProposalMessage};

/// How far a proposal's timestamp may be ahead of this node's clock, in milliseconds [FIN-2].
pub(super) const ALLOWED_DRIFT: u64 = 2_000;

/// More proposals than this in two rounds come from members that break the rules.
const MOST_TIMESTAMPS: usize = 1 << 14;

/// What this node said in the round under way.
#[derive(Debug, Default)]
pub(super) struct OwnMessages {
    pub(super) votes: BTreeMap<Role, Vec<VoteBundle>>,
    pub(super) proposals: BTreeMap<u32, ProposalMessage>,
}

impl OwnMessages {
    /// Whether this node cast a vote, in this process or before it was started again.
    pub(super) fn has_cast(&self, vote: &Vote) -> bool {
        self.has_signed(vote.role(), vote.value(), vote.voter())
    }

    /// The same for a vote that is known by its certificate.
    pub(super) fn has_signed(&self, role: Role, value: Value, voter: u32) -> bool {
        let bundles = self.votes.get(&role).into_iter().flatten();
        let mut same = bundles.filter(|bundle| bundle.value == value);
        same.any(|bundle| bundle.votes.iter().any(|cast| cast.voter == voter))
    }

    /// Whether this node proposed a block: others may ask for it.
    pub(super) fn has_proposed(&self, digest: &Digest) -> bool {
        self.proposals.values().any(|own| own.proposal.block == *digest)
    }
}

/// A proposal under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Proposing {
    period: u32,
    proposer: u32,
    /// A carried block that is still to come; none while the application builds a payload.
    carried: Option<Digest>,
    timestamp: u64,
}

impl Core {
    /// A vote is due: the log is written, drawn or not, then the votes of all keys with a seat leave.
    pub(super) fn cast(&mut self, role: Role, value: Value, fresh: bool) -> Result<(), CoreError> {
        if !self.may_speak() {
            self.put_off(Due::Vote { role, value, fresh });
            return Ok(());
        }
        if role.round != self.machine.round() || (fresh && !self.is_in_time(value)) {
            return Ok(());
        }
        let votes = self.keys.cast(&self.context, role, value);
        let bundles = VoteBundle::of(role, value, &votes);
        tracing::debug!(%role, votes = votes.len(), after = self.round_began.elapsed().as_millis(), "vote");
        if !self.write_log(&bundles, None)? {
            self.put_off(Due::Vote { role, value, fresh });
            return Ok(());
        }
        self.links
            .metrics
            .votes_cast(step_name(role.step), votes.len() as u64);
        for bundle in &bundles {
            self.publish(Message::Votes(bundle.clone()), 0);
        }
        self.equivocate(role, value);
        for vote in &votes {
            self.heard(role, vote.voter());
        }
        self.own.votes.entry(role).or_default().extend(bundles);
        self.todo.extend(
            votes
                .into_iter()
                .map(|vote| Task::Tell(Box::new(Input::Vote(vote)))),
        );
        Ok(())
    }

    /// Remembers what a header says of its time; the header itself is verified.
    pub(super) fn note_timestamp(&mut self, header: &Header, digest: Digest) {
        if self.timestamps.len() >= MOST_TIMESTAMPS {
            let machine = &self.machine;
            self.timestamps.retain(|digest, _| machine.needs_body(digest));
        }
        self.timestamps.insert(digest, (header.round, header.timestamp));
    }

    /// [FIN-2]: asked before a Soft vote for a fresh proposal, never remembered, never asked of anything else.
    fn is_in_time(&self, value: Value) -> bool {
        let stated = value.block().and_then(|digest| self.timestamps.get(digest));
        let latest = (now_us() / 1000).saturating_add(ALLOWED_DRIFT);
        match stated {
            Some((_, timestamp)) if *timestamp <= latest => true,
            Some((_, timestamp)) => {
                tracing::warn!(
                    timestamp,
                    latest,
                    "no Soft vote: the block is ahead of this node's clock"
                );
                false
            }
            None => {
                tracing::warn!(block = ?value.block(), "no Soft vote: the header of the proposal is not known");
                false
            }
        }
    }

    /// [BA-2]: of the node's keys the one that draws the lowest rank proposes; the others could not win.
    pub(super) fn propose(&mut self, period: u32, carried: Option<Digest>) -> Result<(), CoreError> {
        if !self.may_speak() {
            let round = self.machine.round();
            self.put_off(Due::Proposal {
                round,
                period,
                carried,
            });
            return Ok(());
        }
        let Some(proposer) = self.keys.best_proposer(&self.context, period) else {
            return Ok(());
        };
        let timestamp = (now_us() / 1000).max(self.chain.timestamp() + 1);
        self.proposing = Some(Proposing {
            period,
            proposer,
            carried,
            timestamp,
        });
        match carried {
            Some(digest) => self.repropose(&digest),
            None => {
                let place = Place {
                    round: self.machine.round(),
                    parent: *self.chain.head(),
                    timestamp,
                };
                self.ask(Request::Build { place, period })
            }
        }
    }

    /// Proposes a carried block again, once it is held.
    pub(super) fn repropose(&mut self, digest: &Digest) -> Result<(), CoreError> {
        let is_wanted = |proposing: &Proposing| proposing.carried == Some(*digest);
        let Some(proposing) = self.proposing.filter(is_wanted) else {
            return Ok(());
        };
        match self.bodies.get(digest) {
            Some(block) => {
                let block = Block::clone(block);
                self.send_proposal(proposing, block)
            }
            None => Ok(()),
        }
    }

    /// The application built a payload: it becomes a block on top of the chain.
    pub(super) fn on_built(
        &mut self,
        round: u64,
        period: u32,
        application_root: Digest,
        payload: Vec<u8>,
    ) -> Result<(), CoreError> {
        let is_wanted = |proposing: &Proposing| proposing.period == period && proposing.carried.is_none();
        let Some(proposing) = self
            .proposing
            .filter(is_wanted)
            .filter(|_| round == self.machine.round())
        else {
            return Ok(());
        };
        let operations = self.operations(proposing.proposer);
        let draft = Draft {
            period,
            operations,
            proposer: proposing.proposer,
            parent_certificate: self.links.blocks.certificate(self.chain.round())?,
            application_root,
            payload,
            now: proposing.timestamp,
        };
        let Some(keys) = self.keys.of_member(self.context.electorate(), proposing.proposer) else {
            return Ok(());
        };
        match draft.into_block(&self.chain, keys) {
            Some(block) => self.send_proposal(proposing, block),
            None => Ok(()),
        }
    }

    fn send_proposal(&mut self, proposing: Proposing, block: Block) -> Result<(), CoreError> {
        self.proposing = None;
        let period = proposing.period;
        if period != self.machine.period() || !self.may_speak() {
            return Ok(());
        }
        let proposer = proposing.proposer;
        let Some(keys) = self.keys.of_member(self.context.electorate(), proposer) else {
            return Ok(());
        };
        let header = &block.header;
        let named = (header.digest(), header.original_period, header.proposer);
        let Some(proposal) = make_proposal(&self.context, period, proposer, keys, |_| Some(named)) else {
            return Ok(());
        };
        // Peers may ask for it even where another one is lower.
        self.links.open.insert(named.0, block.encode());
        self.bodies.hold(named.0, Arc::new(block.clone()));
        let message = ProposalMessage {
            proposal: proposal.as_unverified().clone(),
            block: Some(block),
        };
        if !self.write_log(&[], Some(&message))? {
            let (round, carried) = (self.machine.round(), proposing.carried);
            self.put_off(Due::Proposal {
                round,
                period,
                carried,
            });
            return Ok(());
        }
        tracing::debug!(
            period,
            proposer,
            after = self.round_began.elapsed().as_millis(),
            "proposal"
        );
        self.links.metrics.proposed();
        let round = self.machine.round();
        self.emit(NodeEvent::Proposed {
            round,
            period,
            block: named.0,
            at_us: now_us(),
        });
        self.publish(Message::Proposal(Box::new(message.clone())), 0);
        self.own.proposals.insert(period, message.clone());
        // The node's own proposal is judged like anybody's: the pool verifies it.
        let message = Message::Proposal(Box::new(message));
        self.links.verifier.submit(Job::own(message));
        Ok(())
    }

    /// Writes and syncs what was signed, with all that later votes of the period depend on; says whether it may be sent.
    pub(super) fn write_log(
        &mut self,
        votes: &[VoteBundle],
        proposal: Option<&ProposalMessage>,
    ) -> Result<bool, CoreError> {
        let snapshot = self.machine.snapshot();
        let (period, staged, carried) = (snapshot.period, snapshot.staged, snapshot.previous_value);
        let matters = |role: &Role| match role.step {
            Step::Soft => role.period == period,
            Step::Next(_) => role.period.checked_add(1) == Some(period),
            Step::Propose | Step::Cert => false,
        };
        let certificates = self.certificates.iter().filter(|((role, _), _)| matters(role));
        let digests = staged.map(|(digest, _)| digest).into_iter().chain(carried);
        let blocks = digests.filter_map(|digest| Some((digest, self.bodies.get(&digest)?.as_ref())));
        let entry = Entry {
            snapshot,
            votes,
            proposal,
            certificates: certificates
                .map(|(_, certificate)| certificate.as_unverified())
                .collect(),
            blocks: blocks.collect(),
        };
        let took = self.log.append(&entry);
        let took = self.written(took)?;
        if let Some(took) = took {
            self.links.metrics.log_written(took);
        }
        Ok(took.is_some())
    }

    /// Sends a message to the network. What the network has no room for is sent again at the next deadline.
    pub(super) fn publish(&self, message: Message, attempt: u32) {
        if let Message::Votes(bundle) = &message {
            tell_audit(bundle);
        }
        message.publish(&self.links.network, attempt);
    }
}

/// With `KLERO_LOG=klero_sent=trace` one line on standard error for each vote, before the network has it: an audit compares the
/// order of system calls with it.
fn tell_audit(bundle: &VoteBundle) {
    if !tracing::enabled!(target: "klero_sent", tracing::Level::TRACE) {
        return;
    }
    for vote in &bundle.votes {
        let signature = hex::encode(vote.signature);
        tracing::trace!(target: "klero_sent", role = %bundle.role, signature, "send");
    }
}

/// A step's name in metrics.
pub(super) const fn step_name(step: Step) -> &'static str {
    match step {
        Step::Propose => "propose",
        Step::Soft => "soft",
        Step::Cert => "cert",
        Step::Next(_) => "next",
    }
}
