//! Signatures on one message added to one.

use klero_sampling::bls::{BlsError, PublicKey, Purpose, SecretKey, Signature, aggregate, verify_aggregate};
use klero_sampling::{Digest, Domain};

fn secret(index: u8) -> SecretKey {
    SecretKey::from_seed(&[index; 32]).unwrap()
}

fn message() -> Digest {
    Domain::Vote.digest_bytes(b"message")
}

fn keys(count: u8) -> Vec<PublicKey> {
    (0..count).map(|index| secret(index).public()).collect()
}

fn signatures(count: u8) -> Vec<Signature> {
    (0..count)
        .map(|index| secret(index).sign(Purpose::Vote, &message()))
        .collect()
}

fn verify(keys: &[PublicKey], signature: &Signature) -> Result<(), BlsError> {
    let keys: Vec<&PublicKey> = keys.iter().collect();
    verify_aggregate(Purpose::Vote, &message(), &keys, signature)
}

/// [COM-5] The sum of the signatures verifies with the sum of the keys, for any number of signers.
#[test]
fn a_sum_verifies_for_its_signers() {
    for count in [1, 2, 3, 9, 64] {
        let sum = aggregate(&signatures(count)).unwrap();
        assert_eq!(verify(&keys(count), &sum), Ok(()), "{count}");
    }
}

#[test]
fn the_order_of_the_signers_is_of_no_account() {
    let mut reversed = signatures(9);
    reversed.reverse();
    assert_eq!(aggregate(&reversed), aggregate(&signatures(9)));
    let mut keys = keys(9);
    keys.reverse();
    assert_eq!(verify(&keys, &aggregate(&reversed).unwrap()), Ok(()));
}

/// [COM-5] One signer more, less, or another one.
#[test]
fn a_sum_of_other_signers_is_refused() {
    let sum = aggregate(&signatures(8)).unwrap();
    let refused = Err(BlsError::BadSignature);
    assert_eq!(verify(&keys(7), &sum), refused);
    assert_eq!(verify(&keys(9), &sum), refused);
    let mut others = keys(8);
    others[3] = secret(30).public();
    assert_eq!(verify(&others, &sum), refused);
    let mut twice = keys(8);
    twice[3] = twice[4];
    assert_eq!(verify(&twice, &sum), refused);
}

#[test]
fn a_sum_for_another_purpose_or_message_is_refused() {
    let (sum, keys) = (aggregate(&signatures(4)).unwrap(), keys(4));
    let keys: Vec<&PublicKey> = keys.iter().collect();
    let refused = Err(BlsError::BadSignature);
    assert_eq!(
        verify_aggregate(Purpose::Proposal, &message(), &keys, &sum),
        refused
    );
    assert_eq!(
        verify_aggregate(Purpose::Vote, &Digest::ZERO, &keys, &sum),
        refused
    );
}

#[test]
fn nobody_signs_nothing() {
    assert_eq!(aggregate(&[]), None);
    let signature = signatures(1)[0];
    assert_eq!(verify(&[], &signature), Err(BlsError::BadSignature));
}

/// [A2] [COM-6] A key and its negation cancel: the sum of the keys is no key, that of the signatures no signature.
#[test]
fn sums_that_vanish_are_refused() {
    let (key, signature) = (keys(1)[0], signatures(1)[0]);
    let (mut key_bytes, mut signature_bytes) = (key.to_bytes(), signature.to_bytes());
    key_bytes[0] ^= 0x20;
    signature_bytes[0] ^= 0x20;
    let key_pair = [key, PublicKey::from_bytes(&key_bytes).unwrap()];
    let signature_pair = [signature, Signature::from_bytes(&signature_bytes).unwrap()];
    assert_eq!(verify(&key_pair, &signature), Err(BlsError::Identity));
    assert_eq!(aggregate(&signature_pair), None);
}
