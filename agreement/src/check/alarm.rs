//! [BA-13]: only Cert quorums for two values in one round, or Soft quorums for two in one (r, p), raise the
//! alarm; it stays, and the node votes no more.

use klero_committee::{Step, Value};

use super::Checked;
use super::transition::Transition;
use super::violation::ensure;
use crate::{Agreement, Output};

const RULE: &str = "BA-13";

/// The two quorums exclude each other.
pub(super) fn state(machine: &Agreement) -> Checked {
    let Some(alarm) = machine.alarm else { return Ok(()) };
    let ((first, one), (second, other)) = (alarm.first, alarm.second);
    let excluded = match (first.step, second.step) {
        (Step::Cert, Step::Cert) => first.round == second.round,
        (Step::Soft, Step::Soft) => (first.round, first.period) == (second.round, second.period),
        _ => false,
    };
    ensure(
        excluded && one != other,
        RULE,
        "an alarm for what may happen without a broken assumption",
    )
}

/// Whether the input shows a quorum that another one, which the node acted upon, excludes.
fn is_contradicted(transition: &Transition<'_>) -> bool {
    let Some((role, Value::Block(block))) = transition.quorum() else {
        return false;
    };
    let round = &transition.before.round;
    let known = round.periods.get(&role.period);
    let noted = known.into_iter().flat_map(|period| &period.quorums);
    let mut softs = noted.filter(|(step, _)| *step == Step::Soft);
    match role.step {
        Step::Cert => round.decision.is_some_and(|(_, other)| other != block),
        Step::Soft => {
            let staged = known.and_then(|period| period.staged);
            staged.is_some_and(|other| other != block)
                || softs.any(|(_, other)| *other != Value::Block(block))
        }
        Step::Propose | Step::Next(_) => false,
    }
}

/// Two quorums that exclude each other raise the alarm; after it nothing is voted or proposed, and it stays.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    let (before, after) = (transition.before.alarm, transition.after.alarm);
    ensure(
        before.is_none() || before == after,
        RULE,
        "the alarm is forgotten",
    )?;
    ensure(
        after.is_some() || !is_contradicted(transition),
        RULE,
        "two quorums that exclude each other raise no alarm",
    )?;
    let speaks = |output: &Output| matches!(output, Output::Cast { .. } | Output::Propose { .. });
    ensure(
        after.is_none() || !transition.outputs.iter().any(speaks),
        RULE,
        "a vote or proposal after the alarm",
    )?;
    let is_new = before.is_none() && after.is_some();
    let told = transition
        .outputs
        .iter()
        .filter(|output| matches!(output, Output::Alarm(_)))
        .count();
    ensure(told == usize::from(is_new), RULE, "an alarm is not told once")
}
