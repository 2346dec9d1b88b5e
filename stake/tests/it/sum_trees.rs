//! The Merkle sum tree against its definition by halves.

use klero_stake::committee::sampling::Digest;
use klero_stake::sum_tree::{Leaf, Proof, SumTree};
use proptest::prelude::*;

use crate::members::hash;

fn encode(leaf: &Leaf) -> Vec<u8> {
    [leaf.digest.0.to_vec(), leaf.stake.to_le_bytes().to_vec()].concat()
}

/// The node over some leaves: a single leaf as it is; of more, the left half is the largest power of two of leaves
/// that leaves something for the right.
fn node(leaves: &[Leaf]) -> Leaf {
    if let [leaf] = leaves {
        return *leaf;
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (left, right) = (node(left), node(right));
    Leaf {
        digest: hash("merkle-node", &[encode(&left), encode(&right)].concat()),
        stake: left.stake + right.stake,
    }
}

fn root(leaves: &[Leaf]) -> Digest {
    let mut bytes = (leaves.len() as u32).to_le_bytes().to_vec();
    match leaves {
        [] => bytes.push(0),
        _ => {
            bytes.push(1);
            bytes.extend(encode(&node(leaves)));
        }
    }
    hash("merkle-root", &bytes)
}

fn leaves(count: usize) -> Vec<Leaf> {
    (0..count)
        .map(|index| Leaf {
            digest: hash("merkle-leaf", &index.to_le_bytes()),
            stake: index as u64 * 3 + 1,
        })
        .collect()
}

/// [STK-1] Root and proofs of every size up to 70.
#[test]
fn every_size_has_the_root_of_its_definition() {
    for count in 0..70 {
        let leaves = leaves(count);
        let tree = SumTree::new(leaves.clone());
        assert_eq!(tree.root(), root(&leaves), "{count}");
        for (index, leaf) in leaves.iter().enumerate() {
            let proof = tree.proof(index as u32).unwrap();
            assert!(proof.verify(leaf, &tree.root()), "{index} of {count}");
            assert!(proof.siblings.len() <= 7);
        }
        assert_eq!(tree.proof(count as u32), None);
        assert_eq!(tree.proof(u32::MAX), None);
    }
}

/// [STK-1] An inner node does not pass for a leaf of a smaller tree: leaf and node are hashed apart, and the root
/// holds the count.
#[test]
fn an_inner_node_is_no_leaf() {
    let leaves = leaves(4);
    let tree = SumTree::new(leaves.clone());
    let upper = [node(&leaves[..2]), node(&leaves[2..])];
    assert_ne!(SumTree::new(upper.to_vec()).root(), tree.root());
    let proof = Proof {
        index: 0,
        count: 2,
        siblings: vec![upper[1]],
    };
    assert!(!proof.verify(&upper[0], &tree.root()));
    let four = Proof { count: 4, ..proof };
    assert!(!four.verify(&upper[0], &tree.root()));
}

/// [STK-1] The last leaf twice is another tree.
#[test]
fn a_doubled_last_leaf_is_another_tree() {
    for count in [1, 3, 5, 7] {
        let mut leaves = leaves(count);
        let before = SumTree::new(leaves.clone()).root();
        leaves.push(leaves[count - 1]);
        assert_ne!(SumTree::new(leaves).root(), before);
    }
}

/// [STK-1] Sums that overflow are in no honest tree, and a proof with them is refused without stopping anyone.
#[test]
fn a_proof_with_sums_beyond_64_bits_is_refused() {
    let leaf = Leaf {
        digest: Digest::ZERO,
        stake: u64::MAX,
    };
    let tree = SumTree::new(vec![leaf, leaf]);
    assert!(!tree.proof(0).unwrap().verify(&leaf, &tree.root()));
}

#[test]
fn proofs_of_impossible_places_are_refused() {
    let leaves = leaves(5);
    let tree = SumTree::new(leaves.clone());
    for (index, count) in [
        (5, 5),
        (u32::MAX, 5),
        (0, 0),
        (0, u32::MAX),
        (u32::MAX - 1, u32::MAX),
    ] {
        let proof = Proof {
            index,
            count,
            siblings: tree.proof(0).unwrap().siblings,
        };
        assert!(!proof.verify(&leaves[0], &tree.root()));
    }
}

/// One thing in a proof that is not as it was.
#[derive(Debug, Clone, Copy)]
enum Change {
    Index(u32),
    Count(u32),
    SiblingDigest(usize),
    SiblingStake(usize, u64),
    Missing,
    Additional,
    LeafDigest,
    LeafStake(u64),
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<u32>().prop_map(Change::Index),
        (0_u32..100).prop_map(Change::Index),
        any::<u32>().prop_map(Change::Count),
        (0_u32..100).prop_map(Change::Count),
        (0_usize..7).prop_map(Change::SiblingDigest),
        (0_usize..7, any::<u64>()).prop_map(|(place, stake)| Change::SiblingStake(place, stake)),
        Just(Change::Missing),
        Just(Change::Additional),
        Just(Change::LeafDigest),
        any::<u64>().prop_map(Change::LeafStake),
    ]
}

fn apply(change: Change, proof: &mut Proof, leaf: &mut Leaf) {
    match change {
        Change::Index(index) => proof.index = index,
        Change::Count(count) => proof.count = count,
        Change::SiblingDigest(place) => {
            if let Some(sibling) = proof.siblings.get_mut(place) {
                sibling.digest.0[place] ^= 1;
            }
        }
        Change::SiblingStake(place, stake) => {
            if let Some(sibling) = proof.siblings.get_mut(place) {
                sibling.stake = stake;
            }
        }
        Change::Missing => {
            proof.siblings.pop();
        }
        Change::Additional => proof.siblings.push(*leaf),
        Change::LeafDigest => leaf.digest.0[0] ^= 1,
        Change::LeafStake(stake) => leaf.stake = stake,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3000) })]

    /// [STK-1] [FIN-5] A changed proof or leaf is refused, unless the change changed nothing.
    #[test]
    fn a_changed_proof_is_refused(count in 1_usize..70, place in any::<prop::sample::Index>(), change in any_change()) {
        let leaves = leaves(count);
        let tree = SumTree::new(leaves.clone());
        let index = place.index(count);
        let (mut proof, mut leaf) = (tree.proof(index as u32).unwrap(), leaves[index]);
        let before = (proof.clone(), leaf);
        apply(change, &mut proof, &mut leaf);
        let same = before == (proof.clone(), leaf);
        prop_assert_eq!(proof.verify(&leaf, &tree.root()), same);
    }

    /// [STK-1] A leaf has a proof in its own tree only.
    #[test]
    fn a_proof_is_of_one_tree(count in 2_usize..70, place in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
        let mut leaves = leaves(count);
        let tree = SumTree::new(leaves.clone());
        let index = place.index(count);
        let proof = tree.proof(index as u32).unwrap();
        let leaf = leaves[index];
        leaves[other.index(count)].stake += 1;
        let root = SumTree::new(leaves).root();
        prop_assert!(!proof.verify(&leaf, &root));
    }
}
