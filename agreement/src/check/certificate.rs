//! [COM-5] [BA-10]: a certificate counts as its votes do, without any of them; one of each (role, value) is kept
//! and passed on, and none of a Next step beyond `k_max`.

use klero_committee::Step;

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::{Input, Output};

/// A certificate that is known or refused changes nothing and is not passed on.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let Input::Certificate(certificate) = transition.input else {
        return Ok(());
    };
    let (role, value) = (certificate.role(), certificate.value());
    let before = &transition.before.round;
    let known = before
        .periods
        .get(&role.period)
        .is_some_and(|period| period.quorums.contains(&(role.step, value)));
    let is_beyond = matches!(role.step, Step::Next(k) if k > before.start.k_max || role.period == u32::MAX);
    let is_foreign = role.round != before.start.round;
    if known || is_beyond || is_foreign {
        let changes_nothing = transition.outputs.is_empty() && transition.before == transition.after;
        return ensure(
            changes_nothing,
            "BA-10",
            "a certificate counts that is known, of another round or beyond k_max",
        );
    }
    let keeps = transition
        .outputs
        .iter()
        .any(|output| matches!(output, Output::Keep(_)));
    let relays = transition.outputs.contains(&Output::Relay);
    ensure(
        keeps == relays,
        "COM-5",
        "a certificate is passed on and not kept, or kept and not passed on",
    )
}
