//! Carrying out what the machine asks for, in the order in which it asks.

use std::time::{Duration, Instant};

use klero_agreement::{Alarm, Output, Timer};
use klero_committee::{Proposal, QuorumCertificate, Role, Value, Vote, certificate};

use super::timers::Due;
use super::{Core, CoreError, Task};
use crate::events::NodeEvent;
use crate::keys::Secret;
use crate::wire::{Message, ProposalMessage};

impl Core {
    pub(super) fn carry_out_one(&mut self, output: Output) -> Result<(), CoreError> {
        match output {
            Output::Propose { period, carried } => self.propose(period, carried)?,
            Output::Cast { role, value, fresh } => self.cast(role, value, fresh)?,
            Output::Quorum { role, value, votes } => self.certify(role, value, &votes),
            Output::Keep(certificate) => self.keep(certificate),
            // Whoever handed the message in gives the verdict.
            Output::Relay => {}
            Output::Lowest(proposal) => self.note_arrival(&proposal),
            Output::Fetch(block) => self.fetch(block)?,
            Output::SetTimer { timer, after, spread } => self.set_timer(timer, after, spread),
            Output::Resend(items) => self.resend(items)?,
            Output::Decided { role, block } => self.todo.push_back(Task::Decided(role, block)),
            Output::Evidence(pair) => {
                self.saw_equivocation(&pair);
                self.look_for_twin(pair.second())?;
            }
            Output::ProposalEvidence { first, second } => {
                self.saw_two_blocks(&first, &second);
                // [BA-2]: passed on once, without its body.
                let proposal = second.as_unverified().clone();
                self.publish(
                    Message::Proposal(Box::new(ProposalMessage {
                        proposal,
                        block: None,
                    })),
                    0,
                );
            }
            Output::Alarm(alarm) => self.on_alarm(&alarm)?,
        }
        Ok(())
    }

    fn certify(&mut self, role: Role, value: Value, votes: &[Vote]) {
        tracing::debug!(%role, after = self.round_began.elapsed().as_millis(), "quorum");
        self.links.verifier.quorum_seen(role);
        if role.step == klero_committee::Step::Cert {
            let with_proof = votes.iter().filter(|vote| vote.proof().is_some()).count();
            self.counted = (votes.len() as u64, with_proof as u64);
        }
        match certificate::assemble(&self.context, role, value, votes) {
            Some(certificate) => self.keep(certificate),
            None => tracing::error!(%role, "the votes of a quorum make no certificate"),
        }
    }

    fn keep(&mut self, certificate: QuorumCertificate) {
        let place = (certificate.role(), certificate.value());
        self.certificates.entry(place).or_insert(certificate);
    }

    /// [BA-12]: when the proposal arrived that is the lowest so far.
    fn note_arrival(&mut self, proposal: &Proposal) {
        let role = proposal.role();
        if role.period == 0 && role.round == self.machine.round() {
            let after = self.round_began.elapsed().as_millis();
            tracing::debug!(proposer = proposal.proposer(), after, "lowest proposal so far");
            self.lowest_after = Some(u32::try_from(after).unwrap_or(u32::MAX));
        }
    }

    /// [BA-12]: a random spread of up to a tenth keeps nodes from acting in step.
    fn set_timer(&mut self, timer: Timer, after: u32, spread: bool) {
        let after = u64::from(after);
        let most = if spread { after / 10 } else { 0 };
        let random = Secret::random().map_or(0, |bytes| {
            let [first, second, ..] = *bytes.expose();
            u64::from(u16::from_be_bytes([first, second]))
        });
        let late = (most * random) >> 16;
        self.timers.set(
            Instant::now() + Duration::from_millis(after + late),
            Due::Machine(timer),
        );
    }

    /// [BA-13]: the evidence is logged, and the node votes no more, after a restart neither.
    pub(super) fn raise(&mut self, alarm: &Alarm) -> Result<(), CoreError> {
        let cause = format!(
            "{} for {:?} and {} for {:?}",
            alarm.first.0, alarm.first.1, alarm.second.0, alarm.second.1
        );
        tracing::error!(%cause, "two quorums that exclude each other: this node votes no more");
        self.links.metrics.alarm();
        let quorums = [alarm.first, alarm.second];
        let kept = quorums.iter().filter_map(|quorum| self.certificates.get(quorum));
        let evidence: Vec<_> = kept.map(QuorumCertificate::as_unverified).collect();
        let raised = self.log.raise_alarm(&cause, &evidence);
        self.alarm = Some(cause.clone());
        self.written(raised)?;
        self.emit(NodeEvent::Alarm { cause });
        Ok(())
    }
}
