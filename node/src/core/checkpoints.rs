//! Checkpoints: votes for blocks that are final, until a committee of checkpoints has signed them [FIN-4].
//!
//! What is signed follows from a final block alone, so an honest validator signs one value whatever happens to it, and
//! no log is needed. An attempt that gives no quorum in time is followed by one with a fresh draw.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use klero_committee::{
    Role, RoundContext, Step, Tally, UnverifiedCertificate, Vote, VoteBundle, certificate,
};
use klero_finality::{DueCheckpoint, Header, SignedCheckpoint};

use super::relays::Relays;
use super::{Core, CoreError};
use crate::BlockStore;
use crate::events::NodeEvent;
use crate::store::{Batch, Durability};
use crate::wire::Message;

/// How long the first attempt has; each further one has twice as long as the one before, up to a minute.
const FIRST_ATTEMPT: Duration = Duration::from_secs(5);
const LONGEST_ATTEMPT: Duration = Duration::from_secs(60);
/// The most attempts at a checkpoint; they count in the bound on what may go wrong.
pub(crate) const MOST_ATTEMPTS: u32 = 32;
/// When own votes for a checkpoint are sent again.
const SENT_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// A checkpoint that is being signed.
#[derive(Debug)]
pub(super) struct Signing {
    due: DueCheckpoint,
    attempt: u32,
    /// When the attempt began; none before the first one.
    began: Option<Instant>,
    sent: Instant,
    copies: u32,
    own: Vec<VoteBundle>,
    tallies: BTreeMap<u32, Tally>,
    relays: Relays,
}

impl Signing {
    fn new(due: DueCheckpoint) -> Self {
        Self {
            due,
            attempt: 0,
            began: None,
            sent: Instant::now(),
            copies: 0,
            own: Vec::new(),
            tallies: BTreeMap::new(),
            relays: Relays::default(),
        }
    }

    fn time(&self) -> Duration {
        FIRST_ATTEMPT
            .saturating_mul(1 << self.attempt.min(4))
            .min(LONGEST_ATTEMPT)
    }

    /// Counts a vote; says whether it tells something new.
    fn count(&mut self, vote: Vote) -> bool {
        let tally = self.tallies.entry(vote.role().period).or_default();
        tally.add(vote) != klero_committee::Counted::Known
    }

    /// The certificate of an attempt whose votes are enough.
    fn certificate(&self, attempt: u32) -> Option<UnverifiedCertificate> {
        let (statement, context): (_, &RoundContext) = (self.due.statement(), self.due.context());
        let tally = self.tallies.get(&attempt)?;
        if tally.weight(&statement.value()) < context.threshold(Step::Cert)? {
            return None;
        }
        let votes: Vec<Vote> = tally.votes_for(statement.value()).cloned().collect();
        let role = statement.role(attempt);
        let certificate = certificate::assemble(context, role, statement.value(), &votes)?;
        Some(certificate.as_unverified().clone())
    }
}

impl Core {
    /// A block is final: if it is a checkpoint's, its committee signs it.
    pub(super) fn note_checkpoint(&mut self, header: &Header) {
        let Some(number) = self.chain.checkpoint_rules().number_at(header.round) else {
            return;
        };
        if let Some(due) = self.chain.checkpoint(number) {
            self.signing.insert(number, Signing::new(due));
        }
        let chain = &self.chain;
        self.signing
            .retain(|number, _| chain.checkpoint(*number).is_some());
    }

    /// After a start: the checkpoints that were not signed yet, as far as this node knows.
    pub(super) fn recall_checkpoints(&mut self) -> Result<(), CoreError> {
        let rules = self.chain.checkpoint_rules();
        let last = self.chain.round() / u64::from(rules.interval.max(1));
        for number in (1..=last).rev() {
            let Some(due) = self.chain.checkpoint(number) else {
                break;
            };
            if self.links.blocks.checkpoint(number)?.is_none() {
                self.signing.insert(number, Signing::new(due));
            }
        }
        Ok(())
    }

