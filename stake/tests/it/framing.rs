//! Honest validators, and all that can be made of what they signed.

use klero_stake::committee::sampling::{Digest, bls};
use klero_stake::committee::{Step, Value};
use klero_stake::evidence::{Conviction, Statement};
use klero_stake::{Courts, Evidence, Operation, SignedOperation, Transition};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::world::{CHAIN, PARAMETERS, World, block, id, keys, operator, statement};

const HONEST: u16 = 4;
/// The one that signs whatever it likes.
const ATTACKER: u16 = 4;
const OTHER_CHAIN: Digest = Digest([0x0c; 32]);
const TRIES: u32 = 100_000;

/// A statement with where and by whom it was made.
#[derive(Debug, Clone, Copy)]
struct Signed {
    by: u16,
    round: u64,
    period: u32,
    said: Statement,
}

/// What honest validators sign: in each period a Soft vote for one value, a proposal, then either Cert and Next for
/// it, or Next for ⊥ and, after catching up, for another value; from period to period other values, Cert again
/// included. The same on another chain, for other values.
fn honest_statements() -> Vec<Signed> {
    let mut all = Vec::new();
    for by in 0..HONEST {
        for round in 1..=3_u64 {
            for period in 0..3_u32 {
                for (chain, offset) in [(CHAIN, 0), (OTHER_CHAIN, 100)] {
                    let own = block(offset + (round * 10) as u8 + period as u8);
                    let certifies = (u32::from(by) + period).is_multiple_of(2);
                    let mut said = vec![(Step::Propose, own), (Step::Soft, own)];
                    if certifies {
                        said.extend([(Step::Cert, own), (Step::Next(0), own), (Step::Next(1), own)]);
                    } else {
                        said.extend([(Step::Next(0), Value::Bottom), (Step::Next(1), own)]);
                    }
                    let vote = keys(by).vote;
                    all.extend(said.into_iter().map(|(step, value)| Signed {
                        by,
                        round,
                        period,
                        said: statement(&vote, &chain, (round, period), step, value),
                    }));
                }
            }
        }
    }
    all
}

/// What an attacker may also put its hands on: its own signatures over anything, proofs of possession, sums of
/// signatures, and bytes that are no signature.
fn forged_signatures(honest: &[Signed]) -> Vec<[u8; 48]> {
    let attacker = keys(ATTACKER).vote;
    let own = |round, step, value| statement(&attacker, &CHAIN, (round, 0), step, value).signature;
    let possession = bls::possession::prove(&keys(0).vote, &CHAIN, &id(0));
    let points = honest.iter().step_by(7).take(2);
    let points: Vec<bls::Signature> = points
        .map(|signed| bls::Signature::from_bytes(&signed.said.signature).unwrap())
        .collect();
    let sum = bls::aggregate(&points).map(|sum| sum.to_bytes());
    let mut infinity = [0; 48];
    infinity[0] = 0xc0;
    let mut all = vec![possession.to_bytes(), infinity, [0; 48], [0xff; 48]];
    all.extend(sum);
    for round in 1..=3 {
        all.push(own(round, Step::Soft, block(1)));
        all.push(own(round, Step::Cert, block(2)));
    }
    all
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Propose),
        Just(Step::Soft),
        Just(Step::Cert),
        (0_u32..3).prop_map(Step::Next),
    ]
}

/// One change to a construction.
#[derive(Debug, Clone, Copy)]
enum Change {
    Nothing,
    Round(u64),
    Period(u32),
    Voter(u32),
    Step(bool, Step),
    Value(bool, u8),
    Bottom(bool),
    SignatureOf(bool, prop::sample::Index),
    Forged(bool, prop::sample::Index),
    Flipped(bool, usize),
    SwappedSignatures,
}

