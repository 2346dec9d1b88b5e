//! Why a node says nothing although it holds keys [BA-9] [BA-13].

use klero_committee::{Role, RoundContext, Vote};
use klero_sampling::Digest;

use super::speak::ALLOWED_DRIFT;
use super::starting::Starting;
use super::{Core, CoreError};
use crate::vote_log::{Standing, VoteLog};
use crate::witness::Doubt;

/// Rounds that a node without its log must see begin and end before it speaks.
const ROUNDS_TO_SEE: u32 = 2;

/// Why the node may not speak.
#[derive(Debug)]
pub(super) enum Silence {
    /// It was started with its log, and peers are asked whether it is the newest.
    Starting(Starting),
    /// It holds keys that may have spoken without this log.
    Unsure {
        /// What makes it so.
        cause: Cause,
        /// The rounds seen from begin to end since.
        seen: u32,
    },
    /// A vote of this validator came from another process.
    Twin(Digest),
}

/// Why keys may have spoken without this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// There is none.
    NoLog,
    /// It may not be the newest.
    Doubtful(Doubt),
    /// It lacks this vote.
    Older(Role),
}

impl Silence {
    pub(super) const fn unsure(cause: Cause) -> Self {
        Self::Unsure { cause, seen: 0 }
    }

    /// What is to be thought of a log at the start.
    pub(super) fn at_start(
        log: &mut VoteLog,
        ids: impl Iterator<Item = Digest> + Clone,
    ) -> Result<Option<Self>, CoreError> {
        Ok(match log.standing(ids.clone())? {
            Standing::NeverVoted => {
                log.begin(ids)?;
                None
            }
            Standing::Kept => Some(Self::Starting(Starting::new())),
            Standing::Elsewhere => Some(Self::unsure(Cause::NoLog)),
            Standing::Doubtful(doubt) => {
                tracing::error!(%doubt, "the vote log is not to be trusted: this node casts no votes for now");
                log.end(ids)?;
                Some(Self::unsure(Cause::Doubtful(doubt)))
            }
        })
    }

    fn text(&self) -> String {
        let (cause, seen) = match self {
            Self::Starting(_) => {
                return "just started: peers are asked whether they heard votes of these keys that the log does not have".into();
            }
            Self::Twin(id) => {
                return format!(
                    "another process votes with the keys of validator {id}: stop one of the two, then start the other again; \
                     this one votes no more until then"
                );
            }
            Self::Unsure { cause, seen } => (cause, seen),
        };
        let why = match cause {
            Cause::NoLog => "these keys have no vote log here".to_owned(),
            Cause::Doubtful(doubt) => doubt.to_string(),
            Cause::Older(role) => format!("the vote log lacks the vote in {role}, it is an old copy"),
        };
        format!(
            "{why}, so they may have voted elsewhere: silent until {ROUNDS_TO_SEE} rounds that this node saw begin, with \
             parents younger than its start, are final ({seen} so far)"
        )
    }
}

impl Core {
    /// Whether the node may vote and propose now.
    pub(super) fn may_speak(&self) -> bool {
        let is_free = self.silence.is_none() && self.alarm.is_none() && self.full.is_none();
        is_free && !self.paused && !self.keys.is_empty()
    }

    /// Why a node does not vote; `None` when it does.
    pub(super) fn why_silent(&self) -> Option<String> {
        if let Some(cause) = &self.alarm {
            return Some(format!(
                "two quorums that exclude each other were seen: {cause}; this node votes no more here"
            ));
        }
        if self.keys.is_empty() {
            return Some("no validator keys: this node follows".into());
        }
        if self.paused {
            return Some("the operator paused voting: resume it with PUT /v1/admin/voting".into());
        }
        if let Some(full) = &self.full {
            return Some(full.text());
        }
        let silence = self.silence.as_ref().map(Silence::text);
        silence.or_else(|| self.idle_text())
    }

    /// [C4] [E2]: a vote of an own validator that this node did not cast comes from a second process with its keys, or from
    /// the time after an old copy of the data was made. In a round that began after the start it is a second process:
    /// whoever notices falls silent, and has to see two rounds after a new start, as without a log. What both cast alike
    /// tells nothing, since anyone may send a vote again.
    pub(super) fn look_for_twin(&mut self, vote: &Vote) -> Result<(), CoreError> {
        // Of the next round, too, of which this node has cast nothing: it may be a step behind the other.
        let (role, view) = (vote.role(), self.links.view.get());
        let context = view.context(role.round);
        let Some(electorate) = context.map(RoundContext::electorate) else {
            return Ok(());
        };
        let is_own = self.keys.of_member(electorate, vote.voter()).is_some();
        if !is_own || self.equivocates || self.own.has_cast(vote) {
            return Ok(());
        }
        let Some(id) = electorate.member(vote.voter()).map(|member| member.id) else {
            return Ok(());
        };
        match &self.silence {
            Some(Silence::Twin(_)) => Ok(()),
            Some(Silence::Starting(_)) if !self.saw_parent() => self.log_is_old(role),
            Some(Silence::Unsure { .. }) if !self.saw_parent() => Ok(()),
            None | Some(_) => self.fall_silent(id, role),
        }
    }

    /// Another process has the keys of this validator.
    pub(super) fn fall_silent(&mut self, id: Digest, role: Role) -> Result<(), CoreError> {
        let ended = self.log.end(std::iter::once(id));
        self.written(ended)?;
        self.links.inquiry.send_replace(super::Whose::new());
        self.silence = Some(Silence::Twin(id));
        tracing::error!(validator = %id, %role, "a vote with own keys that this node did not cast: it votes no more");
        Ok(())
    }

    /// Whether the round under way began after this process: it saw the one before from its begin, and that one's block is
    /// younger than the start. Nothing from an earlier time can be of this round.
    pub(super) fn saw_parent(&self) -> bool {
        self.saw_begin && self.chain.timestamp() > self.started.saturating_add(ALLOWED_DRIFT)
    }

    /// [BA-9]: a round that this node saw begin is final. One learnt as already decided does not count.
    pub(super) fn saw_round_end(&mut self) -> Result<(), CoreError> {
        match &mut self.silence {
            None | Some(Silence::Twin(_)) => Ok(()),
            Some(Silence::Starting(_)) => {
                tracing::info!("a round that began after the start is final: this node votes from now on");
                self.speak_again()
            }
            Some(Silence::Unsure { seen, .. }) => {
                *seen += 1;
                if *seen >= ROUNDS_TO_SEE {
                    tracing::info!("two rounds seen from begin to end: this node votes from now on");
                    self.speak_again()?;
                }
                Ok(())
            }
        }
    }

    /// The operator vouches that nothing but this node has its keys, and that the log is the newest.
    pub(super) fn trust_log(&mut self) -> Result<(), CoreError> {
        match self.silence {
            Some(Silence::Starting(_) | Silence::Unsure { .. }) => {
                tracing::warn!("the operator vouches for the vote log: this node votes from now on");
                self.speak_again()
            }
            None | Some(Silence::Twin(_)) => Ok(()),
        }
    }
}
