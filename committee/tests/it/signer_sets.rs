//! Sets of members against sets of numbers.

use std::collections::BTreeSet;

use klero_committee::SignerSet;
use proptest::prelude::*;

fn set(members: usize, indices: &BTreeSet<u32>) -> SignerSet {
    let mut set = SignerSet::empty(members);
    for index in indices {
        assert!(set.insert(*index));
    }
    set
}

#[test]
fn an_index_beyond_the_bytes_is_refused() {
    let mut set = SignerSet::empty(9);
    assert!(set.insert(15));
    assert!(!set.fits(9), "15 has a bit, but there are nine members");
    assert!(set.fits(16));
    for index in [16, u32::MAX] {
        assert!(!set.insert(index));
        assert!(!set.contains(index));
    }
}

/// The layout of the specification: member i is bit i mod 8, least significant first, of byte ⌊i/8⌋.
#[test]
fn bits_are_counted_from_the_least_significant() {
    let set = set(12, &BTreeSet::from([0, 2, 9]));
    assert_eq!(borsh::to_vec(&set).unwrap(), [2, 0, 0, 0, 0b101, 0b10]);
    assert_eq!(serde_json::to_string(&set).unwrap(), "\"0502\"");
    assert!(serde_json::from_str::<SignerSet>("\"0G\"").is_err());
    // One set, one text.
    assert!(serde_json::from_str::<SignerSet>("\"FF\"").is_err());
}

#[test]
fn the_empty_set_of_nobody_fits_nobody() {
    assert!(SignerSet::empty(0).fits(0));
    assert!(!SignerSet::empty(0).fits(1));
    assert!(!SignerSet::empty(1).fits(0));
}

fn members_and(count: usize) -> impl Strategy<Value = (usize, Vec<BTreeSet<u32>>)> {
    (1_usize..200).prop_flat_map(move |members| {
        let one = prop::collection::btree_set(0..members as u32, 0..=members.min(40));
        (Just(members), prop::collection::vec(one, count))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1000) })]

    /// [COM-5] [ENC-2] Members in, the same members out, ascending; one encoding.
    #[test]
    fn a_set_holds_what_was_put_in((members, sets) in members_and(1)) {
        let (expected, set) = (&sets[0], set(members, &sets[0]));
        prop_assert!(set.fits(members));
        prop_assert!(set.iter().eq(expected.iter().copied()));
        prop_assert_eq!(set.count(), expected.len());
        for index in 0..members as u32 + 20 {
            prop_assert_eq!(set.contains(index), expected.contains(&index));
        }
        let bytes = borsh::to_vec(&set).unwrap();
        prop_assert_eq!(borsh::from_slice::<SignerSet>(&bytes).unwrap(), set.clone());
        let text = serde_json::to_string(&set).unwrap();
        prop_assert_eq!(serde_json::from_str::<SignerSet>(&text).unwrap(), set);
    }

    #[test]
    fn a_set_fits_its_electorate_only((members, sets) in members_and(1), other in 0_usize..220) {
        let set = set(members, &sets[0]);
        let same_bytes = other.div_ceil(8) == members.div_ceil(8);
        let within = sets[0].last().is_none_or(|last| (*last as usize) < other);
        prop_assert_eq!(set.fits(other), same_bytes && within);
    }

    #[test]
    fn subsets_are_those_of_the_numbers((members, sets) in members_and(2)) {
        let [first, second] = [&sets[0], &sets[1]];
        prop_assert_eq!(set(members, first).is_subset(&set(members, second)), first.is_subset(second));
        let both: BTreeSet<u32> = first.union(second).copied().collect();
        prop_assert!(set(members, first).is_subset(&set(members, &both)));
    }
}
