//! The HTTP API: hand in transactions, read blocks, certificates and state, watch the node.
//!
//! Everything is bounded: connections, so that with HTTP/1 there are as many requests at most; a request's body;
//! reads of the store at a time; and the time a connection has to send a request, to get its answer and to take
//! it. A slow client loses its connection and holds nothing else. `GET /` is a page for people, `GET /v1` lists the
//! routes, and `/v1/openapi.json` describes them.

pub(crate) mod admin;
mod bundle;
mod connection;
mod electorate;
mod failure;
mod light;
mod live;
mod openapi;
mod origin;
mod page;
mod pages;
mod routes;
mod stake;
mod stream;
mod transactions;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::connect_info::ConnectInfo;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use serde::Serialize;
use tokio::sync::Semaphore;

use crate::app::kv::KvReader;
use crate::app::{MAX_TRANSACTION, Waiting};
use crate::core_desk::CoreDesk;
use crate::feed::Feed;
use crate::metrics::Metrics;
use crate::peer_book::PeerBook;
use crate::store::StoreError;
use crate::{BlockStore, SharedStatus, StakeDesk, Submitter};
use connection::{Deadline, Held, LimitedListener};
use failure::Failure;

pub use bundle::{Bundle, BundlePage};
pub use electorate::{ElectoratePage, MemberItem};
pub use failure::ErrorPage;
pub use light::LightPage;
pub use openapi::document;
pub use pages::{BlockPage, CertificatePage, HeaderPage, TransactionItem};
pub use stake::{AccountPage, GrantPage, RegistryPage, UnbondingItem, ValidatorItem};

/// Reads of the store at a time; further ones wait, within their request's time.
const READS: usize = 8;
/// Memory for answers that clients have not taken yet, in KiB. When it is used up, large pages are refused.
const UNTAKEN_KIB: usize = 64 << 10;
/// Answers up to this length are not counted: a connection has one at a time.
const SMALL_ANSWER: usize = 64 << 10;
/// From the end of a request's headers to its answer, the upload of the body included.
const REQUEST_TIME: Duration = Duration::from_secs(15);
/// What requests under way have left when the node stops.
const GRACE: Duration = Duration::from_secs(5);

/// What the API shows and where it hands transactions in.
#[derive(Clone)]
pub struct ApiState {
    /// The chain.
    pub blocks: BlockStore,
    /// Where the node stands.
    pub status: SharedStatus,
    /// The way to the pool.
    pub submitter: Submitter,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The state of the key-value application; none when the node runs another one.
    pub kv: Option<KvReader>,
    /// Accounts and operations; none where no chain is served.
    pub stake: Option<StakeDesk>,
    /// What happens.
    pub feed: Feed,
    /// The way to the core; none where no node runs.
    pub desk: Option<CoreDesk>,
    /// Who is connected.
    pub peers: PeerBook,
    /// Transactions that wait.
    pub waiting: Waiting,
    /// What whoever joins needs; none where no chain is served.
    pub bundle: Option<Arc<Bundle>>,
}

/// The state with its limits, as handlers share it.
#[derive(Clone)]
struct Api {
    state: ApiState,
    reads: Arc<Semaphore>,
    untaken: Arc<Semaphore>,
    listeners: Arc<Semaphore>,
}

impl Api {
    fn new(state: ApiState) -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            state,
            reads: places(READS),
            untaken: places(UNTAKEN_KIB),
            listeners: places(stream::LISTENERS),
        }
    }

    /// Reads the store on a thread that may block.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&ApiState) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Failure> {
        let permit = Arc::clone(&self.reads)
            .acquire_owned()
            .await
            .map_err(Failure::internal)?;
        let state = self.state.clone();
        let result = tokio::task::spawn_blocking(move || {
            let _held = permit;
            read(&state)
        });
        result
            .await
            .map_err(Failure::internal)?
            .map_err(Failure::internal)
    }
}

impl Api {
    /// Reads a value and writes its page, both where it may block; `None` when there is no such value. The page's
    /// memory is counted until the client has taken it.
    async fn page<T: Serialize + Send + 'static>(
        &self,
        read: impl FnOnce(&ApiState) -> Result<Option<T>, StoreError> + Send + 'static,
    ) -> Result<Option<Response>, Failure> {
        let untaken = Arc::clone(&self.untaken);
        let write = move |state: &ApiState| {
            let Some(value) = read(state)? else {
                return Ok(None);
            };
            let page = serde_json::to_vec(&value).map_err(|error| StoreError::Failed(error.to_string()))?;
            let kib = if page.len() > SMALL_ANSWER {
                page.len().div_ceil(1 << 10)
            } else {
                0
            };
            let kib = u32::try_from(kib).unwrap_or(u32::MAX);
            Ok(Some(untaken.try_acquire_many_owned(kib).map(|held| (page, held))))
        };
        let Some(page) = self.read(write).await? else {
            return Ok(None);
        };
        let (page, held) = page.map_err(|_| Failure::untaken())?;
        let mut answer = ([(CONTENT_TYPE, "application/json")], page).into_response();
        answer.extensions_mut().insert(Held::new(held));
        Ok(Some(answer))
    }
}

/// The routes over a state. Limits of connections are those of [`serve`].
pub fn router(state: ApiState) -> Router {
    let api = Api::new(state);
    let routes = routes::all().into_iter();
    routes
        .fold(Router::new(), |router, route| {
            router.route(route.path, route.handler)
        })
        .fallback(routes::no_route)
        .method_not_allowed_fallback(routes::no_method)
        .layer(DefaultBodyLimit::max(MAX_TRANSACTION))
        .layer(from_fn_with_state(api.clone(), bounded))
        .with_state(api)
}

/// Gives a request its time, and the connection the time to take the answer.
async fn bounded(
    State(api): State<Api>,
    deadline: Option<Extension<ConnectInfo<Deadline>>>,
    request: Request,
    next: Next,
) -> Response {
    let deadline = deadline.map(|Extension(ConnectInfo(deadline))| deadline);
    if let Some(deadline) = &deadline {
        deadline.extend(REQUEST_TIME + Duration::from_secs(1));
    }
    // A body that says beforehand that it is too long is not read.
    let answer = if request.body().size_hint().lower() > MAX_TRANSACTION as u64 {
        Failure::too_long().into_response()
    } else {
        let answer = tokio::time::timeout(REQUEST_TIME, next.run(request)).await;
        answer.unwrap_or_else(|_| Failure::timeout(REQUEST_TIME).into_response())
    };
    if let Some(deadline) = &deadline {
        deadline.answer(answer.extensions().get::<Held>().cloned());
    }
    api.state.metrics.answered(answer.status().as_u16());
    answer
}

/// Serves the API until `stop` completes; requests under way then have five seconds.
///
/// # Errors
/// When the listener cannot be used.
pub async fn serve(
    listener: std::net::TcpListener,
    state: ApiState,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let feed = state.feed.clone();
    serve_router(listener, router(state), feed, stop).await
}

async fn serve_router(
    listener: std::net::TcpListener,
    router: Router,
    feed: Feed,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let listener = LimitedListener::new(listener)?;
    let service = router.into_make_service_with_connect_info::<Deadline>();
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let stop = async move {
        stop.await;
        // Who listens to events would never end by itself.
        feed.close();
        // The receiver is gone only when nobody serves any more.
        let _gone = stopping.send(());
    };
    let served = axum::serve(listener, service).with_graceful_shutdown(stop);
    let grace = async {
        if stopped.await.is_err() {
            std::future::pending::<()>().await;
        }
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        result = async { served.await } => result,
        () = grace => Ok(()),
    }
}
