//! Stake: accounts, the registry, operations.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use klero_sampling::Digest;
use klero_sampling::bls;
use klero_sampling::codec::Wire;
use klero_sampling::vrf::VrfPublicKey;
use klero_stake::{Account, OperationError, Parameters, SignedOperation, Status};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::failure::{ErrorPage, Failure};
use super::openapi::ParametersSchema;
use super::routes::{Segment, text};
use super::transactions::SubmittedPage;
use crate::operations::WaitError;
use crate::stake_desk::{FaucetError, StakeDesk};

type Answer<T> = Result<T, Failure>;

/// An account after the last final block. Amounts are in the smallest unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountPage {
    /// The account.
    #[schema(value_type = String)]
    pub account: Digest,
    /// The last final round.
    pub round: u64,
    /// The nonce of the next operation that a block takes: one with a lower nonce is taken by none any more.
    pub nonce: u64,
    /// The nonce of the next operation, after those that wait at this node.
    pub next_nonce: u64,
    /// What can be transferred or bonded.
    pub free: u64,
    /// What votes with.
    pub bonded: u64,
    /// What was bonded and is still liable.
    pub unbonding: Vec<UnbondingItem>,
    /// The validator that the account runs.
    pub validator: Option<ValidatorItem>,
    /// Its place in the electorate of the round under way.
    pub index: Option<u32>,
}

/// Stake on its way from bonded to free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnbondingItem {
    /// The round whose block makes it free.
    pub matures: u64,
    /// How much.
    pub amount: u64,
}

/// A validator.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidatorItem {
    /// The key that signs votes.
    #[schema(value_type = String)]
    pub vote_key: bls::PublicKey,
    /// The key that draws.
    #[schema(value_type = String)]
    pub vrf_key: VrfPublicKey,
    /// Whether it left the electorate for want of traces; a heartbeat brings it back.
    pub is_suspended: bool,
    /// The last round that has a trace of it.
    pub last_trace: u64,
}

/// The registry after the last final block.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistryPage {
    /// The chain id.
    #[schema(value_type = String)]
    pub chain: Digest,
    /// The VRF suite of the chain's keys.
    pub vrf: String,
    /// The last final round.
    pub round: u64,
    /// The root, which its header names.
    #[schema(value_type = String)]
    pub root: Digest,
    /// The sum of all accounts at the genesis.
    pub supply: u64,
    /// What slashing and prices have taken out of it.
    pub burnt: u64,
    /// Accounts.
    pub accounts: u64,
    /// Validators that are registered.
    pub validators: u64,
    /// Validators that may draw in the round under way.
    pub electorate: u64,
    /// How many rounds after its block a change draws: K.
    pub lookback: u64,
    /// What stake costs and risks.
    #[schema(value_type = ParametersSchema)]
    pub parameters: Parameters,
}

/// A grant of a testnet's faucet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantPage {
    /// Who gets it.
    #[schema(value_type = String)]
    pub account: Digest,
    /// How much.
    pub amount: u64,
    /// The digest of the transfer.
    #[schema(value_type = String)]
    pub digest: Digest,
}

fn desk(api: &Api) -> Answer<StakeDesk> {
    let none = || Failure::not_found("this API serves no chain", "ask a node that runs one");
    api.state.stake.clone().ok_or_else(none)
}

fn account_of(text: &str) -> Answer<Digest> {
    let help = "write the account's id, 64 hexadecimal digits";
    text.parse().map_err(|error| Failure::malformed(error, help))
}

/// Asks the desk on a thread that may block: looking at a large registry takes its time.
async fn ask<T: Send + 'static>(api: &Api, ask: impl FnOnce(&StakeDesk) -> T + Send + 'static) -> Answer<T> {
    let desk = desk(api)?;
    api.read(move |_| Ok(ask(&desk))).await
}

