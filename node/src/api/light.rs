//! What light clients ask for: checkpoints, single steps, how final a round is.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::response::Response;
use klero_finality::{Level, LightBlock};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use klero_stake::SignerEntries;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failure::{ErrorPage, Failure};
use super::routes::{Answer, Round, Segment, text};
use super::{Api, ApiState};
use crate::level::LevelPage;
use crate::store::StoreError;

/// The longest that a client may wait for a level; a request has fifteen seconds in all.
const LONGEST_WAIT: u64 = 10;

/// A signed checkpoint, or one step of a light client.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LightPage {
    /// The checkpoint's number; none for a step.
    pub checkpoint: Option<u64>,
    /// The block's round.
    pub round: u64,
    /// The digest of its header.
    #[schema(value_type = String)]
    pub block: Digest,
    /// Header, certificate and the entries of its signers with their Merkle proof, in canonical encoding.
    #[serde(with = "klero_sampling::text")]
    #[schema(value_type = String)]
    pub bytes: Vec<u8>,
}

/// A signed checkpoint.
#[utoipa::path(
    get,
    path = "/v1/checkpoints/{number}",
    params(("number" = String, Path, description = "A number from 1, or `latest`")),
    responses(
        (status = 200, description = "The checkpoint with its certificate", body = LightPage),
        (status = 400, description = "Not a number", body = ErrorPage),
        (status = 404, description = "Not signed, or this node never saw it signed", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn checkpoint(State(api): State<Api>, number: Segment) -> Answer<Response> {
    let wanted = Round::parse(&text(number)?)?;
    let read = move |state: &ApiState| {
        let number = match wanted {
            Round::Latest => state.blocks.last_checkpoint()?,
            Round::Number(number) => number,
        };
        let page = |signed: klero_finality::SignedCheckpoint| LightPage {
            checkpoint: Some(number),
            round: signed.header.round,
            block: signed.header.digest(),
            bytes: signed.encode(),
        };
        Ok(state.blocks.checkpoint(number)?.map(page))
    };
    api.page(read).await?.ok_or_else(|| {
        Failure::not_found(
            "no such checkpoint is signed here",
            "GET /v1/status tells the last one; another node may have it",
        )
    })
}

/// One step of a light client. Only those of the last 2048 rounds can be had, and since the node was started those
/// before; older ones are hopped over by checkpoints.
#[utoipa::path(
    get,
    path = "/v1/light/{round}",
    params(("round" = String, Path, description = "A round from 1, or `latest`")),
    responses(
        (status = 200, description = "Header, certificate and signers", body = LightPage),
        (status = 400, description = "Not a round", body = ErrorPage),
        (status = 404, description = "Not final here, or too long ago", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn step(State(api): State<Api>, round: Segment) -> Answer<Response> {
    let round = Round::parse(&text(round)?)?;
    let read = move |state: &ApiState| step_of(state, round.resolve(state)?);
    api.page(read).await?.ok_or_else(|| {
        Failure::not_found(
            "this round is not final here, or too long ago to walk over",
            "hop by /v1/checkpoints, then walk from the last one",
        )
    })
}

fn step_of(state: &ApiState, round: u64) -> Result<Option<LightPage>, StoreError> {
    let past = state.stake.as_ref().and_then(|desk| desk.view().past.get(round));
    let Some(((context, _), found)) = past.zip(state.blocks.final_block(round)?) else {
        return Ok(None);
    };
    let Some(signers) = SignerEntries::of(context.committees(), &found.certificate.signers) else {
        return Ok(None);
    };
    let (header, certificate) = (found.block.header, found.certificate);
    let block = header.digest();
    let step = LightBlock {
        header,
        certificate,
        signers,
    };
    Ok(Some(LightPage {
        checkpoint: None,
        round,
        block,
        bytes: step.encode(),
    }))
}

/// What is waited for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// The level to wait for: proposed, staged, certified, anchored or checkpointed. Without it the answer comes at once.
    #[param(value_type = Option<String>)]
    pub(super) level: Option<Level>,
    /// For how many seconds at most, up to 10; the answer then tells the level that there is.
    seconds: Option<u64>,
}

impl Wanted {
    pub(super) fn parse(wanted: Result<Query<Self>, QueryRejection>) -> Answer<Self> {
        let help = "write ?level=certified&seconds=10";
        let Query(wanted) = wanted.map_err(|rejection| Failure::malformed(rejection.body_text(), help))?;
        match wanted.seconds {
            Some(seconds) if seconds > LONGEST_WAIT => {
                let error = format!("{seconds} s are more than {LONGEST_WAIT}, the longest wait");
                Err(Failure::malformed(error, help))
            }
            _ => Ok(wanted),
        }
    }

    /// For how long to wait.
    pub(super) fn seconds(&self) -> u64 {
        self.seconds.unwrap_or(0)
    }
}

/// How final a round is.
#[utoipa::path(
    get,
    path = "/v1/levels/{round}",
    params(("round" = String, Path, description = "A round from 1, or `latest`"), Wanted),
    responses(
        (status = 200, description = "The level, reached or not", body = LevelPage),
        (status = 400, description = "Not a round, level or time", body = ErrorPage),
        (status = 404, description = "Nothing is known of the round yet", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn level(
    State(api): State<Api>,
    round: Segment,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Answer<Json<LevelPage>> {
    let wanted = Wanted::parse(wanted)?;
    let round = match Round::parse(&text(round)?)? {
        Round::Latest => api.state.status.get().final_round,
        Round::Number(number) => number,
    };
    let until = tokio::time::Instant::now() + Duration::from_secs(wanted.seconds());
    loop {
        let found = api
            .read(move |state| LevelPage::of(&state.status.get(), &state.blocks, round))
            .await?;
        let is_reached = |page: &LevelPage| wanted.level.is_none_or(|level| page.level >= level);
        match found {
            Some(page) if is_reached(&page) => return Ok(Json(page)),
            found if tokio::time::Instant::now() >= until => {
                return found.map(Json).ok_or_else(|| {
                    Failure::not_found(
                        format!("nothing is known of round {round} yet"),
                        "GET /v1/status tells the round under way",
                    )
                });
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
