//! The core desk: where the API asks the thread that owns the state machine.
//!
//! A question waits in the core's inbox like anything else; when that is full, nobody is asked. Pages of the round are
//! kept for a moment, so that however many clients look, the core draws one a few times a second.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use tokio::sync::{Mutex, oneshot};
use utoipa::ToSchema;

use crate::core::{Item, Verified};
use crate::events::EvidenceEvent;

/// How old a page of the round may be.
const FRESH: Duration = Duration::from_millis(200);
/// How long the core may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// What is asked of the core.
#[derive(Debug)]
pub(crate) enum Question {
    /// What was heard in the round under way.
    Round(oneshot::Sender<RoundPage>),
    /// The offences that wait to be reported in a block.
    Offences(oneshot::Sender<Vec<EvidenceEvent>>),
    /// Pause voting, or resume it.
    Pause(bool, oneshot::Sender<()>),
    /// End a silence about which votes were cast elsewhere.
    TrustLog(oneshot::Sender<()>),
}

/// What was heard in the present period of the round under way, as this node counts it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundPage {
    /// The round.
    pub round: u64,
    /// The period.
    pub period: u32,
    /// The step that waits: propose, soft, cert or next for its quorum, body for a block that is decided.
    pub step: String,
    /// Milliseconds since the round began here.
    pub elapsed_ms: u64,
    /// Members of the electorate.
    pub members: u64,
    /// How many proposed.
    pub proposal_count: u64,
    /// The proposals of the lowest ranks, the leading one first; 16 at most.
    pub proposals: Vec<ProposalItem>,
    /// Soft and Cert, and the Next steps in which somebody voted; the last 4 of those.
    pub steps: Vec<StepItem>,
    /// The last round that was decided here by votes, as it stood then.
    pub decided: Option<DecidedItem>,
}

/// A round at the moment of its decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecidedItem {
    /// The round.
    pub round: u64,
    /// The period.
    pub period: u32,
    /// Soft and Cert of the period, without the votes.
    pub steps: Vec<StepItem>,
}

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalItem {
    /// The proposer's index in the electorate.
    pub index: u32,
    /// The proposer.
    #[schema(value_type = String)]
    pub validator: Digest,
    /// The block.
    #[schema(value_type = String)]
    pub block: Digest,
}

/// A step, with the votes that were counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StepItem {
    /// soft, cert or next.
    pub step: String,
    /// Which Next step; none in the others.
    pub k: Option<u32>,
    /// Seats counted for the leading value.
    pub seats: u64,
    /// Seats needed.
    pub needed: u64,
    /// How many voted.
    pub voters: u64,
    /// The votes with the most seats; 128 at most, none for a round that is over.
    pub votes: Vec<VoteItem>,
}

/// A vote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VoteItem {
    /// The voter's index in the electorate.
    pub index: u32,
    /// The voter.
    #[schema(value_type = String)]
    pub validator: Digest,
    /// The seats that it showed.
    pub seats: u64,
    /// The block that it voted for; none for no block.
    #[schema(value_type = Option<String>)]
    pub block: Option<Digest>,
}

/// Why the core did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DeskError {
    /// It has more to do than it can.
    #[error("the node is busy")]
    Busy,
    /// It waits for peers before the first round, or is stopping.
    #[error("the node is starting or stopping")]
    Away,
}

/// A page, and when it was drawn.
type Drawn = (Instant, Arc<RoundPage>);

/// Asks the core. Cheap to clone.
#[derive(Debug, Clone)]
pub struct CoreDesk {
    core: Sender<Verified>,
    kept: Arc<Mutex<Option<Drawn>>>,
}

impl CoreDesk {
    pub(crate) fn new(core: Sender<Verified>) -> Self {
        Self {
            core,
            kept: Arc::default(),
        }
    }

    /// What was heard in the round under way, at most 200 ms ago.
    ///
    /// # Errors
    /// [`DeskError`] when the core does not answer within three seconds.
    pub async fn round(&self) -> Result<Arc<RoundPage>, DeskError> {
        let mut kept = self.kept.lock().await;
        if let Some((at, page)) = kept.as_ref()
            && at.elapsed() < FRESH
        {
            return Ok(Arc::clone(page));
        }
        let page = Arc::new(self.ask(Question::Round).await?);
        *kept = Some((Instant::now(), Arc::clone(&page)));
        Ok(page)
    }

    /// The offences that wait to be reported in a block.
    ///
    /// # Errors
    /// As [`CoreDesk::round`].
    pub async fn offences(&self) -> Result<Vec<EvidenceEvent>, DeskError> {
        self.ask(Question::Offences).await
    }

    /// Pauses voting or resumes it. When this returns, the node casts no vote, until it is resumed or started again.
    ///
    /// # Errors
    /// As [`CoreDesk::round`]; voting may be paused all the same when the core was late.
    pub async fn pause(&self, paused: bool) -> Result<(), DeskError> {
        self.ask(|answer| Question::Pause(paused, answer)).await
    }

    /// Ends a silence after a start: the operator vouches that the vote log is the newest of its keys.
    ///
    /// # Errors
    /// As [`CoreDesk::round`].
    pub async fn trust_log(&self) -> Result<(), DeskError> {
        self.ask(Question::TrustLog).await
    }

    async fn ask<T>(&self, question: impl FnOnce(oneshot::Sender<T>) -> Question) -> Result<T, DeskError> {
        let (answer, answered) = oneshot::channel();
        let verified = Verified {
            item: Item::Question(question(answer)),
            attempt: 0,
            receipt: None,
        };
        self.core.try_send(verified).map_err(|error| match error {
            crossbeam_channel::TrySendError::Full(_) => DeskError::Busy,
            crossbeam_channel::TrySendError::Disconnected(_) => DeskError::Away,
        })?;
        match tokio::time::timeout(PATIENCE, answered).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(DeskError::Away),
            Err(_) => Err(DeskError::Busy),
        }
    }
}
