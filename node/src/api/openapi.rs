//! The OpenAPI document. The protocol's own types come from crates that know nothing of HTTP; their JSON is
//! described here, and a test holds the descriptions against the real thing.
#![allow(dead_code, reason = "the structs describe JSON and are never made")]

use utoipa::{OpenApi, ToSchema};

use super::{bundle, electorate, light, live, page, routes, stake, stream, transactions};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Klero node",
        description = "Hand in transactions, read what is final, watch the node. Digests and bytes are \
            hexadecimal text in lower case. Every error is JSON with `error` and `help`.",
    ),
    paths(
        page::page,
        page::file,
        routes::index,
        transactions::submit,
        transactions::transaction,
        routes::value,
        routes::status,
        routes::block,
        routes::header_of,
        routes::certificate,
        live::round,
        live::rounds,
        live::faults,
        live::peers,
        stream::events,
        electorate::electorate,
        stake::registry,
        stake::account,
        stake::operation,
        stake::faucet,
        light::checkpoint,
        light::step,
        light::level,
        bundle::bundle,
        routes::metrics,
        routes::description,
    )
)]
struct Document;

/// The description of the API, as `/v1/openapi.json` gives it.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    document
}

/// A block's header. Its digest is what members vote on.
#[derive(ToSchema)]
#[schema(as = Header)]
pub(super) struct HeaderSchema {
    /// Version of the protocol.
    version: u16,
    /// The chain id.
    chain: String,
    /// The round that the block is for.
    round: u64,
    /// The period in which it was first proposed.
    original_period: u32,
    /// The index of who first proposed it, in the electorate of the round.
    proposer: u32,
    /// The digest of the parent's header; the chain id for round 1.
    parent: String,
    /// The digest of the certificate of the parent in the body; zero for round 1.
    parent_certificate: String,
    /// The seed that this block fixes.
    seed: String,
    /// The proof of the proposer's part of the seed: the VRF suite's name, a colon, the bytes. None in periods
    /// after the first.
    seed_proof: Option<String>,
    /// The digest of the operations on the registry.
    operations: String,
    /// The root of the registry after this block.
    registry_root: String,
    /// The application's root after the parent.
    application_root: String,
    /// The digest of the payload.
    payload: String,
    /// The length of the payload in bytes.
    payload_length: u32,
    /// Milliseconds since 1970; greater than the parent's.
    timestamp: u64,
    /// The root of the electorate of the next round.
    next_electorate: String,
    /// The seed with which the next round is drawn.
    next_seed: String,
}

/// What a header commits to beside itself.
#[derive(ToSchema)]
#[schema(as = Body)]
pub(super) struct BodySchema {
    /// A certificate of the parent, the one that the header names; none in round 1.
    parent_certificate: Option<CertificateSchema>,
    /// The operations on the registry, each as its canonical encoding.
    operations: Vec<String>,
    /// The application's bytes; may be empty.
    payload: String,
}

/// What stake costs and risks; see the specification of stake.
#[derive(ToSchema)]
#[schema(as = Parameters)]
pub(super) struct ParametersSchema {
    /// How long stake that unbonds stays liable, in rounds.
    unbonding_rounds: u64,
    /// How old an offence may be when it is reported, in rounds.
    evidence_age: u64,
    /// The share of stake that an offence costs, in millionths.
    slash_millionths: u32,
    /// How many rounds without a trace suspend a validator.
    activity_window: u64,
    /// The share of stake that suspension leaves active.
    least_active_share: RatioSchema,
    /// The least stake of a validator.
    min_bond: u64,
    /// What an entry that stays for ever costs.
    entry_price: u64,
}

/// A fraction.
#[derive(ToSchema)]
#[schema(as = Ratio)]
struct RatioSchema {
    /// What is divided.
    numerator: u32,
    /// By what.
    denominator: u32,
}

/// A quorum certificate.
#[derive(ToSchema)]
#[schema(as = Certificate)]
pub(super) struct CertificateSchema {
    /// In what place the signers spoke.
    role: RoleSchema,
    /// What they were for: the text `bottom`, or an object with the digest of a block's header as `block`.
    #[schema(value_type = Value)]
    value: String,
    /// Who signed: a bit for each member of the electorate, least significant first.
    signers: String,
    /// Those of them whose proof is given, in the same form.
    proven: String,
    /// The proofs of the proven in the order of their indices: the VRF suite's name, a colon, the bytes.
    proofs: Vec<String>,
    /// The sum of the signatures, 48 bytes.
    signature: String,
}

/// A place in the protocol to speak once.
#[derive(ToSchema)]
#[schema(as = Role)]
struct RoleSchema {
    /// The round.
    round: u64,
    /// The period, from 0.
    period: u32,
    /// The step: the text `propose`, `soft` or `cert`, or an object with a number as `next`.
    #[schema(value_type = Value)]
    step: String,
}
