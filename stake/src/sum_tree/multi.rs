//! One proof for many leaves of a tree: each node that they share is named once.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::Digest;

use super::{Leaf, SumTree, join, seal};

/// What ties several leaves to a root: the nodes beside their paths that do not follow from the leaves, level by level
/// from the leaves up, from left to right.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct MultiProof {
    /// The number of leaves of the tree.
    pub count: u32,
    /// The nodes.
    pub siblings: Vec<Leaf>,
}

impl SumTree {
    /// The proof of the leaves at these indices, which ascend strictly; `None` if they do not, or for one past the end.
    pub fn multi_proof(&self, indices: &[u32]) -> Option<MultiProof> {
        let count = self.count();
        let ascends = indices.windows(2).all(|pair| pair.first() < pair.last());
        if !ascends || indices.last().is_some_and(|last| *last >= count) {
            return None;
        }
        let mut places = indices.to_vec();
        let mut siblings = Vec::new();
        for level in &self.levels {
            let mut above: Vec<u32> = Vec::with_capacity(places.len());
            let mut rest = places.iter().copied().peekable();
            while let Some(place) = rest.next() {
                let beside = place ^ 1;
                if rest.next_if_eq(&beside).is_none() {
                    siblings.extend(usize::try_from(beside).ok().and_then(|beside| level.get(beside)));
                }
                above.push(place / 2);
            }
            places = above;
        }
        Some(MultiProof { count, siblings })
    }
}

impl MultiProof {
    /// The root of the only tree in which these leaves stand at these indices, and the stake of all its leaves; `None`
    /// if there is no such tree. The indices ascend strictly. The stake is that of the whole tree because every node
    /// commits to the sum below it.
    pub fn root(&self, leaves: &[(u32, Leaf)]) -> Option<(Digest, u64)> {
        let ascends = leaves
            .windows(2)
            .all(|pair| pair.first().map(|(index, _)| index) < pair.last().map(|(index, _)| index));
        let (last, _) = leaves.last()?;
        if !ascends || *last >= self.count {
            return None;
        }
        let mut siblings = self.siblings.iter();
        let (mut nodes, mut width) = (leaves.to_vec(), self.count);
        while width > 1 {
            nodes = climb(&nodes, width, &mut siblings)?;
            width = width.div_ceil(2);
        }
        let (_, top) = nodes.first()?;
        siblings
            .next()
            .is_none()
            .then(|| (seal(Some(top), self.count), top.stake))
    }
}

/// The nodes one level up. `width` is how many nodes the level has.
fn climb<'a>(
    nodes: &[(u32, Leaf)],
    width: u32,
    siblings: &mut impl Iterator<Item = &'a Leaf>,
) -> Option<Vec<(u32, Leaf)>> {
    let mut above = Vec::with_capacity(nodes.len());
    let mut rest = nodes.iter().peekable();
    while let Some((place, node)) = rest.next() {
        let beside = place ^ 1;
        if beside >= width {
            // The last of an odd level goes up unchanged.
            above.push((place / 2, *node));
            continue;
        }
        let sibling = match rest.next_if(|(next, _)| *next == beside) {
            Some((_, known)) => known,
            None => siblings.next()?,
        };
        let (left, right) = if place % 2 == 0 {
            (node, sibling)
        } else {
            (sibling, node)
        };
        // The sums of an honest tree stay below 2^63.
        left.stake.checked_add(right.stake)?;
        above.push((place / 2, join(left, right)));
    }
    Some(above)
}
