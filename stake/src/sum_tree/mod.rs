//! A Merkle tree whose nodes commit to the stake below them [STK-1].
//!
//! Leaves and inner nodes hash under different domains, so that none passes for the other, and the root binds
//! the number of leaves, so that no tree passes for a larger or smaller one. A level with an odd number of nodes
//! hands its last one up unchanged; with the count known, that is unambiguous.

mod multi;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::{Digest, Domain};

pub use multi::MultiProof;

/// A leaf: the digest of what it stands for, and its stake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Leaf {
    /// The digest of id, stake and keys.
    pub digest: Digest,
    /// The stake.
    pub stake: u64,
}

/// The tree, by levels from the leaves up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SumTree {
    levels: Vec<Vec<Leaf>>,
}

/// What ties a leaf to a root: the nodes beside its path, from the leaf up. With it a light client checks a
/// signer's entry against the electorate root of a header that it trusts [FIN-5].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Proof {
    /// The leaf's place.
    pub index: u32,
    /// The number of leaves.
    pub count: u32,
    /// The siblings; a level without one adds nothing.
    pub siblings: Vec<Leaf>,
}

fn join(left: &Leaf, right: &Leaf) -> Leaf {
    let hasher = Domain::MerkleNode.hasher().field(left).field(right);
    Leaf {
        digest: hasher.finish(),
        stake: left.stake.saturating_add(right.stake),
    }
}

fn seal(top: Option<&Leaf>, count: u32) -> Digest {
    Domain::MerkleRoot
        .hasher()
        .field(&count)
        .field(&top.copied())
        .finish()
}

impl SumTree {
    /// The tree over leaves in their order.
    pub fn new(leaves: Vec<Leaf>) -> Self {
        let mut levels = vec![leaves];
        while let Some(level) = levels.last().filter(|level| level.len() > 1) {
            let pair = |pair: &[Leaf]| match pair {
                [left, right] => Some(join(left, right)),
                [last] => Some(*last),
                _ => None,
            };
            let above = level.chunks(2).filter_map(pair).collect();
            levels.push(above);
        }
        Self { levels }
    }

    fn count(&self) -> u32 {
        self.levels
            .first()
            .and_then(|leaves| u32::try_from(leaves.len()).ok())
            .unwrap_or(u32::MAX)
    }

    /// The root.
    pub fn root(&self) -> Digest {
        seal(self.levels.last().and_then(|level| level.first()), self.count())
    }

    /// The proof of the leaf at an index; `None` past the end.
    pub fn proof(&self, index: u32) -> Option<Proof> {
        let mut place = usize::try_from(index).ok()?;
        self.levels.first()?.get(place)?;
        let mut siblings = Vec::new();
        for level in &self.levels {
            siblings.extend(level.get(place ^ 1));
            place /= 2;
        }
        Some(Proof {
            index,
            count: self.count(),
            siblings,
        })
    }
}

impl Proof {
    /// Whether the proof ties a leaf to a root.
    pub fn verify(&self, leaf: &Leaf, root: &Digest) -> bool {
        if self.index >= self.count {
            return false;
        }
        let (mut node, mut place, mut width) = (*leaf, self.index, self.count);
        let mut siblings = self.siblings.iter();
        while width > 1 {
            if place % 2 == 1 || place + 1 < width {
                let Some(sibling) = siblings.next() else {
                    return false;
                };
                let (left, right) = if place % 2 == 1 {
                    (sibling, &node)
                } else {
                    (&node, sibling)
                };
                // The sums of an honest tree stay below 2^63.
                if left.stake.checked_add(right.stake).is_none() {
                    return false;
                }
                node = join(left, right);
            }
            (place, width) = (place / 2, width.div_ceil(2));
        }
        siblings.next().is_none() && seal(Some(&node), self.count) == *root
    }
}
