//! Transactions: handing them in, and how final they are.

use std::time::Duration;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::StatusCode;
use klero_finality::Level;
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::ToSchema;

use super::failure::{ErrorPage, Failure};
use super::light::Wanted;
use super::routes::{Answer, Segment, read_kv, text};
use super::{Api, ApiState};
use crate::app::transaction_digest;
use crate::level::LevelPage;
use crate::store::StoreError;

/// What handing in a transaction gives.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SubmittedPage {
    /// The digest under which the transaction is known.
    #[schema(value_type = String)]
    pub(super) digest: Digest,
}

/// Where a transaction stands.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct TransactionPage {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// Whether it waits for a block or was executed.
    state: TransactionState,
    /// The round whose block executed it; the block is final. None while it waits.
    round: Option<u64>,
    /// How final that round is: certified, anchored or checkpointed. None while it waits.
    #[schema(value_type = Option<String>)]
    level: Option<Level>,
}

/// Whether a transaction waits or was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum TransactionState {
    /// It waits for a block.
    Waiting,
    /// A final block has it.
    Executed,
}

/// Hand in a transaction. With the key-value application the body is the text `set KEY VALUE`.
#[utoipa::path(
    post,
    path = "/v1/transactions",
    request_body(content = String, content_type = "application/octet-stream",
        description = "The transaction's bytes, 1 to 65536", example = "set greeting hello"),
    responses(
        (status = 202, description = "It waits to be ordered and is on its way to the peers", body = SubmittedPage),
        (status = 400, description = "Empty, or refused by the application", body = ErrorPage),
        (status = 409, description = "It waits already, or was executed before", body = ErrorPage),
        (status = 413, description = "More than 65536 bytes", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The pool is full, or the node is busy", body = ErrorPage),
    )
)]
pub(super) async fn submit(
    State(api): State<Api>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<(StatusCode, Json<SubmittedPage>)> {
    let bytes = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_long(),
        _ => Failure::malformed(rejection.body_text(), "send the transaction's bytes as the body"),
    })?;
    let digest = transaction_digest(&bytes);
    let executed = api
        .read(move |state| state.kv.as_ref().map_or(Ok(None), |kv| kv.transaction(&digest)))
        .await?;
    if let Some(round) = executed {
        let error = format!("this transaction was executed in round {round}; each executes once");
        return Err(Failure::known(error, digest));
    }
    let digest = api.state.submitter.submit(bytes.to_vec()).await?;
    Ok((StatusCode::ACCEPTED, Json(SubmittedPage { digest })))
}

/// Where a transaction stands. With `seconds` the answer waits until the transaction is executed, or as final as
/// `level`.
#[utoipa::path(
    get,
    path = "/v1/transactions/{digest}",
    params(("digest" = String, Path, description = "64 hexadecimal digits"), Wanted),
    responses(
        (status = 200, description = "It waits here, or is executed; the level, reached or not", body = TransactionPage),
        (status = 400, description = "Not a digest, level or time", body = ErrorPage),
        (status = 404, description = "Neither executed nor waiting here", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn transaction(
    State(api): State<Api>,
    digest: Segment,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Answer<Json<TransactionPage>> {
    let help = "POST /v1/transactions gives the digest of a transaction";
    let wanted = Wanted::parse(wanted)?;
    let digest: Digest = text(digest)?
        .parse()
        .map_err(|error| Failure::malformed(error, help))?;
    let until = Instant::now() + Duration::from_secs(wanted.seconds());
    loop {
        // Asked in this order: a transaction leaves the pool after it was executed.
        let is_waiting = api.state.waiting.has(&digest);
        let round = read_kv(&api, move |kv| kv.transaction(&digest)).await?;
        let page = match round {
            Some(round) => Some(api.read(move |state| executed(state, digest, round)).await?),
            None => is_waiting.then_some(TransactionPage {
                digest,
                state: TransactionState::Waiting,
                round: None,
                level: None,
            }),
        };
        let least = wanted.level.unwrap_or(Level::Certified);
        match page {
            Some(page) if page.level >= Some(least) => return Ok(Json(page)),
            page if Instant::now() >= until => return page.map(Json).ok_or_else(unknown),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn executed(state: &ApiState, digest: Digest, round: u64) -> Result<TransactionPage, StoreError> {
    let level = LevelPage::of(&state.status.get(), &state.blocks, round)?;
    Ok(TransactionPage {
        digest,
        state: TransactionState::Executed,
        round: Some(round),
        level: level.map(|page| page.level),
    })
}

fn unknown() -> Failure {
    Failure::not_found(
        "this transaction neither waits nor was executed here",
        "hand it in: POST /v1/transactions with its bytes as the body",
    )
}
