//! Suites side by side: their names, and that nothing of one passes in another.

use klero_sampling::vrf::{
    VrfClaim, VrfError, VrfProof, VrfPublicKey, VrfSecretKey, VrfShortProof, VrfSuite, verify_batch,
};

use crate::vrf_world::{ENTROPY, input, secret, suites};

#[test]
fn every_build_knows_three_suites_by_name_and_by_number() {
    let names = ["sr25519", "bls12381", "ecvrf-p256"];
    for ((suite, name), number) in VrfSuite::ALL.into_iter().zip(names).zip(0_u8..) {
        assert_eq!(suite.to_string(), name);
        assert_eq!(name.parse(), Ok(suite));
        let json = format!("{name:?}");
        assert_eq!(serde_json::to_string(&suite).unwrap(), json);
        assert_eq!(serde_json::from_str::<VrfSuite>(&json).unwrap(), suite);
        assert_eq!(borsh::to_vec(&suite).unwrap(), [number]);
        assert_eq!(borsh::from_slice::<VrfSuite>(&[number]).unwrap(), suite);
    }
    assert_eq!(VrfSuite::ALL.len(), 3);
    assert!("Sr25519".parse::<VrfSuite>().is_err());
    assert!(serde_json::from_str::<VrfSuite>("\"ed25519\"").is_err());
}

#[test]
fn an_unknown_suite_is_refused() {
    for number in 3..=255 {
        let bytes = [&[number], [1; 128].as_slice()].concat();
        assert!(borsh::from_slice::<VrfSuite>(&bytes[..1]).is_err());
        assert!(borsh::from_slice::<VrfPublicKey>(&bytes[..33]).is_err());
        assert!(borsh::from_slice::<VrfProof>(&bytes).is_err());
        assert!(borsh::from_slice::<VrfShortProof>(&bytes[..97]).is_err());
    }
}

/// Unverified proofs of every suite, of the right length.
fn proofs() -> Vec<(VrfProof, VrfShortProof)> {
    let of = |suite: VrfSuite| {
        let long = VrfProof::from_bytes(suite, &vec![7; suite.proof_bytes()]).unwrap();
        let short = VrfShortProof::from_bytes(suite, &vec![7; suite.short_proof_bytes()]).unwrap();
        (long, short)
    };
    VrfSuite::ALL.into_iter().map(of).collect()
}

/// [B4] Every pair of a key and a proof of two suites, by every way to verify.
#[test]
fn a_proof_of_another_suite_is_refused_as_such() {
    let input = input(1);
    for suite in suites() {
        let key = secret(suite, 1).public();
        for (long, short) in proofs().iter().filter(|(long, _)| long.suite() != suite) {
            let claim = VrfClaim {
                key: &key,
                input: &input,
                proof: long,
            };
            let refused = Err(VrfError::OtherSuite);
            assert_eq!(key.verify(&input, long), refused);
            assert_eq!(key.verify_short(&input, short), refused);
            assert_eq!(key.shorten(&input, long), Err(VrfError::OtherSuite));
            assert_eq!(verify_batch(&[claim], &ENTROPY), [refused]);
        }
    }
}

/// [B4] A valid proof whose bytes are relabelled as another suite's of the same length is none.
#[test]
fn relabelled_bytes_are_refused() {
    for suite in suites() {
        let proof = secret(suite, 1).prove(&input(1)).unwrap();
        for other in VrfSuite::ALL.into_iter().filter(|other| *other != suite) {
            let length = proof.as_bytes().len();
            let refused = Err(VrfError::Length { suite: other, length });
            assert_eq!(VrfProof::from_bytes(other, proof.as_bytes()), refused);
        }
    }
}

/// Proofs are bytes until they are verified: every build decodes and encodes those of all suites.
#[test]
fn encodings_of_proofs_do_not_depend_on_the_build() {
    for (long, short) in proofs() {
        let suite = long.suite();
        let bytes = borsh::to_vec(&long).unwrap();
        assert_eq!((bytes.len(), bytes[0]), (suite.proof_bytes() + 1, suite as u8));
        assert_eq!(borsh::from_slice::<VrfProof>(&bytes).unwrap(), long);
        let bytes = borsh::to_vec(&short).unwrap();
        assert_eq!(
            (bytes.len(), bytes[0]),
            (suite.short_proof_bytes() + 1, suite as u8)
        );
        assert_eq!(borsh::from_slice::<VrfShortProof>(&bytes).unwrap(), short);
        let json = serde_json::to_string(&short).unwrap();
        assert!(json.starts_with(&format!("\"{suite}:0707")));
        assert_eq!(serde_json::from_str::<VrfShortProof>(&json).unwrap(), short);
    }
}

/// [B4] Proofs of another length.
#[test]
fn proofs_of_another_length_are_refused() {
    for suite in VrfSuite::ALL {
        for length in 0..200 {
            let refused = VrfError::Length { suite, length };
            let long = VrfProof::from_bytes(suite, &vec![2; length]);
            assert_eq!(long.err(), (length != suite.proof_bytes()).then_some(refused));
            let short = VrfShortProof::from_bytes(suite, &vec![2; length]);
            assert_eq!(
                short.err(),
                (length != suite.short_proof_bytes()).then_some(refused)
            );
        }
    }
}

/// Without the cargo feature, a key of `ecvrf-p256` cannot be had in any way, and the error says how to.
#[test]
fn a_key_of_a_suite_that_is_not_built_is_refused_as_such() {
    let suite = VrfSuite::EcvrfP256;
    let key = "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
    let bytes = hex::decode(key).unwrap();
    let encoded = [&[2], bytes.as_slice()].concat();
    let json = format!("\"ecvrf-p256:{key}\"");
    if suite.is_built() {
        assert!(VrfPublicKey::from_bytes(suite, &bytes).is_ok());
        assert!(VrfSecretKey::from_seed(suite, &[1; 32]).is_ok());
        assert!(borsh::from_slice::<VrfPublicKey>(&encoded).is_ok());
        assert!(serde_json::from_str::<VrfPublicKey>(&json).is_ok());
        return;
    }
    let refused = VrfError::NotBuilt;
    assert_eq!(VrfPublicKey::from_bytes(suite, &bytes), Err(refused));
    assert_eq!(VrfSecretKey::from_seed(suite, &[1; 32]).unwrap_err(), refused);
    let message = refused.to_string();
    assert!(message.contains("--features ecvrf"));
    let error = borsh::from_slice::<VrfPublicKey>(&encoded).unwrap_err();
    assert!(error.to_string().contains(&message));
    let error = serde_json::from_str::<VrfPublicKey>(&json).unwrap_err();
    assert!(error.to_string().contains(&message));
}
