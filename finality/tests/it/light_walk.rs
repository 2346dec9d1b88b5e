//! A light client walks from header to header, and refuses what does not follow.

use klero_finality::stake::EntriesError;
use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::committee::{CertificateError, Role, Step};
use klero_finality::{ChainError, HeaderError, LightBlock, LightClient, LightError};

use crate::changing::Changing;

/// [FIN-5] Through four electorates, with certificates of any period, by what came as bytes.
#[test]
fn it_walks_from_the_genesis_to_the_head() {
    let chain = Changing::of(4, 14);
    let mut client = chain.client();
    assert_eq!((client.round(), *client.head()), (0, chain.genesis.chain_id()));
    for round in 1..=14 {
        let bytes = chain.block(round, round as u32 % 3).encode();
        client.walk(&LightBlock::decode(&bytes).unwrap()).unwrap();
        assert_eq!(
            (client.round(), *client.head()),
            (round, chain.header(round).digest())
        );
    }
}

/// A client that stands at round 5, and what it says to a changed block 6; it stays where it is.
fn refusal(change: impl FnOnce(&Changing, &mut LightBlock)) -> LightError {
    let chain = Changing::of(4, 8);
    let mut client = chain.client();
    for round in 1..=5 {
        client.walk(&chain.block(round, 0)).unwrap();
    }
    let mut block = chain.block(6, 0);
    change(&chain, &mut block);
    let refused = client.walk(&block).unwrap_err();
    assert_eq!((client.round(), *client.head()), (5, chain.header(5).digest()));
    client.walk(&chain.block(6, 0)).unwrap();
    refused
}

fn header_error(change: impl FnOnce(&Changing, &mut LightBlock)) -> HeaderError {
    match refusal(change) {
        LightError::Header(error) => error,
        other => panic!("{other}"),
    }
}

#[test]
fn a_header_of_another_place_is_refused() {
    let version = header_error(|_, block| block.header.version = 2);
    assert_eq!(version, HeaderError::Version(2));
    let chain = header_error(|_, block| block.header.chain = Digest::ZERO);
    assert_eq!(chain, HeaderError::Chain(Digest::ZERO));
    let next = header_error(|chain, block| *block = chain.block(7, 0));
    assert_eq!(
        next,
        HeaderError::Round {
            found: 7,
            expected: 6
        }
    );
    let again = header_error(|chain, block| *block = chain.block(5, 0));
    assert_eq!(
        again,
        HeaderError::Round {
            found: 5,
            expected: 6
        }
    );
    let parent = header_error(|_, block| block.header.parent = Digest::ZERO);
    assert_eq!(parent, HeaderError::Parent);
    let time = header_error(|chain, block| block.header.timestamp = chain.header(5).timestamp);
    assert!(matches!(time, HeaderError::Timestamp { .. }));
}

fn chain_error(change: impl FnOnce(&Changing, &mut LightBlock)) -> ChainError {
    match refusal(change) {
        LightError::Certificate(error) => *error,
        other => panic!("{other}"),
    }
}

/// [FIN-3] Whatever else is changed in the header, the certificate is of another value.
#[test]
fn a_certificate_of_something_else_is_refused() {
    let role = Role::new(6, 0, Step::Cert);
    let forged = chain_error(|_, block| block.header.next_electorate = Digest::ZERO);
    assert_eq!(forged, ChainError::OtherValue(role));
    let forged = chain_error(|_, block| block.header.next_seed = Digest::ZERO);
    assert_eq!(forged, ChainError::OtherValue(role));
    let soft = Role::new(6, 0, Step::Soft);
    assert_eq!(
        chain_error(|_, block| block.certificate.role = soft),
        ChainError::OtherValue(soft)
    );
    let period = chain_error(|_, block| block.certificate.role.period = 1);
    assert_eq!(period, ChainError::Certificate(CertificateError::Signature));
}

/// [FIN-5] [STK-1] Signers are believed only under the root of the header before.
#[test]
fn signers_of_another_electorate_are_refused() {
    // Blocks 3 and 4 have electorates of their own.
    let other = refusal(|chain, block| block.signers = chain.block(3, 0).signers);
    assert_eq!(other, LightError::Signers(EntriesError::Root));
    // An electorate that nobody named certifies the block by itself.
    let usurped = refusal(|chain, block| {
        let mut usurper = Changing::of(100, 8);
        usurper.genesis = chain.genesis.clone();
        usurper.genesis.checkpoints.interval = 100;
        block.signers = usurper.block(6, 0).signers;
    });
    assert_eq!(usurped, LightError::Signers(EntriesError::Root));
}

/// [FIN-5] Entries for some of the signers are not enough.
#[test]
fn every_signer_needs_an_entry() {
    let error = chain_error(|chain, block| {
        // In another period somebody else has to sign: not all of its signers are among these.
        let others = (1..20).map(|period| chain.block(6, period));
        let missing = |other: &LightBlock| {
            let mut signers = block.certificate.signers.iter();
            signers.any(|signer| !other.certificate.signers.contains(signer))
        };
        let mut others = others.filter(missing);
        block.signers = others.next().unwrap().signers;
    });
    assert!(
        matches!(error, ChainError::Certificate(CertificateError::UnknownSigner(_))),
        "{error}"
    );
}

/// Any changed byte of what a peer sends is found out, and none stops the client.
#[test]
fn a_changed_byte_anywhere_is_refused() {
    let chain = Changing::of(4, 2);
    let mut client = chain.client();
    client.walk(&chain.block(1, 0)).unwrap();
    let bytes = chain.block(2, 0).encode();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        if let Ok(block) = LightBlock::decode(&changed) {
            let mut client: LightClient = client.clone();
            assert!(client.walk(&block).is_err(), "byte {place}");
        }
    }
    client.walk(&LightBlock::decode(&bytes).unwrap()).unwrap();
}
