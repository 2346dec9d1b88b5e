//! Every check is seen to fail: states that no input leads to, made by hand.

use klero_committee::sampling::Digest;
use klero_committee::{Role, Step, Timing, Value};

use super::{Violation, check, check_invariants, check_restart};
use crate::{Agreement, Alarm, Entry, Input, Output, RoundStart, Thresholds, Timer, TimerKind};

const A: Digest = Digest([1; 32]);
const B: Digest = Digest([2; 32]);

fn start(round: u64) -> RoundStart {
    RoundStart {
        round,
        thresholds: Thresholds {
            soft: 27,
            cert: 27,
            next: 27,
            catch_up: 14,
        },
        timing: Timing::DEFAULT,
        filter: 100,
        k_max: 6,
    }
}

fn machine() -> Agreement {
    Agreement::new(start(5)).0
}

fn changed(change: impl FnOnce(&mut Agreement)) -> Agreement {
    let mut machine = machine();
    change(&mut machine);
    machine
}

/// A is staged in the present period and found valid.
fn committable() -> Agreement {
    changed(|machine| {
        machine.round.period_mut(0).staged = Some(A);
        machine.round.held.insert(A);
        machine.round.validated.insert(A);
    })
}

const fn timer(kind: TimerKind) -> Input {
    Input::Timeout(Timer {
        round: 5,
        period: 0,
        kind,
    })
}

const NOTHING: Input = timer(TimerKind::Deadline(9));

fn cast(step: Step, value: Value) -> Output {
    Output::Cast {
        role: Role::new(5, 0, step),
        value,
        fresh: false,
    }
}

#[track_caller]
fn is_broken(result: Result<(), Violation>, what: &str) {
    assert_eq!(result.map_err(|violation| violation.what), Err(what));
}

#[test]
fn a_machine_that_was_just_made_breaks_nothing() {
    assert_eq!(check_invariants(&machine()), Ok(()));
    assert_eq!(check(&machine(), &NOTHING, &[], &machine()), Ok(()));
}

/// [BA-3]
#[test]
fn a_missing_soft_vote_is_found() {
    let after = changed(|machine| {
        machine.round.period = 1;
        machine.round.period_mut(0).next_value = Some(A);
        machine.round.period_mut(1);
        machine.round.filter_passed = true;
    });
    is_broken(
        check_invariants(&after),
        "there is something to vote for, and no Soft vote",
    );
}

/// [BA-3]
#[test]
fn a_soft_vote_that_nothing_asks_for_is_found() {
    let soft = |machine: &mut Agreement| {
        machine.round.spoken.insert(Step::Soft, Value::Block(A));
    };
    let outputs = [cast(Step::Soft, Value::Block(A))];
    let early = check(&machine(), &NOTHING, &outputs, &changed(soft));
    is_broken(early, "Soft before the filter time");
    let free = changed(|machine| {
        soft(machine);
        machine.round.filter_passed = true;
    });
    let input = timer(TimerKind::Filter);
    is_broken(
        check(&machine(), &input, &outputs, &free),
        "Soft for another value than the first case gives",
    );
}

/// [BA-3]
#[test]
fn a_soft_vote_after_the_first_deadline_is_found() {
    let before = changed(|machine| {
        machine.round.period = 1;
        machine.round.period_mut(0).next_value = Some(A);
        machine.round.period_mut(1);
        machine.round.filter_passed = true;
        machine.round.first_deadline_passed = true;
        machine.round.spoken.insert(Step::Next(0), Value::Block(A));
    });
    let mut after = before.clone();
    after.round.spoken.insert(Step::Soft, Value::Block(A));
    let outputs = [Output::Cast {
        role: Role::new(5, 1, Step::Soft),
        value: Value::Block(A),
        fresh: false,
    }];
    is_broken(
        check(&before, &NOTHING, &outputs, &after),
        "Soft for what came after the first deadline",
    );
}

/// [BA-4]
#[test]
fn a_cert_vote_without_a_staged_value_or_none_for_it_is_found() {
    let after = changed(|machine| {
        machine.round.spoken.insert(Step::Cert, Value::Block(A));
    });
    is_broken(
        check_invariants(&after),
        "Cert was spoken for a value that is not committable",
    );
    is_broken(
        check_invariants(&committable()),
        "a value is committable before the first deadline, and no Cert vote",
    );
}

/// [BA-4]
#[test]
fn a_cert_vote_after_the_first_deadline_is_found() {
    let mut before = committable();
    before.round.first_deadline_passed = true;
    before.round.spoken.insert(Step::Next(0), Value::Block(A));
    let mut after = before.clone();
    after.round.spoken.insert(Step::Cert, Value::Block(A));
    let outputs = [cast(Step::Cert, Value::Block(A))];
    is_broken(
        check(&before, &NOTHING, &outputs, &after),
        "Cert after the first deadline",
    );
}

