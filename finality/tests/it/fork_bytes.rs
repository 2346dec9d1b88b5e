//! Forks as bytes and as text.

use klero_finality::stake::committee::sampling::codec::{DecodeError, Wire};
use klero_finality::stake::committee::{Step, UnverifiedCertificate};
use klero_finality::{Fork, ForkError, ForkReport, UnverifiedFork};

use crate::forks::{Four, V, W};
use crate::network::Network;

fn fork(four: &Four) -> Fork {
    let first = four.certificate([0, 1, 2], (0, Step::Cert), V);
    let second = four.certificate([1, 2, 3], (1, Step::Cert), W);
    four.fork(&second, &first)
}

/// [FIN-6] [ENC-2] A stored fork is read back and verified anew; the report is the same.
#[test]
fn a_fork_is_read_from_what_it_writes() {
    let four = Four::new();
    let fork = fork(&four);
    let stored = fork.to_unverified();
    let read = UnverifiedFork::decode(&stored.encode()).unwrap();
    assert_eq!(read, stored);
    assert_eq!(read.first.value, V);
    let again = read.verify(&four.context).unwrap();
    assert_eq!(again.report(&[]), fork.report(&[]));
    let text = serde_json::to_string(&stored).unwrap();
    assert_eq!(serde_json::from_str::<UnverifiedFork>(&text).unwrap(), stored);
    let report = serde_json::to_string(&fork.report(&[])).unwrap();
    assert_eq!(
        serde_json::from_str::<ForkReport>(&report).unwrap(),
        fork.report(&[])
    );
}

/// [ENC-2] Two certificates have one encoding as a fork.
#[test]
fn a_fork_in_the_other_order_is_refused() {
    let four = Four::new();
    let UnverifiedFork { first, second } = fork(&four).to_unverified();
    let swapped = UnverifiedFork {
        first: second,
        second: first,
    };
    assert_eq!(swapped.verify(&four.context).unwrap_err(), ForkError::Order);
}

/// [FIN-6] No byte of a stored fork may be another, in committees with proofs.
#[test]
fn every_changed_byte_of_a_fork_is_refused() {
    let network = Network::of_twenty(1);
    let context = network.chain.context(2).unwrap();
    let (block, mut draft) = (network.block(0), network.draft(0));
    draft.payload = b"something else".to_vec();
    let signer = &network.keys[network.proposer() as usize];
    let other = draft.into_block(&network.chain, signer).unwrap();
    let [one, two] = [&block, &other].map(|block| network.certify(&block.header, 0));
    let stored = Fork::detect(&context, &one, &two).unwrap().to_unverified();
    assert!(!stored.first.proofs.is_empty());
    let bytes = stored.encode();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        if let Ok(changed) = UnverifiedFork::decode(&changed) {
            assert!(changed.verify(&context).is_err(), "{place}");
        }
    }
    assert!(stored.verify(&context).is_ok());
}

/// [ENC-4] Bytes that are no fork, of any length, are refused without a panic.
#[test]
fn junk_is_refused() {
    let four = Four::new();
    let bytes = fork(&four).to_unverified().encode();
    for end in 0..bytes.len() {
        assert!(UnverifiedFork::decode(&bytes[..end]).is_err(), "{end}");
    }
    assert!(UnverifiedFork::decode(&[&bytes[..], &[0]].concat()).is_err());
    for seed in 0..2000_u64 {
        let mut junk = vec![0; (seed % 500) as usize];
        let mut stream = blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof();
        stream.fill(&mut junk);
        assert!(UnverifiedFork::decode(&junk).is_err());
        // Junk after a beginning that is right reaches further in.
        let kept = bytes.len() * (seed % 100) as usize / 100;
        let mixed = [&bytes[..kept], &junk[..]].concat();
        if let Ok(read) = UnverifiedFork::decode(&mixed) {
            assert!(read.verify(&four.context).is_err());
        }
    }
    assert_eq!(UnverifiedFork::MAX_BYTES, 2 * UnverifiedCertificate::MAX_BYTES);
    let far = vec![0; UnverifiedFork::MAX_BYTES + 1];
    assert!(matches!(
        UnverifiedFork::decode(&far),
        Err(DecodeError::TooLong { .. })
    ));
}
