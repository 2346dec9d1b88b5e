//! [BA-3] The only proposal comes a second after the filter time. Nobody had anything to vote for when that passed, so
//! all vote for it as soon as it comes, and the period is not lost.

use klero_agreement::committee::Step;
use klero_agreement::sim::Behaviour;

use super::{Says, Story, lowest_proposer, waits};

#[test]
fn the_only_proposal_comes_after_the_filter_time() {
    let seeds = (0..20).filter(|seed| lowest_proposer(*seed) == 0);
    let seeds: Vec<u64> = seeds.collect();
    assert!(seeds.len() >= 3);
    for seed in seeds {
        let mut story = Story::new(seed, |network| {
            let silent = (1..4).fold(network, |network, node| {
                network.behaviour(node, Behaviour::NeverProposes)
            });
            silent.rule(|letter| waits(2_000, letter.is_of(0) && letter.proposes()))
        });
        let came = story.finish(1, 3_000);
        assert!(came <= 2_150, "seed {seed}: {came} ms");
        assert_eq!(story.block(1).1, 0);
        assert!(story.said_at(0, 0, Step::Soft) <= 1_020);
        for node in 1..4 {
            assert!((2_000..=2_050).contains(&story.said_at(node, 0, Step::Soft)));
        }
    }
}
