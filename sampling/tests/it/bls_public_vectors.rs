//! Vectors that others published: hashing to the curve and what bytes are a point.

use blst::{min_pk, min_sig};
use klero_sampling::bls::{BlsError, PublicKey, Signature, decode_signatures};
use serde_json::Value;

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(text(value)).unwrap()
}

/// A secret key of 1 signs with the hash itself.
const ONE: [u8; 32] = {
    let mut one = [0; 32];
    one[31] = 1;
    one
};

/// RFC 9380, J.9.1 and J.10.1: the functions under which votes, proofs of possession and the VRF `bls12381` hash to G1,
/// and their twin for G2.
#[test]
fn hashing_to_the_curve_is_that_of_rfc_9380() {
    let file: Value =
        serde_json::from_str(include_str!("../../vectors/bls-hash-to-curve-rfc9380.json")).unwrap();
    let (g1, g2) = (&file["G1"], &file["G2"]);
    let secret = min_sig::SecretKey::from_bytes(&ONE).unwrap();
    let points = g1["points"].as_array().unwrap();
    assert_eq!(points.len(), 5);
    for vector in points {
        let hash = secret.sign(
            text(&vector["message"]).as_bytes(),
            text(&g1["tag"]).as_bytes(),
            &[],
        );
        let expected = [bytes(&vector["x"]), bytes(&vector["y"])].concat();
        assert_eq!(hash.serialize().as_slice(), expected);
    }
    let secret = min_pk::SecretKey::from_bytes(&ONE).unwrap();
    let points = g2["points"].as_array().unwrap();
    assert_eq!(points.len(), 5);
    for vector in points {
        let hash = secret.sign(
            text(&vector["message"]).as_bytes(),
            text(&g2["tag"]).as_bytes(),
            &[],
        );
        assert_eq!(hash.compress().as_slice(), bytes(&vector["compressed"]));
    }
}

/// [A3] [A4] [ENC-2] Ethereum's cases of deserialization: our signatures are its G1, our keys its G2. It takes the
/// identity for a point; here it is neither.
#[test]
fn points_are_what_ethereum_takes_for_points() {
    let file: Value =
        serde_json::from_str(include_str!("../../vectors/bls-deserialization-ethereum.json")).unwrap();
    let is_identity = |bytes: &[u8]| bytes[0] == 0xc0 && bytes[1..].iter().all(|byte| *byte == 0);
    let cases = file["G1"].as_array().unwrap();
    assert_eq!(cases.len(), 12);
    for case in cases {
        let bytes = bytes(&case["bytes"]);
        let expected = case["output"] == true && !is_identity(&bytes);
        let read = <[u8; 48]>::try_from(bytes.as_slice()).map(|bytes| Signature::from_bytes(&bytes));
        assert_eq!(matches!(read, Ok(Ok(_))), expected, "{case}");
        if let Ok(bytes) = bytes.try_into() {
            let together = decode_signatures(&[bytes], &[1; 32]).pop();
            assert_eq!(together, read.ok(), "{case}");
        }
    }
    let cases = file["G2"].as_array().unwrap();
    assert_eq!(cases.len(), 14);
    for case in cases {
        let bytes = bytes(&case["bytes"]);
        let expected = case["output"] == true && !is_identity(&bytes);
        let read = <[u8; 96]>::try_from(bytes.as_slice()).map(|bytes| PublicKey::from_bytes(&bytes));
        assert_eq!(matches!(read, Ok(Ok(_))), expected, "{case}");
        if is_identity(&bytes) {
            assert!(matches!(read, Ok(Err(BlsError::Identity))));
        }
    }
}
