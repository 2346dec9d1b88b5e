//! The admin API: what only the operator may see and do, on a listener of its own.
//!
//! Every request carries the token, wrong paths included, so that nobody else learns what is here. One that a page of a
//! foreign site makes is refused before that. Limits of connections, bodies and time are those of the public API.

use std::future::Future;
use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{AUTHORIZATION, CONTENT_DISPOSITION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::failure::{ErrorPage, Failure};
use super::live::core;
use super::routes::{self, Answer};
use super::{Api, ApiState, bounded, origin, serve_router};
use crate::config::NodeConfig;
use crate::core_desk::RoundPage;
use crate::events::{EvidenceEvent, FinalEvent, now_us};
use crate::feed::{FaultsPage, MOST_ROUNDS};
use crate::logs::Logs;
use crate::peer_book::PeerItem;
use crate::status::Status;
use crate::token::Token;

/// The longest body, in bytes.
const MOST_BODY: usize = 4 << 10;

/// What the admin API works with besides the state.
pub(crate) struct Office {
    /// What every request must carry.
    pub(crate) token: Token,
    /// The log; none where the process that embeds the node keeps its own.
    pub(crate) logs: Option<Logs>,
    /// The configuration; none where the node was built without one.
    pub(crate) config: Option<NodeConfig>,
}

/// What is shared by the handlers.
#[derive(Clone)]
struct Admin {
    api: Api,
    office: Arc<Office>,
}

/// What is logged.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LogPage {
    /// A level such as `info`, or directives such as `klero_node=debug,warn`.
    filter: String,
}

/// Whether the node votes.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct VotingPage {
    /// Whether the operator paused voting.
    paused: bool,
    /// Why the node does not vote, if it does not.
    silent: Option<String>,
    /// Validators whose keys this node holds.
    validators: u64,
}

/// Pause voting, or resume it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PausePage {
    /// Whether voting is to be paused.
    paused: bool,
    /// When voting is resumed: whether the operator vouches that nothing else votes with these keys and that the vote log is
    /// the newest, so that a silence after a start ends.
    #[serde(default)]
    trust_log: bool,
}

/// Offences seen.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct EvidencePage {
    /// Those that wait to be reported in a block.
    waiting: Vec<EvidenceEvent>,
    /// What was seen since this process started.
    seen: FaultsPage,
}

/// Everything that helps to find out what is wrong with a node; no secret is in it.
#[derive(Debug, Serialize, ToSchema)]
struct DiagnosticsPage {
    /// When it was made, in microseconds since 1970.
    made_at_us: u64,
    /// The program's version.
    version: &'static str,
    /// Where the node stands.
    status: Status,
    /// The configuration, which names files of secrets and holds none.
    #[schema(value_type = Object)]
    config: Option<NodeConfig>,
    /// The round under way; none when the core did not answer.
    round: Option<RoundPage>,
    /// Offences that wait to be reported; none when the core did not answer.
    offences: Option<Vec<EvidenceEvent>>,
    /// What went wrong.
    faults: FaultsPage,
    /// The last rounds.
    rounds: Vec<FinalEvent>,
    /// The peers.
    peers: Vec<PeerItem>,
    /// The counters, as Prometheus reads them.
    metrics: String,
    /// The last lines of the log; none where another process keeps it.
    log: Option<Vec<String>>,
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Klero node, admin API",
        description = "For the operator alone: every request carries `Authorization: Bearer TOKEN`. Every error is \
            JSON with `error` and `help`; without the token all answers are 401, and under a foreign `Host` or from a \
            page of another site 403.",
    ),
    paths(peers, log, change_log, voting, pause, evidence, diagnostics, description)
)]
struct Document;

