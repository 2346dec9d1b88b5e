//! What is no key and no proof of ecvrf-p256. The curve has a prime order: no point but infinity is of small
//! order, and there is no subgroup to be outside of.

use dashu::base::BitTest;
use dashu::integer::UBig;
use klero_sampling::vrf::{VrfError, VrfPublicKey, VrfSuite};

use crate::vrf_world::{changed, input, proof, secret, verify};

const SUITE: VrfSuite = VrfSuite::EcvrfP256;
/// SEC 2, secp256r1: the prime of the field and the order of the group.
const PRIME: &str = "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

fn point(prefix: u8, x: &str) -> Vec<u8> {
    let mut bytes = vec![prefix];
    bytes.extend(hex::decode(x).unwrap());
    bytes
}

fn number(text: &str) -> UBig {
    UBig::from_str_radix(text, 16).unwrap()
}

/// x is on the curve when x³ − 3x + b is a square, by Euler's criterion.
fn is_on_curve(x: &UBig) -> bool {
    let p = number(PRIME);
    let b = number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    let value = (x * x * x + &p * UBig::from(3_u8) - UBig::from(3_u8) * x + b) % &p;
    let mut power = UBig::ONE;
    let exponent = (&p - UBig::ONE) >> 1;
    for bit in (0..256).rev() {
        power = &power * &power % &p;
        if exponent.bit(bit) {
            power = power * &value % &p;
        }
    }
    power == UBig::ONE
}

/// [B4] Infinity, and keys that say in another way where they are: uncompressed or hybrid.
#[test]
fn other_forms_of_a_key_are_refused() {
    let x = hex::encode(&secret(SUITE, 1).public().to_bytes()[1..]);
    for prefix in (0..=255).filter(|prefix| ![2, 3].contains(prefix)) {
        let refused = Err(VrfError::BadKey(SUITE));
        assert_eq!(VrfPublicKey::from_bytes(SUITE, &point(prefix, &x)), refused);
    }
    for (bytes, length) in [(vec![0], 1), (vec![4; 65], 65), (vec![6; 65], 65)] {
        let refused = Err(VrfError::Length { suite: SUITE, length });
        assert_eq!(VrfPublicKey::from_bytes(SUITE, &bytes), refused);
    }
    assert!(VrfPublicKey::from_bytes(SUITE, &[0; 33]).is_err());
}

/// [B4] Small x, of which half belong to no point: decided here with Euler's criterion.
#[test]
fn what_is_on_no_point_is_no_key() {
    let mut refused = 0;
    for x in 0..200_u32 {
        let found = VrfPublicKey::from_bytes(SUITE, &point(2, &format!("{x:064x}")));
        assert_eq!(found.is_ok(), is_on_curve(&UBig::from(x)), "{x}");
        refused += usize::from(found.is_err());
    }
    assert!((60..140).contains(&refused), "{refused}");
}

/// [B4] [ENC-2] x + p would be a second encoding of x.
#[test]
fn coordinates_beyond_the_prime_are_refused() {
    let on_curve = (0..100_u32).filter(|x| is_on_curve(&UBig::from(*x)));
    for x in on_curve {
        let beyond = format!("{:064x}", number(PRIME) + UBig::from(x));
        for prefix in [2, 3] {
            let refused = Err(VrfError::BadKey(SUITE));
            assert_eq!(VrfPublicKey::from_bytes(SUITE, &point(prefix, &beyond)), refused);
        }
    }
}

/// [B4] [ENC-2] Scalars that are not below the order; s + q would be a second encoding of s.
#[test]
fn scalars_above_the_order_are_refused() {
    let (key, input) = (secret(SUITE, 1).public(), input(1));
    for scalar in [ORDER, &"f".repeat(64)] {
        let scalar = hex::decode(scalar).unwrap();
        let wrong = changed(&proof(SUITE, 1, &input), |bytes| {
            bytes[49..].copy_from_slice(&scalar);
        });
        assert_eq!(verify(&key, &input, &wrong), Err(VrfError::BadProof));
    }
}

/// [B4] The output's point in another form, with the other sign, or infinite.
#[test]
fn other_forms_of_the_output_point_are_refused() {
    let (key, input) = (secret(SUITE, 1).public(), input(1));
    let valid = proof(SUITE, 1, &input);
    for prefix in (0..=255).filter(|prefix| *prefix != valid.as_bytes()[0]) {
        let wrong = changed(&valid, |bytes| bytes[0] = prefix);
        assert_eq!(verify(&key, &input, &wrong), Err(VrfError::BadProof));
    }
    let infinite = changed(&valid, |bytes| bytes[..33].fill(0));
    assert_eq!(verify(&key, &input, &infinite), Err(VrfError::BadProof));
}
