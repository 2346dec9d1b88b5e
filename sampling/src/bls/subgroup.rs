//! Which signatures lie in the subgroup, many at a time.
//!
//! The curve's points are pairs of a point of the subgroup and one of a group whose order, the cofactor, is odd:
//! its least prime factor is 3. A point is in the subgroup if its second part is zero. Take the sum of all
//! points, each times a random digit 0, 1 or 2. If a point's second part is not zero, then for given digits of
//! the others at most one of its three puts the sum into the subgroup: the difference of two such digits times
//! that part would be zero, and an odd order divides neither 1 nor 2. Hence 84 such sums, all in the subgroup,
//! vouch for all points but for a chance of about 3^-84 < 2^-133.
//!
//! Four sums share their additions: a point is added to one of the 81 buckets of its four digits.

use blst::min_sig::{AggregateSignature, Signature};

use crate::Domain;

/// From so many points on, sums take less time than checking each point.
const WORTH_SUMMING: usize = 256;
/// Rounds of four sums each.
const ROUNDS: usize = 21;
/// Four digits of base three.
const BUCKETS: u16 = 81;

/// A sum under way; `None` is the identity.
type Sum = Option<AggregateSignature>;

/// One verdict a point of the curve: the same as the library's check of each by itself. That is what follows where a
/// sum is outside: it takes but a few times as long as the sums.
pub(crate) fn members(points: &[Signature], entropy: &[u8; 32]) -> Vec<bool> {
    if points.len() >= WORTH_SUMMING && sums_are_members(points, entropy) {
        return vec![true; points.len()];
    }
    points.iter().map(is_member).collect()
}

fn is_member(point: &Signature) -> bool {
    point.validate(false).is_ok()
}

fn sums_are_members(points: &[Signature], entropy: &[u8; 32]) -> bool {
    let digits = random_digits(points, entropy);
    digits.chunks(points.len()).all(|digits| {
        let mut buckets: Vec<Sum> = vec![None; usize::from(BUCKETS)];
        for (point, digits) in points.iter().zip(digits) {
            if let Some(bucket) = buckets.get_mut(*digits) {
                add_point(bucket, point);
            }
        }
        let sums = digit_sums(buckets);
        sums.iter().flatten().all(|sum| sum.validate().is_ok())
    })
}

/// For each round and point four digits as one number below 81, from randomness that nobody foresees and from
/// all points. That 65536 is no multiple of 81 makes no digit likelier than 0.334.
fn random_digits(points: &[Signature], entropy: &[u8; 32]) -> Vec<usize> {
    let mut hasher = Domain::BatchCoefficients
        .hasher()
        .bytes(entropy)
        .bytes(b"subgroup");
    for point in points {
        hasher = hasher.bytes(&point.compress());
    }
    let mut bytes = vec![0; 2 * ROUNDS * points.len()];
    hasher.fill(&mut bytes);
    let number = |pair: &[u8]| pair.iter().fold(0, |number, byte| number << 8 | u16::from(*byte));
    bytes
        .chunks(2)
        .map(|pair| usize::from(number(pair) % BUCKETS))
        .collect()
}

/// For each digit, the first one first, the sum of all buckets times that digit of their number.
fn digit_sums(mut buckets: Vec<Sum>) -> Vec<Sum> {
    let mut sums = Vec::new();
    while buckets.len() > 1 {
        let third = buckets.len() / 3;
        let (zeros, others) = buckets.split_at(third);
        let (ones, twos) = others.split_at(third);
        let (mut sum, mut twice) = (None, None);
        ones.iter().for_each(|bucket| add(&mut sum, bucket));
        twos.iter().for_each(|bucket| add(&mut twice, bucket));
        add(&mut sum, &twice);
        add(&mut sum, &twice);
        sums.push(sum);
        let merge = |((zero, one), two): ((&Sum, &Sum), &Sum)| {
            let mut merged = *zero;
            add(&mut merged, one);
            add(&mut merged, two);
            merged
        };
        buckets = zeros.iter().zip(ones).zip(twos).map(merge).collect();
    }
    sums
}

fn add(sum: &mut Sum, other: &Sum) {
    match (sum, other) {
        (Some(sum), Some(other)) => sum.add_aggregate(other),
        (sum @ None, other) => *sum = *other,
        (Some(_), None) => {}
    }
}