/// [BA-5]
#[test]
fn a_next_vote_that_forgets_the_staged_value_is_found() {
    let after = |value| {
        let mut after = committable();
        after.round.spoken.insert(Step::Cert, Value::Block(A));
        after.round.first_deadline_passed = true;
        after.round.spoken.insert(Step::Next(0), value);
        after
    };
    assert_eq!(check_invariants(&after(Value::Block(A))), Ok(()));
    let forgotten = "Next is for another value than the one that Cert was spoken for";
    is_broken(check_invariants(&after(Value::Bottom)), forgotten);
    let mut before = committable();
    before.round.spoken.insert(Step::Cert, Value::Block(A));
    let outputs = [cast(Step::Next(0), Value::Bottom)];
    let input = timer(TimerKind::Deadline(0));
    is_broken(
        check(&before, &input, &outputs, &after(Value::Bottom)),
        "Next for another value than the rule gives",
    );
}

/// [BA-5]
#[test]
fn a_next_vote_too_early_or_missing_is_found() {
    let early = changed(|machine| {
        machine.round.spoken.insert(Step::Next(0), Value::Bottom);
    });
    is_broken(check_invariants(&early), "a Next vote before its deadline");
    let missing = changed(|machine| machine.round.first_deadline_passed = true);
    is_broken(
        check_invariants(&missing),
        "deadline k has passed, and no Next(k) vote",
    );
}

/// [BA-9]
#[test]
fn a_second_vote_and_a_forgotten_one_are_found() {
    let before = changed(|machine| {
        machine.round.spoken.insert(Step::Soft, Value::Block(A));
    });
    is_broken(
        check(&before, &NOTHING, &[], &machine()),
        "what was spoken is forgotten",
    );
    let outputs = [cast(Step::Soft, Value::Block(B))];
    is_broken(
        check(&before, &NOTHING, &outputs, &before),
        "a second vote in a role",
    );
    is_broken(
        check(&machine(), &NOTHING, &outputs, &machine()),
        "a vote left that the log does not hold",
    );
    is_broken(
        check(&machine(), &NOTHING, &[], &before),
        "a vote that fell due is not handed out",
    );
}

/// [BA-6] [BA-7]
#[test]
fn a_period_or_a_record_that_no_quorum_brought_is_found() {
    let later = changed(|machine| {
        machine.round.period = 1;
        machine.round.entry = Entry::Bottom;
    });
    is_broken(
        check(&machine(), &NOTHING, &[], &later),
        "the period changes without a quorum",
    );
    let staged = changed(|machine| machine.round.period_mut(0).staged = Some(A));
    is_broken(
        check(&machine(), &NOTHING, &[], &staged),
        "a staged value changes, or is staged without a Soft quorum",
    );
    let value = changed(|machine| machine.round.period_mut(0).next_value = Some(A));
    is_broken(
        check(&machine(), &NOTHING, &[], &value),
        "value or bottom changes without a Next quorum",
    );
}

/// [BA-7]
#[test]
fn a_forgotten_body_is_found() {
    let mut before = committable();
    before.round.spoken.insert(Step::Cert, Value::Block(A));
    let mut after = before.clone();
    after.round.held.clear();
    is_broken(
        check(&before, &NOTHING, &[], &after),
        "a body is forgotten that a rule needs",
    );
}

/// [BA-8]
#[test]
fn a_decision_without_a_quorum_and_a_changed_one_are_found() {
    let role = Role::new(5, 0, Step::Cert);
    let decided = |block| changed(|machine| machine.round.decision = Some((role, block)));
    is_broken(
        check(&machine(), &NOTHING, &[], &decided(A)),
        "a decision without a Cert quorum",
    );
    is_broken(
        check(&decided(A), &NOTHING, &[], &decided(B)),
        "a decision changes",
    );
    let outputs = [Output::Decided { role, block: A }];
    is_broken(
        check(&decided(A), &NOTHING, &outputs, &decided(A)),
        "a decision is told twice, too early or not at all",
    );
    let mut held = decided(A);
    held.round.held.insert(A);
    is_broken(
        check_invariants(&held),
        "a decided block whose body is held is not final",
    );
    let mut lacking = decided(A);
    lacking.round.decided = true;
    is_broken(check_invariants(&lacking), "final without its body");
}

