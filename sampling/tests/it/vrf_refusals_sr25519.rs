//! What is no key and no proof of sr25519. Ristretto has no small-order points; a second encoding, the identity
//! and scalars that are not reduced are what is left to refuse.

use dashu::integer::UBig;
use klero_sampling::vrf::{VrfError, VrfPublicKey, VrfSuite};

use crate::vrf_world::{changed, changed_short, input, proof, secret, short, verify};

const SUITE: VrfSuite = VrfSuite::Sr25519;

/// Encodings that RFC 9496 has decoders of Ristretto255 refuse: field elements that are negative, or not below
/// the prime 2^255 − 19, and one that lies on no curve point.
fn bad_points() -> Vec<[u8; 32]> {
    let mut negative_one = [0xff; 32];
    negative_one[0] = 0xec;
    negative_one[31] = 0x7f;
    let mut prime = negative_one;
    prime[0] = 0xed;
    let mut one = [0; 32];
    one[0] = 1;
    let mut top_bit = [0; 32];
    top_bit[31] = 0x80;
    vec![negative_one, prime, one, top_bit, [0xff; 32]]
}

/// The scalar at a place, little-endian, plus the order of the group: another way to write the same number.
fn add_order(scalar: &mut [u8]) {
    let order =
        (UBig::ONE << 252) + UBig::from_str_radix("27742317777372353535851937790883648493", 10).unwrap();
    let sum = (UBig::from_le_bytes(scalar) + order).to_le_bytes();
    scalar.copy_from_slice(&sum);
}

/// [B4] The identity: everyone knows its every output.
#[test]
fn the_identity_is_no_key() {
    let refused = Err(VrfError::BadKey(SUITE));
    assert_eq!(VrfPublicKey::from_bytes(SUITE, &[0; 32]), refused);
    assert!(borsh::from_slice::<VrfPublicKey>(&[0; 33]).is_err());
}

/// [B4] [ENC-2] One point, one encoding.
#[test]
fn what_is_no_canonical_point_is_no_key() {
    for bytes in bad_points() {
        let refused = Err(VrfError::BadKey(SUITE));
        assert_eq!(VrfPublicKey::from_bytes(SUITE, &bytes), refused);
    }
}

/// [B4] The points of a proof, its pre-output and in a vote R and Hr, have one encoding too, and the pre-output
/// is not the identity, which every key would share.
#[test]
fn what_is_no_canonical_point_is_in_no_proof() {
    let (key, input) = (secret(SUITE, 1).public(), input(1));
    let (long, brief) = (proof(SUITE, 1, &input), short(SUITE, 1, &input));
    for point in bad_points().into_iter().chain([[0; 32]]) {
        for place in [0, 32, 64] {
            let wrong = changed(&long, |bytes| bytes[place..place + 32].copy_from_slice(&point));
            assert_eq!(verify(&key, &input, &wrong), Err(VrfError::BadProof));
        }
        let wrong = changed_short(&brief, |bytes| bytes[..32].copy_from_slice(&point));
        assert_eq!(key.verify_short(&input, &wrong), Err(VrfError::BadProof));
    }
}

/// [B4] [ENC-2] A scalar that is not reduced would be a second encoding of a valid proof.
#[test]
fn scalars_above_the_order_are_refused() {
    let (key, input) = (secret(SUITE, 1).public(), input(1));
    let wrong = changed(&proof(SUITE, 1, &input), |bytes| add_order(&mut bytes[96..]));
    assert_eq!(verify(&key, &input, &wrong), Err(VrfError::BadProof));
    let brief = short(SUITE, 1, &input);
    for place in [32, 64] {
        let wrong = changed_short(&brief, |bytes| add_order(&mut bytes[place..place + 32]));
        assert_eq!(key.verify_short(&input, &wrong), Err(VrfError::BadProof));
    }
}
