//! VRF keys and proofs as bytes and as text.

use klero_sampling::Digest;
use klero_sampling::vrf::{
    VrfError, VrfInput, VrfProof, VrfPublicKey, VrfSecretKey, VrfShortProof, VrfSuite,
};

const SUITE: VrfSuite = VrfSuite::Sr25519;

fn key(seed: u8) -> VrfSecretKey {
    VrfSecretKey::from_seed(SUITE, &[seed; 32]).unwrap()
}

fn short_proof() -> VrfShortProof {
    let input = VrfInput::seed(&Digest([1; 32]), &Digest([2; 32]), 3);
    let key = key(1);
    key.public().shorten(&input, &key.prove(&input)).unwrap()
}

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

#[test]
fn a_key_is_read_from_what_it_writes() {
    for seed in 0..20 {
        let public = key(seed).public();
        assert_eq!(VrfPublicKey::from_bytes(SUITE, &public.to_bytes()), Ok(public));
        assert_eq!(public.suite(), SUITE);
        let bytes = borsh::to_vec(&public).unwrap();
        assert_eq!((bytes.len(), bytes[0]), (33, 0));
        assert_eq!(borsh::from_slice::<VrfPublicKey>(&bytes).unwrap(), public);
    }
}

/// The identity: everyone knows its every output.
#[test]
fn the_identity_is_no_key() {
    assert_eq!(
        VrfPublicKey::from_bytes(SUITE, &[0; 32]),
        Err(VrfError::BadKey(SUITE))
    );
    assert!(borsh::from_slice::<VrfPublicKey>(&[0; 33]).is_err());
}

/// [ENC-2] One point, one encoding.
#[test]
fn what_is_no_canonical_point_is_no_key() {
    for bytes in bad_points() {
        assert_eq!(
            VrfPublicKey::from_bytes(SUITE, &bytes),
            Err(VrfError::BadKey(SUITE))
        );
    }
}

#[test]
fn an_unknown_suite_is_refused() {
    let mut bytes = borsh::to_vec(&key(1).public()).unwrap();
    bytes[0] = 1;
    assert!(borsh::from_slice::<VrfPublicKey>(&bytes).is_err());
    let mut bytes = borsh::to_vec(&short_proof()).unwrap();
    assert_eq!((bytes.len(), bytes[0]), (97, 0));
    bytes[0] = 1;
    assert!(borsh::from_slice::<VrfShortProof>(&bytes).is_err());
    let proof = key(1).prove(&VrfInput::seed(&Digest([1; 32]), &Digest([2; 32]), 3));
    let mut bytes = borsh::to_vec(&proof).unwrap();
    assert_eq!((bytes.len(), bytes[0]), (129, 0));
    bytes[0] = 1;
    assert!(borsh::from_slice::<VrfProof>(&bytes).is_err());
}

#[test]
fn text_names_the_suite() {
    let public = key(1).public();
    let json = serde_json::to_string(&public).unwrap();
    assert_eq!(json, format!("\"sr25519:{}\"", hex::encode(public.to_bytes())));
    assert_eq!(serde_json::from_str::<VrfPublicKey>(&json).unwrap(), public);
    let proof = short_proof();
    let json = serde_json::to_string(&proof).unwrap();
    assert!(json.starts_with("\"sr25519:"));
    assert_eq!(serde_json::from_str::<VrfShortProof>(&json).unwrap(), proof);
    assert_eq!(serde_json::to_string(&SUITE).unwrap(), "\"sr25519\"");
}

#[test]
fn text_without_its_suite_or_of_another_length_is_refused() {
    let digits = hex::encode(key(1).public().to_bytes());
    let texts = [
        digits.clone(),
        format!("ed25519:{digits}"),
        format!("sr25519:{}", &digits[2..]),
        format!("sr25519:{digits}00"),
        format!("sr25519:{}", "zz".repeat(32)),
        format!("sr25519:{}", "00".repeat(32)),
    ];
    for text in texts {
        let json = serde_json::to_string(&text).unwrap();
        assert!(serde_json::from_str::<VrfPublicKey>(&json).is_err(), "{text}");
    }
}

#[test]
fn a_secret_is_never_printed() {
    assert_eq!(format!("{:?}", key(1)), "VrfSecretKey(hidden)");
}
