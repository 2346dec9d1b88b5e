//! What is an offence, and what is the same one.

use klero_stake::committee::sampling::Digest;
use klero_stake::committee::sampling::codec::Wire;
use klero_stake::committee::{
    Equivocation, Profile, Role, RoundContext, Step, Value, cast_vote, make_proposal,
};
use klero_stake::evidence::{Offence, OffenceKind};
use klero_stake::{Evidence, EvidenceError, Operation, OperationError, Receipt};

use crate::world::{CHAIN, PARAMETERS, World, block, burnt, id, keys};

const BOTTOM: Value = Value::Bottom;

fn world() -> World {
    World::new(PARAMETERS, &[(100, 10), (100, 0), (100, 0)])
}

/// The kind of which a pair convicts operator 1; none if it is refused as no offence.
fn kind(said: [(Step, Value); 2]) -> Option<OffenceKind> {
    let mut world = world();
    world.run_to(3);
    let evidence = world.evidence((1, 1), (3, 2), said);
    if evidence.kind().is_err() {
        return None;
    }
    let report = world.report(0, evidence);
    let receipts = world.block(&[report]);
    receipts.iter().find_map(|receipt| match receipt {
        Receipt::Convicted { kind, offence, .. } => {
            let expected = Offence {
                round: 3,
                period: 2,
                offender: id(1),
            };
            assert_eq!(*offence, expected);
            Some(*kind)
        }
        _ => None,
    })
}

/// [STK-5] (a) Two values in one role, in every step, are an offence; of Next also a value and ⊥.
#[test]
fn two_values_in_one_role_convict() {
    for step in [
        Step::Propose,
        Step::Soft,
        Step::Cert,
        Step::Next(0),
        Step::Next(77),
    ] {
        let said = [(step, block(1)), (step, block(2))];
        assert_eq!(kind(said), Some(OffenceKind::Equivocation), "{step:?}");
    }
    let said = [(Step::Next(4), BOTTOM), (Step::Next(4), block(2))];
    assert_eq!(kind(said), Some(OffenceKind::Equivocation));
}

/// [STK-5] (b) Cert for a value, and Next of the same period, any k, for another or for ⊥, are an offence.
#[test]
fn a_certified_value_that_is_abandoned_convicts() {
    for k in [0, 1, 500] {
        for other in [BOTTOM, block(2)] {
            let said = [(Step::Cert, block(1)), (Step::Next(k), other)];
            assert_eq!(kind(said), Some(OffenceKind::Abandonment), "{k}");
        }
    }
}

/// [STK-5] What an honest member may say is no offence: the same twice, Soft for one value and Cert for another, Next
/// for what it certified, ⊥ and later a value in different k.
#[test]
fn what_honest_members_say_is_no_offence() {
    let pairs = [
        [(Step::Soft, block(1)), (Step::Soft, block(1))],
        [(Step::Propose, block(1)), (Step::Soft, block(2))],
        [(Step::Soft, block(1)), (Step::Cert, block(2))],
        [(Step::Soft, block(1)), (Step::Next(0), BOTTOM)],
        [(Step::Cert, block(1)), (Step::Next(0), block(1))],
        [(Step::Next(0), BOTTOM), (Step::Next(1), block(1))],
        [(Step::Next(0), block(1)), (Step::Next(1), block(2))],
        [(Step::Propose, BOTTOM), (Step::Propose, block(1))],
    ];
    for said in pairs {
        assert_eq!(kind(said), None, "{said:?}");
    }
}

/// [STK-5] A pair has one order; the other is refused before anything is asked of it.
#[test]
fn a_pair_has_one_order() {
    let world = world();
    for said in [
        [(Step::Soft, block(2)), (Step::Soft, block(1))],
        [(Step::Next(0), block(2)), (Step::Next(0), BOTTOM)],
        [(Step::Next(0), block(2)), (Step::Cert, block(1))],
    ] {
        let evidence = world.evidence((1, 1), (1, 0), said);
        assert_eq!(evidence.kind(), Err(EvidenceError::NoOffence));
    }
}

/// [STK-5] [C12] One offence convicts once: all pairs of five signatures of one period, of both kinds and with third
/// values, presented in any order and twice, slash once. A second period or round is another offence.
#[test]
fn an_offence_convicts_once_however_it_is_presented() {
    let said = [
        (Step::Soft, block(1)),
        (Step::Soft, block(2)),
        (Step::Soft, block(3)),
        (Step::Cert, block(1)),
        (Step::Cert, block(2)),
        (Step::Next(0), BOTTOM),
        (Step::Next(0), block(3)),
        (Step::Next(9), block(3)),
    ];
    let mut world = world();
    world.run_to(3);
    let mut all = Vec::new();
    for (place, first) in said.iter().enumerate() {
        for second in &said[place + 1..] {
            let evidence = world.evidence((1, 1), (3, 0), [*first, *second]);
            all.extend(evidence.kind().is_ok().then_some(evidence));
        }
    }
    assert_eq!(all.len(), 3 + 1 + 1 + 2 * 3);
    let offence = Offence {
        round: 3,
        period: 0,
        offender: id(1),
    };
    let again = OperationError::Evidence(EvidenceError::Convicted(offence));
    for first in &all {
        let mut world = self::world();
        world.run_to(3);
        let report = world.report(0, first.clone());
        assert_eq!(burnt(&world.block(&[report])), [10]);
        assert!(world.registry.is_convicted(&offence));
        for second in &all {
            let evidence = second.clone();
            assert_eq!(world.refusal(2, Operation::Report { evidence }), again);
        }
    }
    // Two reports of one offence in one block: the second has no effect, so no valid block has it.
    let pair = [world.report(0, all[0].clone()), world.report(2, all[1].clone())];
    assert!(world.attempt(&pair).is_err());
    for (round, period, slashed) in [(3, 0, 10), (3, 1, 9), (2, 0, 9)] {
        let said = [(Step::Soft, block(1)), (Step::Soft, block(2))];
        let report = world.report(0, world.evidence((1, 1), (round, period), said));
        assert_eq!(burnt(&world.block(&[report])), [slashed], "{round} {period}");
    }
}

