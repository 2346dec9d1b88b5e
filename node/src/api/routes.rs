//! The routes and their handlers.

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failure::{ErrorPage, Failure};
use super::pages::{BlockPage, CertificatePage};
use super::{Api, ApiState, bundle, light, openapi, stake};
use crate::Status;
use crate::app::kv::KvReader;
use crate::app::transaction_digest;
use crate::store::StoreError;

pub(super) type Answer<T> = Result<T, Failure>;

/// A path with what answers there.
pub(super) struct Route {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) summary: &'static str,
    pub(super) handler: MethodRouter<Api>,
}

/// Every route; the router is made of these, and the index lists them.
pub(super) fn all() -> Vec<Route> {
    let read = |path, summary, handler| Route {
        method: "GET",
        path,
        summary,
        handler,
    };
    let write = |path, summary, handler| Route {
        method: "POST",
        path,
        summary,
        handler,
    };
    vec![
        read("/", "This list", get(index)),
        write(
            "/v1/transactions",
            "Hand in a transaction: its bytes are the body",
            post(submit),
        ),
        read(
            "/v1/transactions/{digest}",
            "The round that executed a transaction",
            get(transaction),
        ),
        read("/v1/kv/{key}", "A value of the key-value application", get(value)),
        read("/v1/status", "Where the node stands", get(status)),
        read(
            "/v1/blocks/{round}",
            "A final block; `latest` is a round too",
            get(block),
        ),
        read(
            "/v1/certificates/{round}",
            "A certificate that made a block final",
            get(certificate),
        ),
        read("/v1/registry", "The registry of stake", get(stake::registry)),
        read(
            "/v1/accounts/{account}",
            "An account of the registry",
            get(stake::account),
        ),
        write(
            "/v1/operations",
            "Hand in an operation on the registry",
            post(stake::operation),
        ),
        write(
            "/v1/faucet",
            "Ask a testnet's faucet for stake: the account's id is the body",
            post(stake::faucet),
        ),
        read(
            "/v1/checkpoints/{number}",
            "A signed checkpoint, for light clients",
            get(light::checkpoint),
        ),
        read("/v1/light/{round}", "A step of a light client", get(light::step)),
        read(
            "/v1/levels/{round}",
            "How final a round is; waits for ?level=…&seconds=…",
            get(light::level),
        ),
        read("/v1/bundle", "What nodes that join need", get(bundle::bundle)),
        read("/metrics", "Counters for Prometheus", get(metrics)),
        read("/v1/openapi.json", "A description of this API", get(description)),
    ]
}

/// What handing in a transaction gives.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct SubmittedPage {
    /// The digest under which the transaction is known.
    #[schema(value_type = String)]
    pub(super) digest: Digest,
}

/// A transaction that was executed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct TransactionPage {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// The round whose block executed it; the block is final.
    round: u64,
}

/// A value of the key-value application.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(super) struct ValuePage {
    /// The key.
    key: String,
    /// The value.
    value: String,
    /// The round whose block set it; the block is final.
    round: u64,
    /// The digest of the transaction that set it.
    #[schema(value_type = String)]
    transaction: Digest,
}

/// A line of the index.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct IndexItem {
    /// The method.
    method: &'static str,
    /// The path; what is in braces stands for a value.
    path: &'static str,
    /// What it gives.
    summary: &'static str,
}