/// [BA-10]
#[test]
fn a_k_that_moves_by_itself_is_found() {
    let in_k = |k| {
        changed(|machine| {
            machine.round.first_deadline_passed = true;
            machine.round.k = k;
            machine.round.spoken.insert(Step::Next(k), Value::Bottom);
        })
    };
    let rises = "k rises without J seats or before its deadline";
    let (mut zero, mut one) = (in_k(0), in_k(1));
    for machine in [&mut zero, &mut one] {
        machine.round.spoken.insert(Step::Next(0), Value::Bottom);
        machine.round.spoken.insert(Step::Next(1), Value::Bottom);
    }
    is_broken(check(&zero, &NOTHING, &[], &one), rises);
    let input = timer(TimerKind::Deadline(1));
    is_broken(check(&zero, &input, &[], &one), rises);
    is_broken(check(&one, &NOTHING, &[], &zero), "k falls within a period");
    is_broken(check_invariants(&in_k(7)), "k is above k_max");
    let unpassed = changed(|machine| machine.round.k = 1);
    is_broken(
        check_invariants(&unpassed),
        "k is above 0 although the first deadline has not passed",
    );
}

/// [BA-12]
#[test]
fn a_timer_of_another_length_and_a_missing_one_are_found() {
    let input = timer(TimerKind::Deadline(0));
    let before = machine();
    let mut after = before.clone();
    let mut outputs = after.handle(input.clone());
    assert_eq!(check(&before, &input, &outputs, &after), Ok(()));
    for output in &mut outputs {
        if let Output::SetTimer { after, .. } = output {
            *after += 1;
        }
    }
    is_broken(
        check(&before, &input, &outputs, &after),
        "a timer of another length",
    );
    outputs.retain(|output| !matches!(output, Output::SetTimer { .. }));
    is_broken(
        check(&before, &input, &outputs, &after),
        "no deadline follows the one that passed",
    );
}

/// [BA-11]
#[test]
fn what_is_not_sent_again_is_found() {
    let input = timer(TimerKind::Deadline(0));
    let before = machine();
    let mut after = before.clone();
    let mut outputs = after.handle(input.clone());
    outputs.retain(|output| !matches!(output, Output::Resend(_)));
    is_broken(
        check(&before, &input, &outputs, &after),
        "own votes are not sent again",
    );
}

/// [BA-13]
#[test]
fn an_alarm_without_cause_and_a_vote_after_it_are_found() {
    let alarm = |first, second| {
        let role = |step| Role::new(5, 0, step);
        Some(Alarm {
            first: (role(first), Value::Block(A)),
            second: (role(second), Value::Block(B)),
        })
    };
    let harmless = changed(|machine| machine.alarm = alarm(Step::Next(0), Step::Next(1)));
    is_broken(
        check_invariants(&harmless),
        "an alarm for what may happen without a broken assumption",
    );
    let alarmed = changed(|machine| machine.alarm = alarm(Step::Soft, Step::Soft));
    assert_eq!(check_invariants(&alarmed), Ok(()));
    is_broken(
        check(&alarmed, &NOTHING, &[], &machine()),
        "the alarm is forgotten",
    );
    is_broken(
        check(&machine(), &NOTHING, &[], &alarmed),
        "an alarm is not told once",
    );
    let outputs = [Output::Propose {
        period: 0,
        carried: None,
    }];
    is_broken(
        check(&alarmed, &NOTHING, &outputs, &alarmed),
        "a vote or proposal after the alarm",
    );
}

/// [BA-10]
#[test]
fn a_state_without_bound_is_found() {
    let far = changed(|machine| {
        machine.round.period_mut(2);
    });
    is_broken(check_invariants(&far), "a period is held that is not relevant");
    let many = changed(|machine| {
        let blocks = (0..=256_u16).map(|number| {
            let mut digest = [0; 32];
            digest[..2].copy_from_slice(&number.to_be_bytes());
            Digest(digest)
        });
        machine.round.held.extend(blocks);
    });
    is_broken(check_invariants(&many), "bodies without bound");
    let quorums = changed(|machine| {
        for number in 0..3 {
            let value = Value::Block(Digest([number; 32]));
            machine.round.period_mut(0).quorums.insert((Step::Next(0), value));
        }
    });
    is_broken(check_invariants(&quorums), "the quorums of a role without bound");
}

/// [BA-9]
#[test]
fn a_restart_that_forgets_is_found() {
    let before = committable();
    assert_eq!(check_restart(&before, &before), Ok(()));
    is_broken(check_restart(&before, &machine()), "what was staged is forgotten");
    let spoke = changed(|machine| {
        machine.round.spoken.insert(Step::Soft, Value::Block(A));
    });
    is_broken(check_restart(&spoke, &machine()), "what was spoken is forgotten");
    let passed = changed(|machine| machine.round.first_deadline_passed = true);
    is_broken(
        check_restart(&passed, &machine()),
        "another k, or the first deadline is forgotten",
    );
}

/// [BA-1]
#[test]
fn a_round_that_begins_by_itself_or_again_is_found() {
    let (next, _) = Agreement::new(start(6));
    is_broken(
        check(&machine(), &NOTHING, &[], &next),
        "a round begins by itself",
    );
    let spoke = changed(|machine| machine.round.filter_passed = true);
    is_broken(
        check(&machine(), &Input::Start(start(5)), &[], &spoke),
        "a round begins again",
    );
}
