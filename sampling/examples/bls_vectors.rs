//! Prints BLS vectors as `vectors/bls.json` holds them: keys, votes, proofs of possession and sums of votes in the
//! small-signature variant. `cargo run --release -p klero-sampling --example bls_vectors`.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use klero_sampling::bls::{BlsError, Purpose, SecretKey, Signature, aggregate, possession};
use klero_sampling::{Digest, Domain};
use serde_json::{Value, json};

const NETWORKS: [&str; 2] = ["klero-vectors", "κλῆρος"];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let numbers = 0..4_u8;
    let keys: Result<Vec<Value>, BlsError> = numbers.clone().map(key).collect();
    let sums: Result<Vec<Value>, BlsError> = numbers.map(sum).collect();
    let file = json!({ "keys": keys?, "sums": sums? });
    println!("{}", serde_json::to_string_pretty(&file)?);
    Ok(())
}

fn random(name: &str, number: u8) -> Digest {
    Domain::Keys.digest_bytes(&[name.as_bytes(), &[number]].concat())
}

fn secret(number: u8) -> Result<SecretKey, BlsError> {
    SecretKey::from_seed(random("vote secret", number).as_bytes())
}

fn hexadecimal(signature: &Signature) -> String {
    hex::encode(signature.to_bytes())
}

/// A key with a signature for each purpose, and with a proof of possession.
fn key(number: u8) -> Result<Value, BlsError> {
    let secret = secret(number)?;
    let message = random("message", number);
    let sign = |purpose| hexadecimal(&secret.sign(purpose, &message));
    let (network, validator) = (NETWORKS[usize::from(number % 2)], random("validator", number));
    let binding = possession::genesis_binding(network);
    let proof = possession::prove(&secret, &binding, &validator);
    Ok(json!({
        "secret_seed": random("vote secret", number),
        "public_key": hex::encode(secret.public().to_bytes()),
        "message": message,
        "vote": sign(Purpose::Vote),
        "proposal": sign(Purpose::Proposal),
        "network": network,
        "binding": binding,
        "validator": validator,
        "possession": hexadecimal(&proof),
    }))
}

/// The sum of the votes of the keys from the first to one, on one message.
fn sum(last: u8) -> Result<Value, BlsError> {
    let message = random("message", 100 + last);
    let votes: Result<Vec<Signature>, BlsError> = (0..=last)
        .map(|number| Ok(secret(number)?.sign(Purpose::Vote, &message)))
        .collect();
    let signature = aggregate(&votes?).ok_or(BlsError::Identity)?;
    Ok(json!({ "keys": last + 1, "message": message, "signature": hexadecimal(&signature) }))
}
