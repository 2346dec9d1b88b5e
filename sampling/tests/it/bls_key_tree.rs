//! Secret keys as scalars, and the tree of keys of EIP-2333.

use klero_sampling::bls::{BlsError, Purpose, SecretKey};
use klero_sampling::{Digest, Domain};

/// The test cases that EIP-2333 publishes (CC0): seed, master key, number of a child, the child's key; scalars in decimal.
const CASES: [(&str, &str, u32, &str); 4] = [
    (
        "c55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
        "6083874454709270928345386274498605044986640685124978867557563392430687146096",
        0,
        "20397789859736650942317412262472558107875392172444076792671091975210932703118",
    ),
    (
        "3141592653589793238462643383279502884197169399375105820974944592",
        "29757020647961307431480504535336562678282505419141012933316116377660817309383",
        3_141_592_653,
        "25457201688850691947727629385191704516744796114925897962676248250929345014287",
    ),
    (
        "0099FF991111002299DD7744EE3355BBDD8844115566CC55663355668888CC00",
        "27580842291869792442942448775674722299803720648445448686099262467207037398656",
        4_294_967_295,
        "29358610794459428860402234341874281240803786294062035874021252734817515685787",
    ),
    (
        "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
        "19022158461524446591288038168518313374041767046816487870552872741050760015818",
        42,
        "31372231650479070279774297061823572166496564838472787488249775572789064611981",
    ),
];

/// A number in decimal as 32 bytes, the most significant first.
fn scalar(decimal: &str) -> [u8; 32] {
    let mut bytes = [0_u8; 32];
    for digit in decimal.bytes() {
        let mut carry = u32::from(digit - b'0');
        for byte in bytes.iter_mut().rev() {
            carry += u32::from(*byte) * 10;
            *byte = u8::try_from(carry & 0xff).unwrap();
            carry >>= 8;
        }
        assert_eq!(carry, 0, "more than 256 bits");
    }
    bytes
}

#[test]
fn the_tree_of_keys_is_that_of_eip_2333() {
    for (seed, master, number, child) in CASES {
        let root = SecretKey::derive_master(&hex::decode(seed).unwrap()).unwrap();
        assert_eq!(root.to_bytes(), scalar(master), "{seed}");
        assert_eq!(root.derive_child(number).to_bytes(), scalar(child), "{seed}");
    }
    let short = SecretKey::derive_master(&[7; 31]).unwrap_err();
    assert_eq!(short, BlsError::BadEncoding);
}

#[test]
fn a_key_comes_back_from_its_scalar() {
    let key = SecretKey::from_seed(&[5; 32]).unwrap();
    let again = SecretKey::from_bytes(&key.to_bytes()).unwrap();
    assert!(key.public() == again.public());
    let message: Digest = Domain::Vote.digest_bytes(b"message");
    let signature = again.sign(Purpose::Vote, &message);
    assert!(key.public().verify(Purpose::Vote, &message, &signature).is_ok());
}

/// The order of the group, as the pairing-friendly curves draft prints it.
const ORDER: &str = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";

#[test]
fn a_scalar_outside_the_field_is_no_key() {
    let mut bytes: [u8; 32] = hex::decode(ORDER).unwrap().try_into().unwrap();
    for wrong in [[0; 32], bytes, [0xff; 32]] {
        assert_eq!(SecretKey::from_bytes(&wrong).unwrap_err(), BlsError::BadEncoding);
    }
    bytes[31] -= 1;
    assert!(SecretKey::from_bytes(&bytes).is_ok());
}
