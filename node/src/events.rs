//! What a node tells whoever started it: one JSON line an event, with `klero node --json`.

use klero_sampling::Digest;
use klero_stake::evidence::OffenceKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::stall::Stall;

/// An event of a node. Times are microseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum NodeEvent {
    /// The node listens.
    Ready {
        /// Its HTTP API.
        rpc: String,
        /// Its admin API; none where it has none.
        admin: Option<String>,
        /// Its addresses for peers.
        p2p: Vec<String>,
    },
    /// The node sent a proposal of its own.
    Proposed {
        /// The round.
        round: u64,
        /// The period.
        period: u32,
        /// The block.
        block: Digest,
        /// When.
        at_us: u64,
    },
    /// A block is final and stored here.
    Final(FinalEvent),
    /// A final block changed the registry.
    Stake {
        /// The block's round.
        round: u64,
        /// What it did.
        receipt: klero_stake::Receipt,
    },
    /// A checkpoint was signed, or learnt to be.
    Checkpoint {
        /// Its number.
        number: u64,
        /// The round of its block.
        round: u64,
        /// The attempt that gave a quorum, from 0.
        attempt: u32,
    },
    /// Two blocks of one round are certified; the node votes no more.
    Fork {
        /// The round.
        round: u64,
        /// Who is to blame, as far as the certificates show.
        report: Box<klero_finality::ForkReport>,
    },
    /// Two quorums that cannot both be; the node votes no more.
    Alarm {
        /// What was seen.
        cause: String,
    },
    /// Two signatures that no honest validator makes were seen.
    Evidence(EvidenceEvent),
    /// Nothing became final for ten seconds.
    Stall(Stall),
    /// A block became final after a stall.
    StallOver {
        /// The last final round.
        round: u64,
        /// How long nothing had become final, in seconds.
        seconds: u64,
    },
    /// The operator paused voting, or resumed it.
    Voting {
        /// Whether it is paused now.
        paused: bool,
    },
}

/// Two signatures of one validator that convict it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EvidenceEvent {
    /// The round of both.
    pub round: u64,
    /// The period of both.
    pub period: u32,
    /// Whose; none when the round is too long ago to say.
    #[schema(value_type = Option<String>)]
    pub validator: Option<Digest>,
    /// Its index in the electorate of the round.
    pub index: u32,
    /// What was done: equivocation or abandonment.
    #[schema(value_type = String)]
    pub kind: OffenceKind,
    /// When it was seen here, in microseconds since 1970.
    pub at_us: u64,
}

/// A block that became final.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FinalEvent {
    /// The round.
    pub round: u64,
    /// The period of the certificate.
    pub period: u32,
    /// The block.
    #[schema(value_type = String)]
    pub block: Digest,
    /// When it was stored here.
    pub at_us: u64,
    /// From the round's start at this node to the block's finality; none where it was learnt from a peer's store.
    pub finality_us: Option<u64>,
    /// Transactions in it.
    pub transactions: u64,
    /// Seats that its certificate shows.
    pub seats: u64,
    /// Seats that were needed.
    pub threshold: u64,
    /// Distinct signers of its certificate.
    pub signers: u64,
    /// Signers whose proof the certificate carries.
    pub proven: u64,
    /// The certificate's length in bytes.
    pub certificate_bytes: u64,
    /// Votes counted in the Cert step when the round was decided, and those of them with a proof.
    pub votes: u64,
    /// See `votes`.
    pub votes_with_proof: u64,
    /// Whether it was learnt from a peer's store instead of from votes.
    pub synced: bool,
}

impl FinalEvent {
    /// Seats as a share of those needed, for people.
    pub fn seats_of_needed(&self) -> String {
        format!("{}/{}", self.seats, self.threshold)
    }
}

/// Microseconds since 1970, from the system's clock.
pub fn now_us() -> u64 {
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    elapsed.map_or(0, |elapsed| {
        u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX)
    })
}
