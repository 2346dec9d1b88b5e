//! Stake: what this node brings into blocks by itself, reports of offences and signs of life.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use klero_committee::{Equivocation, Proposal, Role, Step, Value, Vote, VoteBundle};
use klero_finality::Block;
use klero_sampling::{Digest, Domain};
use klero_stake::{Evidence, Operation, OperationError, Receipt, SignedOperation, Status};

use super::Core;
use crate::events::{EvidenceEvent, NodeEvent, now_us};
use crate::wire::Message;

/// The most offences that wait to be reported; more come from a network that is beyond reports.
const MOST_OFFENCES: usize = 1024;
/// The most members whose Cert and Next votes are compared in a round.
const MOST_WATCHED: usize = 1 << 14;
/// How many rounds after a sign of life the next one is sent, if no block took the first.
const HEARTBEAT_AGAIN: u64 = 8;

/// Offences seen, and what may become one.
#[derive(Debug, Default)]
pub(super) struct Watch {
    /// Evidence by round, period and voter: one offence is one, however often it is seen.
    offences: BTreeMap<(u64, u32, u32), Evidence>,
    /// By period and voter of the round under way: the first Cert vote and the first Next votes for two values.
    spoken: BTreeMap<(u32, u32), Vec<Vote>>,
    /// The rounds of the last signs of life.
    heartbeats: BTreeMap<Digest, u64>,
    /// Whose offences, and whose convictions, the log has told of: each once, for they may go on until the removal.
    told: BTreeSet<(Digest, bool)>,
}

impl Watch {
    /// Notes evidence; says whether it is about something new.
    fn note(&mut self, evidence: Evidence) -> bool {
        let place = (evidence.round, evidence.period, evidence.voter);
        let is_new = self.offences.len() < MOST_OFFENCES && !self.offences.contains_key(&place);
        if is_new {
            self.offences.insert(place, evidence);
        }
        is_new
    }

    /// Whether the log has not told yet that a validator offended, or was convicted.
    fn is_news(&mut self, offender: Digest, is_conviction: bool) -> bool {
        self.told.len() < MOST_OFFENCES && self.told.insert((offender, is_conviction))
    }

    /// Compares a vote with others of its member [STK-5] (b): who signs Cert for a value signs Next of that period for no
    /// other.
    fn compare(&mut self, vote: &Vote) -> Option<Evidence> {
        let (role, key) = (vote.role(), (vote.role().period, vote.voter()));
        if !matches!(role.step, Step::Cert | Step::Next(_)) {
            return None;
        }
        if self.spoken.len() >= MOST_WATCHED && !self.spoken.contains_key(&key) {
            return None;
        }
        let spoken = self.spoken.entry(key).or_default();
        let found = spoken.iter().find_map(|other| Evidence::of_votes(other, vote));
        // One vote of each kind and value is enough to find any pair; two values of a kind are an offence already.
        let is_cert = |step: Step| step == Step::Cert;
        let is_known =
            |other: &Vote| is_cert(other.role().step) == is_cert(role.step) && other.value() == vote.value();
        if spoken.len() < 4 && !spoken.iter().any(is_known) {
            spoken.push(vote.clone());
        }
        found
    }
}

impl Core {
    /// Two votes of one member in one role [STK-5] (a).
    pub(super) fn saw_equivocation(&mut self, pair: &Equivocation) {
        let evidence = Evidence::of_votes(pair.first(), pair.second());
        let event = evidence.as_ref().and_then(|evidence| self.describe(evidence));
        let id = event.and_then(|event| event.validator);
        if id.is_none_or(|id| self.watch.is_news(id, false)) {
            tracing::warn!(role = %pair.role(), voter = pair.voter(), "a member signed two values in one role");
        }
        self.saw_offence(evidence);
    }

    /// A vote that was verified [STK-5] (b).
    pub(super) fn watch_vote(&mut self, vote: &Vote) {
        if vote.role().round == self.machine.round() {
            let found = self.watch.compare(vote);
            self.saw_offence(found);
        }
    }

    /// What this node sees first it tells the others: who proposes next may not have heard both.
    fn saw_offence(&mut self, evidence: Option<Evidence>) {
        if let Some(evidence) = evidence
            && self.note_offence(evidence)
        {
            self.publish(Message::Evidence(evidence), 0);
        }
    }

    /// Evidence that a peer presents, and that was proven; says whether it is new.
    pub(super) fn on_evidence(&mut self, evidence: Evidence) -> bool {
        self.note_offence(evidence)
    }

