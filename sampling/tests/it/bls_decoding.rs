//! Signatures decoded together: the same verdicts as one by one.

use klero_sampling::Digest;
use klero_sampling::bls::{BlsError, Purpose, SecretKey, Signature, decode_signatures};

const ENTROPY: [u8; 32] = [9; 32];

fn signatures(count: usize) -> Vec<[u8; 48]> {
    let secret = SecretKey::from_seed(&[3; 32]).unwrap();
    let sign = |number: usize| {
        let message = Digest([(number % 251) as u8; 32]);
        secret.sign(Purpose::Vote, &message).to_bytes()
    };
    (0..count).map(sign).collect()
}

/// A point of the curve outside the subgroup, one that is no point, the identity, and bytes that are not compressed.
fn strangers() -> [[u8; 48]; 4] {
    let point = |flags: u8, x: u8| {
        let mut bytes = [0; 48];
        (bytes[0], bytes[47]) = (flags, x);
        bytes
    };
    let refused = |error| {
        (1..=255)
            .map(|x| point(0x80, x))
            .find(move |bytes| Signature::from_bytes(bytes) == Err(error))
    };
    [
        refused(BlsError::OutsideSubgroup).unwrap(),
        refused(BlsError::BadEncoding).unwrap(),
        point(0xc0, 0),
        point(0x00, 7),
    ]
}

fn check(encoded: &[[u8; 48]]) {
    let alone: Vec<Result<Signature, BlsError>> = encoded.iter().map(Signature::from_bytes).collect();
    assert_eq!(decode_signatures(encoded, &ENTROPY), alone);
}

/// [A3] [A4] [COM-7] Few are checked one by one and many by sums; where strangers stand makes no difference.
#[test]
fn decoding_together_is_decoding_one_by_one() {
    check(&[]);
    for count in [1, 5, 255, 256, 300] {
        let fine = signatures(count);
        check(&fine);
        for stranger in strangers() {
            assert!(Signature::from_bytes(&stranger).is_err());
            for place in [0, count / 2, count - 1] {
                let mut mixed = fine.clone();
                mixed[place] = stranger;
                check(&mixed);
            }
        }
        let mut mixed = fine.clone();
        for (place, stranger) in mixed.iter_mut().step_by(3).zip(strangers().into_iter().cycle()) {
            *place = stranger;
        }
        check(&mixed);
    }
}
