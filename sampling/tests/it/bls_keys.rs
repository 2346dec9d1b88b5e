//! Checked points: what is a vote key or a signature, and what is not.

use blst::min_sig;
use klero_sampling::bls::{BlsError, PublicKey, Purpose, SecretKey, Signature};
use klero_sampling::{Digest, Domain};

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32]).unwrap()
}

fn message(number: u8) -> Digest {
    Domain::Vote.digest_bytes(&[number])
}

/// The compressed point with flags and x coordinate: 0x80 compressed, 0x40 infinity, 0x20 the greater y.
fn point<const N: usize>(flags: u8, x: u8) -> [u8; N] {
    let mut bytes = [0; N];
    bytes[0] = flags;
    bytes[N - 1] = x;
    bytes
}

/// The base points of the two groups in compressed form, as the pairing-friendly curves draft prints their
/// coordinates.
const BASE_OF_SIGNATURES: &str =
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
const BASE_OF_KEYS: &str = "93e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e\
                            024aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8";

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    hex::decode(text).unwrap().try_into().unwrap()
}

#[test]
fn the_base_points_are_points() {
    assert!(PublicKey::from_bytes(&unhex(BASE_OF_KEYS)).is_ok());
    assert!(Signature::from_bytes(&unhex(BASE_OF_SIGNATURES)).is_ok());
}

#[test]
fn keys_and_signatures_are_read_from_what_they_write() {
    for seed in 0..10 {
        let secret = secret(seed);
        let key = secret.public();
        assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key));
        assert_eq!(borsh::to_vec(&key).unwrap(), key.to_bytes());
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(json, format!("\"{}\"", hex::encode(key.to_bytes())));
        assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), key);
        let signature = secret.sign(Purpose::Vote, &message(0));
        assert_eq!(Signature::from_bytes(&signature.to_bytes()), Ok(signature));
        let json = serde_json::to_string(&signature).unwrap();
        assert_eq!(serde_json::from_str::<Signature>(&json).unwrap(), signature);
    }
}

#[test]
fn a_signature_is_of_one_key_message_and_purpose() {
    let (mine, other) = (secret(1), secret(2));
    let signature = mine.sign(Purpose::Vote, &message(1));
    let verify =
        |key: &SecretKey, purpose, message: Digest| key.public().verify(purpose, &message, &signature);
    let refused = Err(BlsError::BadSignature);
    assert_eq!(verify(&mine, Purpose::Vote, message(1)), Ok(()));
    assert_eq!(verify(&other, Purpose::Vote, message(1)), refused);
    assert_eq!(verify(&mine, Purpose::Vote, message(2)), refused);
    assert_eq!(verify(&mine, Purpose::Proposal, message(1)), refused);
    assert_eq!(verify(&mine, Purpose::Possession, message(1)), refused);
}

/// [ENC-3] The tags are those of the specification, one for each purpose.
#[test]
fn purposes_hash_to_the_curve_under_their_tags() {
    let tags = [
        (Purpose::Vote, "VOTE"),
        (Purpose::Proposal, "PROPOSAL"),
        (Purpose::Possession, "POSSESSION"),
    ];
    let secret = secret(3);
    let key = min_sig::PublicKey::uncompress(&secret.public().to_bytes()).unwrap();
    for (purpose, name) in tags {
        let tag = format!("KLERO-V1-{name}_BLS12381G1_XMD:SHA-256_SSWU_RO_");
        let bytes = secret.sign(purpose, &message(4)).to_bytes();
        let signature = min_sig::Signature::uncompress(&bytes).unwrap();
        let verdict = signature.verify(true, message(4).as_bytes(), tag.as_bytes(), &[], &key, true);
        assert_eq!(verdict, blst::BLST_ERROR::BLST_SUCCESS);
    }
}

/// [A3] [COM-6] The identity is refused as a key and as a signature, in its one encoding and in its sloppy ones.
#[test]
fn the_identity_is_refused() {
    assert_eq!(PublicKey::from_bytes(&point(0xc0, 0)), Err(BlsError::Identity));
    assert_eq!(Signature::from_bytes(&point(0xc0, 0)), Err(BlsError::Identity));
    for (flags, x) in [(0xe0, 0), (0xc0, 1), (0x40, 0), (0xc1, 0)] {
        assert!(PublicKey::from_bytes(&point(flags, x)).is_err(), "{flags:x}");
        assert!(Signature::from_bytes(&point(flags, x)).is_err(), "{flags:x}");
    }
}

/// [A4] [COM-6] Points of the curve outside the subgroup: on them pairings say nothing.
#[test]
fn points_outside_the_subgroup_are_refused() {
    let keys: Vec<BlsError> = (0..=255)
        .filter_map(|x| PublicKey::from_bytes(&point(0x80, x)).err())
        .collect();
    let signatures: Vec<BlsError> = (0..=255)
        .filter_map(|x| Signature::from_bytes(&point(0x80, x)).err())
        .collect();
    for errors in [keys, signatures] {
        assert_eq!(errors.len(), 256);
        let outside = errors
            .iter()
            .filter(|error| **error == BlsError::OutsideSubgroup)
            .count();
        // Every second x belongs to a point of the curve.
        assert!(outside > 80, "{outside}");
        assert!(errors.contains(&BlsError::BadEncoding));
    }
}

/// [ENC-2] Coordinates beyond the prime, and points that do not say that they are compressed.
#[test]
fn other_encodings_of_a_point_are_refused() {
    assert_eq!(Signature::from_bytes(&[0x9f; 48]), Err(BlsError::BadEncoding));
    assert_eq!(PublicKey::from_bytes(&[0xff; 96]), Err(BlsError::BadEncoding));
    let mut key = secret(1).public().to_bytes();
    key[0] &= 0x7f;
    assert_eq!(PublicKey::from_bytes(&key), Err(BlsError::BadEncoding));
    let mut signature = secret(1).sign(Purpose::Vote, &message(1)).to_bytes();
    signature[0] &= 0x7f;
    assert_eq!(Signature::from_bytes(&signature), Err(BlsError::BadEncoding));
}

#[test]
fn decoding_checks_points_in_binary_and_in_text() {
    let identity = point::<96>(0xc0, 0);
    assert!(borsh::from_slice::<PublicKey>(&identity).is_err());
    let text = format!("\"{}\"", hex::encode(identity));
    assert!(serde_json::from_str::<PublicKey>(&text).is_err());
    let identity = point::<48>(0xc0, 0);
    assert!(borsh::from_slice::<Signature>(&identity).is_err());
    let text = format!("\"{}\"", hex::encode(identity));
    assert!(serde_json::from_str::<Signature>(&text).is_err());
}

#[test]
fn a_secret_is_never_printed() {
    assert_eq!(format!("{:?}", secret(1)), "SecretKey(hidden)");
}