    /// Notes evidence, and tells of it if it is about something new; says whether it is.
    fn note_offence(&mut self, evidence: Evidence) -> bool {
        let is_new = self.watch.note(evidence);
        if is_new && let Some(event) = self.describe(&evidence) {
            self.links.metrics.offence(event.kind);
            self.emit(NodeEvent::Evidence(event));
        }
        is_new
    }

    /// The offences that wait to be reported in a block.
    pub(super) fn offences(&self) -> Vec<EvidenceEvent> {
        let offences = self.watch.offences.values();
        offences.filter_map(|evidence| self.describe(evidence)).collect()
    }

    fn describe(&self, evidence: &Evidence) -> Option<EvidenceEvent> {
        let Evidence {
            round, period, voter, ..
        } = *evidence;
        let view = self.links.view.get();
        let past = self.links.past.get(round).map(|(context, _)| context);
        let context = past.as_ref().or_else(|| view.context(round));
        let member = context.and_then(|context| context.electorate().member(voter));
        Some(EvidenceEvent {
            round,
            period,
            validator: member.map(|member| member.id),
            index: voter,
            kind: evidence.kind().ok()?,
            at_us: now_us(),
        })
    }

    /// Two blocks of one proposer in one role [STK-5] (a).
    pub(super) fn saw_two_blocks(&mut self, first: &Proposal, second: &Proposal) {
        tracing::warn!(role = %second.role(), proposer = second.proposer(), "a proposer signed two blocks");
        self.saw_offence(Evidence::of_proposals(first, second));
    }

    /// The operations of the block that this node is about to propose: reports of what it saw, before their offenders'
    /// own operations, and what waits.
    pub(super) fn operations(&mut self, proposer: u32) -> Vec<SignedOperation> {
        let mut taken = Vec::new();
        let Ok(mut transition) = self.chain.transition() else {
            return taken;
        };
        let reporter = self.context.electorate().member(proposer).map(|member| member.id);
        let operator = reporter.and_then(|id| Some((id, self.keys.operator(&id)?)));
        if let Some((id, operator)) = operator {
            let mut settled = Vec::new();
            for (place, evidence) in &self.watch.offences {
                // The registry's court is asked about rounds whose successors it knows.
                if place.0 > self.chain.round() {
                    continue;
                }
                let nonce = transition
                    .registry()
                    .account(&id)
                    .map_or(0, |account| account.nonce);
                let evidence = Box::new(*evidence);
                let report =
                    SignedOperation::sign(operator, self.chain.id(), nonce, Operation::Report { evidence });
                let verified = report.clone().verify(self.chain.rules());
                match verified.and_then(|verified| transition.apply(&verified)) {
                    Ok(()) => taken.push(report),
                    // Convicted by somebody else's report, or too long ago.
                    Err(OperationError::Evidence(_)) => settled.push(*place),
                    Err(error) => tracing::debug!(%error, "an offence is not reported in this block"),
                }
            }
            for place in settled {
                self.watch.offences.remove(&place);
            }
        }
        self.links.operations.fill(&mut transition, &mut taken);
        taken
    }

    /// After a final block: what it did to the registry, and what this node's own validators owe.
    pub(super) fn on_registry(&mut self, block: &Block, receipts: Vec<Receipt>) {
        let registry = std::sync::Arc::clone(self.chain.registry());
        self.links.operations.prune(&registry);
        self.watch.spoken.clear();
        let age = self.chain.rules().parameters.evidence_age;
        let round = block.header.round;
        self.watch
            .offences
            .retain(|(of, ..), _| of.saturating_add(age) > round);
        for receipt in receipts {
            if let Receipt::Convicted { offence, kind, burnt } = &receipt
                && (self.watch.is_news(offence.offender, true) || *burnt > 0)
            {
                tracing::warn!(offender = %offence.offender, round = offence.round, ?kind, burnt, "convicted");
                self.links.metrics.convicted();
            }
            self.emit(NodeEvent::Stake { round, receipt });
        }
        self.send_heartbeats(round);
        for (operation, attempt) in self.links.operations.due_again(Instant::now()) {
            self.publish(Message::Operation(Box::new(operation)), attempt);
        }
    }

