//! Proofs of possession keep keys out that are made from others'.

use blst::min_sig;
use klero_sampling::bls::{self, BlsError, PublicKey, Purpose, SecretKey, possession};
use klero_sampling::{Digest, Domain};

const VALIDATOR: Digest = Digest([5; 32]);

fn secret(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32]).unwrap()
}

/// A key and its negation differ in the sign bit of the compressed form.
fn negated(key: &PublicKey) -> PublicKey {
    let mut bytes = key.to_bytes();
    bytes[0] ^= 0x20;
    PublicKey::from_bytes(&bytes).unwrap()
}

fn sum(first: &PublicKey, second: &PublicKey) -> PublicKey {
    let points = [first, second].map(|key| min_sig::PublicKey::uncompress(&key.to_bytes()).unwrap());
    let sum = min_sig::AggregatePublicKey::aggregate(&[&points[0], &points[1]], true).unwrap();
    PublicKey::from_bytes(&sum.to_public_key().compress()).unwrap()
}

/// [A1] [COM-6] A proof is of one key, one network or chain, and one validator.
#[test]
fn a_proof_is_bound_to_key_network_and_validator() {
    let (mine, other) = (secret(1), secret(2));
    let binding = possession::genesis_binding("north");
    let proof = possession::prove(&mine, &binding, &VALIDATOR);
    let key = mine.public();
    assert_eq!(possession::verify(&key, &binding, &VALIDATOR, &proof), Ok(()));
    let refused = Err(BlsError::BadSignature);
    assert_eq!(
        possession::verify(&other.public(), &binding, &VALIDATOR, &proof),
        refused
    );
    let south = possession::genesis_binding("south");
    assert_eq!(possession::verify(&key, &south, &VALIDATOR, &proof), refused);
    assert_eq!(
        possession::verify(&key, &binding, &Digest([6; 32]), &proof),
        refused
    );
}

/// [COM-6] [ENC-3] The binding of a genesis is the hash of the network's name; the message has 160 bytes.
#[test]
fn the_message_has_the_layout_of_the_specification() {
    let secret = secret(1);
    let binding = possession::genesis_binding("north");
    assert_eq!(binding.0, blake3::derive_key("klero v1 network", b"north"));
    let mut bytes = [binding.0, VALIDATOR.0].concat();
    bytes.extend(secret.public().to_bytes());
    let message = Digest(blake3::derive_key("klero v1 possession", &bytes));
    assert_eq!(
        possession::prove(&secret, &binding, &VALIDATOR),
        secret.sign(Purpose::Possession, &message)
    );
}

/// A vote on what a proof signs is no proof.
#[test]
fn a_vote_is_no_proof() {
    let secret = secret(1);
    let binding = possession::genesis_binding("north");
    let mut bytes = [binding.0, VALIDATOR.0].concat();
    bytes.extend(secret.public().to_bytes());
    let vote = secret.sign(Purpose::Vote, &Domain::Possession.digest_bytes(&bytes));
    assert_eq!(
        possession::verify(&secret.public(), &binding, &VALIDATOR, &vote),
        Err(BlsError::BadSignature)
    );
}

/// [A1] [COM-6] The attack that possession exists for: a key that cancels another one lets its owner sign for both. It
/// works on bare aggregates, and no proof of possession for such a key can be made from what its owner has.
#[test]
fn a_rogue_key_has_no_proof() {
    let (victim, attacker) = (secret(1).public(), secret(2));
    let rogue = sum(&attacker.public(), &negated(&victim));
    let message = Domain::Vote.digest_bytes(b"never signed by the victim");
    let forged = attacker.sign(Purpose::Vote, &message);
    assert_eq!(
        bls::verify_aggregate(Purpose::Vote, &message, &[&victim, &rogue], &forged),
        Ok(())
    );
    let binding = possession::genesis_binding("north");
    let own = possession::prove(&attacker, &binding, &VALIDATOR);
    let copied = possession::prove(&secret(1), &binding, &VALIDATOR);
    let mut bytes = [binding.0, VALIDATOR.0].concat();
    bytes.extend(rogue.to_bytes());
    let about_rogue = Domain::Possession.digest_bytes(&bytes);
    let guesses = [own, copied, attacker.sign(Purpose::Possession, &about_rogue)];
    for guess in guesses {
        assert_eq!(
            possession::verify(&rogue, &binding, &VALIDATOR, &guess),
            Err(BlsError::BadSignature)
        );
    }
}
