//! The payload, and the header that names it.

use klero_finality::{Block, Body, BodyError, ChainError, MAX_PAYLOAD};

use crate::network::Network;

fn block_with(network: &Network, payload: Vec<u8>) -> Block {
    let mut draft = network.draft(0);
    draft.payload = payload;
    let signer = &network.keys[network.proposer() as usize];
    draft.into_block(&network.chain, signer).unwrap()
}

/// [FIN-1] The digest of a payload is its hash under a purpose of its own.
#[test]
fn a_payload_is_named_by_its_hash() {
    let hash = blake3::derive_key("klero v1 payload", b"set key value");
    assert_eq!(Body::payload_digest(b"set key value").0, hash);
}

/// [FIN-1] An empty payload is valid, and the longest one is.
#[test]
fn payloads_from_nothing_to_a_mebibyte_are_valid() {
    let network = Network::of_four(2);
    for length in [0, 1, MAX_PAYLOAD] {
        let block = block_with(&network, vec![7; length]);
        assert_eq!(network.chain.check_block(&block).map(drop), Ok(()));
    }
}

/// [ENC-4] One byte more is refused, also when the header names it.
#[test]
fn a_longer_payload_is_refused() {
    let network = Network::of_four(2);
    let block = block_with(&network, vec![7; MAX_PAYLOAD + 1]);
    let refused = ChainError::Body(BodyError::TooLong(MAX_PAYLOAD + 1));
    assert_eq!(network.chain.check_block(&block), Err(refused));
}

/// [FIN-1] A payload that the header does not name, by digest or by length.
#[test]
fn another_payload_is_refused() {
    let network = Network::of_four(2);
    let fine = block_with(&network, b"set key value".to_vec());
    let refused = Err(ChainError::Body(BodyError::Payload));
    for payload in [b"set key valuf".to_vec(), b"set key value ".to_vec(), Vec::new()] {
        let mut changed = fine.clone();
        changed.body.payload = payload;
        assert_eq!(network.chain.check_block(&changed), refused);
        assert_eq!(changed.check_body(), Err(BodyError::Payload));
    }
    assert_eq!(fine.check_body(), Ok(()));
}
