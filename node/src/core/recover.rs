//! Starting: from the store and the log, exactly where the node was [BA-9].

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Instant;

use klero_agreement::{Agreement, FilterTime, Input, RoundStart};
use klero_committee::{UnverifiedVote, verify_votes};
use klero_finality::Chain;
use klero_sampling::codec::Wire;

use super::bodies::Bodies;
use super::lookout::Lookout;
use super::relays::Relays;
use super::silence::Silence;
use super::speak::OwnMessages;
use super::stake::Watch;
use super::timers::Timers;
use super::{Core, CoreError, Links, OwnKeys, Task};
use crate::app_thread::Request;
use crate::events::now_us;
use crate::keys::Secret;
use crate::position::Position;
use crate::vote_log::{Recovered, VoteLog};

impl Core {
    /// A core at the end of a stored chain, with what its log holds.
    ///
    /// # Errors
    /// [`CoreError`] when the log cannot be read, or the chain has no committees for its next round.
    pub(crate) fn start(
        chain: Chain,
        keys: OwnKeys,
        mut log: VoteLog,
        links: Links,
        equivocates: bool,
    ) -> Result<Self, CoreError> {
        let round = chain.round() + 1;
        let context = chain.context(round).ok_or(CoreError::NoContext(round))?;
        let recovered = log.recover()?;
        let silence = Silence::at_start(&mut log, keys.ids())?;
        let alarm = log.alarm()?;
        let start = RoundStart::new(&context, context.profile().timing.filter_max);
        let resumed = recovered
            .snapshot
            .as_ref()
            .and_then(|snapshot| Agreement::restore(start, snapshot));
        let is_resumed = resumed.is_some();
        let (machine, outputs) = resumed.unwrap_or_else(|| Agreement::new(start));
        let mut core = Self {
            chain,
            machine,
            context,
            keys,
            log,
            silence,
            alarm,
            full: None,
            due: Vec::new(),
            paused: false,
            links,
            todo: VecDeque::new(),
            answers: VecDeque::new(),
            bodies: Bodies::default(),
            certificates: BTreeMap::new(),
            own: OwnMessages::default(),
            timestamps: BTreeMap::new(),
            proposing: None,
            relays: Relays::default(),
            timers: Timers::default(),
            // Higher than that of an earlier life, whose envelopes the peers may still remember.
            attempt: u32::try_from(now_us() / 1_000_000).unwrap_or(u32::MAX),
            position: Position::default(),
            started: now_us() / 1000,
            filter: FilterTime::default(),
            round_began: Instant::now(),
            lowest_after: None,
            counted: (0, 0),
            watch: Watch::default(),
            lookout: Lookout::new(round.saturating_sub(1)),
            signing: BTreeMap::new(),
            answered: None,
            equivocates,
            saw_begin: false,
        };
        let validators = core.keys.len() as u64;
        core.links.status.update(|status| status.validators = validators);
        core.links.votes.begin(round);
        if let Some(Silence::Starting(_)) = &core.silence {
            core.links.inquiry.send_replace(core.keys.ids().collect());
        }
        core.recall_checkpoints()?;
        core.carry_out(outputs)?;
        if is_resumed {
            core.resume(recovered)?;
        }
        core.settle()?;
        core.show();
        Ok(core)
    }

    /// Hands the machine what the log kept beside the snapshot, and sends the same bytes again.
    fn resume(&mut self, recovered: Recovered) -> Result<(), CoreError> {
        let Recovered {
            snapshot,
            votes,
            proposals,
            certificates,
            blocks,
        } = recovered;
        let staged = snapshot.and_then(|snapshot| snapshot.staged);
        for certificate in certificates {
            if let Ok(certificate) = certificate.verify(&self.context) {
                self.todo
                    .push_back(Task::Tell(Box::new(Input::Certificate(certificate))));
            }
        }
        let validated = staged
            .filter(|(_, is_validated)| *is_validated)
            .map(|(digest, _)| digest);
        for block in blocks {
            let (digest, block) = (block.header.digest(), Arc::new(block));
            if validated != Some(digest) {
                // It was in the log before it was checked.
                self.bodies.hold(digest, block);
                self.check_body(&digest);
                continue;
            }
            self.bodies.checked(digest, Arc::clone(&block));
            self.links.open.insert(digest, block.encode());
            self.todo.push_back(Task::Tell(Box::new(Input::Held(digest))));
            self.ask(Request::Judge { digest, block })?;
        }
        let unverified: Vec<UnverifiedVote> = votes
            .iter()
            .flat_map(|bundle| bundle.clone().into_votes())
            .collect();
        let entropy = Secret::random().map_or([0; 32], |entropy| *entropy.expose());
        for vote in verify_votes(&self.context, &unverified, &entropy)
            .into_iter()
            .flatten()
        {
            self.todo.push_back(Task::Tell(Box::new(Input::Vote(vote))));
        }
        for bundle in votes {
            self.own.votes.entry(bundle.role).or_default().push(bundle);
        }
        for message in proposals {
            if let Some(block) = &message.block {
                self.note_timestamp(&block.header, message.proposal.block);
            }
            if let Ok(proposal) = message.proposal.verify(&self.context) {
                self.todo
                    .push_back(Task::Tell(Box::new(Input::Proposal(proposal))));
            }
            if let Some(block) = &message.block {
                let digest = block.header.digest();
                self.bodies.hold(digest, Arc::new(block.clone()));
                self.check_body(&digest);
            }
            self.own.proposals.insert(message.proposal.period, message);
        }
        let period = self.machine.period();
        tracing::info!(
            round = self.machine.round(),
            period,
            "the vote log was read: this node goes on where it was"
        );
        self.attempt = self.attempt.saturating_add(1);
        self.resend_own(period);
        Ok(())
    }
}
