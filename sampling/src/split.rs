//! Finding the bad items of a batch by halving it [COM-7].

/// One verdict an item. `together` says whether all items of a slice are good; the slice is never empty.
///
/// Where the whole is bad and its left half is good, the right half is known to be bad and is halved at once.
/// One bad item of n costs 1 + ⌈log₂ n⌉ to 1 + 2·⌈log₂ n⌉ calls.
pub(crate) fn verdicts<T>(items: &[T], mut together: impl FnMut(&[T]) -> bool) -> Vec<bool> {
    let mut verdicts = vec![true; items.len()];
    judge(items, &mut verdicts, false, &mut together);
    verdicts
}

/// Notes the bad items of a slice; whether there is none.
fn judge<T>(
    items: &[T],
    verdicts: &mut [bool],
    known_bad: bool,
    together: &mut impl FnMut(&[T]) -> bool,
) -> bool {
    if items.is_empty() || (!known_bad && together(items)) {
        return true;
    }
    if let [verdict] = verdicts {
        *verdict = false;
        return false;
    }
    let middle = items.len() / 2;
    let (left, right) = items.split_at(middle);
    let (left_verdicts, right_verdicts) = verdicts.split_at_mut(middle);
    let left_is_good = judge(left, left_verdicts, false, together);
    judge(right, right_verdicts, left_is_good, together);
    false
}

#[cfg(test)]
mod tests {
    use super::verdicts;

    /// The verdicts on numbers of which the odd ones are bad, and how many calls they took.
    fn count(items: &[u32]) -> (Vec<bool>, usize) {
        let mut calls = 0;
        let found = verdicts(items, |part| {
            assert!(!part.is_empty());
            calls += 1;
            part.iter().all(|item| item % 2 == 0)
        });
        (found, calls)
    }

    /// [COM-7] Every pattern of bad items in batches of up to ten.
    #[test]
    fn every_bad_item_is_found_and_no_other() {
        for length in 0..=10_u32 {
            for pattern in 0..1_u32 << length {
                let items: Vec<u32> = (0..length).map(|place| pattern >> place & 1).collect();
                let expected: Vec<bool> = items.iter().map(|item| *item == 0).collect();
                assert_eq!(count(&items).0, expected);
            }
        }
    }

    #[test]
    fn good_batches_take_one_call_and_empty_ones_none() {
        assert_eq!(count(&[0; 1000]).1, 1);
        assert_eq!(count(&[]).1, 0);
    }

    #[test]
    fn one_bad_item_takes_one_or_two_calls_for_each_halving() {
        for bad in 0..1024_usize {
            let mut items = [0; 1024];
            items[bad] = 1;
            // A zero bit of its place is a halving after which the item is on the left.
            let on_the_left = 10 - bad.count_ones() as usize;
            assert_eq!(count(&items).1, 11 + on_the_left, "{bad}");
        }
    }

    /// A right half that must be bad is not judged as a whole.
    #[test]
    fn a_half_known_to_be_bad_is_not_asked_about() {
        assert_eq!(count(&[0, 1]).1, 2); // both, the left one
        assert_eq!(count(&[1, 0]).1, 3); // both, the left one, the right one
        assert_eq!(count(&[0, 0, 0, 1]).1, 3); // all, the left two, the third
    }
}
