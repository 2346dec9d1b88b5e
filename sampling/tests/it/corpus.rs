//! The inputs that fuzzing found worth keeping, replayed without a fuzzer.
//!
//! `sampling/fuzz` shares the bodies of its targets with this file. `make fuzz` looks for new inputs.

use std::fs;
use std::path::{Path, PathBuf};

use klero_sampling::bls::Purpose;

#[path = "../../fuzz/bodies/decode_key.rs"]
mod decode_key;
#[path = "../../fuzz/bodies/decode_proof.rs"]
mod decode_proof;
#[path = "../../fuzz/bodies/seats.rs"]
mod seats;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target)
}

/// Runs a target on its whole corpus: how many inputs were accepted and how many were not.
fn replay(target: &str, body: fn(&[u8]) -> bool) -> (usize, usize) {
    let mut counts = (0, 0);
    for entry in fs::read_dir(folder(target)).unwrap() {
        if body(&fs::read(entry.unwrap().path()).unwrap()) {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
    }
    counts
}

/// The corpus has valid proofs in both forms of every suite, and what is none.
#[test]
fn proofs_of_the_corpus_keep_the_rules() {
    let (accepted, refused) = replay("decode_proof", decode_proof::run);
    assert!(
        accepted >= 2 * decode_proof::SUITES.len(),
        "{accepted} valid proofs"
    );
    assert!(refused >= 20, "{refused} others");
}

#[test]
fn keys_of_the_corpus_keep_the_rules() {
    let (accepted, refused) = replay("decode_key", decode_key::run);
    assert!(
        accepted >= 2 * decode_key::SUITES.len() + 4,
        "{accepted} keys and signatures"
    );
    assert!(refused >= 20, "{refused} others");
}

#[test]
fn lotteries_of_the_corpus_keep_the_rules() {
    let (accepted, refused) = replay("seats", seats::run);
    assert!(accepted >= 20, "{accepted} in the domain");
    assert!(refused >= 5, "{refused} others");
}

fn write(target: &str, name: &str, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(folder(target)).unwrap();
    fs::write(folder(target).join(name), bytes).unwrap();
}

/// A JSON string without its quotes.
fn text(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap().trim_matches('"').to_owned()
}

/// Makes the inputs that fuzzing starts from, one of each kind.
#[test]
#[ignore = "writes into the source tree; for a change of encodings or suites"]
fn write_seeds() {
    for suite in decode_proof::SUITES {
        let (key, input) = (decode_proof::key(*suite), decode_proof::input());
        let proof = key.prove(&input).unwrap();
        let short = key.public().shorten(&input, &proof).unwrap();
        let name = text(suite);
        write(
            "decode_proof",
            &format!("{name}-long"),
            borsh::to_vec(&proof).unwrap(),
        );
        write(
            "decode_proof",
            &format!("{name}-short"),
            borsh::to_vec(&short).unwrap(),
        );
        let public = decode_key::vrf_key(*suite).public();
        write(
            "decode_key",
            &format!("{name}-key"),
            borsh::to_vec(&public).unwrap(),
        );
        write("decode_key", &format!("{name}-key-text"), text(&public));
    }
    let vote = decode_key::vote_key();
    let signature = vote.sign(Purpose::Vote, &decode_key::MESSAGE);
    write("decode_key", "vote-key", vote.public().to_bytes());
    write("decode_key", "vote-key-text", text(&vote.public()));
    write("decode_key", "signature", signature.to_bytes());
    write("decode_key", "signature-text", text(&signature));
    for (scheme, name) in ["quota", "binomial", "full", "fait-accompli"]
        .into_iter()
        .enumerate()
    {
        for (edge, expected, total, stake) in [
            ("usual", 2000_u32, 1_000_000_u64, 12_345_u64),
            ("largest", 1 << 20, 1 << 63, 1 << 53),
            ("smallest", 1, 1, 0),
            ("one-in-all", 1, 1 << 63, 1),
        ] {
            for (draw, byte) in [("zeros", 0), ("ones", 0xff), ("middle", 0x7f)] {
                let mut bytes = vec![scheme as u8];
                bytes.extend(expected.to_le_bytes());
                bytes.extend(total.to_le_bytes());
                bytes.extend(stake.to_le_bytes());
                bytes.extend([byte; 32]);
                // Ten permanent members, of whom the holder is none.
                bytes.extend(10_u32.to_le_bytes());
                bytes.extend((total - total / 10).to_le_bytes());
                bytes.extend(11_u32.to_le_bytes());
                write("seats", &format!("{name}-{edge}-{draw}"), bytes);
            }
        }
    }
}
