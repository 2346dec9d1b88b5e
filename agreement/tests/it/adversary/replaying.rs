//! What was said is said again, under other counters [BA-11].

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
    network.run_until_round(20, 60_000).unwrap();
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
    println!("{passed_on} of {repeated}");
    assert!(passed_on < repeated, "{passed_on} {repeated}");
}

/// [C3] Two of four are gone, and the round stays open: what is left of it is replayed to the last honest node for
/// twenty minutes, and fills no memory.
#[test]
fn memory_stays_where_it_is_however_long_the_replays_go_on() {
    let mut network = beside(Behaviour::Replaying, 4, 1)
        .stop(1, 3_000)
        .stop(2, 3_000)
        .build()
        .unwrap();
    let mut remembered = |minutes: u64| {
        network.run_for(minutes * 60_000).unwrap();
        network.remembered(0)
    };
    let (early, late) = (remembered(2), remembered(18));
    println!("{early} {late}");
    assert!(late < early + early / 4, "{early} {late}");
}
