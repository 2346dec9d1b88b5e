//! [BA-12] Filter time and deadlines.

use klero_agreement::committee::Step;
use klero_agreement::committee::Value::Bottom;
use klero_agreement::{Agreement, FilterTime, RoundStart, TimerKind};

use crate::world::{A, Watched, World, role, timers};

fn measured(arrivals: impl IntoIterator<Item = u32>) -> FilterTime {
    let mut filter = FilterTime::default();
    for arrival in arrivals {
        filter.record(arrival);
    }
    filter
}

#[test]
fn until_enough_was_measured_the_filter_time_is_the_upper_bound() {
    assert_eq!(measured([]).estimate(10, 1_000), 1_000);
    assert_eq!(measured([20; 7]).estimate(10, 1_000), 1_000);
    assert_eq!(measured([20; 8]).estimate(10, 1_000), 45);
}

#[test]
fn the_filter_time_is_twice_the_95th_percentile_and_five_milliseconds() {
    // Of 1 to 60 the 57th is the 95th percentile.
    assert_eq!(measured(1..=60).estimate(10, 1_000), 57 + 57 + 5);
    assert_eq!(measured((1..=60).rev()).estimate(10, 1_000), 57 + 57 + 5);
}

#[test]
fn a_few_late_proposals_do_not_count() {
    let mostly = (0..60).map(|round| if round % 30 == 0 { 900 } else { 40 });
    assert_eq!(measured(mostly).estimate(10, 1_000), 85);
}

#[test]
fn the_filter_time_stays_within_its_bounds() {
    assert_eq!(measured([1; 20]).estimate(10, 1_000), 10);
    assert_eq!(measured([5_000; 20]).estimate(10, 1_000), 1_000);
    assert_eq!(measured([u32::MAX; 20]).estimate(10, 1_000), 1_000);
}

#[test]
fn only_recent_rounds_count() {
    let improved = std::iter::repeat_n(600, 100).chain(std::iter::repeat_n(20, 64));
    assert_eq!(measured(improved).estimate(10, 1_000), 45);
}

#[test]
fn period_0_uses_what_was_measured_within_the_bounds_of_the_profile() {
    let world = World::four();
    for (measured, used) in [(0, 10), (321, 321), (9_999, 1_000)] {
        let (_, outputs) = Agreement::new(RoundStart::new(&world.context, measured));
        assert_eq!(timers(&outputs)[0], (TimerKind::Filter, used, false));
    }
}

#[test]
fn later_periods_use_the_upper_bound() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let outputs = node.enter_period_1(&world, A);
    assert_eq!(timers(&outputs)[0], (TimerKind::Filter, 1_000, false));
}

#[test]
fn steps_double_up_to_the_cap_and_each_deadline_is_spread() {
    let world = World::four();
    let mut node = Watched::new(&world);
    let mut steps = Vec::new();
    for k in 0..6 {
        steps.extend(timers(&node.deadline(k)));
        node.votes(&world, [2, 3], role(0, Step::Next(k)), Bottom);
    }
    let expected = [1_000, 2_000, 4_000, 8_000, 8_000, 8_000];
    let expected = (1..)
        .zip(expected)
        .map(|(k, after)| (TimerKind::Deadline(k), after, true));
    assert_eq!(steps, expected.collect::<Vec<_>>());
}
