//! Quota seats of a whole electorate: what is guaranteed and what is left to the draws add up to τ.

use klero_sampling::{Draw, Lottery, SeatScheme};
use proptest::prelude::*;

fn electorate() -> impl Strategy<Value = (Vec<u64>, u32)> {
    let stakes = prop::collection::vec(prop_oneof![1_u64..10, 1_u64..1_000_000, 1_u64..1 << 40], 2..60);
    stakes.prop_flat_map(|stakes| {
        let total: u64 = stakes.iter().sum();
        let most = u32::try_from(total - 1).unwrap_or(u32::MAX).min(1 << 20);
        (Just(stakes), 1..=most)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// [SEAT-1] The guaranteed seats are never more than τ and miss it by fewer than there are members who draw; and
    /// that gap is exactly the sum of the fractions, a multiple of S.
    #[test]
    fn guaranteed_seats_and_fractions_make_tau((stakes, expected) in electorate()) {
        let total: u64 = stakes.iter().sum();
        let lottery = Lottery::new(SeatScheme::Quota, expected, total).unwrap();
        let guaranteed: u64 = stakes.iter().map(|stake| lottery.guaranteed(*stake).unwrap()).sum();
        let drawing = stakes.iter().filter(|stake| lottery.draws(**stake)).count() as u64;
        let gap = u64::from(expected).checked_sub(guaranteed);
        prop_assert!(gap.is_some_and(|gap| gap < drawing.max(1)), "{guaranteed} of {expected}");
        let fractions: u128 = stakes
            .iter()
            .map(|stake| u128::from(expected) * u128::from(*stake) % u128::from(total))
            .sum();
        prop_assert_eq!(fractions, u128::from(gap.unwrap()) * u128::from(total));
    }

    /// [SEAT-1] Whatever is drawn, the committee has between its guaranteed seats and one more for each that draws,
    /// and nobody has anything but its lower or upper quota.
    #[test]
    fn everyone_gets_the_lower_or_the_upper_quota((stakes, expected) in electorate(), draw: [u8; 32]) {
        let total: u64 = stakes.iter().sum();
        let lottery = Lottery::new(SeatScheme::Quota, expected, total).unwrap();
        for (index, stake) in stakes.iter().enumerate() {
            let mut bytes = draw;
            bytes[0] ^= index as u8;
            let seats = u128::from(lottery.seats(&Draw::from_bytes(bytes), *stake).unwrap().total());
            let product = u128::from(expected) * u128::from(*stake);
            let (lower, upper) = (product / u128::from(total), product.div_ceil(u128::from(total)));
            prop_assert!(seats == lower || seats == upper);
        }
    }
}