/// An account of the registry.
#[utoipa::path(
    get,
    path = "/v1/accounts/{account}",
    params(("account" = String, Path, description = "64 hexadecimal digits")),
    responses(
        (status = 200, description = "The account after the last final block", body = AccountPage),
        (status = 400, description = "Not an account's id", body = ErrorPage),
        (status = 404, description = "Nobody ever sent it anything", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn account(State(api): State<Api>, id: Segment) -> Answer<Json<AccountPage>> {
    let id = account_of(&text(id)?)?;
    let page = ask(&api, move |desk| page_of(desk, id)).await?;
    page.map(Json).ok_or_else(|| {
        Failure::not_found(
            format!("account {id} is not known"),
            "have something transferred to it first; testnets: `klero stake faucet`",
        )
    })
}

fn page_of(desk: &StakeDesk, id: Digest) -> Option<AccountPage> {
    let view = desk.view();
    let chain = &view.chain;
    let Account {
        nonce,
        free,
        bonded,
        unbonding,
        validator,
        ..
    } = chain.registry().account(&id)?.clone();
    let unbonding = unbonding.iter().map(|entry| UnbondingItem {
        matures: entry.matures,
        amount: entry.amount,
    });
    let present = view.context(view.round());
    Some(AccountPage {
        account: id,
        round: chain.round(),
        nonce,
        next_nonce: desk.next_nonce(&id),
        free,
        bonded,
        unbonding: unbonding.collect(),
        validator: validator.map(|validator| ValidatorItem {
            vote_key: validator.vote_key,
            vrf_key: validator.vrf_key,
            is_suspended: validator.status == Status::Suspended,
            last_trace: validator.last_trace,
        }),
        index: present.and_then(|context| context.electorate().index_of(&id)),
    })
}

/// The registry as a whole.
#[utoipa::path(
    get,
    path = "/v1/registry",
    responses(
        (status = 200, description = "The registry after the last final block", body = RegistryPage),
        (status = 404, description = "No chain is served here", body = ErrorPage),
        (status = 503, description = "The node is busy", body = ErrorPage),
    )
)]
pub(super) async fn registry(State(api): State<Api>) -> Answer<Json<RegistryPage>> {
    let page = ask(&api, |desk| {
        let view = desk.view();
        let (chain, registry) = (&view.chain, view.chain.registry());
        let validators = registry
            .accounts()
            .filter(|(_, account)| account.validator.is_some());
        RegistryPage {
            chain: *chain.id(),
            vrf: chain.rules().vrf.to_string(),
            round: chain.round(),
            root: registry.root(),
            supply: registry.supply(),
            burnt: registry.burnt(),
            accounts: registry.accounts().len() as u64,
            validators: validators.count() as u64,
            electorate: view
                .context(view.round())
                .map_or(0, |context| context.electorate().len() as u64),
            lookback: chain.profile().seeds.electorate_lookback(),
            parameters: chain.rules().parameters,
        }
    });
    page.await.map(Json)
}

/// Hand in a signed operation on the registry.
#[utoipa::path(
    post,
    path = "/v1/operations",
    request_body(content = String, content_type = "application/octet-stream",
        description = "The operation's canonical encoding, as `klero stake` makes it"),
    responses(
        (status = 202, description = "It waits for a block and is on its way to the peers", body = SubmittedPage),
        (status = 400, description = "No operation, or one that would have no effect", body = ErrorPage),
        (status = 404, description = "No chain is served here", body = ErrorPage),
        (status = 409, description = "It, or another with its nonce, waits already", body = ErrorPage),
        (status = 413, description = "Too long", body = ErrorPage),
        (status = 503, description = "Too many wait, or the node is busy", body = ErrorPage),
    )
)]
pub(super) async fn operation(
    State(api): State<Api>,
    body: Result<Bytes, BytesRejection>,
) -> Answer<(StatusCode, Json<SubmittedPage>)> {
    let help = "make it with `klero stake`";
    let bytes = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_long(),
        _ => Failure::malformed(rejection.body_text(), help),
    })?;
    let operation = SignedOperation::decode(&bytes).map_err(|error| Failure::malformed(error, help))?;
    let digest = ask(&api, move |desk| desk.submit(operation)).await??;
    Ok((StatusCode::ACCEPTED, Json(SubmittedPage { digest })))
}

/// Ask a testnet's faucet for stake.
#[utoipa::path(
    post,
    path = "/v1/faucet",
    request_body(content = String, content_type = "text/plain", description = "The account's id"),
    responses(
        (status = 202, description = "A transfer waits for a block", body = GrantPage),
        (status = 400, description = "Not an account's id", body = ErrorPage),
        (status = 404, description = "This node hands out no stake", body = ErrorPage),
        (status = 409, description = "The account holds a grant already", body = ErrorPage),
        (status = 413, description = "Too long", body = ErrorPage),
        (status = 503, description = "The faucet is empty or the node is busy", body = ErrorPage),
    )
)]
pub(super) async fn faucet(
    State(api): State<Api>,
    body: Result<String, axum::extract::rejection::StringRejection>,
) -> Answer<(StatusCode, Json<GrantPage>)> {
    let help = "send the account's id as the body";
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Failure::too_long(),
        _ => Failure::malformed(rejection.body_text(), help),
    })?;
    let account = account_of(body.trim())?;
    let granted = ask(&api, move |desk| desk.grant(account)).await?;
    let (amount, digest) = granted.map_err(|error| match error {
        FaucetError::None => Failure::not_found(error, "ask the first node of a testnet"),
        FaucetError::Served(_) => Failure::new(
            StatusCode::CONFLICT,
            error,
            "use what it has: `klero stake show` tells how much",
        ),
        FaucetError::Wait(_) => Failure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            error,
            "try again after some blocks",
        ),
    })?;
    let page = GrantPage {
        account,
        amount,
        digest,
    };
    Ok((StatusCode::ACCEPTED, Json(page)))
}

impl From<WaitError> for Failure {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Known { .. } => Self::new(
                StatusCode::CONFLICT,
                error,
                "GET /v1/accounts/{account} tells the next nonce",
            ),
            WaitError::AccountFull(_) | WaitError::Full | WaitError::Ended => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                error,
                "wait for some blocks, then retry",
            ),
            WaitError::Refused(OperationError::Nonce { .. }) => Self::malformed(
                error,
                "GET /v1/accounts/{account} tells the next nonce; sign with it",
            ),
            WaitError::Refused(OperationError::KeyUsed(_)) => {
                Self::malformed(error, "make others with `klero stake rotate --prepare`")
            }
            WaitError::Refused(_) => Self::malformed(error, "`klero stake show` tells what the account has"),
        }
    }
}
