//! [BA-4]: Cert, once, as soon as some value is committable, but only before the first deadline of p.

use klero_committee::{Step, Value};

use super::Checked;
use super::transition::{Transition, committable};
use super::violation::ensure;
use crate::Agreement;

const RULE: &str = "BA-4";

/// What Cert was spoken for is committable; who may speak it has done so.
pub(super) fn state(machine: &Agreement) -> Checked {
    let spoken = machine.round.spoken.get(&Step::Cert).copied();
    let committable = committable(machine).map(Value::Block);
    ensure(
        spoken.is_none() || spoken == committable,
        RULE,
        "Cert was spoken for a value that is not committable",
    )?;
    ensure(
        committable.is_none() || machine.round.first_deadline_passed || spoken.is_some(),
        RULE,
        "a value is committable before the first deadline, and no Cert vote",
    )
}

/// A Cert vote comes before the first deadline and before every Next vote of its period.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let is_cert = |step: Step| step == Step::Cert;
    if !transition.casts_now().any(|cast| is_cert(cast.role.step)) {
        return Ok(());
    }
    let before = &transition.before.round;
    let is_late = transition.same_period() && before.first_deadline_passed;
    ensure(!is_late, RULE, "Cert after the first deadline")?;
    let earlier = transition.casts_now().take_while(|cast| !is_cert(cast.role.step));
    let mut said = earlier.map(|cast| cast.role.step);
    ensure(
        !said.any(|step| matches!(step, Step::Next(_))),
        RULE,
        "Cert after a Next vote",
    )
}
