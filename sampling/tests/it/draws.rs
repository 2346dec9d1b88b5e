//! What is drawn for, and what a draw is.

use klero_sampling::vrf::{VrfInput, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, Draw};

const CHAIN: Digest = Digest([1; 32]);
const SEED: Digest = Digest([2; 32]);

fn key() -> VrfSecretKey {
    VrfSecretKey::from_seed(VrfSuite::Sr25519, &[3; 32]).unwrap()
}

/// [SORT-1] [ENC-3] A draw hashes output and validator id, 64 bytes, and is read as it stands.
#[test]
fn a_draw_is_the_hash_of_output_and_validator() {
    let output = key()
        .evaluate(&VrfInput::role(&CHAIN, &SEED, 4, 5, [1, 0, 0, 0, 0]))
        .unwrap();
    let validator = Digest([6; 32]);
    let bytes = [*output.as_bytes(), validator.0].concat();
    let draw = Draw::new(&output, &validator);
    assert_eq!(*draw.as_bytes(), blake3::derive_key("klero v1 draw", &bytes));
    assert_eq!(Draw::from_bytes(*draw.as_bytes()), draw);
}

/// [SORT-1] Two validators with one VRF key draw independently.
#[test]
fn one_output_gives_two_validators_two_draws() {
    let output = key()
        .evaluate(&VrfInput::role(&CHAIN, &SEED, 4, 5, [1, 0, 0, 0, 0]))
        .unwrap();
    assert_ne!(
        Draw::new(&output, &Digest([6; 32])),
        Draw::new(&output, &Digest([7; 32]))
    );
}

/// [SORT-1] [ENC-3] Every part of a role changes what is drawn for, and so does the kind of the input.
#[test]
fn each_part_of_a_role_is_a_draw_of_its_own() {
    let inputs = [
        VrfInput::role(&CHAIN, &SEED, 4, 5, [1, 0, 0, 0, 0]),
        VrfInput::role(&SEED, &CHAIN, 4, 5, [1, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &Digest([9; 32]), 4, 5, [1, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 5, 5, [1, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 4, 4, [1, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 4, 5, [2, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 4, 5, [3, 0, 0, 0, 0]),
        VrfInput::role(&CHAIN, &SEED, 4, 5, [3, 0, 0, 0, 1]),
        VrfInput::seed(&CHAIN, &SEED, 4),
        VrfInput::seed(&SEED, &CHAIN, 4),
        VrfInput::seed(&CHAIN, &SEED, 5),
    ];
    let outputs = inputs.map(|input| *key().evaluate(&input).unwrap().as_bytes());
    for (i, first) in outputs.iter().enumerate() {
        for (j, second) in outputs.iter().enumerate() {
            assert_eq!(i == j, first == second, "{i} {j}");
        }
    }
}

/// [ENC-3] The inputs are digests of fields of fixed length, integers big-endian; the VRF is schnorrkel's under
/// the labels of the specification.
#[test]
fn the_inputs_have_the_layout_of_the_specification() {
    let seed = [5; 32];
    let secret = VrfSecretKey::from_seed(VrfSuite::Sr25519, &seed).unwrap();
    let mini = schnorrkel::MiniSecretKey::from_bytes(&seed).unwrap();
    let pair = mini.expand_to_keypair(schnorrkel::ExpansionMode::Uniform);
    let evaluate = |purpose: &str, message: &[u8]| -> [u8; 32] {
        let digest = blake3::derive_key(&format!("klero v1 {purpose}"), message);
        let transcript = schnorrkel::signing_context(b"klero v1 vrf").bytes(&digest);
        pair.vrf_create_hash(transcript)
            .make_bytes(b"klero v1 vrf output")
    };
    let mut role = [CHAIN.0, SEED.0].concat();
    role.extend([0, 0, 0, 0, 0, 0, 1, 4, 0, 0, 2, 5, 3, 0, 0, 0, 7]);
    let input = VrfInput::role(&CHAIN, &SEED, 260, 517, [3, 0, 0, 0, 7]);
    assert_eq!(
        *secret.evaluate(&input).unwrap().as_bytes(),
        evaluate("sortition", &role)
    );
    let mut round = [CHAIN.0, SEED.0].concat();
    round.extend([0, 0, 0, 0, 0, 0, 1, 4]);
    let input = VrfInput::seed(&CHAIN, &SEED, 260);
    assert_eq!(
        *secret.evaluate(&input).unwrap().as_bytes(),
        evaluate("seed-input", &round)
    );
}
