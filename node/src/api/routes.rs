//! The routes and their handlers.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failure::{ErrorPage, Failure};
use super::pages::{BlockPage, CertificatePage, HeaderPage};
use super::{Api, ApiState, bundle, electorate, light, live, openapi, page, stake, stream, transactions};
use crate::Status;
use crate::app::kv::KvReader;
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
    [application(), chain(), now(), registry(), about()]
        .into_iter()
        .flatten()
        .collect()
}

fn read(path: &'static str, summary: &'static str, handler: MethodRouter<Api>) -> Route {
    Route {
        method: "GET",
        path,
        summary,
        handler,
    }
}

fn write(path: &'static str, summary: &'static str, handler: MethodRouter<Api>) -> Route {
    let method = "POST";
    Route {
        method,
        ..read(path, summary, handler)
    }
}

fn application() -> Vec<Route> {
    vec![
        write(
            "/v1/transactions",
            "Hand in a transaction: its bytes are the body",
            post(transactions::submit),
        ),
        read(
            "/v1/transactions/{digest}",
            "Where a transaction stands; waits with ?level=…&seconds=…",
            get(transactions::transaction),
        ),
        read("/v1/kv/{key}", "A value of the key-value application", get(value)),
    ]
}

fn chain() -> Vec<Route> {
    let latest = "A final block; `latest` is a round too";
    vec![
        read("/v1/blocks/{round}", latest, get(block)),
        read(
            "/v1/headers/{round}",
            "The header of a final block",
            get(header_of),
        ),
        read(
            "/v1/certificates/{round}",
            "A certificate that made a block final",
            get(certificate),
        ),
        read(
            "/v1/levels/{round}",
            "How final a round is; waits with ?level=…&seconds=…",
            get(light::level),
        ),
        read(
            "/v1/checkpoints/{number}",
            "A signed checkpoint, for light clients",
            get(light::checkpoint),
        ),
        read("/v1/light/{round}", "A step of a light client", get(light::step)),
    ]
}

fn now() -> Vec<Route> {
    vec![
        read("/v1/status", "Where the node stands", get(status)),
        read(
            "/v1/round",
            "Proposals and votes of the round under way",
            get(live::round),
        ),
        read(
            "/v1/rounds",
            "The last rounds, with the time each took",
            get(live::rounds),
        ),
        read(
            "/v1/events",
            "Events as they happen, by server-sent events",
            get(stream::events),
        ),
        read(
            "/v1/faults",
            "Offences, stalls and forks seen here",
            get(live::faults),
        ),
        read("/v1/peers", "The peers that are connected", get(live::peers)),
        read("/metrics", "Counters for Prometheus", get(metrics)),
    ]
}

fn registry() -> Vec<Route> {
    vec![
        read(
            "/v1/electorate/{round}",
            "Who may draw in a round, with what stake",
            get(electorate::electorate),
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
        read("/v1/bundle", "What nodes that join need", get(bundle::bundle)),
    ]
}

fn about() -> Vec<Route> {
    vec![
        read("/", "The live page of this node, for browsers", get(page::page)),
        read("/page/{file}", "Style and scripts of that page", get(page::file)),
        read("/v1", "This list", get(index)),
        read("/v1/openapi.json", "A description of this API", get(description)),
    ]
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

/// The routes.
#[utoipa::path(get, path = "/v1", responses((status = 200, description = "The routes", body = [IndexItem])))]
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

pub(super) async fn read_kv<T: Send + 'static>(
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

/// The header of a final block: the same bytes from every node.
#[utoipa::path(
    get,
    path = "/v1/headers/{round}",
    params(("round" = String, Path, description = "A round from 1, or `latest`")),
    responses(
        (status = 200, description = "The header", body = HeaderPage),
        (status = 400, description = "Not a round", body = ErrorPage),
        (status = 404, description = "Not final here", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn header_of(State(api): State<Api>, round: Segment) -> Answer<Response> {
    let round = Round::parse(&text(round)?)?;
    let read = move |state: &ApiState| Ok(state.blocks.block(round.resolve(state)?)?.map(HeaderPage::new));
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
    Failure::not_found("there is nothing at this path", "GET /v1 lists the routes")
}

pub(super) async fn no_method() -> Failure {
    Failure::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "this path takes another method",
        "GET /v1 lists the routes",
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