fn any_change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        2 => Just(Change::Nothing),
        1 => (0_u64..5).prop_map(Change::Round),
        1 => (0_u32..4).prop_map(Change::Period),
        1 => (0_u32..7).prop_map(Change::Voter),
        2 => (any::<bool>(), any_step()).prop_map(|(first, step)| Change::Step(first, step)),
        2 => (any::<bool>(), 0_u8..140).prop_map(|(first, value)| Change::Value(first, value)),
        1 => any::<bool>().prop_map(Change::Bottom),
        2 => (any::<bool>(), index()).prop_map(|(first, other)| Change::SignatureOf(first, other)),
        1 => (any::<bool>(), index()).prop_map(|(first, other)| Change::Forged(first, other)),
        1 => (any::<bool>(), 0_usize..48).prop_map(|(first, place)| Change::Flipped(first, place)),
        1 => Just(Change::SwappedSignatures),
    ]
}

fn apply(change: Change, evidence: &mut Evidence, honest: &[Signed], forged: &[[u8; 48]]) {
    let Evidence { first, second, .. } = evidence;
    match change {
        Change::Nothing => {}
        Change::Round(round) => evidence.round = round,
        Change::Period(period) => evidence.period = period,
        Change::Voter(voter) => evidence.voter = voter,
        Change::SwappedSignatures => std::mem::swap(&mut first.signature, &mut second.signature),
        Change::Step(is_first, step) => pick(is_first, first, second).step = step,
        Change::Value(is_first, value) => pick(is_first, first, second).value = block(value),
        Change::Bottom(is_first) => pick(is_first, first, second).value = Value::Bottom,
        Change::SignatureOf(is_first, other) => {
            pick(is_first, first, second).signature = other.get(honest).said.signature;
        }
        Change::Forged(is_first, other) => pick(is_first, first, second).signature = *other.get(forged),
        Change::Flipped(is_first, place) => pick(is_first, first, second).signature[place] ^= 1,
    }
}

const fn pick<'a>(is_first: bool, first: &'a mut Statement, second: &'a mut Statement) -> &'a mut Statement {
    if is_first { first } else { second }
}

fn conviction(evidence: &Evidence, courts: &dyn Courts) -> Option<Conviction> {
    evidence.accusation(courts).ok()?.prove(&CHAIN).ok()
}

/// Puts the statements in the order in which evidence has them, as every framer would.
fn ordered(evidence: &mut Evidence) {
    let place = |said: &Statement| (said.step, said.value);
    if place(&evidence.first) > place(&evidence.second) {
        std::mem::swap(&mut evidence.first, &mut evidence.second);
    }
}

