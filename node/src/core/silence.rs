//! Why a node says nothing although it holds keys [BA-9] [BA-13].

use klero_committee::{RoundContext, Vote};
use klero_sampling::Digest;

use super::{Core, CoreError};

/// Rounds that a node without its log must see begin and end before it speaks.
const ROUNDS_TO_SEE: u32 = 2;

/// The node holds keys that may have spoken elsewhere: their log is not here.
#[derive(Debug, Default)]
pub(super) struct Silence {
    seen: u32,
    /// A validator of this node whose vote came from elsewhere.
    twin: Option<Digest>,
}

impl Core {
    /// Whether the node may vote and propose now.
    pub(super) fn may_speak(&self) -> bool {
        self.silence.is_none() && self.alarm.is_none() && !self.paused && !self.keys.is_empty()
    }

    /// Why a node with keys does not vote; `None` when it does.
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
        self.silence.as_ref().map(|silence| match silence.twin {
            Some(id) => format!(
                "another process votes with the keys of validator {id}: stop one of the two, then start the other again; \
                 this one votes no more until then"
            ),
            None => format!(
                "these keys have no vote log here, so they may have voted elsewhere: silent until {ROUNDS_TO_SEE} rounds \
                 that this node saw begin, with parents younger than its start, are final ({} so far)",
                silence.seen
            ),
        })
    }

    /// [C4] [E2]: a vote of an own validator that this node did not cast comes from a second process with its keys, or from
    /// the time after an old copy of the data was made. Whoever notices falls silent, and has to see two rounds after a new
    /// start, as without a log. A second process without a log is silent anyway when it notices. One with a copy of the log
    /// speaks at once, and may contradict the other before either hears of it: what both cast alike tells nothing, since
    /// anyone may send a vote again.
    pub(super) fn look_for_twin(&mut self, vote: &Vote) -> Result<(), CoreError> {
        // Of the next round, too, of which this node has cast nothing: it may be a step behind the other.
        let view = self.links.view.get();
        let context = view.context(vote.role().round);
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
        let is_known = self
            .silence
            .as_ref()
            .is_some_and(|silence| silence.twin.is_some());
        if !is_known {
            self.log.end(std::iter::once(id))?;
            self.silence = Some(Silence {
                seen: 0,
                twin: Some(id),
            });
            tracing::error!(validator = %id, role = %vote.role(), "a vote with own keys that this node did not cast: it votes no more");
        }
        Ok(())
    }

    /// [BA-9]: a round that this node saw begin is final. One learnt as already decided does not count.
    pub(super) fn saw_round_end(&mut self) -> Result<(), CoreError> {
        let Some(silence) = &mut self.silence else {
            return Ok(());
        };
        if silence.twin.is_some() {
            return Ok(());
        }
        silence.seen += 1;
        if silence.seen >= ROUNDS_TO_SEE {
            self.log.begin(self.keys.ids())?;
            self.silence = None;
            tracing::info!("two rounds seen from begin to end: this node votes from now on");
        }
        Ok(())
    }
}
