//! What the rules promise, stated a second time: pre- and postconditions of every input, invariants of the state.
//!
//! Each file is one part of the protocol in the words of the specification. It reads the state and the outputs,
//! counts votes itself, and calls none of the functions that it judges. Tests, simulations and model checks
//! look at every input through [`check`]; a node never does, since it takes a copy of the machine.

mod alarm;
mod bodies;
mod cert;
mod certificate;
mod counting;
mod decision;
mod memory;
mod next;
mod once;
mod pace;
mod period;
mod propose;
mod quorum;
mod resend;
mod restart;
mod soft;
mod start;
#[cfg(test)]
mod tests;
mod timers;
mod transition;
mod violation;

pub use restart::check_restart;
use transition::Transition;
pub use violation::Violation;

use crate::{Agreement, Input, Output};

type Checked = Result<(), Violation>;

/// What holds at any time.
const STATE: [fn(&Agreement) -> Checked; 7] = [
    soft::state,
    cert::state,
    next::state,
    pace::state,
    decision::state,
    alarm::state,
    memory::state,
];

/// What holds between the state before an input and the state after it.
const STEP: [fn(&Transition<'_>) -> Checked; 15] = [
    start::step,
    once::step,
    propose::step,
    soft::step,
    cert::step,
    next::step,
    counting::step,
    certificate::step,
    period::step,
    quorum::step,
    pace::step,
    timers::step,
    resend::step,
    decision::step,
    bodies::step,
];

/// Checks one input: that it changed the machine from `before` to `after` and led to `outputs` by the rules, and
/// that a restart from what the log then holds would go on there.
///
/// # Errors
/// The first [`Violation`] found.
pub fn check(before: &Agreement, input: &Input, outputs: &[Output], after: &Agreement) -> Checked {
    let transition = Transition {
        before,
        input,
        outputs,
        after,
    };
    STEP.iter().try_for_each(|rule| rule(&transition))?;
    alarm::step(&transition)?;
    check_invariants(after)?;
    if transition.casts().next().is_some() {
        restart::resumes(after)?;
    }
    Ok(())
}

/// Checks a machine's state alone.
///
/// # Errors
/// The first [`Violation`] found.
pub fn check_invariants(machine: &Agreement) -> Checked {
    STATE.iter().try_for_each(|rule| rule(machine))
}
