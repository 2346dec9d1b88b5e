//! Prints VRF vectors as `vectors/vrf.json` holds them, four for each suite:
//! `cargo run --release -p klero-sampling --features ecvrf --example vrf_vectors`.
//!
//! The proofs of sr25519 are other ones at every run; those in the file are frozen and stay valid.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use klero_sampling::vrf::{VrfError, VrfInput, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, Domain};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut vectors = Vec::new();
    for suite in VrfSuite::ALL {
        for number in 0..4 {
            vectors.push(vector(suite, number)?);
        }
    }
    println!("{}", serde_json::to_string_pretty(&vectors)?);
    Ok(())
}

/// Three inputs for roles, then one for a seed.
fn vector(suite: VrfSuite, number: u8) -> Result<Value, VrfError> {
    let random = |name: &[u8]| Domain::Keys.digest_bytes(&[name, &[number]].concat());
    let (secret_seed, chain, seed) = (random(b"secret"), random(b"chain"), random(b"seed"));
    let (round, period) = (u64::from(number) * 1_000_000_007 + 1, u32::from(number));
    let step = [number + 1, 0, 0, 0, if number == 2 { 9 } else { 0 }];
    let input = match number {
        3 => VrfInput::seed(&chain, &seed, round),
        _ => VrfInput::role(&chain, &seed, round, period, step),
    };
    let secret = VrfSecretKey::from_seed(suite, secret_seed.as_bytes())?;
    let proof = secret.prove(&input)?;
    let short = secret.public().shorten(&input, &proof)?;
    let mut vector = json!({
        "suite": suite,
        "secret_seed": secret_seed,
        "public_key": hex::encode(secret.public().to_bytes()),
        "chain": chain,
        "seed": seed,
        "round": round,
        "input": Digest(*input.as_bytes()),
        "proof": hex::encode(proof.as_bytes()),
        "short_proof": hex::encode(short.as_bytes()),
        "output": hex::encode(secret.evaluate(&input)?.as_bytes()),
    });
    if number != 3 {
        vector["period"] = json!(period);
        vector["step"] = json!(hex::encode(step));
    }
    Ok(vector)
}
