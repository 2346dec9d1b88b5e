//! What happens now and happened lately: the round under way, the last rounds, faults, peers.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::Api;
use super::failure::{ErrorPage, Failure};
use super::routes::Answer;
use crate::core_desk::{CoreDesk, DeskError, RoundPage};
use crate::events::FinalEvent;
use crate::feed::{FaultsPage, MOST_ROUNDS};
use crate::peer_book::PeerItem;

impl From<DeskError> for Failure {
    fn from(error: DeskError) -> Self {
        let help = "try again in some seconds";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error, help)
    }
}

pub(super) fn core(api: &Api) -> Answer<&CoreDesk> {
    let none = || Failure::not_found("this API serves no running node", "ask a node that runs");
    api.state.desk.as_ref().ok_or_else(none)
}

/// A page of what is at hand; a long one is counted until the client has taken it.
async fn whole<T: Serialize + Send + 'static>(api: &Api, value: T) -> Answer<Response> {
    let page = api.page(move |_| Ok(Some(value))).await?;
    page.ok_or_else(|| Failure::internal("a page was lost"))
}

/// Proposals and votes of the round under way, as this node counts them.
#[utoipa::path(
    get,
    path = "/v1/round",
    responses(
        (status = 200, description = "The present period: seats seen and needed in each step, and whose", body = RoundPage),
        (status = 404, description = "No node runs here", body = ErrorPage),
        (status = 503, description = "The node is starting, stopping or busy", body = ErrorPage),
    )
)]
pub(super) async fn round(State(api): State<Api>) -> Answer<Response> {
    let page = core(&api)?.round().await?;
    whole(&api, RoundPage::clone(&page)).await
}

/// How many rounds are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// How many at most: 1 to 256; 64 without it.
    count: Option<usize>,
}

/// The last rounds that became final while this process ran, the newest first, with the time each took.
#[utoipa::path(
    get,
    path = "/v1/rounds",
    params(Wanted),
    responses(
        (status = 200, description = "As the events `final`; none after a start", body = [FinalEvent]),
        (status = 400, description = "Not a number from 1 to 256", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn rounds(
    State(api): State<Api>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Answer<Response> {
    let help = format!("write ?count=1 to ?count={MOST_ROUNDS}");
    let Query(Wanted { count }) =
        wanted.map_err(|rejection| Failure::malformed(rejection.body_text(), help.clone()))?;
    let count = count.unwrap_or(64);
    if !(1..=MOST_ROUNDS).contains(&count) {
        return Err(Failure::malformed(format!("{count} rounds"), help));
    }
    whole(&api, api.state.feed.rounds(count)).await
}

/// What went wrong since this process started.
#[utoipa::path(
    get,
    path = "/v1/faults",
    responses(
        (status = 200, description = "Offences, stalls and forks seen here", body = FaultsPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn faults(State(api): State<Api>) -> Answer<Response> {
    whole(&api, api.state.feed.faults()).await
}

/// The peers that are connected.
#[utoipa::path(
    get,
    path = "/v1/peers",
    responses(
        (status = 200, description = "In the order of their ids", body = [PeerItem]),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn peers(State(api): State<Api>) -> Answer<Response> {
    whole(&api, api.state.peers.list()).await
}
