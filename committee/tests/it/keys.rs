//! A validator's keys from one seed.

use klero_committee::sampling::bls::{Purpose, SecretKey};
use klero_committee::sampling::vrf::{VrfSecretKey, VrfSuite};
use klero_committee::sampling::{Digest, Domain};
use klero_committee::{Signer, ValidatorKeys};

/// [ENC-1] Each of the two keys hashes the seed under the purpose `keys`, with a name of four bytes.
#[test]
fn both_keys_follow_from_one_seed() {
    let seed = [3; 32];
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, &seed).unwrap();
    let part = |name: &[u8; 4]| blake3::derive_key("klero v1 keys", &[&seed[..], name].concat());
    let vote = SecretKey::from_seed(&part(b"vote")).unwrap();
    let vrf = VrfSecretKey::from_seed(VrfSuite::Sr25519, &part(b"vrf ")).unwrap();
    assert_eq!(keys.vote.public(), vote.public());
    assert_eq!(keys.vrf.public(), vrf.public());
}

#[test]
fn two_seeds_give_two_validators() {
    let [first, second] =
        [[1; 32], [2; 32]].map(|seed| ValidatorKeys::from_seed(VrfSuite::Sr25519, &seed).unwrap());
    assert_ne!(first.vote.public(), second.vote.public());
    assert_ne!(first.vrf.public(), second.vrf.public());
}

#[test]
fn keys_sign_and_draw_through_the_trait() {
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, &[1; 32]).unwrap();
    let signer: &dyn Signer = &keys;
    let message = Domain::Vote.digest_bytes(b"message");
    let signature = signer.sign(Purpose::Vote, &message);
    assert!(
        keys.vote
            .public()
            .verify(Purpose::Vote, &message, &signature)
            .is_ok()
    );
    let input = klero_committee::sampling::vrf::VrfInput::seed(&Digest::ZERO, &Digest::ZERO, 1);
    let proof = keys
        .vrf
        .public()
        .shorten(&input, &signer.prove(&input).unwrap())
        .unwrap();
    assert_eq!(
        keys.vrf.public().verify_short(&input, &proof),
        signer.evaluate(&input)
    );
}

#[test]
fn keys_are_never_printed() {
    let keys = ValidatorKeys::from_seed(VrfSuite::Sr25519, &[1; 32]).unwrap();
    assert_eq!(
        format!("{keys:?}"),
        "ValidatorKeys { vrf: VrfSecretKey(hidden), vote: SecretKey(hidden) }"
    );
}
