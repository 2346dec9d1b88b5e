//! Everything at the worst moment for its content [MOD-4].

use crate::replay::OrReplay;
use klero_agreement::committee::Step;
use klero_agreement::sim::{Behaviour, Content};

use super::{Letters, MUCH, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_the_delaying() {
    rounds_go_on_beside(Behaviour::Delaying, MUCH);
}

/// In the first eight rounds, before it is measured, the filter time is one second; the first deadline comes after
/// four.
#[test]
fn proposals_leave_before_the_filter_time_and_votes_around_the_deadline() {
    let letters = Letters::default();
    let builder = letters.of(beside(Behaviour::Delaying, 4, 1));
    let mut network = builder.seed(1).build().unwrap();
    network.run_until_round(8, 100_000).or_replay();
    // The node itself started within the first 20 ms.
    let decided = |round: u64| match round.checked_sub(1) {
        None => Some(0),
        Some(place) => network.decisions(3).get(place as usize).map(|known| known.at),
    };
    let mut counts = [0; 3];
    for letter in letters.from(3) {
        let Some(role) = letter.content.role().filter(|role| role.period == 0) else {
            continue;
        };
        let (kind, around) = match (letter.content, role.step) {
            (Content::Proposal { .. }, _) => (0, 940..=1_020),
            (_, Step::Soft) => (1, 3_940..=4_020),
            (_, Step::Cert) => (2, 4_000..=4_080),
            _ => continue,
        };
        let Some(after) = decided(role.round - 1).and_then(|began| letter.at.checked_sub(began)) else {
            continue;
        };
        // What is of a round that is over here leaves at once, unless it was held before.
        let is_over = decided(role.round).is_some_and(|at| at <= letter.at);
        assert!(is_over || around.contains(&after), "{role}: {after}");
        counts[kind] += usize::from(around.contains(&after));
    }
    assert!(counts.into_iter().all(|count| count > 0), "{counts:?}");
}

/// How long rounds that end in period 0 take at the median, in milliseconds, once the filter time is measured.
fn usual_round(behaviour: Behaviour) -> u64 {
    let mut network = beside(behaviour, 4, 1).seed(1).build().unwrap();
    network.run_until_round(80, 1_000_000).or_replay();
    let decisions = network.decisions(0);
    let pairs = decisions.windows(2).skip(40);
    let mut took: Vec<u64> = pairs
        .filter(|pair| pair[1].period == 0)
        .map(|pair| pair[1].at - pair[0].at)
        .collect();
    took.sort_unstable();
    took[took.len() / 2]
}

/// [BA-12] Proposals that come at the last moment raise what is measured, round by round, up to the upper bound of one
/// second and not beyond.
#[test]
fn the_filter_time_is_driven_to_its_bound_and_no_further() {
    let (honest, delaying) = (usual_round(Behaviour::Honest), usual_round(Behaviour::Delaying));
    assert!(honest < 700, "{honest}");
    assert!(
        delaying < 1_400 && 2 * delaying > 3 * honest,
        "{honest} {delaying}"
    );
}
