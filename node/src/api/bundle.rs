//! The bundle: all that whoever joins needs to know of a chain.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use klero_finality::Genesis;
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::failure::{ErrorPage, Failure};
use super::light::LightPage;
use super::routes::Answer;
use super::{Api, ApiState};

/// The most boot nodes in a bundle.
const MOST_BOOTNODES: usize = 32;

/// What of a bundle stays the same while a node runs.
#[derive(Debug, Clone)]
pub struct Bundle {
    chain: Digest,
    genesis: Genesis,
    bootnodes: Vec<String>,
}

impl Bundle {
    /// Of a node of the chain with this genesis, which knows these boot nodes.
    pub fn new(genesis: Genesis, bootnodes: &[klero_net::Multiaddr]) -> Self {
        Self {
            chain: genesis.chain_id(),
            genesis,
            bootnodes: bootnodes.iter().map(ToString::to_string).collect(),
        }
    }

    /// With the node's own addresses before the others.
    #[must_use]
    pub fn with_addresses(mut self, addresses: &[String]) -> Self {
        let others = std::mem::take(&mut self.bootnodes).into_iter();
        let others: Vec<String> = others.filter(|address| !addresses.contains(address)).collect();
        self.bootnodes = addresses
            .iter()
            .cloned()
            .chain(others)
            .take(MOST_BOOTNODES)
            .collect();
        self
    }
}

/// What whoever joins needs: `klero init --join` takes it. Nothing in it proves itself but by the genesis hash, which
/// is for people to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BundlePage {
    /// The network's name.
    pub network: String,
    /// The hash of the genesis, which is the chain id.
    #[schema(value_type = String)]
    pub chain: Digest,
    /// The genesis.
    #[schema(value_type = Object)]
    pub genesis: Genesis,
    /// Addresses of peers, those of this node first.
    pub bootnodes: Vec<String>,
    /// The newest signed checkpoint, if there is one.
    pub checkpoint: Option<LightPage>,
}

/// All that whoever joins needs to know of this chain.
#[utoipa::path(
    get,
    path = "/v1/bundle",
    responses(
        (status = 200, description = "Genesis, boot nodes and the newest checkpoint", body = BundlePage),
        (status = 404, description = "This node runs no chain", body = ErrorPage),
        (status = 500, description = "The node's store failed", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn bundle(State(api): State<Api>) -> Answer<Response> {
    let read = |state: &ApiState| {
        let Some(bundle) = state.bundle.as_ref().map(Arc::clone) else {
            return Ok(None);
        };
        let number = state.blocks.last_checkpoint()?;
        let page = |signed: klero_finality::SignedCheckpoint| LightPage {
            checkpoint: Some(number),
            round: signed.header.round,
            block: signed.header.digest(),
            bytes: signed.encode(),
        };
        Ok(Some(BundlePage {
            network: bundle.genesis.network.clone(),
            chain: bundle.chain,
            genesis: bundle.genesis.clone(),
            bootnodes: bundle.bootnodes.clone(),
            checkpoint: state.blocks.checkpoint(number)?.map(page),
        }))
    };
    api.page(read)
        .await?
        .ok_or_else(|| Failure::not_found("this node runs no chain", "ask another node of the network"))
}
