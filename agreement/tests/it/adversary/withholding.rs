//! A quorum is kept from victims: they are served by everyone else.

use crate::replay::OrReplay;
use klero_agreement::sim::{Behaviour, Content};

use super::{LITTLE, Letters, beside, rounds_go_on_beside};

/// Node 0.
const VICTIM: Behaviour = Behaviour::Withholding { victims: 1 };

#[test]
fn rounds_go_on_at_the_victims() {
    for victims in [1, 0b101, u64::MAX] {
        rounds_go_on_beside(Behaviour::Withholding { victims }, LITTLE);
    }
}

#[test]
fn the_victim_gets_proposals_and_nothing_of_a_quorum() {
    let letters = Letters::default();
    let mut network = letters.of(beside(VICTIM, 4, 1)).seed(1).build().unwrap();
    network.run_until_round(20, 60_000).or_replay();
    let of_quorum = |content: &Content| {
        matches!(
            content,
            Content::Votes(..) | Content::Certificate(..) | Content::Finals
        )
    };
    let sent = |to: usize| letters.from(3).into_iter().filter(move |letter| letter.to == to);
    assert_eq!(sent(0).filter(|letter| of_quorum(&letter.content)).count(), 0);
    assert!(sent(0).count() > 0);
    assert!(sent(1).filter(|letter| of_quorum(&letter.content)).count() > 0);
}

/// The mean time after the first decision of a round at which node 0 decides, in tenths of a millisecond.
fn lag_of_victim(behaviour: Behaviour) -> u64 {
    let rounds = 200;
    let mut network = beside(behaviour, 4, 1).seed(5).build().unwrap();
    network.run_until_round(rounds, 600_000).or_replay();
    let at = |node: usize, round: usize| network.decisions(node)[round].at;
    let lags = (0..rounds as usize).map(|round| {
        let first = (0..3).map(|node| at(node, round)).min().unwrap();
        at(0, round) - first
    });
    lags.sum::<u64>() * 10 / rounds
}

/// [MOD-2] The victim waits for the votes that everyone else passes on, and no longer.
#[test]
fn the_victim_decides_later_and_decides() {
    let (alone, served) = (lag_of_victim(VICTIM), lag_of_victim(Behaviour::Honest));
    assert!(alone > served, "{alone} {served}");
    assert!(alone < served + 500, "{alone} {served}");
}
