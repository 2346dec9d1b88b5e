//! Asking a node over HTTP.

use std::time::Duration;

use anyhow::{Context, bail};
use klero_node::api::ErrorPage;
use serde::de::DeserializeOwned;

/// For one answer, from the connection's start to its last byte.
const TIMEOUT: Duration = Duration::from_secs(10);
/// The longest page: a block's, see `klero_node::light`.
const MAX_PAGE: u64 = 16 << 20;

/// The HTTP API of a node. No proxy is used and no redirection followed.
#[derive(Debug)]
pub(crate) struct Rpc {
    agent: ureq::Agent,
    url: String,
}

impl Rpc {
    /// The API at a URL such as `http://127.0.0.1:8545`.
    pub(crate) fn new(url: &str) -> Self {
        Self {
            agent: agent(TIMEOUT),
            url: url.trim_end_matches('/').to_owned(),
        }
    }

    /// The URL without a slash at its end.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A page.
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let url = format!("{}{path}", self.url);
        self.read(self.agent.get(&url).call())
    }

    /// The answer to a body.
    pub(crate) fn post<T: DeserializeOwned>(&self, path: &str, body: &[u8]) -> anyhow::Result<T> {
        let url = format!("{}{path}", self.url);
        self.read(self.agent.post(&url).send(body))
    }

    fn read<T: DeserializeOwned>(
        &self,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> anyhow::Result<T> {
        let help = "is the node running, and is this the rpc address that its configuration gives?";
        page(&self.url, answer, help)
    }
}

/// What a node said instead of a page.
#[derive(Debug, thiserror::Error)]
#[error("{said}")]
pub(crate) struct Refused {
    status: u16,
    said: String,
}

impl Refused {
    /// Whether it is sure that nothing was done: a node that is busy may still do what it was asked.
    pub(crate) const fn is_final(&self) -> bool {
        self.status >= 400 && self.status < 500
    }
}

/// What asks nodes: no proxy is used and no redirection followed, and statuses are answers.
pub(crate) fn agent(timeout: Duration) -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(None)
        .build();
    ureq::Agent::new_with_config(config)
}

/// The page that a node answered with; an error says the node's own words, or `help` where nobody answers as a node does.
pub(crate) fn page<T: DeserializeOwned>(
    url: &str,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    help: &str,
) -> anyhow::Result<T> {
    let unreachable = || format!("no answer from {url}: {help}");
    let mut answer = answer.with_context(unreachable)?;
    let reader = answer.body_mut().with_config().limit(MAX_PAGE);
    let body = reader.read_to_vec().with_context(unreachable)?;
    if answer.status().is_success() {
        return serde_json::from_slice(&body)
            .with_context(|| format!("{url} does not answer as a node of this version does"));
    }
    match serde_json::from_slice(&body) {
        Ok(ErrorPage { error, help }) => Err(Refused {
            status: answer.status().as_u16(),
            said: format!("{error}; {help}"),
        }
        .into()),
        Err(_) => bail!("{url} answers {}, not as a node does: {help}", answer.status()),
    }
}
