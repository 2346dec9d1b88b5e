//! Who hears whom directly: everyone, or a few neighbours that pass on what they hear.

use super::random::Random;

/// The links of a network. Every link goes both ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Overlay {
    /// Between any two of so many nodes.
    Complete(usize),
    /// The neighbours of each node, ascending.
    Sparse(Vec<Vec<usize>>),
}

impl Overlay {
    /// Circles through all nodes in random order, one for every two neighbours, laid over each other. Links that fall
    /// together make a node's neighbours fewer than asked for; there are never more, but for an odd number, which is
    /// rounded up. One circle keeps the network in one piece; several give it the short ways and the even spread that
    /// the meshes of gossip networks have (Law and Siu, "Distributed construction of random expander networks", 2003).
    pub(super) fn circles(nodes: usize, neighbours: usize, random: &mut Random) -> Self {
        let mut links = vec![Vec::new(); nodes];
        let mut order: Vec<usize> = (0..nodes).collect();
        for _ in 0..neighbours.div_ceil(2).max(1) {
            shuffle(&mut order, random);
            let next = order.iter().cycle().skip(1);
            for (one, other) in order.iter().copied().zip(next.copied()) {
                for (from, to) in [(one, other), (other, one)] {
                    if from != to
                        && let Some(known) = links.get_mut(from)
                    {
                        known.push(to);
                    }
                }
            }
        }
        for known in &mut links {
            known.sort_unstable();
            known.dedup();
        }
        Self::Sparse(links)
    }

    /// The nodes that hear a node directly, ascending.
    pub(super) fn neighbours(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        let (all, few) = match self {
            Self::Complete(nodes) => (0..*nodes, None),
            Self::Sparse(links) => (0..0, links.get(node)),
        };
        let all = all.filter(move |other| *other != node);
        all.chain(few.into_iter().flatten().copied())
    }
}

/// Every order is as likely as any other (Durstenfeld, "Algorithm 235: random permutation", 1964).
fn shuffle(order: &mut [usize], random: &mut Random) {
    for last in (1..order.len()).rev() {
        let chosen = random.between(0, last as u64) as usize;
        order.swap(last, chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sparse(nodes: usize, neighbours: usize, seed: u64) -> Overlay {
        Overlay::circles(nodes, neighbours, &mut Random::new(seed, 0))
    }

    /// How many links the farthest node is away from node 0; none if some node cannot be reached.
    fn radius(overlay: &Overlay, nodes: usize) -> Option<usize> {
        let mut away = vec![None; nodes];
        let mut edge = vec![0];
        away[0] = Some(0);
        for distance in 1.. {
            let around: Vec<usize> = edge.iter().flat_map(|node| overlay.neighbours(*node)).collect();
            edge.clear();
            for node in around {
                if away[node].is_none() {
                    away[node] = Some(distance);
                    edge.push(node);
                }
            }
            if edge.is_empty() {
                break;
            }
        }
        away.into_iter()
            .try_fold(0, |most, distance| Some(most.max(distance?)))
    }

    #[test]
    fn links_go_both_ways_and_nowhere_twice() {
        let overlay = sparse(200, 8, 1);
        for node in 0..200 {
            let near: Vec<usize> = overlay.neighbours(node).collect();
            assert!(near.is_sorted_by(|one, next| one < next) && !near.contains(&node));
            for other in near {
                assert!(overlay.neighbours(other).any(|back| back == node));
            }
        }
    }

    #[test]
    fn nodes_have_as_many_neighbours_as_asked_for_or_a_few_less() {
        let overlay = sparse(1_000, 8, 2);
        let degrees: Vec<usize> = (0..1_000).map(|node| overlay.neighbours(node).count()).collect();
        assert!(degrees.iter().all(|degree| (5..=8).contains(degree)));
        assert!(degrees.iter().sum::<usize>() > 7_900);
    }

    #[test]
    fn the_network_is_in_one_piece_and_its_ways_are_short() {
        for seed in 0..20 {
            assert!(radius(&sparse(1_000, 8, seed), 1_000).is_some_and(|radius| radius <= 6));
            assert!(radius(&sparse(50, 2, seed), 50) == Some(25));
        }
    }

    #[test]
    fn a_seed_makes_one_overlay_and_another_makes_another() {
        assert_eq!(sparse(100, 8, 5), sparse(100, 8, 5));
        assert_ne!(sparse(100, 8, 5), sparse(100, 8, 6));
    }

    #[test]
    fn few_nodes_have_all_others_for_neighbours() {
        let overlay = sparse(3, 8, 0);
        assert_eq!(overlay.neighbours(1).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(sparse(1, 8, 0).neighbours(0).count(), 0);
        assert_eq!(Overlay::Complete(3).neighbours(1).collect::<Vec<_>>(), [0, 2]);
    }
}
