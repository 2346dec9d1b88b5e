//! [C3] Votes and proposals for places far ahead change nothing and take no memory [BA-10].

use crate::replay::OrReplay;
use klero_agreement::committee::Step;
use klero_agreement::sim::{Behaviour, Content, Letter};

use super::{LITTLE, Letters, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_who_votes_for_far_rounds() {
    rounds_go_on_beside(Behaviour::FarRounds, LITTLE);
}

/// It speaks of rounds, periods and steps up to the greatest there are; the honest pass on nothing beyond the next
/// round and period, and nothing beyond `k_max`, which is 1,000 here.
#[test]
fn far_votes_are_sent_and_nobody_passes_them_on() {
    let letters = Letters::default();
    let builder = letters.of(beside(Behaviour::FarRounds, 4, 1));
    let mut network = builder.seed(1).build().unwrap();
    network.run_until_round(20, 100_000).or_replay();
    let far = letters.from(3);
    assert!(far.iter().any(|letter| letter.round == u64::MAX));
    assert!(far.iter().any(|letter| letter.period == u32::MAX));
    let beyond = |content: &Content| match content {
        Content::Votes(role, _) => matches!(role.step, Step::Next(k) if k > 1_000),
        _ => false,
    };
    assert!(far.iter().any(|letter| beyond(&letter.content)));
    let asked = |letter: &Letter| letter.content == Content::Sync;
    for node in 0..3 {
        let own = letters.from(node);
        for letter in own.iter().filter(|letter| !asked(letter)) {
            assert!(letter.round <= network.heights()[node] + 2, "{letter:?}");
            assert!(letter.period <= 20 && !beyond(&letter.content), "{letter:?}");
        }
        // Who hears of a far round asks for it, once a second at most.
        let questions = own.iter().filter(|letter| asked(letter)).count() as u64;
        assert!(questions <= network.now() / 1_000 + 20, "{questions}");
    }
}

/// Early messages of the next round are held, hence some memory more; it does not grow with time.
#[test]
fn memory_is_bounded_whatever_is_sent_ahead() {
    let greatest = |behaviour, rounds: u64| {
        let mut network = beside(behaviour, 4, 1).seed(2).build().unwrap();
        let mut greatest = 0;
        for round in 1..=rounds {
            network.run_until_round(round, 100_000).or_replay();
            greatest = (0..3)
                .map(|node| network.remembered(node))
                .fold(greatest, usize::max);
        }
        greatest
    };
    let (honest, few, many) = (
        greatest(Behaviour::Honest, 20),
        greatest(Behaviour::FarRounds, 20),
        greatest(Behaviour::FarRounds, 100),
    );
    assert!(many < 2 * few, "{few} {many}");
    assert!(many < 12 * honest, "{honest} {many}");
}
