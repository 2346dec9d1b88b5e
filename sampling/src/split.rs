//! Finding the bad items of a batch by binary splitting [COM-7].
//!
//! The whole is checked first. While it fails, the first bad item is searched, and what follows that item is checked
//! as a whole again. With k bad items among n, each takes at most ⌈log₂ n⌉ checks for its search and one for the rest
//! after it: 1 + k·(⌈log₂ n⌉ + 1) in all, whatever the order [A10].

use std::ops::Range;

/// One verdict an item. `together` says whether all items of a range are good; the range is never empty. It must
/// agree with itself: a range is good exactly if its parts are.
pub(crate) fn verdicts(count: usize, mut together: impl FnMut(Range<usize>) -> bool) -> Vec<bool> {
    let mut verdicts = vec![true; count];
    // The checks that are left if all items from here on are good: the bound for the bad items known so far, less
    // the checks made. It is never below 1 here.
    let mut left: u32 = 1;
    let (mut start, mut bad) = (0, 0);
    let mut last_was_bad = false;
    while start < count {
        let found = if left > 1 && (last_was_bad || bad * 8 >= start) {
            // Where bad items are dense, checking one alone takes fewest checks.
            left -= 1;
            last_was_bad = !together(start..start + 1);
            last_was_bad.then_some((start, 0))
        } else {
            left -= 1;
            if together(start..count) {
                break;
            }
            last_was_bad = true;
            Some(first_bad(start..count, &mut together))
        };
        if let Some((place, checks)) = found {
            left += ceil_log2(count) + 1 - checks;
            bad += 1;
            if let Some(verdict) = verdicts.get_mut(place) {
                *verdict = false;
            }
        }
        start = found.map_or(start, |(place, _)| place) + 1;
    }
    verdicts
}

/// The first bad item of a range that has one, and the checks that finding it took, at most ⌈log₂⌉ of its length.
fn first_bad(range: Range<usize>, together: &mut impl FnMut(Range<usize>) -> bool) -> (usize, u32) {
    let (mut start, mut length) = (range.start, range.len());
    let checks = ceil_log2(length);
    let mut left = checks;
    while length > 1 {
        left = left.saturating_sub(1);
        // As short a part as lets the other one be searched with what is left: checks that are saved on a bad part
        // are there for the next items.
        let part = length.saturating_sub(1 << left).max(1);
        if together(start..start + part) {
            (start, length) = (start + part, length - part);
        } else {
            length = part;
        }
    }
    (start, checks - left)
}

/// ⌈log₂ n⌉; 0 for 0 and 1.
fn ceil_log2(n: usize) -> u32 {
    n.checked_next_power_of_two()
        .map_or(usize::BITS, usize::trailing_zeros)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The verdicts on items of which those marked are bad, and how many checks they took.
    fn count(bad: &[bool]) -> (Vec<bool>, usize) {
        let mut checks = 0;
        let found = verdicts(bad.len(), |range| {
            assert!(!range.is_empty());
            checks += 1;
            !bad[range].contains(&true)
        });
        (found, checks)
    }

    /// The bound of [A10], with ⌈log₂ n⌉ found by doubling.
    fn bound(bad: &[bool]) -> usize {
        let halvings = (0..).find(|halvings| 1_usize << halvings >= bad.len()).unwrap();
        let known = bad.iter().filter(|bad| **bad).count();
        known * (halvings + 1) + 1
    }

    fn check(bad: &[bool]) -> usize {
        let (found, checks) = count(bad);
        let expected: Vec<bool> = bad.iter().map(|bad| !bad).collect();
        assert_eq!(found, expected);
        assert!(checks <= bound(bad), "{checks} checks for {bad:?}");
        checks
    }

    /// [COM-7] [A10] Every pattern of bad items in batches of up to fourteen.
    #[test]
    fn every_bad_item_is_found_within_the_bound() {
        for length in 1..=14_usize {
            for pattern in 0..1_u32 << length {
                let bad: Vec<bool> = (0..length).map(|place| pattern >> place & 1 == 1).collect();
                check(&bad);
            }
        }
    }

    #[test]
    fn good_batches_take_one_check_and_empty_ones_none() {
        assert_eq!(count(&[false; 1000]).1, 1);
        assert_eq!(count(&[]), (vec![], 0));
    }

    /// [A10] One bad item, wherever it stands.
    #[test]
    fn one_bad_item_takes_a_check_for_each_halving_and_two_more() {
        for length in [1000, 1024] {
            let most = (0..length).map(|place| {
                let mut bad = vec![false; length];
                bad[place] = true;
                check(&bad)
            });
            assert_eq!(most.max(), Some(12));
        }
    }

    /// Where all are bad there is little to split: hardly more checks than one by one.
    #[test]
    fn a_batch_of_bad_items_takes_about_as_many_checks_as_items() {
        for length in [2, 16, 63, 64, 65, 1000, 1024, 4096] {
            let checks = check(&vec![true; length]);
            assert!(checks <= length + 40, "{checks} of {length}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        /// [COM-7] [A10] Any number of bad items in batches of any size, scattered and in runs.
        #[test]
        fn any_bad_items_are_found_within_the_bound(
            length in 1_usize..3000,
            exponent in 18_u32..=32,
            runs in prop::collection::vec((any::<prop::sample::Index>(), 1_usize..200), 0..6),
            seed: u64,
        ) {
            let mut state = seed;
            let mut bad: Vec<bool> = (0..length)
                .map(|_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    // Few bad items are as likely as many.
                    state >> 32 < 1 << exponent
                })
                .collect();
            for (start, run) in runs {
                let start = start.index(length);
                bad[start..length.min(start + run)].fill(true);
            }
            let checks = check(&bad);
            prop_assert!(checks <= 2 * length);
        }
    }
}