fn add_point(sum: &mut Sum, point: &Signature) {
    match sum {
        // Without the check of the subgroup this does not fail.
        Some(sum) => drop(sum.add_signature(point, false)),
        None => *sum = Some(AggregateSignature::from_signature(point)),
    }
}

#[cfg(test)]
mod tests {
    use blst::MultiPoint;
    use blst::min_sig::SecretKey;

    use super::*;

    /// The multiple of a point by a number.
    fn times(point: &Signature, factor: u8) -> Signature {
        [*point].as_slice().mult(&[factor], 8).to_signature()
    }

    fn points(count: usize) -> Vec<Signature> {
        let secret = SecretKey::key_gen(&[1; 32], b"").unwrap();
        (0..count)
            .map(|message| secret.sign(&message.to_be_bytes(), b"", &[]))
            .collect()
    }

    /// A point of the curve outside the subgroup, and one that is of order three: a point times r and times a third
    /// of the cofactor, (z − 1)² / 3.
    fn strangers() -> [Signature; 2] {
        let compressed = |x: u8| {
            let mut bytes = [0; 48];
            (bytes[0], bytes[47]) = (0x80, x);
            Signature::uncompress(&bytes)
        };
        let scaled = |point: Signature, factor: &str| {
            let mut factor = hex::decode(factor).unwrap();
            factor.reverse();
            [point].as_slice().mult(&factor, factor.len() * 8).to_signature()
        };
        let order = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
        let third_of_cofactor = "13242eaac71ca0722eaae38e55558e39";
        let pair = |x| {
            let outside = compressed(x).ok()?;
            let part = scaled(scaled(outside, order), third_of_cofactor);
            // One point in three has no part of order three.
            (!is_member(&part)).then_some([outside, part])
        };
        let [outside, part] = (1..=255).find_map(pair).unwrap();
        assert!(is_member(&times(&part, 3)));
        [outside, part]
    }

    #[test]
    fn sums_of_digits_are_the_sums_that_they_say() {
        let points = points(81);
        let buckets = points.iter().map(AggregateSignature::from_signature).map(Some);
        let sums = digit_sums(buckets.collect());
        assert_eq!(sums.len(), 4);
        for (place, sum) in [27, 9, 3, 1].into_iter().zip(sums) {
            let mut expected = None;
            for (number, point) in points.iter().enumerate() {
                let digit = (number / place % 3) as u8;
                if digit > 0 {
                    add_point(&mut expected, &times(point, digit));
                }
            }
            let compressed = |sum: Sum| sum.unwrap().to_signature().compress();
            assert_eq!(compressed(sum), compressed(expected));
        }
    }

    /// The worst case for sums is order three: a digit 0 of three hides it, and nothing else does.
    #[test]
    fn one_stranger_among_many_is_found() {
        let fine = points(WORTH_SUMMING * 2);
        assert_eq!(members(&fine, &[1; 32]), vec![true; fine.len()]);
        for stranger in strangers() {
            assert!(!is_member(&stranger));
            for (place, entropy) in [(0, 2), (300, 3), (fine.len() - 1, 4)] {
                let mut mixed = fine.clone();
                let mut moved = Some(AggregateSignature::from_signature(&mixed[place]));
                add_point(&mut moved, &stranger);
                mixed[place] = moved.unwrap().to_signature();
                assert!(!sums_are_members(&mixed, &[entropy; 32]));
                let expected: Vec<bool> = (0..fine.len()).map(|other| other != place).collect();
                assert_eq!(members(&mixed, &[entropy; 32]), expected);
            }
        }
    }

    /// Two strangers that cancel in a plain sum.
    #[test]
    fn strangers_do_not_cover_for_each_other() {
        let [outside, part] = strangers();
        let mut opposite = outside.compress();
        opposite[0] ^= 0x20; // the sign of y
        let opposite = Signature::uncompress(&opposite).unwrap();
        for (stranger, opposite) in [(outside, opposite), (part, times(&part, 2))] {
            let mut mixed = points(WORTH_SUMMING);
            mixed[7] = stranger;
            mixed[99] = opposite;
            let found = members(&mixed, &[5; 32]);
            let expected: Vec<bool> = (0..mixed.len()).map(|place| ![7, 99].contains(&place)).collect();
            assert_eq!(found, expected);
        }
    }
}
