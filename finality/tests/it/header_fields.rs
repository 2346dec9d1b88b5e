//! Each field of a header, changed: the error that names it.

use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::committee::sampling::vrf::VrfShortProof;
use klero_finality::{Block, BodyError, ChainError, FinalBlock, Header, HeaderError};

use crate::network::Network;

/// What a chain of five blocks says of the sixth when its header is changed.
fn refusal(network: &Network, block: &FinalBlock, change: impl FnOnce(&mut Header)) -> ChainError {
    let FinalBlock { block, certificate } = block;
    let mut changed = block.clone();
    change(&mut changed.header);
    assert_ne!(changed.header, block.header);
    let refused = network.chain.clone().accept(&changed, certificate);
    refused.unwrap_err()
}

/// A network and its next block with a certificate, not accepted yet.
fn next() -> (Network, FinalBlock) {
    let network = Network::of_twenty(5);
    let block = network.block(0);
    let certificate = network.certify(&block.header, 0);
    (network, FinalBlock { block, certificate })
}

const OTHER: Digest = Digest([0xdd; 32]);

/// [FIN-1] What the header alone shows to be wrong is named.
#[test]
fn a_changed_field_is_refused_by_its_name() {
    let (network, block) = next();
    let refusal = |change: fn(&mut Header)| match refusal(&network, &block, change) {
        ChainError::Header(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(refusal(|header| header.version = 2), HeaderError::Version(2));
    assert_eq!(refusal(|header| header.chain = OTHER), HeaderError::Chain(OTHER));
    for (found, change) in [
        (5, (|header| header.round -= 1) as fn(&mut Header)),
        (7, |header| header.round += 1),
        (u64::MAX, |header| header.round = u64::MAX),
    ] {
        assert_eq!(refusal(change), HeaderError::Round { found, expected: 6 });
    }
    assert_eq!(refusal(|header| header.parent = OTHER), HeaderError::Parent);
    assert_eq!(refusal(|header| header.proposer = 20), HeaderError::Proposer(20));
    assert_eq!(
        refusal(|header| header.proposer = u32::MAX),
        HeaderError::Proposer(u32::MAX)
    );
    assert_eq!(
        refusal(|header| header.registry_root = OTHER),
        HeaderError::RegistryRoot
    );
    assert_eq!(
        refusal(|header| header.next_electorate = OTHER),
        HeaderError::NextElectorate
    );
    assert_eq!(refusal(|header| header.next_seed = OTHER), HeaderError::NextSeed);
    assert_eq!(refusal(|header| header.seed = OTHER), HeaderError::Seed);
    assert_eq!(refusal(|header| header.seed_proof = None), HeaderError::Seed);
    assert_eq!(refusal(|header| header.original_period = 1), HeaderError::Seed);
    assert_eq!(refusal(|header| header.proposer = 6), HeaderError::Seed);
    let parent = network.chain.timestamp();
    assert_eq!(
        refusal(|header| header.timestamp = 0),
        HeaderError::Timestamp { found: 0, parent }
    );
}

/// [FIN-1] What the header names of the body is compared with the body.
#[test]
fn a_changed_name_of_the_body_is_refused() {
    let (network, block) = next();
    let body = |change: fn(&mut Header)| match refusal(&network, &block, change) {
        ChainError::Body(error) => error,
        other => panic!("{other}"),
    };
    assert_eq!(body(|header| header.payload = OTHER), BodyError::Payload);
    assert_eq!(body(|header| header.payload_length += 1), BodyError::Payload);
    assert_eq!(
        body(|header| header.payload_length = u32::MAX),
        BodyError::Payload
    );
    assert_eq!(
        body(|header| header.parent_certificate = OTHER),
        BodyError::ParentCertificate
    );
    assert_eq!(
        refusal(&network, &block, |header| header.parent_certificate =
            Digest::ZERO),
        ChainError::Header(HeaderError::ParentCertificate)
    );
}

/// [FIN-1] What only the application, or nobody, can judge is still what was voted on: the certificate is for
/// another value.
#[test]
fn fields_that_follow_from_nothing_else_are_certified() {
    let (network, block) = next();
    let role = block.certificate.role;
    let expected = ChainError::OtherValue(role);
    assert_eq!(
        refusal(&network, &block, |header| header.application_root = OTHER),
        expected
    );
    assert_eq!(
        refusal(&network, &block, |header| header.timestamp += 1),
        expected
    );
    // A fallback seed does not depend on the period, which is certified all the same.
    let mut late = network.block(1);
    let certificate = network.certify(&late.header, 1);
    late.header.original_period = 2;
    assert_eq!(network.chain.check_block(&late).map(drop), Ok(()));
    let refused = network.chain.clone().accept(&late, &certificate);
    assert_eq!(refused, Err(ChainError::OtherValue(certificate.role)));
}

/// [SEED-2] Every byte of the proof in the seed.
#[test]
fn a_changed_seed_proof_is_refused() {
    let (network, block) = next();
    for place in 0..96 {
        let refused = refusal(&network, &block, |header| {
            let Some(VrfShortProof::Sr25519(bytes)) = &mut header.seed_proof else {
                panic!("a first period has a proof");
            };
            bytes[place] ^= 1;
        });
        assert_eq!(refused, ChainError::Header(HeaderError::Seed), "{place}");
    }
}

/// [FIN-1] [ENC-2] No byte of a header may be another.
#[test]
fn every_changed_byte_of_a_header_is_refused() {
    let (network, FinalBlock { block, certificate }) = next();
    let bytes = block.header.encode();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        if let Ok(header) = Header::decode(&changed) {
            let body = block.body.clone();
            let refused = network
                .chain
                .clone()
                .accept(&Block { header, body }, &certificate);
            assert!(refused.is_err(), "{place}");
        }
    }
}
