//! Random histories of operations against a model.

use std::cell::RefCell;
use std::collections::BTreeMap;

use klero_stake::committee::sampling::codec::Wire;
use klero_stake::committee::{Ratio, Step};
use klero_stake::{
    Account, Courts, Evidence, History, Operation, Parameters, ProvenKeys, Registry, SignedOperation, Status,
    Transition, VerifiedOperation,
};
use proptest::prelude::*;

use crate::model::{Action, Model, Person};
use crate::world::{
    CHAIN, PARAMETERS, SCHEDULE, World, block, held, id, keys, operator, proven, statement, vote_key,
};

const PEOPLE: u8 = 7;
const KEYS: u16 = 16;
const GENESIS: [(u64, u64); 5] = [(60, 100), (40, 50), (50, 0), (0, 200), (30, 30)];

#[derive(Debug, Clone)]
struct BlockPlan {
    actions: Vec<Action>,
    traces: Vec<u8>,
}

/// Mostly of the right size and the right keys: what follows depends on what came before.
fn any_action() -> impl Strategy<Value = Action> {
    let who = 0..PEOPLE;
    let amount = prop_oneof![4 => 1_u64..40, 1 => 0_u64..300];
    prop_oneof![
        2 => (who.clone(), who.clone(), amount.clone())
            .prop_map(|(from, to, amount)| Action::Transfer { from, to, amount }),
        2 => (who.clone(), 0..KEYS, 5_u64..60).prop_map(|(who, keys, bond)| Action::Register { who, keys, bond }),
        1 => (who.clone(), amount.clone()).prop_map(|(who, amount)| Action::Bond { who, amount }),
        2 => (who.clone(), amount).prop_map(|(who, amount)| Action::Unbond { who, amount }),
        1 => (who.clone(), 0..KEYS).prop_map(|(who, keys)| Action::Rotate { who, keys }),
        1 => who.clone().prop_map(|who| Action::Leave { who }),
        2 => who.clone().prop_map(|who| Action::Heartbeat { who }),
        2 => (who.clone(), who, 0..KEYS, 0_u64..30, 0_u32..2)
            .prop_map(|(by, whom, keys, round, period)| Action::Report { by, whom, keys, round, period }),
    ]
}

fn any_history() -> impl Strategy<Value = Vec<BlockPlan>> {
    let plan = (
        prop::collection::vec(any_action(), 0..6),
        prop::collection::vec(0..PEOPLE, 0..4),
    );
    prop::collection::vec(
        plan.prop_map(|(actions, traces)| BlockPlan { actions, traces }),
        1..45,
    )
}

fn any_parameters() -> impl Strategy<Value = Parameters> {
    let share = (1_u32..5).prop_map(|numerator| Ratio {
        numerator,
        denominator: 4,
    });
    (2_u64..12, share, 0_u64..3, 1_u32..=1_000_000).prop_map(
        |(activity_window, least_active_share, entry_price, slash_millionths)| Parameters {
            activity_window,
            least_active_share,
            entry_price,
            slash_millionths,
            ..PARAMETERS
        },
    )
}

thread_local! {
    /// Proofs of possession are costly to make; the same ones are asked for again and again.
    static PROVEN: RefCell<BTreeMap<(u16, u8), Box<ProvenKeys>>> = const { RefCell::new(BTreeMap::new()) };
}

fn known(number: u16, who: u8) -> Box<ProvenKeys> {
    PROVEN.with_borrow_mut(|all| {
        all.entry((number, who))
            .or_insert_with(|| proven(number, who))
            .clone()
    })
}

/// Half of the reports are put right: about a round not long ago and with the keys that sat in it.
fn aimed(action: Action, model: &Model) -> Action {
    match action {
        Action::Report {
            by,
            whom,
            keys,
            round,
            period,
        } if keys % 2 == 0 => {
            let round = model.round.saturating_sub(round % 12).max(1);
            let sat = model.electorate(round).iter().find(|(who, ..)| *who == whom);
            let keys = sat.map_or(keys, |(.., number)| *number);
            Action::Report {
                by,
                whom,
                keys,
                round,
                period,
            }
        }
        action => action,
    }
}

fn evidence(model: &Model, whom: u8, number: u16, round: u64, period: u32) -> Evidence {
    let latest = (model.electorates.len() - 1) as u64 + SCHEDULE.electorate_lookback();
    let place = (round <= latest)
        .then(|| model.electorate(round).iter().position(|(who, ..)| *who == whom))
        .flatten();
    let vote = keys(number).vote;
    let said = |value| statement(&vote, &CHAIN, (round, period), Step::Soft, block(value));
    Evidence {
        round,
        period,
        voter: place.map_or(1000, |place| place as u32),
        first: said(1),
        second: said(2),
    }
}