/// [STK-5] An offence is not forgotten as long as it can be reported.
#[test]
fn an_offence_is_remembered_as_long_as_it_can_be_reported() {
    let mut world = world();
    world.run_to(3);
    let evidence = world.equivocation(1, 3);
    let report = world.report(0, evidence.clone());
    world.block(&[report]);
    for _ in 4..30 {
        let evidence = evidence.clone();
        let error = world.refusal(0, Operation::Report { evidence });
        let age = world.registry.round() + 1 - 3;
        let convicted = matches!(error, OperationError::Evidence(EvidenceError::Convicted(_)));
        let too_old = matches!(error, OperationError::Evidence(EvidenceError::TooOld { .. }));
        assert_eq!((convicted, too_old), (age <= 10, age > 10), "{age}");
        world.block(&[]);
    }
    let offence = Offence {
        round: 3,
        period: 0,
        offender: id(1),
    };
    assert!(!world.registry.is_convicted(&offence));
}

/// [STK-4] Evidence is accepted up to its age, and not one round longer; nor before its round.
#[test]
fn evidence_has_an_age() {
    for age in [0, 1, 10, 11] {
        let mut world = world();
        let now = 5 + age;
        world.run_to(now - 1);
        let evidence = world.equivocation(1, 5);
        if age <= 10 {
            let report = world.report(0, evidence);
            assert_eq!(burnt(&world.block(&[report])), [10]);
        } else {
            let (found, limit) = (5, 10);
            let error = EvidenceError::TooOld { found, now, limit };
            assert_eq!(world.refusal(0, Operation::Report { evidence }), error.into());
        }
    }
    let world = world();
    let evidence = world.equivocation(1, 2);
    let error = EvidenceError::Future { found: 2, now: 1 };
    assert_eq!(world.refusal(0, Operation::Report { evidence }), error.into());
    let evidence = Box::new(Evidence {
        round: 0,
        ..*world.equivocation(1, 1)
    });
    let error = EvidenceError::UnknownRound(0);
    assert_eq!(world.refusal(0, Operation::Report { evidence }), error.into());
}

/// [COM-4] [BA-2] What agreement hands out makes evidence: pairs of votes and pairs of proposals.
#[test]
fn evidence_is_made_of_what_was_seen() {
    let world = world();
    let round = 1;
    let electorate = world.history.drawing_in(round);
    let profile = std::sync::Arc::new(Profile::full());
    let context = RoundContext::new(CHAIN, round, Digest([3; 32]), electorate, profile).unwrap();
    let (voter, signer) = (world.voter(round, 1), keys(1));
    let vote = |step, value| cast_vote(&context, Role::new(round, 0, step), value, voter, &signer).unwrap();
    let (first, second) = (vote(Step::Soft, block(2)), vote(Step::Soft, block(1)));
    let of_votes = Evidence::of_votes(&first, &second).unwrap();
    let pair = Equivocation::new(first.clone(), second).unwrap();
    assert_eq!(Evidence::from(&pair), of_votes);
    let (cert, next) = (vote(Step::Cert, block(2)), vote(Step::Next(1), BOTTOM));
    let abandoned = Evidence::of_votes(&next, &cert).unwrap();
    assert_eq!(Evidence::of_votes(&first, &cert), None);
    let later = cast_vote(
        &context,
        Role::new(round, 1, Step::Soft),
        block(1),
        voter,
        &signer,
    )
    .unwrap();
    assert_eq!(Evidence::of_votes(&first, &later), None);
    let proposal = |number| {
        let header = Digest([number; 32]);
        make_proposal(&context, 0, voter, &signer, |_| Some((header, 0, voter))).unwrap()
    };
    let proposed = Evidence::of_proposals(&proposal(2), &proposal(1)).unwrap();
    assert_eq!(Evidence::of_proposals(&proposal(2), &proposal(2)), None);
    for evidence in [of_votes, abandoned, proposed] {
        assert_eq!(Evidence::decode(&evidence.encode()), Ok(evidence));
        let report = world.report(0, Box::new(evidence));
        let receipts = world.attempt(&[report]).unwrap().receipts;
        assert_eq!(burnt(&receipts), [10]);
    }
}
