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
/// node that holds least so far and has room; then validators change places until the nodes hold alike. Returns,
/// for each node, the places in `stakes`.
pub(crate) fn deal(stakes: &[u64], nodes: usize) -> Vec<Vec<usize>> {
    let (share, spare) = (stakes.len() / nodes, stakes.len() % nodes);
    let mut hands = vec![Hand::default(); nodes];
    for (place, stake) in stakes.iter().enumerate() {
        let with_one_more = hands.iter().filter(|hand| hand.places.len() > share).count();
        let room = if with_one_more < spare { share + 1 } else { share };
        let open = hands.iter_mut().filter(|hand| hand.places.len() < room);
        if let Some(hand) = open.min_by_key(|hand| hand.held) {
            hand.held += stake;
            hand.places.push(place);
        }
    }
    for _ in 0..EXCHANGES {
        if !exchange(&mut hands, stakes) {
            break;
        }
    }
    hands.into_iter().map(|hand| hand.places).collect()
}

/// The most exchanges: each brings two nodes closer, and the first few do most of it.
const EXCHANGES: usize = 64;

/// What one node is dealt.
#[derive(Debug, Clone, Default)]
struct Hand {
    held: u64,
    places: Vec<usize>,
}

/// Exchanges the pair of validators of the richest and the poorest node that brings the two closest; says whether
/// there is one.
fn exchange(hands: &mut [Hand], stakes: &[u64]) -> bool {
    hands.sort_by_key(|hand| hand.held);
    let [poorest, .., richest] = hands else {
        return false;
    };
    let gap = richest.held - poorest.held;
    let mut best: Option<(u64, u64, usize, usize)> = None;
    for (i, from) in richest.places.iter().enumerate() {
        for (j, to) in poorest.places.iter().enumerate() {
            let moved = stakes[*from].saturating_sub(stakes[*to]);
            let rest = (2 * moved).abs_diff(gap);
            if rest < best.map_or(gap, |(rest, ..)| rest) {
                best = Some((rest, moved, i, j));
            }
        }
    }
    let Some((_, moved, i, j)) = best else {
        return false;
    };
    std::mem::swap(&mut richest.places[i], &mut poorest.places[j]);
    richest.held -= moved;
    poorest.held += moved;
    true
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
            assert!(
                hands
                    .iter()
                    .all(|hand| hand.len() == least || hand.len() == least + 1)
            );
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