/// The operation, signed with the next nonce of whoever asks.
fn signed(action: Action, model: &Model, world: &World) -> VerifiedOperation {
    let (who, operation) = match action {
        Action::Transfer { from, to, amount } => (from, Operation::Transfer { to: id(to), amount }),
        Action::Register { who, keys, bond } => (
            who,
            Operation::Register {
                keys: known(keys, who),
                bond,
            },
        ),
        Action::Bond { who, amount } => (who, Operation::Bond { amount }),
        Action::Unbond { who, amount } => (who, Operation::Unbond { amount }),
        Action::Rotate { who, keys } => (
            who,
            Operation::Rotate {
                keys: known(keys, who),
            },
        ),
        Action::Leave { who } => (who, Operation::Leave),
        Action::Heartbeat { who } => (who, Operation::Heartbeat),
        Action::Report {
            by,
            whom,
            keys,
            round,
            period,
        } => {
            let evidence = Box::new(evidence(model, whom, keys, round, period));
            (by, Operation::Report { evidence })
        }
    };
    let nonce = model.find(who).map_or(0, |person| person.nonce);
    SignedOperation::sign(&operator(who), &CHAIN, nonce, operation)
        .verify(&world.rules)
        .unwrap()
}

fn is_same(account: &Account, person: &Person) -> bool {
    let unbonding: Vec<(u64, i128)> = account
        .unbonding
        .iter()
        .map(|entry| (entry.matures, i128::from(entry.amount)))
        .collect();
    let mut leaving: Vec<(u64, i128)> = Vec::new();
    for (matures, amount) in &person.leaving {
        match leaving.last_mut() {
            Some((last, sum)) if last == matures => *sum += amount,
            _ => leaving.push((*matures, *amount)),
        }
    }
    let validator = account.validator.map(|validator| {
        let number = (0..KEYS).find(|number| vote_key(*number) == validator.vote_key);
        let asleep = validator.status == Status::Suspended;
        (number, asleep, validator.last_trace)
    });
    account.nonce == person.nonce
        && i128::from(account.free) == person.free
        && i128::from(account.bonded) == person.bonded
        && unbonding == leaving
        && validator
            == person
                .keys
                .map(|number| (Some(number), person.asleep, person.seen))
}

/// [STK-6] [C9] The electorate of every round that may be asked for, against the model's list: those at which what
/// happened K − 1, K and K + 1 rounds ago counts are among them.
fn check_electorates(world: &World, model: &Model) {
    let head = model.round;
    let lookback = SCHEDULE.electorate_lookback();
    for round in head.saturating_sub(PARAMETERS.evidence_age).max(1)..=head + lookback {
        let electorate = world.history.electorate(round).unwrap();
        let expected = model.electorate(round);
        assert_eq!(electorate.len(), expected.len(), "{round} at {head}");
        for (member, (who, stake, number)) in electorate.members().iter().zip(expected) {
            assert_eq!((member.id, i128::from(member.stake)), (id(*who), *stake));
            assert_eq!(member.vote_key, vote_key(*number));
        }
    }
}

/// One block: each operation is taken by the registry and the model, or by neither.
fn run_block(world: &mut World, model: &mut Model, plan: &BlockPlan) -> Vec<VerifiedOperation> {
    model.begin();
    let mut taken = Vec::new();
    let mut transition = Transition::begin(&world.registry, &world.rules, &world.history).unwrap();
    for action in &plan.actions {
        let action = aimed(*action, model);
        let operation = signed(action, model, world);
        let verdict = transition.apply(&operation);
        assert_eq!(verdict.is_ok(), model.act(action), "{action:?}: {verdict:?}");
        taken.extend(verdict.ok().map(|()| operation));
    }
    model.end(&plan.traces);
    world.block_with(&taken, &plan.traces);
    assert_eq!(world.registry.accounts().len(), model.people.len());
    for person in &model.people {
        let account = world.account(person.who);
        assert!(is_same(account, person), "{account:?} {person:?}");
    }
    assert_eq!(i128::from(world.registry.burnt()), model.burnt);
    taken
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(80) })]

    /// [STK-1] [STK-2] [STK-3] [STK-4] [STK-5] [STK-6] [STK-7] Any history leaves the registry and the model with the
    /// same accounts, burnt stake and electorates after every block, and all stake accounted for. A node that starts
    /// anew from what it stored after some block, and follows from there, has the same root after every later one.
    #[test]
    fn histories_agree_with_the_model(
        parameters in any_parameters(),
        plans in any_history(),
        restart in any::<prop::sample::Index>(),
    ) {
        let mut world = World::new(parameters, &GENESIS);
        let mut model = Model::new(parameters, SCHEDULE.electorate_lookback(), &GENESIS);
        let mut restarted: Option<(Registry, History)> = None;
        let restart = restart.index(plans.len());
        for (place, plan) in plans.iter().enumerate() {
            let taken = run_block(&mut world, &mut model, plan);
            check_electorates(&world, &model);
            prop_assert_eq!(held(&world.registry) + u128::from(world.registry.burnt()), 560);
            if let Some((registry, history)) = &mut restarted {
                let mut transition = Transition::begin(registry, &world.rules, history).unwrap();
                for operation in &taken {
                    transition.apply(operation).unwrap();
                }
                let signers: Vec<_> = plan.traces.iter().map(|index| id(*index)).collect();
                *registry = transition.finish(&signers, None).unwrap().registry;
                history.record(registry.round(), registry);
                prop_assert_eq!(registry.root(), world.registry.root());
                prop_assert_eq!(&*registry, &world.registry);
            } else if place == restart {
                let stored = Registry::decode(&world.registry.encode()).unwrap();
                prop_assert_eq!(stored.root(), world.registry.root());
                restarted = Some((stored, world.history.clone()));
            }
        }
    }
}