    /// Begins attempts, ends those that took too long, and sends again what may have been lost.
    pub(super) fn sign_checkpoints(&mut self) -> Result<(), CoreError> {
        if !self.may_speak() {
            return Ok(());
        }
        let now = Instant::now();
        let mut signed = Vec::new();
        for (number, signing) in &mut self.signing {
            let is_over = signing
                .began
                .is_some_and(|began| now.duration_since(began) >= signing.time());
            if is_over && signing.attempt + 1 < MOST_ATTEMPTS {
                signing.attempt += 1;
            }
            let votes = if signing.began.is_none() || is_over {
                signing.began = Some(now);
                (signing.sent, signing.copies) = (now, 0);
                let statement = signing.due.statement();
                let role = statement.role(signing.attempt);
                let votes = self.keys.cast(signing.due.context(), role, statement.value());
                signing.own = VoteBundle::of(role, statement.value(), &votes);
                votes
            } else if now.duration_since(signing.sent) >= SENT_AGAIN_AFTER {
                (signing.sent, signing.copies) = (now, signing.copies + 1);
                Vec::new()
            } else {
                continue;
            };
            for bundle in &signing.own {
                let message = Message::CheckpointVotes(bundle.clone());
                message.publish(&self.links.network, signing.copies);
            }
            let attempt = signing.attempt;
            for vote in votes {
                signing.count(vote);
            }
            signed.extend(
                signing
                    .certificate(attempt)
                    .map(|certificate| (*number, certificate)),
            );
        }
        for (number, certificate) in signed {
            self.finish_checkpoint(number, &certificate)?;
        }
        Ok(())
    }

    /// Votes for a checkpoint that were verified; says whether they tell something new.
    pub(super) fn on_checkpoint_votes(&mut self, votes: Vec<Vote>, copies: u32) -> Result<bool, CoreError> {
        let Some((role, first)) = votes.first().map(|vote| (vote.role(), vote.voter())) else {
            return Ok(false);
        };
        let Some(signing) = self.signing.get_mut(&role.round) else {
            self.answer_late_signer(role.round)?;
            return Ok(false);
        };
        let mut is_new = false;
        for vote in votes {
            is_new |= signing.count(vote);
        }
        let is_again = signing.relays.again(role, &[first], copies);
        if let Some(certificate) = signing.certificate(role.period) {
            self.finish_checkpoint(role.round, &certificate)?;
        }
        Ok(is_new || is_again)
    }

    /// A copy of votes that were verified: passed on as long as the checkpoint is not signed, since somebody may lack them.
    pub(super) fn on_checkpoint_copy(
        &mut self,
        role: Role,
        voter: u32,
        copies: u32,
    ) -> Result<bool, CoreError> {
        match self.signing.get_mut(&role.round) {
            Some(signing) => Ok(signing.relays.again(role, &[voter], copies)),
            None => {
                self.answer_late_signer(role.round)?;
                Ok(false)
            }
        }
    }

    /// Somebody still signs what is signed: its block became final there after the others had sent everything.
    fn answer_late_signer(&mut self, number: u64) -> Result<(), CoreError> {
        let now = Instant::now();
        let is_answered = self
            .answered
            .is_some_and(|(last, at, _)| last == number && now.duration_since(at) < SENT_AGAIN_AFTER);
        if is_answered {
            return Ok(());
        }
        if let Some(signed) = self.links.blocks.checkpoint(number)? {
            let copies = self.answered.map_or(1, |(_, _, copies)| copies + 1);
            self.answered = Some((number, now, copies));
            let message = Message::CheckpointCertificate(signed.certificate);
            self.publish(message, copies);
        }
        Ok(())
    }

    fn finish_checkpoint(
        &mut self,
        number: u64,
        certificate: &UnverifiedCertificate,
    ) -> Result<(), CoreError> {
        let Some(signing) = self.signing.get(&number) else {
            return Ok(());
        };
        match signing.due.signed(certificate) {
            Ok(signed) => {
                self.publish(Message::CheckpointCertificate(certificate.clone()), 0);
                self.on_checkpoint(number, &signed).map(drop)
            }
            Err(error) => {
                tracing::error!(number, %error, "the votes of a checkpoint make no certificate");
                Ok(())
            }
        }
    }

    /// A checkpoint that is signed; says whether that is new.
    pub(super) fn on_checkpoint(
        &mut self,
        number: u64,
        signed: &SignedCheckpoint,
    ) -> Result<bool, CoreError> {
        if self.signing.remove(&number).is_none() {
            return Ok(false);
        }
        let mut batch = Batch::default();
        let is_last = number > self.links.status.get().checkpoint;
        BlockStore::append_checkpoint(&mut batch, number, signed, is_last);
        let stored = self.links.blocks.store().write(batch, Durability::Synced);
        if self.written(stored)?.is_none() {
            // A peer has it when there is space again.
            return Ok(false);
        }
        let round = signed.header.round;
        let attempt = signed.certificate.role.period;
        tracing::info!(number, round, attempt, "checkpoint signed");
        self.links.status.update(|status| {
            if status.checkpoint_round < round {
                (status.checkpoint, status.checkpoint_round) = (number, round);
            }
        });
        self.emit(NodeEvent::Checkpoint {
            number,
            round,
            attempt,
        });
        Ok(true)
    }
}