#[utoipa::path(get, path = "/", responses((status = 200, description = "The routes", body = [IndexItem])))]
pub(super) async fn index() -> Json<Vec<IndexItem>> {
    let routes = all().into_iter();
    Json(
        routes
            .map(
                |Route {
                     method,
                     path,
                     summary,
                     ..
                 }| IndexItem {
                    method,
                    path,
                    summary,
                },
            )
            .collect(),
    )
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

/// The round that executed a transaction.
#[utoipa::path(
    get,
    path = "/v1/transactions/{digest}",
    params(("digest" = String, Path, description = "64 hexadecimal digits")),
    responses(
        (status = 200, description = "It is final", body = TransactionPage),
        (status = 400, description = "Not a digest", body = ErrorPage),
        (status = 404, description = "Not final here: it may wait, or be unknown", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn transaction(State(api): State<Api>, digest: Segment) -> Answer<Json<TransactionPage>> {
    let help = "POST /v1/transactions gives the digest of a transaction";
    let digest: Digest = text(digest)?
        .parse()
        .map_err(|error| Failure::malformed(error, help))?;
    let round = read_kv(&api, move |kv| kv.transaction(&digest)).await?;
    let round = round.ok_or_else(|| {
        Failure::not_found(
            "this transaction is not final here",
            "it may wait still: ask again, or hand it in",
        )
    })?;
    Ok(Json(TransactionPage { digest, round }))
}

/// A value of the key-value application.
#[utoipa::path(
    get,
    path = "/v1/kv/{key}",
    params(("key" = String, Path, description = "The key, percent-encoded")),
    responses(
        (status = 200, description = "The value, with the final round that set it", body = ValuePage),
        (status = 400, description = "A key that is not UTF-8", body = ErrorPage),
        (status = 404, description = "The key was never set", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn value(State(api): State<Api>, key: Segment) -> Answer<Json<ValuePage>> {
    let key = text(key)?;
    let asked = key.clone();
    let entry = read_kv(&api, move |kv| kv.get(&asked)).await?;
    let entry = entry.ok_or_else(|| {
        Failure::not_found(
            "this key was never set",
            "set it: POST /v1/transactions with `set KEY VALUE` as the body",
        )
    })?;
    Ok(Json(ValuePage {
        key,
        value: entry.value,
        round: entry.round,
        transaction: entry.transaction,
    }))
}

/// What stands in a path for a value.
pub(super) type Segment = Result<Path<String>, PathRejection>;

pub(super) fn text(segment: Segment) -> Answer<String> {
    let malformed =
        |rejection: PathRejection| Failure::malformed(rejection.body_text(), "percent-encode UTF-8");
    segment.map(|Path(text)| text).map_err(malformed)
}

async fn read_kv<T: Send + 'static>(
    api: &Api,
    read: impl FnOnce(&KvReader) -> Result<Option<T>, StoreError> + Send + 'static,
) -> Answer<Option<T>> {
    if api.state.kv.is_none() {
        let help = "ask that application, or read the blocks";
        return Err(Failure::not_found(
            "this node does not run the key-value application",
            help,
        ));
    }
    api.read(move |state| state.kv.as_ref().map_or(Ok(None), read))
        .await
}

/// Where the node stands.
#[utoipa::path(get, path = "/v1/status", responses((status = 200, description = "A snapshot", body = Status)))]
pub(super) async fn status(State(api): State<Api>) -> Json<Status> {
    Json(api.state.status.get())
}

/// A final block: the same bytes from every node.
#[utoipa::path(
    get,
    path = "/v1/blocks/{round}",
    params(("round" = String, Path, description = "A round from 1, or `latest`")),
    responses(
        (status = 200, description = "The block", body = BlockPage),
        (status = 400, description = "Not a round", body = ErrorPage),
        (status = 404, description = "Not final here", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn block(State(api): State<Api>, round: Segment) -> Answer<Response> {
    let round = Round::parse(&text(round)?)?;
    let read = move |state: &ApiState| Ok(state.blocks.block(round.resolve(state)?)?.map(BlockPage::new));
    api.page(read).await?.ok_or_else(|| round.not_final())
}

/// A certificate that made a block final. Nodes may answer with different ones; each is as good.
#[utoipa::path(
    get,
    path = "/v1/certificates/{round}",
    params(("round" = String, Path, description = "A round from 1, or `latest`")),
    responses(
        (status = 200, description = "A certificate", body = CertificatePage),
        (status = 400, description = "Not a round", body = ErrorPage),
        (status = 404, description = "Not final here", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn certificate(State(api): State<Api>, round: Segment) -> Answer<Response> {
    let round = Round::parse(&text(round)?)?;
    let read = move |state: &ApiState| {
        let found = state.blocks.final_block(round.resolve(state)?)?;
        Ok(found.map(|found| CertificatePage::new(&found.block.header, found.certificate)))
    };
    api.page(read).await?.ok_or_else(|| round.not_final())
}

/// Counters for Prometheus.
#[utoipa::path(
    get,
    path = "/metrics",
    responses((status = 200, description = "OpenMetrics text", body = String,
        content_type = "application/openmetrics-text"))
)]
pub(super) async fn metrics(State(api): State<Api>) -> Response {
    let kind = [(
        header::CONTENT_TYPE,
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
    )];
    (kind, api.state.metrics.encode()).into_response()
}

/// This description.
#[utoipa::path(
    get,
    path = "/v1/openapi.json",
    responses((status = 200, description = "An OpenAPI document", body = Object))
)]
pub(super) async fn description() -> Response {
    Json(openapi::document()).into_response()
}

pub(super) async fn no_route() -> Failure {
    Failure::not_found("there is nothing at this path", "GET / lists the routes")
}

pub(super) async fn no_method() -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path takes another method",
        "GET / lists the routes",
    )
}

/// A round in a path.
#[derive(Debug, Clone, Copy)]
pub(super) enum Round {
    Latest,
    Number(u64),
}

impl Round {
    pub(super) fn parse(text: &str) -> Answer<Self> {
        if text == "latest" {
            return Ok(Self::Latest);
        }
        // One round has one path: no sign, no leading zeros.
        let number = text
            .parse()
            .ok()
            .filter(|number: &u64| *number > 0 && number.to_string() == text);
        let help = "write a number from 1 in decimal, or `latest`";
        number
            .map(Self::Number)
            .ok_or_else(|| Failure::malformed("not a round", help))
    }

    pub(super) fn resolve(self, state: &ApiState) -> Result<u64, StoreError> {
        match self {
            Self::Latest => state.blocks.head(),
            Self::Number(round) => Ok(round),
        }
    }

    fn not_final(self) -> Failure {
        let error = match self {
            Self::Latest => "no block is final yet".to_owned(),
            Self::Number(round) => format!("round {round} is not final here"),
        };
        Failure::not_found(error, "GET /v1/status tells the last final round")
    }
}
