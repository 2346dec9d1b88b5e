//! Why a node says nothing although it holds keys [BA-9] [BA-13].

use super::{Core, CoreError};

/// Rounds that a node without its log must see begin and end before it speaks.
const ROUNDS_TO_SEE: u32 = 2;

/// The node holds keys that may have spoken elsewhere: their log is not here.
#[derive(Debug, Default)]
pub(super) struct Silence {
    seen: u32,
}

impl Core {
    /// Whether the node may vote and propose now.
    pub(super) fn may_speak(&self) -> bool {
        self.silence.is_none() && self.alarm.is_none() && !self.keys.is_empty()
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
        self.silence.as_ref().map(|silence| {
            format!(
                "these keys have no vote log here, so they may have voted elsewhere: silent until {ROUNDS_TO_SEE} rounds \
                 that this node saw begin, with parents younger than its start, are final ({} so far)",
                silence.seen
            )
        })
    }

    /// [BA-9]: a round that this node saw begin is final. One learnt as already decided does not count.
    pub(super) fn saw_round_end(&mut self) -> Result<(), CoreError> {
        let Some(silence) = &mut self.silence else {
            return Ok(());
        };
        silence.seen += 1;
        if silence.seen >= ROUNDS_TO_SEE {
            self.log.begin(self.keys.ids())?;
            self.silence = None;
            tracing::info!("two rounds seen from begin to end: this node votes from now on");
        }
        Ok(())
    }
}