/// [STK-5] [C13] A hundred thousand constructions from what honest validators really signed, in many roles and on two
/// chains, with up to two changes each: none convicts. Two thirds of them pair two statements of one validator in one
/// period, so that next to nothing but the signatures stands between it and a conviction.
#[test]
fn honest_validators_cannot_be_framed() {
    let mut world = World::new(PARAMETERS, &[(100, 9), (100, 0), (100, 0), (100, 0), (100, 0)]);
    world.run_to(4);
    let honest = honest_statements();
    let forged = forged_signatures(&honest);
    let near: Vec<(Signed, Signed)> = honest
        .iter()
        .flat_map(|one| honest.iter().map(move |other| (*one, *other)))
        .filter(|(one, other)| (one.by, one.round, one.period) == (other.by, other.round, other.period))
        .collect();
    let config = Config {
        cases: TRIES,
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let index = any::<prop::sample::Index>;
    let strategy = (0_u8..3, index(), index(), any_change(), any_change());
    let judged = std::cell::Cell::new(0);
    let outcome = runner.run(&strategy, |(kind, one, other, change, then)| {
        let (one, other) = match kind {
            0 => (*one.get(&honest), *other.get(&honest)),
            _ => *one.get(&near),
        };
        let mut evidence = Evidence {
            round: one.round,
            period: one.period,
            voter: world.voter(one.round, one.by as u8),
            first: one.said,
            second: other.said,
        };
        apply(change, &mut evidence, &honest, &forged);
        apply(then, &mut evidence, &honest, &forged);
        ordered(&mut evidence);
        judged.set(judged.get() + u32::from(evidence.kind().is_ok()));
        prop_assert_eq!(conviction(&evidence, &world.history), None);
        Ok(())
    });
    assert!(outcome.is_ok(), "{outcome:?}");
    // Of these the signatures were looked at, so that the property is not empty.
    assert!(judged.get() > TRIES / 5, "{}", judged.get());
}

/// [C13] The same constructions from one that signs twice do convict, so the property above can fail.
#[test]
fn who_signs_twice_is_convicted_by_the_same_construction() {
    let mut world = World::new(PARAMETERS, &[(100, 9), (100, 0), (100, 0), (100, 0), (100, 0)]);
    world.run_to(4);
    let vote = keys(ATTACKER).vote;
    let mut evidence = Evidence {
        round: 2,
        period: 1,
        voter: world.voter(2, ATTACKER as u8),
        first: statement(&vote, &CHAIN, (2, 1), Step::Soft, block(2)),
        second: statement(&vote, &CHAIN, (2, 1), Step::Soft, block(1)),
    };
    ordered(&mut evidence);
    let convicted = conviction(&evidence, &world.history).unwrap();
    assert_eq!(convicted.offence().offender, id(ATTACKER as u8));
    // With another's index it convicts nobody.
    for by in 0..HONEST {
        evidence.voter = world.voter(2, by as u8);
        assert_eq!(conviction(&evidence, &world.history), None);
    }
}

/// [STK-5] [C13] Cert in two periods is what an honest validator may do, and no pair of such votes convicts.
#[test]
fn certifying_in_two_periods_is_no_offence() {
    let mut world = World::new(PARAMETERS, &[(100, 9), (100, 0)]);
    world.run_to(2);
    let vote = keys(1).vote;
    for (first_period, second_period) in [(0, 1), (1, 0), (0, 0), (1, 1)] {
        let evidence = Evidence {
            round: 2,
            period: 0,
            voter: world.voter(2, 1),
            first: statement(&vote, &CHAIN, (2, first_period), Step::Cert, block(1)),
            second: statement(&vote, &CHAIN, (2, second_period), Step::Cert, block(2)),
        };
        let convicted = conviction(&evidence, &world.history).is_some();
        assert_eq!(convicted, (first_period, second_period) == (0, 0));
    }
}

/// [STK-5] [C13] The key that a validator had in the round is asked, not the one it has now, nor who sits at its index
/// now: after a rotation, evidence of old rounds needs the old key, and of new ones the new.
#[test]
fn the_key_of_the_round_is_asked() {
    let mut world = World::new(PARAMETERS, &[(100, 9), (100, 0)]);
    let keys_of_later = crate::world::proven(9, 1);
    world.perform(1, Operation::Rotate { keys: keys_of_later });
    world.run_to(8);
    let said = [(Step::Soft, block(1)), (Step::Soft, block(2))];
    // The new keys are in force from round 1 + 4 on.
    for (round, number, convicts) in [(4, 1, true), (4, 9, false), (5, 1, false), (5, 9, true)] {
        let evidence = world.evidence((1, number), (round, 0), said);
        assert_eq!(
            conviction(&evidence, &world.history).is_some(),
            convicts,
            "{round} {number}"
        );
    }
}

/// [C13] Nobody reports in another's name, and a report of honest votes changes nothing.
#[test]
fn a_false_report_changes_nothing() {
    let mut world = World::new(PARAMETERS, &[(100, 9), (100, 0)]);
    world.run_to(2);
    let vote = keys(1).vote;
    let evidence = Evidence {
        round: 2,
        period: 0,
        voter: world.voter(2, 1),
        first: statement(&vote, &CHAIN, (2, 0), Step::Soft, block(1)),
        second: statement(&vote, &OTHER_CHAIN, (2, 0), Step::Soft, block(2)),
    };
    let operation = Operation::Report {
        evidence: Box::new(evidence),
    };
    let signed = SignedOperation::sign(&operator(0), &CHAIN, 0, operation);
    let verified = signed.verify(&world.rules).unwrap();
    let mut transition = Transition::begin(&world.registry, &world.rules, &world.history).unwrap();
    let before = transition.registry().clone();
    assert!(transition.apply(&verified).is_err());
    assert_eq!(transition.registry(), &before);
}
