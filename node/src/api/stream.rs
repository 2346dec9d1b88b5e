//! Events as they happen, by server-sent events.
//!
//! Each client has its place in one bounded queue. Who reads too slowly is told so and dropped; who does not read at all
//! loses its connection. Snapshots of status and round are made for a client when it has room for one, so that they
//! never queue up.

use std::convert::Infallible;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::connect_info::ConnectInfo;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::Api;
use super::connection::{ANSWER_TIME, Deadline};
use super::failure::{ErrorPage, Failure};
use super::routes::Answer;
use crate::feed::{Kind, Told};

/// Clients that may listen at a time; there are four times as many connections.
pub(super) const LISTENERS: usize = 64;
/// How often snapshots are looked at.
const LOOK: Duration = Duration::from_millis(400);
/// After so long without an event a comment shows that the connection lives.
const SILENCE: Duration = Duration::from_secs(10);

/// What is listened to.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    /// Kinds with commas between them; without it all but the snapshots `round` and `status`.
    kinds: Option<String>,
}

impl Wanted {
    fn kinds(self) -> Answer<Vec<Kind>> {
        let Some(text) = self.kinds else {
            return Ok(Kind::ALL.into_iter().filter(|kind| !kind.is_snapshot()).collect());
        };
        let help = || {
            let names: Vec<&str> = Kind::ALL.into_iter().map(Kind::name).collect();
            format!("write some of {} with commas between them", names.join(", "))
        };
        let kinds = text.split(',').map(str::parse);
        kinds
            .collect::<Result<_, String>>()
            .map_err(|error| Failure::malformed(error, help()))
    }
}

/// Events as they happen: `event` has the kind, `data` a line of JSON. The last event of a client that is too slow is
/// `dropped`, that of a node that stops is `end`, both with a `reason`.
#[utoipa::path(
    get,
    path = "/v1/events",
    params(Wanted),
    responses(
        (status = 200, description = "Server-sent events without end: final, checkpoint, stake, evidence, stall, \
            stall_over, voting, fork, alarm; if asked for, snapshots of `round` and `status` when they changed",
            body = String, content_type = "text/event-stream"),
        (status = 400, description = "Not kinds of events", body = ErrorPage),
        (status = 503, description = "As many clients listen as may, or the node is stopping", body = ErrorPage),
    )
)]
pub(super) async fn events(
    State(api): State<Api>,
    deadline: Option<Extension<ConnectInfo<Deadline>>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Answer<Response> {
    let help = "write ?kinds=final,stall";
    let Query(wanted) = wanted.map_err(|rejection| Failure::malformed(rejection.body_text(), help))?;
    let kinds = wanted.kinds()?;
    let refused = |error: String, help| Failure::new(StatusCode::SERVICE_UNAVAILABLE, error, help);
    let place = api.listeners.clone().try_acquire_owned().map_err(|_| {
        let error = format!("{LISTENERS} clients listen already");
        refused(error, "end one of them, or listen to another node")
    })?;
    let told = api
        .state
        .feed
        .listen()
        .ok_or_else(|| refused("the node is stopping".into(), "listen to another node"))?;
    let period = if kinds.iter().any(|kind| kind.is_snapshot()) {
        LOOK
    } else {
        SILENCE
    };
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let client = Client {
        api,
        kinds,
        told,
        ticks,
        deadline: deadline.map(|Extension(ConnectInfo(deadline))| deadline),
        spoke: Instant::now(),
        round: String::new(),
        status: String::new(),
        is_over: false,
        _place: place,
    };
    let kind = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    let body = Body::from_stream(futures::stream::unfold(client, Client::next));
    Ok((kind, body).into_response())
}

/// A client that listens.
struct Client {
    api: Api,
    kinds: Vec<Kind>,
    told: Receiver<Told>,
    ticks: Interval,
    deadline: Option<Deadline>,
    /// When it was sent something.
    spoke: Instant,
    /// The snapshots that it has.
    round: String,
    status: String,
    is_over: bool,
    _place: OwnedSemaphorePermit,
}

impl Client {
    /// What to send next. The server asks when the connection has room, which is the client's progress.
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if self.is_over {
            return None;
        }
        if let Some(deadline) = &self.deadline {
            deadline.extend(ANSWER_TIME);
        }
        let text = loop {
            tokio::select! {
                told = self.told.recv() => if let Some(text) = self.on_told(told) {
                    break text;
                },
                _ = self.ticks.tick() => if let Some(text) = self.on_tick().await {
                    break text;
                },
            }
        };
        self.spoke = Instant::now();
        Some((Ok(text.into()), self))
    }

    fn on_told(&mut self, told: Result<Told, RecvError>) -> Option<String> {
        match told {
            Ok(told) => {
                let is_wanted = self.kinds.contains(&told.kind);
                is_wanted.then(|| message(told.kind.name(), &told.json))
            }
            Err(RecvError::Lagged(missed)) => {
                self.is_over = true;
                let reason = format!("this client reads too slowly: {missed} events were lost");
                Some(farewell("dropped", &reason))
            }
            Err(RecvError::Closed) => {
                self.is_over = true;
                Some(farewell("end", "the node is stopping"))
            }
        }
    }

    async fn on_tick(&mut self) -> Option<String> {
        let mut text = String::new();
        if self.kinds.contains(&Kind::Status)
            && let Ok(status) = serde_json::to_string(&self.api.state.status.get())
            && status != self.status
        {
            text.push_str(&message("status", &status));
            self.status = status;
        }
        if self.kinds.contains(&Kind::Round)
            && let Some(desk) = &self.api.state.desk
            && let Ok(round) = desk.round().await
            && let Ok(round) = serde_json::to_string(&*round)
            && round != self.round
        {
            text.push_str(&message("round", &round));
            self.round = round;
        }
        if text.is_empty() && self.spoke.elapsed() >= SILENCE.saturating_sub(LOOK) {
            text.push_str(": nothing happened\n\n");
        }
        (!text.is_empty()).then_some(text)
    }
}

/// JSON that serde writes is one line, as the format wants it.
fn message(kind: &str, json: &str) -> String {
    format!("event: {kind}\ndata: {json}\n\n")
}

fn farewell(kind: &str, reason: &str) -> String {
    message(kind, &serde_json::json!({ "reason": reason }).to_string())
}