    /// [STK-7]: certificates leave signers out, so who has no trace for half the window, or is suspended, gives a sign
    /// of life.
    fn send_heartbeats(&mut self, round: u64) {
        let window = self.chain.rules().parameters.activity_window;
        let ids: BTreeSet<Digest> = self.keys.ids().collect();
        for id in ids {
            let Some(operator) = self.keys.operator(&id) else {
                continue;
            };
            let account = self.chain.registry().account(&id);
            let Some(validator) = account.and_then(|account| account.validator.as_ref()) else {
                continue;
            };
            let is_quiet = round.saturating_sub(validator.last_trace) >= window.div_ceil(2);
            let last = self.watch.heartbeats.get(&id).copied();
            let is_sent = last.is_some_and(|last| round.saturating_sub(last) < HEARTBEAT_AGAIN);
            if is_sent || !(is_quiet || validator.status == Status::Suspended) || !self.may_speak() {
                continue;
            }
            self.watch.heartbeats.insert(id, round);
            let nonce = self.links.operations.next_nonce(self.chain.registry(), &id);
            let heartbeat = SignedOperation::sign(operator, self.chain.id(), nonce, Operation::Heartbeat);
            match self.links.operations.offer(&self.chain, heartbeat.clone(), true) {
                Ok(_) => {
                    tracing::info!(validator = %id, "a sign of life: no block has had a trace of it for long");
                    self.publish(Message::Operation(Box::new(heartbeat)), 0);
                }
                Err(error) => tracing::warn!(validator = %id, %error, "no sign of life could be sent"),
            }
        }
    }

    /// For testnets: the votes of a validator that was told to equivocate, for a block that does not exist.
    pub(super) fn equivocate(&self, role: Role, value: Value) {
        if !self.equivocates || !matches!(role.step, Step::Soft | Step::Cert) {
            return;
        }
        let other = Domain::Message.digest(&(role, value));
        let votes = self.keys.cast(&self.context, role, Value::Block(other));
        for bundle in VoteBundle::of(role, Value::Block(other), &votes) {
            self.publish(Message::Votes(bundle), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use klero_committee::cast_vote;

    use super::*;
    use crate::four_members::context;

    const A: Value = Value::Block(Digest([1; 32]));
    const B: Value = Value::Block(Digest([2; 32]));

    /// What the first member says in period 0, in this order; which of it convicts with something before it.
    fn convicts(said: &[(Step, Value)]) -> Vec<bool> {
        let (context, keys) = context();
        let mut watch = Watch::default();
        let vote = |(step, value): &(Step, Value)| {
            cast_vote(&context, Role::new(5, 0, *step), *value, 0, &keys[0]).unwrap()
        };
        let found = said.iter().map(|said| watch.compare(&vote(said)));
        found.map(|found| found.is_some()).collect()
    }

    /// [STK-5] [COM-4] In either order, and beside any number of votes that an honest member may make.
    #[test]
    fn cert_for_a_block_and_next_for_another_convict() {
        let (cert, next) = (Step::Cert, Step::Next);
        assert_eq!(convicts(&[(cert, A), (next(0), B)]), [false, true]);
        assert_eq!(convicts(&[(next(0), Value::Bottom), (cert, A)]), [false, true]);
        let many = [
            (next(0), A),
            (next(1), Value::Bottom),
            (next(2), B),
            (next(3), B),
            (cert, B),
        ];
        assert_eq!(convicts(&many), [false, false, false, false, true]);
    }

    /// [STK-5]
    #[test]
    fn what_an_honest_member_says_convicts_nobody() {
        let (soft, cert, next) = (Step::Soft, Step::Cert, Step::Next);
        assert_eq!(
            convicts(&[(soft, A), (cert, A), (next(0), A), (next(1), A)]),
            [false; 4]
        );
        assert_eq!(
            convicts(&[(soft, B), (next(0), Value::Bottom), (next(1), A)]),
            [false; 3]
        );
        assert_eq!(convicts(&[(cert, A), (cert, A)]), [false; 2]);
    }

    /// [STK-5] One offence is noted once, whichever two signatures show it.
    #[test]
    fn an_offence_is_noted_once() {
        let (context, keys) = context();
        let vote = |step, value| cast_vote(&context, Role::new(5, 0, step), value, 0, &keys[0]).unwrap();
        let first = Evidence::of_votes(&vote(Step::Soft, A), &vote(Step::Soft, B)).unwrap();
        let other = Evidence::of_votes(&vote(Step::Cert, A), &vote(Step::Cert, B)).unwrap();
        let mut watch = Watch::default();
        assert!(watch.note(first));
        assert!(!watch.note(other) && !watch.note(first));
    }

    /// A validator that offends in every round until its removal fills no log.
    #[test]
    fn an_offender_is_told_of_once_and_its_conviction_once() {
        let (mut watch, id) = (Watch::default(), Digest([1; 32]));
        assert!(watch.is_news(id, false) && watch.is_news(id, true));
        assert!(!watch.is_news(id, false) && !watch.is_news(id, true));
        assert!(watch.is_news(Digest([2; 32]), true));
    }
}
