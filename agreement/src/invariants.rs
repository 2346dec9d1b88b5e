//! What holds of a machine after every input; checked by tests and simulations.

use klero_committee::{Step, Value};
use thiserror::Error;

use crate::Agreement;

/// A rule that the machine's state breaks: a bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Violation {
    /// Cert was cast for what is not committable, or after the first deadline began with a Next for another.
    #[error("[BA-4] Cert was spoken for a value that is not staged in this period")]
    CertWithoutStage,
    /// A Next vote forgot the staged value [BA-5].
    #[error("[BA-5] Next is for another value than the one that Cert was spoken for")]
    NextForgetsCert,
    /// k moved before the first deadline [BA-10].
    #[error("[BA-10] k is above 0 although the first deadline has not passed")]
    KBeforeDeadline,
    /// More periods are held than are relevant [BA-10].
    #[error("[BA-10] a period is held that is not relevant")]
    IrrelevantPeriod,
}

/// Checks a machine's state.
///
/// # Errors
/// The first [`Violation`] found.
pub fn check_invariants(machine: &Agreement) -> Result<(), Violation> {
    let round = &machine.round;
    let cert = round.spoken.get(&Step::Cert).copied();
    let staged = round.present().and_then(|period| period.staged).map(Value::Block);
    if cert.is_some() && cert != staged {
        return Err(Violation::CertWithoutStage);
    }
    let nexts = round
        .spoken
        .iter()
        .filter(|(step, _)| matches!(step, Step::Next(_)));
    if cert.is_some() && nexts.clone().any(|(_, value)| Some(*value) != cert) {
        return Err(Violation::NextForgetsCert);
    }
    if round.k > 0 && !round.first_deadline_passed {
        return Err(Violation::KBeforeDeadline);
    }
    if round.periods.keys().any(|period| !round.is_relevant(*period)) {
        return Err(Violation::IrrelevantPeriod);
    }
    Ok(())
}
