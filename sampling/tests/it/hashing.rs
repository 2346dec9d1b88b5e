//! One hash, always for a purpose.

use std::collections::BTreeSet;

use klero_sampling::{Digest, Domain};

/// The table of purposes in the specification.
const PURPOSES: [(Domain, &str); 35] = [
    (Domain::Genesis, "genesis"),
    (Domain::Network, "network"),
    (Domain::Header, "header"),
    (Domain::Payload, "payload"),
    (Domain::Certificate, "certificate"),
    (Domain::Sortition, "sortition"),
    (Domain::Draw, "draw"),
    (Domain::Priority, "priority"),
    (Domain::Vote, "vote"),
    (Domain::Proposal, "proposal"),
    (Domain::SeedInput, "seed-input"),
    (Domain::Seed, "seed"),
    (Domain::SeedFallback, "seed-fallback"),
    (Domain::Witness, "witness"),
    (Domain::SeedGenesis, "seed-genesis"),
    (Domain::Possession, "possession"),
    (Domain::MerkleLeaf, "merkle-leaf"),
    (Domain::MerkleNode, "merkle-node"),
    (Domain::MerkleRoot, "merkle-root"),
    (Domain::Electorate, "electorate"),
    (Domain::Application, "application"),
    (Domain::Transaction, "transaction"),
    (Domain::Message, "message"),
    (Domain::BatchCoefficients, "batch-coefficients"),
    (Domain::Keys, "keys"),
    (Domain::VrfKey, "vrf-key"),
    (Domain::VrfOutput, "vrf-output"),
    (Domain::VrfPossession, "vrf-possession"),
    (Domain::Account, "account"),
    (Domain::AccountLeaf, "account-leaf"),
    (Domain::Operation, "operation"),
    (Domain::UsedKey, "used-key"),
    (Domain::UsedKeys, "used-keys"),
    (Domain::Offences, "offences"),
    (Domain::Registry, "registry"),
];

fn keyed(purpose: &str, bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key(&format!("klero v1 {purpose}"), bytes)
}

/// [ENC-1] Every purpose hashes with the context string of the specification.
#[test]
fn every_purpose_has_the_context_of_the_specification() {
    for (domain, purpose) in PURPOSES {
        assert_eq!(domain.digest_bytes(b"abc").0, keyed(purpose, b"abc"), "{purpose}");
    }
}

/// [ENC-1] The same bytes under two purposes have nothing in common.
#[test]
fn no_two_purposes_share_a_digest() {
    let digests: BTreeSet<Digest> = PURPOSES
        .iter()
        .map(|(domain, _)| domain.digest_bytes(b"abc"))
        .collect();
    assert_eq!(digests.len(), PURPOSES.len());
}

/// [ENC-1] [ENC-2] A value is hashed as its borsh encoding: integers little-endian, lists with their length.
#[test]
fn a_value_is_hashed_as_its_encoding() {
    let value = (7_u32, vec![1_u8, 2]);
    let bytes = [7, 0, 0, 0, 2, 0, 0, 0, 1, 2];
    assert_eq!(Domain::Header.digest(&value).0, keyed("header", &bytes));
    let pieces = Domain::Header.hasher().bytes(&bytes[..4]).field(&value.1);
    assert_eq!(pieces.finish().0, keyed("header", &bytes));
}

/// A list says its length before its elements, so that moving a boundary moves the digest.
#[test]
fn a_boundary_between_fields_is_hashed() {
    let first = Domain::Header.digest(&(vec![1_u8], vec![2_u8]));
    assert_ne!(first, Domain::Header.digest(&(vec![1_u8, 2], Vec::<u8>::new())));
}

#[test]
fn more_than_a_digest_of_bytes_begins_with_the_digest() {
    let mut buffer = [0; 100];
    Domain::Keys.hasher().bytes(b"abc").fill(&mut buffer);
    assert_eq!(buffer[..32], keyed("keys", b"abc"));
    assert_ne!(buffer[32..64], buffer[64..96]);
}

#[test]
fn a_digest_is_read_from_what_it_prints() {
    let digest = Domain::Header.digest_bytes(b"abc");
    let text = digest.to_string();
    assert_eq!(text.len(), 64);
    assert_eq!(text.parse::<Digest>(), Ok(digest));
    assert_eq!(digest.short(), text[..8]);
    let json = serde_json::to_string(&digest).unwrap();
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), digest);
}

#[test]
fn what_is_no_digest_is_refused_with_the_remedy() {
    let full = "0".repeat(64);
    for text in [
        "",
        "00",
        &full[1..],
        &format!("{full}0"),
        &"g".repeat(64),
        &format!("0x{}", &full[2..]),
    ] {
        let error = text.parse::<Digest>().unwrap_err().to_string();
        assert!(error.contains("write 64 hexadecimal digits"), "{error}");
    }
    // A long text is not repeated in full.
    assert!(
        "z".repeat(10_000)
            .parse::<Digest>()
            .unwrap_err()
            .to_string()
            .len()
            < 200
    );
}
