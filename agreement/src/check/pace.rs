//! [BA-10]: a node leaves k only after its deadline and after Next(k) votes with J seats; it moves to a higher k
//! on Next votes of that k with J seats, and on nothing less. k begins at 0 and does not fall within a period.

use klero_committee::Step;

use super::Checked;
use super::transition::{Transition, present, weight_of_speakers};
use super::violation::ensure;
use crate::{Agreement, Output, Resend, TimerKind};

const RULE: &str = "BA-10";

/// k is at most `k_max`, and 0 before the first deadline.
pub(super) fn state(machine: &Agreement) -> Checked {
    let round = &machine.round;
    ensure(round.k <= round.start.k_max, RULE, "k is above k_max")?;
    ensure(
        round.k == 0 || round.first_deadline_passed,
        RULE,
        "k is above 0 although the first deadline has not passed",
    )
}

/// Who lags is answered once a step.
fn answers(transition: &Transition<'_>) -> Checked {
    let is_answer = |output: &Output| match output {
        Output::Resend(items) => items.iter().any(|item| matches!(item, Resend::OwnVote(_))),
        _ => false,
    };
    let is_second = transition.same_period() && transition.before.round.answered;
    ensure(
        !is_second || !transition.outputs.iter().any(is_answer),
        RULE,
        "a node that lags is answered twice in a step",
    )
}

/// How k may change with one input.
pub(super) fn step(transition: &Transition<'_>) -> Checked {
    if !transition.same_round() {
        return Ok(());
    }
    answers(transition)?;
    let (before, after) = (&transition.before.round, &transition.after.round);
    let seats = |k| weight_of_speakers(present(transition.after), Step::Next(k));
    let follows = after.k > 0 && seats(after.k) >= after.start.thresholds.catch_up;
    if !transition.same_period() {
        let begins = after.k == 0 && !after.first_deadline_passed;
        return ensure(begins || follows, RULE, "a period begins in a later k");
    }
    ensure(after.k >= before.k, RULE, "k falls within a period")?;
    ensure(
        after.first_deadline_passed || !before.first_deadline_passed,
        RULE,
        "the first deadline comes back",
    )?;
    let ran_out = transition.timer().map(|timer| timer.kind);
    if after.k == before.k {
        let same = after.first_deadline_passed == before.first_deadline_passed;
        return ensure(
            same || ran_out == Some(TimerKind::Deadline(0)),
            RULE,
            "the first deadline passes by itself",
        );
    }
    let is_over = before.waits_to_leave || ran_out == Some(TimerKind::Deadline(after.k));
    let leaves = before.k.checked_add(1) == Some(after.k)
        && before.first_deadline_passed
        && is_over
        && seats(before.k) >= after.start.thresholds.catch_up;
    ensure(
        leaves || follows,
        RULE,
        "k rises without J seats or before its deadline",
    )
}
