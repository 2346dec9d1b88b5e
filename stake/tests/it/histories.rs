//! The electorates over time.

use std::sync::Arc;

use klero_stake::committee::Electorate;
use klero_stake::committee::sampling::seed::SeedSchedule;
use klero_stake::{Courts, History};
use proptest::prelude::*;

use crate::members::{members, registry};

/// K = 2 · 2 · 3 = 12.
const SHORT: SeedSchedule = SeedSchedule {
    lookback: 2,
    refresh: 3,
};

fn electorate(stakes: &[u64]) -> Electorate {
    Electorate::new(members(stakes)).unwrap()
}

/// [STK-6] The electorate of the first K rounds is the genesis's.
#[test]
fn the_first_rounds_draw_from_the_genesis() {
    let mut history = History::new(SHORT, 0, &registry(&[5, 5])).unwrap();
    history.record(1, &registry(&[5, 6]));
    assert_eq!(*history.after(0), electorate(&[5, 5]));
    assert_eq!(*history.after(1), electorate(&[5, 6]));
    for round in 0..=12 {
        assert_eq!(*history.drawing_in(round), electorate(&[5, 5]), "{round}");
    }
    assert_eq!(*history.drawing_in(13), electorate(&[5, 6]));
}

/// [STK-6] A change in block r first counts in round r + K.
#[test]
fn a_change_counts_k_rounds_later() {
    let mut history = History::new(SHORT, 0, &registry(&[5, 5])).unwrap();
    for round in 1..=40 {
        let stake = if round < 20 { 5 } else { 6 };
        history.record(round, &registry(&[5, stake]));
        let next = round + 1;
        let drawing = if next < 20 + 12 { 5 } else { 6 };
        assert_eq!(*history.drawing_in(next), electorate(&[5, drawing]), "{next}");
    }
}

/// [STK-6] With the default distances K is 320.
#[test]
fn by_default_the_electorate_is_320_rounds_old() {
    let mut history = History::new(SeedSchedule::default(), 0, &registry(&[5, 5])).unwrap();
    history.record(1, &registry(&[5, 6]));
    assert_eq!(*history.drawing_in(320), electorate(&[5, 5]));
    assert_eq!(*history.drawing_in(321), electorate(&[5, 6]));
}

/// Rounds without a change share one electorate.
#[test]
fn an_unchanged_electorate_is_kept_once() {
    let mut history = History::new(SHORT, 0, &registry(&[5, 5])).unwrap();
    history.record(1, &registry(&[5, 6]));
    let first = history.after(1);
    history.record(2, &registry(&[5, 6]));
    assert!(Arc::ptr_eq(&first, &history.after(2)));
}

/// [STK-4] The electorate of a round is kept as long as evidence of the round is accepted, and is not made up for
/// rounds that are not known.
#[test]
fn a_court_sits_as_long_as_evidence_is_accepted() {
    let mut history = History::new(SHORT, 7, &registry(&[5, 5])).unwrap();
    let stake = |round: u64| 1 + round % 3;
    for head in 1..=60_u64 {
        history.record(head, &registry(&[5, stake(head)]));
        for asked in 0..=head + 20 {
            let known = asked >= 1 && asked <= head + 12;
            let drawn_from = asked.saturating_sub(12);
            let expected = match drawn_from {
                0 => electorate(&[5, 5]),
                from => electorate(&[5, stake(from)]),
            };
            let court = history.electorate(asked);
            if known && asked + 7 >= head {
                assert_eq!(court.as_deref(), Some(&expected), "{asked} at {head}");
            } else {
                // What is older may still be there, but is never wrong.
                assert!(
                    court.is_none_or(|court| known && *court == expected),
                    "{asked} at {head}"
                );
            }
        }
    }
    assert_eq!(history.electorate(40), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// [STK-6] Against a list of all electorates: the drawing one of every round that a node or a court may ask for,
    /// whatever changed when, although the history forgets.
    #[test]
    fn histories_agree_with_a_list_of_all_electorates(
        lookback in 2_u64..4,
        refresh in 1_u64..4,
        evidence_age in 0_u64..20,
        stakes in prop::collection::vec(1_u64..4, 1..60),
    ) {
        let schedule = SeedSchedule { lookback, refresh };
        let known: Vec<_> = (0..4).map(|stake| registry(&[5, stake + 1])).collect();
        let mut all = vec![electorate(&[5, 1])];
        let mut history = History::new(schedule, evidence_age, &known[0]).unwrap();
        for (round, stake) in (1_u64..).zip(&stakes) {
            all.push(electorate(&[5, stake + 1]));
            history.record(round, &known[*stake as usize]);
            for asked in round.saturating_sub(evidence_age)..=round + 2 {
                let place = asked.saturating_sub(2 * lookback * refresh).min(round);
                prop_assert_eq!(&*history.drawing_in(asked), &all[place as usize]);
            }
            prop_assert_eq!(&*history.after(round), &all[round as usize]);
        }
    }
}
