//! Spreading stake over several validators gains nothing.

use dashu::integer::UBig;
use klero_sampling::{Draw, Holder, Lottery, SeatScheme, Seats};

use crate::oracle::draw;

const TOTAL: u64 = 1000;
const EXPECTED: u32 = 130;

/// How many of the 2^256 draws satisfy a predicate that turns once from true to false, found by bisection.
fn draws_with(holds: impl Fn(&Draw) -> bool) -> UBig {
    let (mut low, mut high) = (UBig::ZERO, UBig::ONE << 256);
    while low < high {
        let middle: UBig = (&low + &high) >> 1;
        if holds(&draw(&middle)) {
            low = middle + UBig::ONE;
        } else {
            high = middle;
        }
    }
    low
}

/// The number of draws that give 0, 1, … binomial seats, as the lottery has it.
fn distribution(stake: u64) -> Vec<UBig> {
    let lottery = Lottery::new(SeatScheme::Binomial, EXPECTED, TOTAL).unwrap();
    distribution_of(&lottery, stake.into())
}

fn distribution_of(lottery: &Lottery, holder: Holder) -> Vec<UBig> {
    let up_to = |k: u64| draws_with(|draw| lottery.seats(draw, holder).unwrap().drawn <= k);
    let mut below = UBig::ZERO;
    (0..=holder.stake())
        .map(|k| {
            let sum = up_to(k);
            let count = &sum - &below;
            below = sum;
            count
        })
        .collect()
}

/// [SORT-4] Two parts draw together what the whole draws: the distribution of the sum is that of the undivided
/// stake, up to what 256 bits can tell.
#[test]
fn binomial_seats_of_two_parts_are_distributed_as_those_of_the_whole() {
    for (first, second) in [(1, 1), (2, 5), (1, 11), (8, 8)] {
        let (left, right, whole) = (
            distribution(first),
            distribution(second),
            distribution(first + second),
        );
        for (k, count) in whole.iter().enumerate() {
            let sum = (0..=k)
                .filter_map(|i| Some(left.get(i)? * right.get(k - i)?))
                .fold(UBig::ZERO, |sum, term| sum + term);
            let apart = sum >> 256;
            let (less, more) = (apart.clone().min(count.clone()), apart.max(count.clone()));
            assert!(more - less < UBig::from(64_u8), "{first} {second} {k}");
        }
    }
}

/// The number of draws that win the extra seat of a stake, out of 2^256.
fn fraction(stake: u64) -> UBig {
    let lottery = Lottery::new(SeatScheme::Quota, EXPECTED, TOTAL).unwrap();
    draws_with(|draw| lottery.seats(draw, stake).unwrap().drawn == 1)
}

/// [SORT-4] The mean of quota seats is τ·s/S, whole or in parts.
#[test]
fn quota_seats_have_the_mean_of_the_stake_however_it_is_split() {
    let lottery = Lottery::new(SeatScheme::Quota, EXPECTED, TOTAL).unwrap();
    for parts in [
        vec![100],
        vec![50, 50],
        vec![33, 33, 34],
        vec![10; 10],
        vec![1; 100],
    ] {
        let guaranteed: u64 = parts
            .iter()
            .map(|stake| lottery.guaranteed(*stake).unwrap())
            .sum();
        let drawn = parts
            .iter()
            .map(|stake| fraction(*stake))
            .fold(UBig::ZERO, |sum, part| sum + part);
        let mean = (UBig::from(guaranteed) << 256) + drawn;
        let exact = UBig::from(13_u8) << 256;
        let (less, more) = (mean.clone().min(exact.clone()), mean.max(exact));
        assert!(more - less <= UBig::from(parts.len()), "{parts:?}");
    }
}

/// [SORT-4] Splitting raises the variance of quota seats at most to that of the binomial, s·p·(1 − p).
#[test]
fn quota_seats_vary_at_most_as_binomial_ones() {
    let whole = UBig::ONE << 256;
    // 100 · 0.13 · 0.87, scaled by 2^512; the hundredth parts reach it exactly, hence one draw of slack each.
    let binomial = (UBig::from(1131_u32) << 512) / UBig::from(100_u8);
    let mut largest = UBig::ZERO;
    for parts in [
        vec![100],
        vec![50, 50],
        vec![33, 33, 34],
        vec![10; 10],
        vec![1; 100],
    ] {
        let variance = parts
            .iter()
            .map(|stake| fraction(*stake))
            .map(|wins| &wins * (&whole - &wins))
            .fold(UBig::ZERO, |sum, part| sum + part);
        assert!(
            variance <= &binomial + (UBig::from(parts.len()) << 257),
            "{parts:?}"
        );
        largest = largest.max(variance);
    }
    assert!(largest > UBig::ONE << 512);
}

/// [SORT-4] [SEAT-3] Under `fait-accompli` everyone weighs its stake on average, and so does the sum of two parts,
/// whoever is permanent.
#[test]
fn weighted_members_weigh_their_stake_on_average() {
    let stakes: Vec<u64> = [500, 300, 12, 7, 5].into_iter().chain([2; 88]).collect();
    let lottery = Lottery::of(SeatScheme::FaitAccompli, 10, &stakes).unwrap();
    let split = lottery.split().unwrap();
    assert_eq!((split.permanent, split.rest), (2, 200));
    let scale = u128::from(10 - split.permanent);
    for (place, stake) in [(1, 500), (2, 300), (3, 12), (4, 7), (5, 5)] {
        let holder = Holder::at(place, stake);
        let guaranteed = lottery.guaranteed(holder).unwrap();
        let weights = distribution_of(&lottery, holder).into_iter().zip(0..);
        let sum = weights.fold(UBig::ZERO, |sum, (draws, drawn)| {
            sum + draws * lottery.weight(&Seats { guaranteed, drawn })
        });
        let exact = UBig::from(scale * u128::from(stake)) << 256;
        let (less, more) = (sum.clone().min(exact.clone()), sum.max(exact));
        // Each step is rounded to one draw, of the weight of a seat.
        assert!(more - less <= UBig::from(stake * split.rest), "{place}");
    }
}