/// Serves the admin API until `stop` completes.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    state: ApiState,
    office: Office,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let (feed, address) = (state.feed.clone(), listener.local_addr()?.ip());
    let admin = Admin {
        api: Api::new(state),
        office: Arc::new(office),
    };
    let router = Router::new()
        .route("/v1/admin/peers", get(peers))
        .route("/v1/admin/log", get(log).put(change_log))
        .route("/v1/admin/voting", get(voting).put(pause))
        .route("/v1/admin/evidence", get(evidence))
        .route("/v1/admin/diagnostics", get(diagnostics))
        .route("/v1/admin/openapi.json", get(description))
        .fallback(no_route)
        .method_not_allowed_fallback(routes::no_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(from_fn_with_state(admin.clone(), authorized))
        .layer(from_fn_with_state(address, origin::own))
        .layer(from_fn_with_state(admin.api.clone(), bounded))
        .with_state(admin);
    serve_router(listener, router, feed, stop).await
}

/// Lets nobody in without the token.
async fn authorized(State(admin): State<Admin>, request: Request, next: Next) -> Response {
    if is_authorized(&admin.office.token, request.headers()) {
        return next.run(request).await;
    }
    let help = "send `Authorization: Bearer TOKEN`, with the text of the file `token` of `[admin]`";
    let failure = Failure::new(StatusCode::UNAUTHORIZED, "this needs the operator's token", help);
    ([(WWW_AUTHENTICATE, "Bearer")], failure).into_response()
}

fn is_authorized(token: &Token, headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    let text = value.to_str().ok();
    let bearer = text.and_then(|text| text.strip_prefix("Bearer "));
    bearer.is_some_and(|presented| token.is(presented))
}

async fn no_route() -> Failure {
    Failure::not_found(
        "the admin API has nothing at this path",
        "GET /v1/admin/openapi.json describes what there is",
    )
}

fn body<T>(body: Result<Json<T>, JsonRejection>, help: &str) -> Answer<T> {
    let parsed = body.map(|Json(page)| page);
    parsed.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => {
            let error = format!("a body of more than {MOST_BODY} bytes");
            Failure::new(StatusCode::PAYLOAD_TOO_LARGE, error, help)
        }
        _ => Failure::malformed(rejection.body_text(), help),
    })
}

/// The peers that are connected.
#[utoipa::path(get, path = "/v1/admin/peers",
    responses((status = 200, description = "In the order of their ids", body = [PeerItem])))]
async fn peers(State(admin): State<Admin>) -> Json<Vec<PeerItem>> {
    Json(admin.api.state.peers.list())
}

fn logs(admin: &Admin) -> Answer<&Logs> {
    let none = || {
        Failure::not_found(
            "the process that embeds this node keeps the log",
            "change it there",
        )
    };
    admin.office.logs.as_ref().ok_or_else(none)
}

/// What is logged.
#[utoipa::path(get, path = "/v1/admin/log",
    responses(
        (status = 200, description = "The filter", body = LogPage),
        (status = 404, description = "The log is not this node's", body = ErrorPage),
    ))]
async fn log(State(admin): State<Admin>) -> Answer<Json<LogPage>> {
    let filter = logs(&admin)?.filter();
    Ok(Json(LogPage { filter }))
}

/// Change what is logged, until the node is started again.
#[utoipa::path(put, path = "/v1/admin/log", request_body = LogPage,
    responses(
        (status = 200, description = "The filter in force", body = LogPage),
        (status = 400, description = "Not a filter", body = ErrorPage),
        (status = 404, description = "The log is not this node's", body = ErrorPage),
        (status = 413, description = "Too long", body = ErrorPage),
    ))]
async fn change_log(
    State(admin): State<Admin>,
    page: Result<Json<LogPage>, JsonRejection>,
) -> Answer<Json<LogPage>> {
    let help = "send JSON like {\"filter\":\"klero_node=debug,warn\"} with `content-type: application/json`";
    let LogPage { filter } = body(page, help)?;
    let logs = logs(&admin)?;
    logs.change(&filter)
        .map_err(|error| Failure::malformed(error, help))?;
    tracing::warn!(filter, "the operator changed what is logged");
    Ok(Json(LogPage {
        filter: logs.filter(),
    }))
}

