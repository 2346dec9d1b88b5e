//! A chain from the HTTP API of a node, which may lie.

use std::time::Duration;

use klero_finality::{Block, FinalBlock, LightBlock, SignedCheckpoint};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{LightSource, Source, SourceError};
use crate::api::{BlockPage, CertificatePage, ErrorPage, LightPage};

/// For one answer, from the connection's start to its last byte.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The longest page: a block's payload of 1 MiB in hexadecimal and again as text with every letter escaped,
/// and a certificate.
const MAX_PAGE: u64 = 16 << 20;

/// Reads a chain over HTTP. No proxy is used and no redirection followed.
#[derive(Debug)]
pub struct RpcSource {
    agent: ureq::Agent,
    url: String,
    head: u64,
    checkpoint: u64,
}

#[derive(Deserialize)]
struct Position {
    final_round: u64,
    #[serde(default)]
    checkpoint: u64,
}

impl RpcSource {
    /// Asks the node at a URL such as `http://127.0.0.1:8545` how far it is; blocks after that are not read.
    ///
    /// # Errors
    /// [`SourceError`] when it does not answer as a node does.
    pub fn connect(url: &str) -> Result<Self, SourceError> {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .build();
        let url = url.trim_end_matches('/').to_owned();
        let mut source = Self {
            agent: ureq::Agent::new_with_config(config),
            url,
            head: 0,
            checkpoint: 0,
        };
        let status = source.get("/v1/status")?;
        let position: Position = serde_json::from_slice(&status)
            .map_err(|error| SourceError::Malformed(format!("{}/v1/status: {error}", source.url)))?;
        (source.head, source.checkpoint) = (position.final_round, position.checkpoint);
        Ok(source)
    }

    fn get(&self, path: &str) -> Result<Vec<u8>, SourceError> {
        self.find(path)?.ok_or_else(|| {
            let url = &self.url;
            SourceError::Unavailable(format!("{url}{path} answers 404: is this its rpc address?"))
        })
    }

    /// What a path gives; `None` where there is nothing.
    fn find(&self, path: &str) -> Result<Option<Vec<u8>>, SourceError> {
        let url = format!("{}{path}", self.url);
        let unavailable = |error: ureq::Error| {
            SourceError::Unavailable(format!(
                "{url}: {error}; is a node running there, and is this its rpc address?"
            ))
        };
        let mut answer = self.agent.get(&url).call().map_err(unavailable)?;
        let body = answer
            .body_mut()
            .with_config()
            .limit(MAX_PAGE)
            .read_to_vec()
            .map_err(unavailable)?;
        if answer.status().as_u16() == 200 {
            return Ok(Some(body));
        }
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        let cause =
            serde_json::from_slice(&body).map(|ErrorPage { error, help }| format!(": {error}; {help}"));
        let status = answer.status();
        Err(SourceError::Unavailable(format!(
            "{url} answers {status}{}",
            cause.unwrap_or_default()
        )))
    }

    fn page<T: Serialize + DeserializeOwned>(&self, path: &str) -> Result<T, SourceError> {
        let body = self.get(path)?;
        decode(&body).map_err(|cause| SourceError::Malformed(format!("{}{path}: {cause}", self.url)))
    }
}

/// A page from the one text that its value has.
fn decode<T: Serialize + DeserializeOwned>(text: &[u8]) -> Result<T, String> {
    let page: T = serde_json::from_slice(text).map_err(|error| error.to_string())?;
    let again = serde_json::to_vec(&page).map_err(|error| error.to_string())?;
    if again == text {
        Ok(page)
    } else {
        Err("not the text that a node gives for this value".into())
    }
}

/// The final block of two pages, when all that they say of it agrees.
fn join(round: u64, page: BlockPage, certificate: CertificatePage) -> Result<FinalBlock, &'static str> {
    let BlockPage { header, body, .. } = page.clone();
    let block = Block { header, body };
    if page.round != round || certificate.round != round {
        return Err("a page of another round than was asked for");
    }
    if certificate.block != page.digest {
        return Err("the certificate's page names another block");
    }
    if BlockPage::new(block.clone()) != page {
        return Err("round, digest or transactions beside the block are not the block's");
    }
    Ok(FinalBlock {
        block,
        certificate: certificate.certificate,
    })
}

impl Source for RpcSource {
    fn head(&self) -> Option<u64> {
        Some(self.head)
    }

    fn final_block(&mut self, round: u64) -> Result<Option<FinalBlock>, SourceError> {
        if round > self.head {
            return Ok(None);
        }
        let page = self.page(&format!("/v1/blocks/{round}"))?;
        let certificate = self.page(&format!("/v1/certificates/{round}"))?;
        join(round, page, certificate)
            .map(Some)
            .map_err(|cause| SourceError::Malformed(cause.into()))
    }
}

/// What a page of a light client holds, when all that it says of it agrees.
fn light_part<T: Wire>(page: &LightPage, named: impl Fn(&T) -> (u64, Digest)) -> Result<T, String> {
    let part = T::decode(&page.bytes).map_err(|error| error.to_string())?;
    if named(&part) == (page.round, page.block) {
        Ok(part)
    } else {
        Err("round or block beside the bytes are not theirs".into())
    }
}

impl RpcSource {
    fn light<T: Wire>(
        &self,
        path: &str,
        named: impl Fn(&T) -> (u64, Digest),
    ) -> Result<Option<T>, SourceError> {
        let malformed = |cause: String| SourceError::Malformed(format!("{}{path}: {cause}", self.url));
        let Some(body) = self.find(path)? else {
            return Ok(None);
        };
        let page: LightPage = decode(&body).map_err(malformed)?;
        light_part(&page, named).map(Some).map_err(malformed)
    }
}

impl LightSource for RpcSource {
    fn position(&self) -> (u64, u64) {
        (self.head, self.checkpoint)
    }

    fn checkpoint(&mut self, number: u64) -> Result<Option<SignedCheckpoint>, SourceError> {
        let named = |signed: &SignedCheckpoint| (signed.header.round, signed.header.digest());
        self.light(&format!("/v1/checkpoints/{number}"), named)
    }

    fn step(&mut self, round: u64) -> Result<Option<LightBlock>, SourceError> {
        let named = |step: &LightBlock| (step.header.round, step.header.digest());
        self.light(&format!("/v1/light/{round}"), named)
    }
}
