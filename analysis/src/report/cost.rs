//! What a round of a tuned chain costs.

use klero_committee::{CommitteeSize, Profile};

use crate::Stakes;
use crate::risk::{Cost, RiskError, Scheme, committee_cost};

/// Microseconds to verify a vote with a `sr25519` proof, one of a thousand, on one core: measured, see the chapter
/// "Measurements: certificates". Votes without a proof take little more than half of it.
pub(super) const VOTE_MICROSECONDS: f64 = 128.0;

/// What a step of a kind costs a node.
#[derive(Debug, Clone, PartialEq)]
pub struct StepCost {
    /// Soft, Cert or Next.
    pub step: &'static str,
    /// Its committee.
    pub size: CommitteeSize,
    /// Seats, voters and certificates.
    pub cost: Cost,
    /// To verify all votes together, on one core.
    pub milliseconds: f64,
}

/// Of each kind of step.
///
/// # Errors
/// [`RiskError`] when a committee is outside the domain.
pub fn step_costs(scheme: Scheme, profile: &Profile, stakes: &Stakes) -> Result<Vec<StepCost>, RiskError> {
    let steps = [
        ("Soft", profile.soft),
        ("Cert", profile.cert),
        ("Next", profile.next),
    ];
    let costs = steps.into_iter().map(|(step, size)| {
        let cost = committee_cost(scheme, size, stakes)?;
        Ok(StepCost {
            step,
            size,
            cost,
            milliseconds: cost.voters * VOTE_MICROSECONDS / 1000.0,
        })
    });
    costs.collect()
}
