//! Answers that say what went wrong and what helps.

use std::fmt::Display;
use std::time::Duration;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::{MAX_TRANSACTION, PoolError};

/// Why a request was not served.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErrorPage {
    /// What went wrong.
    pub error: String,
    /// What helps.
    pub help: String,
}

/// An error page with its status.
#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    page: ErrorPage,
}

impl Failure {
    pub(super) fn new(status: StatusCode, error: impl Display, help: impl Into<String>) -> Self {
        Self {
            status,
            page: ErrorPage {
                error: error.to_string(),
                help: help.into(),
            },
        }
    }

    pub(super) fn not_found(error: impl Display, help: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, error, help)
    }

    pub(super) fn malformed(error: impl Display, help: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, help)
    }

    /// A failure of the node itself. Its cause goes to the log and to the client: it names no secret.
    pub(super) fn internal(error: impl Display) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, error, "see the node's log")
    }

    pub(super) fn timeout(time: Duration) -> Self {
        let error = format!("the request took more than {} s", time.as_secs());
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            error,
            "the node is busy, or the body came slowly: try again",
        )
    }

    pub(super) fn untaken() -> Self {
        let error = "other clients have not taken their answers yet";
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            error,
            "try again in some seconds",
        )
    }

    pub(super) fn too_long() -> Self {
        let error = format!("a body of more than {MAX_TRANSACTION} bytes");
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            error,
            "split it into several transactions",
        )
    }

    pub(super) fn known(error: impl Display, digest: impl Display) -> Self {
        let help = format!("nothing is lost: GET /v1/transactions/{digest} tells its round once it is final");
        Self::new(StatusCode::CONFLICT, error, help)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Length(0) => {
                Self::malformed("an empty body", "send the transaction's bytes as the body")
            }
            PoolError::Length(_) => Self::too_long(),
            PoolError::Known => Self::new(
                StatusCode::CONFLICT,
                error,
                "nothing is lost: it will be ordered once",
            ),
            PoolError::Full => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                error,
                "wait for some blocks, then retry",
            ),
            PoolError::Stopping => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                error,
                "nothing was taken: send it to another node",
            ),
            PoolError::Refused(_) => Self::malformed(
                error,
                "the application refused it; GET /v1/openapi.json shows what it takes",
            ),
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        (self.status, Json(self.page)).into_response()
    }
}
