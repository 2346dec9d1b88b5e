//! What the core says of itself: events as they happen, and answers to the API's questions.

use std::cmp::Reverse;

use klero_committee::{Proposal, Role, Step, Vote};
use klero_sampling::Digest;

use super::{Core, CoreError, speak};
use crate::core_desk::{DecidedItem, ProposalItem, Question, RoundPage, StepItem, VoteItem};
use crate::events::NodeEvent;

/// The most proposals, votes of a step and Next steps that a page shows.
const MOST_PROPOSALS: usize = 16;
const MOST_VOTES: usize = 128;
const MOST_NEXT: usize = 4;

impl Core {
    /// Tells whoever started the node, and who listens to its API.
    pub(super) fn emit(&self, event: NodeEvent) {
        self.links.feed.tell(&event);
        if let Some(events) = &self.links.events {
            // Whoever started the node may have stopped listening.
            let _gone = events.send(event);
        }
    }

    /// Answers a question; nothing of it is for the peers.
    ///
    /// # Errors
    /// [`CoreError`] when the disk fails.
    pub(super) fn on_question(&mut self, question: Question) -> Result<bool, CoreError> {
        // Whoever asked may be gone.
        let _gone = match question {
            Question::Round(answer) => answer.send(self.round_page()).is_err(),
            Question::Offences(answer) => answer.send(self.offences()).is_err(),
            Question::Pause(paused, answer) => {
                self.pause(paused)?;
                answer.send(()).is_err()
            }
            Question::TrustLog(answer) => {
                self.trust_log()?;
                self.show();
                answer.send(()).is_err()
            }
        };
        Ok(false)
    }

    fn pause(&mut self, paused: bool) -> Result<(), CoreError> {
        if self.paused == paused {
            return Ok(());
        }
        self.paused = paused;
        if paused {
            tracing::warn!("the operator paused voting: this node casts no votes until it is resumed");
        } else {
            tracing::info!("the operator resumed voting");
        }
        self.emit(NodeEvent::Voting { paused });
        self.say_what_is_due()?;
        self.show();
        Ok(())
    }

    fn round_page(&self) -> RoundPage {
        let machine = &self.machine;
        let mut proposals: Vec<&Proposal> = machine.proposals().collect();
        proposals.sort_by_key(|proposal| proposal.rank());
        let next: Vec<Step> = machine
            .steps()
            .filter(|step| matches!(step, Step::Next(_)))
            .collect();
        let last = next.len().saturating_sub(MOST_NEXT);
        let steps = [Step::Soft, Step::Cert]
            .into_iter()
            .chain(next.into_iter().skip(last));
        RoundPage {
            round: machine.round(),
            period: machine.period(),
            step: self.waits_for().0.to_owned(),
            elapsed_ms: u64::try_from(self.round_began.elapsed().as_millis()).unwrap_or(u64::MAX),
            members: self.context.electorate().len() as u64,
            proposal_count: proposals.len() as u64,
            proposals: proposals
                .into_iter()
                .take(MOST_PROPOSALS)
                .map(|proposal| ProposalItem {
                    index: proposal.proposer(),
                    validator: self.member(proposal.proposer()),
                    block: *proposal.block(),
                })
                .collect(),
            steps: steps.map(|step| self.step_item(step, MOST_VOTES)).collect(),
            decided: self.lookout.decided.clone(),
        }
    }

    /// Keeps what the round looked like when it was decided: a moment later the next one is under way.
    pub(super) fn note_decided(&mut self, role: Role) {
        let steps = [Step::Soft, Step::Cert].into_iter();
        self.lookout.decided = Some(DecidedItem {
            round: role.round,
            period: role.period,
            steps: steps.map(|step| self.step_item(step, 0)).collect(),
        });
    }

    fn step_item(&self, step: Step, most: usize) -> StepItem {
        let lottery = self.context.lottery(step);
        let (weight, needed) = self.machine.progress(step);
        let mut votes: Vec<&Vote> = self.machine.votes(step).collect();
        let voters = votes.len() as u64;
        if most > 0 {
            votes.sort_by_key(|vote| (Reverse(vote.weight()), vote.voter()));
        }
        votes.truncate(most);
        StepItem {
            step: speak::step_name(step).to_owned(),
            k: match step {
                Step::Next(k) => Some(k),
                _ => None,
            },
            seats: lottery.in_seats(weight),
            needed: lottery.in_seats(needed),
            voters,
            votes: votes
                .into_iter()
                .map(|vote| VoteItem {
                    index: vote.voter(),
                    validator: self.member(vote.voter()),
                    seats: lottery.in_seats(vote.weight()),
                    block: vote.value().block().copied(),
                })
                .collect(),
        }
    }

    fn member(&self, index: u32) -> Digest {
        let member = self.context.electorate().member(index);
        member.map_or(Digest::ZERO, |member| member.id)
    }
}
