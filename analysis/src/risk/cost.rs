//! What a committee costs: votes and the bytes of its certificates.
//!
//! These are expectations in floating point, to compare schemes by, and bounds of nothing.
//!
//! # The formula for certificates
//!
//! A certificate has 106 bytes, two sets of one bit a member, and the short proofs of the members whose drawn seats it needs,
//! with a byte each: 97 bytes with `sr25519` and 49 with `bls12381`. It is the smallest when all members have voted and
//! those with the most seats are taken first. How many proofs that takes:
//!
//! - `quota`: a proof adds one seat, so T − Σ⌊q⌋ of them, if that is positive. No estimate: this is what it is.
//! - `binomial`: in the order of descending stake, accounts are taken until their expected seats are T. Each has a proof
//!   with the chance that it has a seat at all.
//! - `fait-accompli`: none if the permanent members weigh T·S/τ; else what is missing comes from the others in the same way.
//! - `full`: none.
//!
//! Whoever makes a certificate earlier, or while members are absent, needs more proofs than that.

use klero_committee::CommitteeSize;
use serde::Serialize;

use crate::Stakes;

use super::committee::{Scheme, split};
use super::{RiskError, check};

/// Bytes of a certificate besides the sets and the proofs.
const FIXED_BYTES: f64 = 106.0;
/// Bytes of a proof with `sr25519`, and with `bls12381`.
const PROOF_BYTES: [f64; 2] = [97.0, 49.0];

/// What one committee takes on average, if every member votes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Cost {
    /// Seats; none under `full`, where stake is counted instead.
    pub seats: Option<f64>,
    /// Accounts with at least one seat, each of which sends a vote.
    pub voters: f64,
    /// Proofs in the smallest certificate; none under `fixed`, of which Klero has no certificates.
    pub proofs: Option<f64>,
    /// Bytes of it with the VRF suite `sr25519`.
    pub bytes: Option<f64>,
    /// Bytes of it with the VRF suite `bls12381`.
    pub bytes_bls12381: Option<f64>,
}

/// The cost of a committee under a scheme.
///
/// # Errors
/// [`RiskError`] when the committee is outside the domain.
pub fn committee_cost(scheme: Scheme, size: CommitteeSize, stakes: &Stakes) -> Result<Cost, RiskError> {
    check(size)?;
    let accounts = stakes.accounts();
    let total = stakes.total();
    let fractions: Vec<f64> = accounts
        .iter()
        .map(|account| account.stake as f64 / total as f64)
        .collect();
    let seats = f64::from(size.expected);
    let everyone = Draws {
        seats: None,
        voters: accounts.len() as f64,
        proofs: Some(0.0),
    };
    let draws = match scheme {
        Scheme::Full => everyone,
        Scheme::Fixed => Draws {
            seats: Some(seats),
            voters: fractions.iter().map(|share| missed(*share, seats)).sum(),
            proofs: None,
        },
        _ if u64::from(size.expected) >= total => everyone,
        Scheme::Quota => quota(size, stakes),
        Scheme::Binomial => {
            let lots = lots(seats, total, accounts.iter().map(|account| account.stake));
            Draws {
                seats: Some(seats),
                voters: lots.iter().map(|lot| lot.chance).sum(),
                proofs: Some(proofs(&lots, size.threshold as f64)),
            }
        }
        Scheme::FaitAccompli => fait_accompli(size, stakes).unwrap_or(everyone),
    };
    Ok(draws.cost(accounts.len()))
}

/// What is drawn, before it is counted in bytes.
struct Draws {
    seats: Option<f64>,
    voters: f64,
    proofs: Option<f64>,
}

impl Draws {
    fn cost(self, members: usize) -> Cost {
        let sets = 2.0 * members.div_ceil(8) as f64;
        let [bytes, bytes_bls12381] =
            PROOF_BYTES.map(|proof| self.proofs.map(|count| FIXED_BYTES + sets + count * proof));
        Cost {
            seats: self.seats,
            voters: self.voters,
            proofs: self.proofs,
            bytes,
            bytes_bls12381,
        }
    }
}

/// [SEAT-1]
fn quota(size: CommitteeSize, stakes: &Stakes) -> Draws {
    let (expected, total) = (u128::from(size.expected), u128::from(stakes.total()));
    let (mut sure, mut voters) = (0, 0.0);
    for account in stakes.accounts() {
        let product = expected * u128::from(account.stake);
        sure += product / total;
        voters += if product >= total {
            1.0
        } else {
            product as f64 / total as f64
        };
    }
    Draws {
        seats: Some(f64::from(size.expected)),
        voters,
        proofs: Some(u128::from(size.threshold).saturating_sub(sure) as f64),
    }
}

/// [SEAT-3]; none where everyone is a member.
fn fait_accompli(size: CommitteeSize, stakes: &Stakes) -> Option<Draws> {
    let CommitteeSize { expected, threshold } = size;
    let all = || stakes.accounts().iter().map(|account| account.stake);
    let (permanent, rest) = split(expected, stakes.total(), all())?;
    let others = f64::from(expected.saturating_sub(permanent));
    let lots = lots(others, rest, all().skip(permanent as usize));
    // In seats of the others, each of which stands for ρ/n₂ of stake.
    let sure = stakes.total().saturating_sub(rest) as f64;
    let needed = threshold as f64 * stakes.total() as f64 / f64::from(expected);
    let missing = (needed - sure) * others / rest as f64;
    let drawn: f64 = lots.iter().map(|lot| lot.chance).sum();
    Some(Draws {
        seats: Some(f64::from(expected)),
        voters: f64::from(permanent) + drawn,
        proofs: Some(proofs(&lots, missing)),
    })
}

/// An account that draws.
struct Lot {
    /// Expected seats.
    mean: f64,
    /// The chance of at least one.
    chance: f64,
}

/// Those of accounts, in their order, when all units of stake have `seats` together on average.
fn lots(seats: f64, units: u64, stakes: impl Iterator<Item = u64>) -> Vec<Lot> {
    let chance = seats / units as f64;
    let lot = |stake: u64| Lot {
        mean: stake as f64 * chance,
        chance: missed(chance, stake as f64),
    };
    stakes.map(lot).collect()
}

/// 1 − (1 − p)^n, the chance that not all of n trials fail.
fn missed(p: f64, trials: f64) -> f64 {
    -f64::exp_m1(trials * f64::ln_1p(-p))
}

/// How many of them have seats, from the first on, until their expected seats are `needed`.
fn proofs(lots: &[Lot], needed: f64) -> f64 {
    let (mut missing, mut count) = (needed.max(0.0), 0.0);
    for lot in lots {
        if lot.mean > 0.0 {
            count += lot.chance * (missing / lot.mean).min(1.0);
        }
        missing = (missing - lot.mean).max(0.0);
    }
    count
}
