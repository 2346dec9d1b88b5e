//! The stakes of a test network, and how its validators are dealt to nodes.

/// About the sum of uneven stakes.
const TOTAL: u64 = 1_000_000_000;

/// Uneven stakes as real networks have them: the i-th largest is 1/i of the largest (Zipf), all together about
/// a thousand million.
pub(crate) fn zipf(validators: usize) -> Vec<u64> {
    let places = (1..).take(validators);
    let sum: f64 = places.clone().map(|place: u64| 1.0 / place as f64).sum();
    let largest = (TOTAL as f64 / sum) as u64;
    places.map(|place| (largest / place).max(1)).collect()
}

/// Equal stakes of one unit, so that seats are validators where everyone is a member.
pub(crate) fn equal(validators: usize) -> Vec<u64> {
    vec![1; validators]
}

/// Deals validators with falling stakes to nodes, equally many to each or one more: each validator goes to the
/// node that holds least so far and has room. Returns, for each node, the places in `stakes`.
pub(crate) fn deal(stakes: &[u64], nodes: usize) -> Vec<Vec<usize>> {
    let (share, spare) = (stakes.len() / nodes, stakes.len() % nodes);
    let mut hands: Vec<(u64, Vec<usize>)> = vec![(0, Vec::new()); nodes];
    for (place, stake) in stakes.iter().enumerate() {
        let with_one_more = hands.iter().filter(|(_, hand)| hand.len() > share).count();
        let room = if with_one_more < spare { share + 1 } else { share };
        let open = hands.iter_mut().filter(|(_, hand)| hand.len() < room);
        if let Some((held, hand)) = open.min_by_key(|(held, _)| *held) {
            *held += stake;
            hand.push(place);
        }
    }
    hands.into_iter().map(|(_, hand)| hand).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_node_of_four_holds_more_than_26_percent() {
        for validators in [100, 200, 1000] {
            let stakes = zipf(validators);
            let total: u64 = stakes.iter().sum();
            for hand in deal(&stakes, 4) {
                let held: u64 = hand.iter().map(|place| stakes[*place]).sum();
                assert!(held * 100 <= total * 26, "{held} of {total}");
                assert_eq!(hand.len(), validators / 4);
            }
        }
    }

    #[test]
    fn every_validator_is_dealt_once_and_evenly() {
        for (validators, nodes) in [(1, 1), (10, 4), (11, 4), (200, 7), (5, 5)] {
            let hands = deal(&zipf(validators), nodes);
            let least = validators / nodes;
            assert!(hands.iter().all(|hand| hand.len() == least || hand.len() == least + 1));
            let mut places = hands.concat();
            places.sort_unstable();
            assert_eq!(places, (0..validators).collect::<Vec<_>>());
        }
    }

    #[test]
    fn uneven_stakes_fall_and_add_up() {
        let stakes = zipf(200);
        assert!(stakes.windows(2).all(|pair| pair[0] > pair[1]));
        let total: u64 = stakes.iter().sum();
        assert!((999_000_000..=TOTAL).contains(&total), "{total}");
        assert_eq!(zipf(1), [TOTAL]);
    }
}
