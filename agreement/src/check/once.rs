//! [BA-9]: in each role a node speaks once, and what it spoke is in what the log holds. Votes are of the period
//! in which the node is.

use std::collections::BTreeSet;

use klero_committee::Step;

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::Input;

const RULE: &str = "BA-9";

/// A vote that falls due is handed out, but for the alarm [BA-13]: nothing else makes a node silent [BA-8].
fn handed_out(transition: &Transition<'_>) -> Checked {
    let (before, after) = (&transition.before.round, &transition.after.round);
    for (step, value) in &after.spoken {
        let is_new = !transition.same_period() || !before.spoken.contains_key(step);
        let is_out = transition
            .casts_now()
            .any(|cast| (cast.role.step, cast.value) == (*step, *value));
        ensure(
            is_out || !is_new || *step == Step::Propose || transition.after.alarm.is_some(),
            RULE,
            "a vote that fell due is not handed out",
        )?;
    }
    Ok(())
}

/// No role twice; nothing that was spoken is forgotten or changed before the period ends.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let (before, after) = (&transition.before.round, &transition.after.round);
    let mut roles = BTreeSet::new();
    for cast in transition.casts() {
        let (role, value) = (cast.role, cast.value);
        ensure(roles.insert(role), RULE, "two votes in one role")?;
        let is_old = transition.same_period() && before.spoken.contains_key(&role.step);
        ensure(!is_old, RULE, "a second vote in a role")?;
        let is_start = matches!(transition.input, Input::Start(_));
        let is_now = role == transition.role(role.step);
        ensure(is_now || is_start, RULE, "a vote of another period")?;
        ensure(
            !is_now || after.spoken.get(&role.step) == Some(&value),
            RULE,
            "a vote left that the log does not hold",
        )?;
        let can_be_voted = role.step != Step::Propose && (value.block().is_some() || is_next(role.step));
        ensure(can_be_voted, "COM-3", "⊥ is voted for in Next alone")?;
    }
    handed_out(transition)?;
    let is_kept = |(step, value)| after.spoken.get(step) == Some(value);
    ensure(
        !transition.same_period() || before.spoken.iter().all(is_kept),
        RULE,
        "what was spoken is forgotten",
    )
}

const fn is_next(step: Step) -> bool {
    matches!(step, Step::Next(_))
}