fn voting_page(admin: &Admin) -> Json<VotingPage> {
    let Status {
        paused,
        silent,
        validators,
        ..
    } = admin.api.state.status.get();
    Json(VotingPage {
        paused,
        silent,
        validators,
    })
}

/// Whether the node votes.
#[utoipa::path(get, path = "/v1/admin/voting",
    responses((status = 200, description = "Whether, and why not", body = VotingPage)))]
async fn voting(State(admin): State<Admin>) -> Json<VotingPage> {
    voting_page(&admin)
}

/// Pause voting, or resume it. After the answer to a pause no vote is cast and nothing is proposed, until voting is
/// resumed or the node is started again.
#[utoipa::path(put, path = "/v1/admin/voting", request_body = PausePage,
    responses(
        (status = 200, description = "As it is now", body = VotingPage),
        (status = 400, description = "Not a choice", body = ErrorPage),
        (status = 413, description = "Too long", body = ErrorPage),
        (status = 503, description = "The node is starting, stopping or busy", body = ErrorPage),
    ))]
async fn pause(
    State(admin): State<Admin>,
    page: Result<Json<PausePage>, JsonRejection>,
) -> Answer<Json<VotingPage>> {
    let help = "send JSON {\"paused\":true} or {\"paused\":false} with `content-type: application/json`";
    let PausePage { paused, trust_log } = body(page, help)?;
    if paused && trust_log {
        let why = "trust_log ends a silence, paused begins one";
        return Err(Failure::new(StatusCode::BAD_REQUEST, why, "send one of the two"));
    }
    let desk = core(&admin.api)?;
    desk.pause(paused).await?;
    if trust_log {
        desk.trust_log().await?;
    }
    Ok(voting_page(&admin))
}

/// Offences seen, and those that wait to be reported.
#[utoipa::path(get, path = "/v1/admin/evidence",
    responses(
        (status = 200, description = "What was seen", body = EvidencePage),
        (status = 503, description = "The node is starting, stopping or busy", body = ErrorPage),
    ))]
async fn evidence(State(admin): State<Admin>) -> Answer<Json<EvidencePage>> {
    let waiting = core(&admin.api)?.offences().await?;
    let seen = admin.api.state.feed.faults();
    Ok(Json(EvidencePage { waiting, seen }))
}

/// A bundle for whoever is to find out what is wrong: status, configuration, counters, log, peers. No secret is in it.
#[utoipa::path(get, path = "/v1/admin/diagnostics",
    responses((status = 200, description = "The bundle", body = DiagnosticsPage)))]
async fn diagnostics(State(admin): State<Admin>) -> Response {
    let Admin { api, office } = &admin;
    let (mut round, mut offences) = (None, None);
    if let Some(desk) = &api.state.desk {
        round = desk.round().await.ok().map(|page| RoundPage::clone(&page));
        offences = desk.offences().await.ok();
    }
    let page = DiagnosticsPage {
        made_at_us: now_us(),
        version: env!("CARGO_PKG_VERSION"),
        status: api.state.status.get(),
        config: office.config.clone(),
        round,
        offences,
        faults: api.state.feed.faults(),
        rounds: api.state.feed.rounds(MOST_ROUNDS),
        peers: api.state.peers.list(),
        metrics: api.state.metrics.encode(),
        log: office.logs.as_ref().map(Logs::lines),
    };
    let disposition = "attachment; filename=\"klero-diagnostics.json\"";
    ([(CONTENT_DISPOSITION, disposition)], Json(page)).into_response()
}

/// This description.
#[utoipa::path(get, path = "/v1/admin/openapi.json",
    responses((status = 200, description = "An OpenAPI document", body = Object)))]
async fn description() -> Response {
    let mut document = Document::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    Json(document).into_response()
}
