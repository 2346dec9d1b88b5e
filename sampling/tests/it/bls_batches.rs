//! Many signatures on one message together: the same verdicts as one by one.

use blst::min_sig;
use klero_sampling::bls::{PublicKey, Purpose, SecretKey, Signature, VoteClaim, verify_each};
use klero_sampling::{Digest, Domain};
use proptest::prelude::*;

const ENTROPY: [u8; 32] = [77; 32];

fn secret(index: usize) -> SecretKey {
    SecretKey::from_seed(&[index as u8; 32]).unwrap()
}

fn message() -> Digest {
    Domain::Vote.digest_bytes(b"message")
}

fn vote(index: usize) -> (PublicKey, Signature) {
    let secret = secret(index);
    (secret.public(), secret.sign(Purpose::Vote, &message()))
}

fn verdicts(votes: &[(PublicKey, Signature)], entropy: &[u8; 32]) -> Vec<bool> {
    let claims: Vec<VoteClaim<'_>> = votes
        .iter()
        .map(|(key, signature)| VoteClaim { key, signature })
        .collect();
    verify_each(Purpose::Vote, &message(), &claims, entropy)
}

fn alone(votes: &[(PublicKey, Signature)]) -> Vec<bool> {
    votes
        .iter()
        .map(|(key, signature)| key.verify(Purpose::Vote, &message(), signature).is_ok())
        .collect()
}

fn sum(first: &Signature, second: &Signature) -> Signature {
    let points = [first, second].map(|point| min_sig::Signature::uncompress(&point.to_bytes()).unwrap());
    let sum = min_sig::AggregateSignature::aggregate(&[&points[0], &points[1]], true).unwrap();
    Signature::from_bytes(&sum.to_signature().compress()).unwrap()
}

fn negated(signature: &Signature) -> Signature {
    let mut bytes = signature.to_bytes();
    bytes[0] ^= 0x20;
    Signature::from_bytes(&bytes).unwrap()
}

#[test]
fn an_empty_batch_has_no_verdicts() {
    assert!(verdicts(&[], &ENTROPY).is_empty());
}

/// [COM-7] One bad signature among many is singled out, wherever it stands.
#[test]
fn one_bad_signature_is_singled_out() {
    let good: Vec<(PublicKey, Signature)> = (0..19).map(vote).collect();
    assert_eq!(verdicts(&good, &ENTROPY), [true; 19]);
    for bad in 0..19 {
        let mut votes = good.clone();
        votes[bad].1 = secret(bad).sign(Purpose::Proposal, &message());
        let expected: Vec<bool> = (0..19).map(|index| index != bad).collect();
        assert_eq!(verdicts(&votes, &ENTROPY), expected);
    }
}

/// [A5] [COM-7] Two signatures whose errors cancel in a plain sum, and two that are exchanged.
#[test]
fn errors_that_cancel_are_found() {
    let mut votes: Vec<(PublicKey, Signature)> = (0..8).map(vote).collect();
    let error = secret(50).sign(Purpose::Vote, &message());
    votes[2].1 = sum(&votes[2].1, &error);
    votes[5].1 = sum(&votes[5].1, &negated(&error));
    let expected: Vec<bool> = (0..8).map(|index| index != 2 && index != 5).collect();
    assert_eq!(verdicts(&votes, &ENTROPY), expected);
    let mut votes: Vec<(PublicKey, Signature)> = (0..8).map(vote).collect();
    (votes[1].1, votes[6].1) = (votes[6].1, votes[1].1);
    let expected: Vec<bool> = (0..8).map(|index| index != 1 && index != 6).collect();
    assert_eq!(verdicts(&votes, &ENTROPY), expected);
}

/// [A5] [COM-7] A random source that fails, and one signature many times.
#[test]
fn equal_items_and_a_failed_random_source_change_no_verdict() {
    let (key, signature) = vote(1);
    let wrong = secret(2).sign(Purpose::Vote, &message());
    for entropy in [[0; 32], [0xff; 32]] {
        assert_eq!(verdicts(&vec![(key, signature); 9], &entropy), [true; 9]);
        assert_eq!(verdicts(&vec![(key, wrong); 9], &entropy), [false; 9]);
    }
}

/// A key and its negation with signatures that cancel too: each is right by itself, so both are accepted, although
/// their plain sums vanish.
#[test]
fn a_pair_that_vanishes_in_the_sum_is_judged_one_by_one() {
    let (key, signature) = vote(1);
    let mut bytes = key.to_bytes();
    bytes[0] ^= 0x20;
    let pair = (PublicKey::from_bytes(&bytes).unwrap(), negated(&signature));
    let votes = [(key, signature), pair];
    assert_eq!(alone(&votes), [true, true]);
    assert_eq!(verdicts(&votes, &ENTROPY), [true, true]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    /// [COM-7] Whatever is signed by whom, a batch accepts what verifying one by one accepts.
    #[test]
    fn a_batch_accepts_what_one_by_one_is_accepted(
        signers in prop::collection::vec((0_usize..20, prop::bool::weighted(0.2)), 0..20),
        entropy: [u8; 32],
    ) {
        let votes: Vec<(PublicKey, Signature)> = signers
            .iter()
            .map(|(index, spoiled)| {
                let (key, signature) = vote(*index);
                let other = secret(index + 1).sign(Purpose::Vote, &message());
                (key, if *spoiled { other } else { signature })
            })
            .collect();
        let expected: Vec<bool> = signers.iter().map(|(_, spoiled)| !spoiled).collect();
        prop_assert_eq!(&alone(&votes), &expected);
        prop_assert_eq!(&verdicts(&votes, &entropy), &expected);
    }
}
