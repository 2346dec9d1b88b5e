//! What was said is said again, under other counters [BA-11].

use crate::replay::OrReplay;
use klero_agreement::sim::{Behaviour, Letter};

use super::{LITTLE, Letters, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_the_replaying() {
    rounds_go_on_beside(Behaviour::Replaying, LITTLE);
}

#[test]
fn it_repeats_old_rounds_under_counters_that_nobody_else_has() {
    let letters = Letters::default();
    let builder = letters.of(beside(Behaviour::Replaying, 4, 1));
    let mut network = builder.seed(1).build().unwrap();
    network.run_until_round(20, 60_000).or_replay();
    let replayed = letters.from(3);
    assert!(replayed.iter().filter(|letter| letter.attempt > 1 << 30).count() > 20);
    let last = |letter: &Letter| {
        let decided = network.decisions(3).iter().filter(|known| known.at <= letter.at);
        decided.count() as u64
    };
    assert!(
        replayed
            .iter()
            .filter(|letter| letter.round + 1 < last(letter))
            .count()
            > 20
    );
    // What is news to somebody passes through once, whatever its counter; the rest stops there.
    let honest = (0..3).flat_map(|node| letters.from(node));
    let (passed_on, repeated) = (
        honest.filter(|letter| letter.attempt > 1 << 30).count(),
        replayed.iter().filter(|letter| letter.attempt > 1 << 30).count(),
    );
    assert!(passed_on < repeated, "{passed_on} of {repeated}");
}

/// [C3] Two of four are gone, and the round stays open: what is left of it is replayed to the last honest node for
/// twenty minutes. It remembers no more than if nothing were replayed.
#[test]
fn replays_take_no_memory_however_long_they_go_on() {
    let remembered = |behaviour| {
        let torn = beside(behaviour, 4, 1).stop(1, 3_000).stop(2, 3_000);
        let mut network = torn.build().unwrap();
        network.run_for(20 * 60_000).or_replay();
        network.remembered(0)
    };
    let (honest, replaying) = (remembered(Behaviour::Honest), remembered(Behaviour::Replaying));
    assert!(
        replaying < honest + honest / 4,
        "{replaying} where {honest} are usual"
    );
}
