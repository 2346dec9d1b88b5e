//! VRF keys as bytes and as text.

use klero_sampling::bls;
use klero_sampling::vrf::{VrfError, VrfPublicKey, VrfSuite};

use crate::vrf_world::{secret, suites};

#[test]
fn a_key_is_read_from_what_it_writes() {
    for suite in suites() {
        for seed in 0..20 {
            let secret = secret(suite, seed);
            let public = secret.public();
            let bytes = public.to_bytes();
            assert_eq!(bytes.len(), suite.key_bytes());
            assert_eq!(VrfPublicKey::from_bytes(suite, &bytes), Ok(public));
            assert_eq!((secret.suite(), public.suite()), (suite, suite));
            let encoded = borsh::to_vec(&public).unwrap();
            assert_eq!(encoded, [&[suite as u8], bytes.as_slice()].concat());
            assert_eq!(borsh::from_slice::<VrfPublicKey>(&encoded).unwrap(), public);
        }
    }
}

/// [B4] A key of another length is an error that says so.
#[test]
fn keys_of_another_length_are_refused() {
    for suite in VrfSuite::ALL {
        for length in (0..200).filter(|length| *length != suite.key_bytes()) {
            let refused = VrfPublicKey::from_bytes(suite, &vec![2; length]);
            assert_eq!(refused, Err(VrfError::Length { suite, length }));
        }
    }
    for suite in suites() {
        let bytes = borsh::to_vec(&secret(suite, 1).public()).unwrap();
        let longer = [bytes.as_slice(), &[0]].concat();
        assert!(borsh::from_slice::<VrfPublicKey>(&longer).is_err());
        assert!(borsh::from_slice::<VrfPublicKey>(&bytes[..bytes.len() - 1]).is_err());
    }
}

/// Every byte that is changed makes another key or none, never the same one.
#[test]
fn no_key_has_a_second_encoding() {
    for suite in suites() {
        let public = secret(suite, 1).public();
        for place in 0..suite.key_bytes() {
            for bit in 0..8 {
                let mut bytes = public.to_bytes();
                bytes[place] ^= 1 << bit;
                if let Ok(other) = VrfPublicKey::from_bytes(suite, &bytes) {
                    assert_ne!(other, public);
                    assert_eq!(other.to_bytes(), bytes);
                }
            }
        }
    }
}

#[test]
fn text_names_the_suite() {
    for suite in suites() {
        let public = secret(suite, 1).public();
        let text = format!("{suite}:{}", hex::encode(public.to_bytes()));
        let json = serde_json::to_string(&public).unwrap();
        assert_eq!(json, format!("{text:?}"));
        assert_eq!(public.to_string(), text);
        assert_eq!(serde_json::from_str::<VrfPublicKey>(&json).unwrap(), public);
    }
}

#[test]
fn text_without_its_suite_or_of_another_length_is_refused() {
    for suite in suites() {
        let digits = hex::encode(secret(suite, 1).public().to_bytes());
        let texts = [
            digits.clone(),
            format!("ed25519:{digits}"),
            format!("{}:{digits}", suite.name().to_uppercase()),
            format!("{suite}:{}", &digits[2..]),
            format!("{suite}:{digits}00"),
            format!("{suite}: {digits}"),
            format!("{suite}:{}", digits.to_uppercase()),
            format!("{suite}:{}", "zz".repeat(suite.key_bytes())),
            format!("{suite}:{}", "00".repeat(suite.key_bytes())),
        ];
        for text in texts {
            let json = serde_json::to_string(&text).unwrap();
            assert!(serde_json::from_str::<VrfPublicKey>(&json).is_err(), "{text}");
        }
    }
}

/// One seed gives a vote key and a VRF key over the same curve that have nothing in common.
#[test]
fn vote_keys_and_vrf_keys_are_made_apart() {
    let seed = [5; 32];
    let vote = bls::SecretKey::from_seed(&seed).unwrap().public();
    let vrf = secret(VrfSuite::Bls12381, 5).public();
    assert_ne!(vrf.to_bytes(), vote.to_bytes());
}

#[test]
fn a_secret_is_never_printed() {
    for suite in suites() {
        assert_eq!(format!("{:?}", secret(suite, 1)), "VrfSecretKey(hidden)");
    }
}
