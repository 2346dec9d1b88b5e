//! The registry over time.

use klero_stake::committee::sampling::seed::SeedSchedule;
use klero_stake::{History, Registry};
use proptest::prelude::*;

use crate::members::registry;

/// K = 2 · 2 · 3 = 12.
const SHORT: SeedSchedule = SeedSchedule {
    lookback: 2,
    refresh: 3,
};

/// [STK-6] The electorate of the first K rounds is the genesis's.
#[test]
fn the_first_rounds_draw_from_the_genesis() {
    let (genesis, later) = (registry(&[5, 5]), registry(&[5, 6]));
    let mut history = History::new(SHORT, genesis.clone());
    history.record(1, later.clone());
    assert_eq!(**history.after(0), genesis);
    assert_eq!(**history.after(1), later);
    for round in 0..=12 {
        assert_eq!(**history.drawing_in(round), genesis, "{round}");
    }
    assert_eq!(**history.drawing_in(13), later);
}

/// [STK-6] A change in block r first counts in round r + K.
#[test]
fn a_change_counts_k_rounds_later() {
    let mut history = History::new(SHORT, registry(&[5, 5]));
    for round in 1..=40 {
        let stake = if round < 20 { 5 } else { 6 };
        history.record(round, registry(&[5, stake]));
        let next = round + 1;
        let drawing = if next < 20 + 12 { 5 } else { 6 };
        assert_eq!(**history.drawing_in(next), registry(&[5, drawing]), "{next}");
    }
}

/// [STK-6] With the default distances K is 320.
#[test]
fn by_default_the_electorate_is_320_rounds_old() {
    let mut history = History::new(SeedSchedule::default(), registry(&[5, 5]));
    history.record(1, registry(&[5, 6]));
    assert_eq!(**history.drawing_in(320), registry(&[5, 5]));
    assert_eq!(**history.drawing_in(321), registry(&[5, 6]));
}

/// Rounds without a change share one registry.
#[test]
fn an_unchanged_registry_is_kept_once() {
    let mut history = History::new(SHORT, registry(&[5, 5]));
    history.record(1, registry(&[5, 6]));
    let first = std::sync::Arc::clone(history.after(1));
    history.record(2, registry(&[5, 6]));
    assert!(std::sync::Arc::ptr_eq(&first, history.after(2)));
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    /// [STK-6] Against a list of all registries: the drawing one of every round from the present on that a node may
    /// ask for, whatever changed when, although the history forgets.
    #[test]
    fn histories_agree_with_a_list_of_all_registries(
        lookback in 2_u64..4,
        refresh in 1_u64..4,
        stakes in prop::collection::vec(1_u64..4, 1..60),
    ) {
        let schedule = SeedSchedule { lookback, refresh };
        let known: Vec<Registry> = (0..4).map(|stake| registry(&[5, stake + 1])).collect();
        let mut all = vec![known[0].clone()];
        let mut history = History::new(schedule, known[0].clone());
        for (round, stake) in (1_u64..).zip(&stakes) {
            let now = &known[*stake as usize];
            all.push(now.clone());
            history.record(round, now.clone());
            for asked in round..=round + 2 {
                let place = asked.saturating_sub(2 * lookback * refresh).min(round);
                prop_assert_eq!(&**history.drawing_in(asked), &all[place as usize]);
            }
            prop_assert_eq!(&**history.after(round), now);
        }
    }
}
