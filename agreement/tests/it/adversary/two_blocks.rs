//! Different blocks for different halves [BA-2].

use crate::replay::OrReplay;
use std::collections::{BTreeMap, BTreeSet};

use klero_agreement::committee::Step;
use klero_agreement::sim::{Behaviour, Content};

use super::{Letters, MUCH, beside, rounds_go_on_beside};

#[test]
fn rounds_go_on_beside_who_proposes_two_blocks() {
    rounds_go_on_beside(Behaviour::TwoBlocks, MUCH);
}

#[test]
fn each_half_is_shown_another_block_and_both_come_to_know() {
    let letters = Letters::default();
    let builder = letters.of(beside(Behaviour::TwoBlocks, 4, 1));
    let mut network = builder.seed(3).build().unwrap();
    network.run_until_round(20, 200_000).or_replay();
    let liar = network.validators(3)[0];
    let mut shown: BTreeMap<_, BTreeMap<_, BTreeSet<usize>>> = BTreeMap::new();
    for letter in letters.from(3) {
        if let Content::Proposal {
            role,
            proposer,
            block,
            body: true,
        } = letter.content
            && proposer == liar
        {
            let blocks = shown.entry(role).or_default();
            blocks.entry(block).or_default().insert(letter.to % 2);
        }
    }
    assert!(shown.len() > 5);
    // A block that is carried over is proposed again as it is.
    let doubled: Vec<_> = shown.values().filter(|blocks| blocks.len() == 2).collect();
    assert!(doubled.len() > 5);
    for blocks in doubled {
        assert!(blocks.values().all(|halves| halves.len() == 1));
    }
    for node in 0..3 {
        let proposals = network
            .evidence(node)
            .filter(|(role, _)| role.step == Step::Propose);
        let convicted: BTreeSet<u32> = proposals.map(|(_, member)| member).collect();
        assert_eq!(convicted, BTreeSet::from([liar]), "node {node}");
    }
}
