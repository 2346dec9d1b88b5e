//! Each field of a certificate, changed: the block is not final.

use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::committee::sampling::vrf::VrfShortProof;
use klero_finality::stake::committee::sampling::{Digest, bls};
use klero_finality::stake::committee::{
    CertificateError, Role, Signer, SignerSet, Step, UnverifiedCertificate, Value,
};
use klero_finality::{Block, ChainError};

use crate::network::Network;

fn next() -> (Network, Block, UnverifiedCertificate) {
    let network = Network::of_twenty(5);
    let block = network.block(0);
    let certificate = network.certify(&block.header, 0);
    assert!(certificate.proofs.len() > 1);
    (network, block, certificate)
}

fn refusal(change: impl FnOnce(&mut UnverifiedCertificate)) -> ChainError {
    let (network, block, mut certificate) = next();
    change(&mut certificate);
    let before = *network.chain.head();
    let mut chain = network.chain;
    let refused = chain.accept(&block, &certificate).unwrap_err();
    assert_eq!(*chain.head(), before);
    refused
}

fn certificate_error(change: impl FnOnce(&mut UnverifiedCertificate)) -> CertificateError {
    match refusal(change) {
        ChainError::Certificate(error) => error,
        other => panic!("{other}"),
    }
}

/// [FIN-3] Only a Cert certificate of the block's round for its header makes it final.
#[test]
fn a_certificate_of_another_role_or_value_is_refused() {
    let role = |step| Role::new(6, 0, step);
    for other in [
        role(Step::Soft),
        role(Step::Propose),
        role(Step::Next(0)),
        Role::new(5, 0, Step::Cert),
        Role::new(7, 0, Step::Cert),
    ] {
        assert_eq!(refusal(|it| it.role = other), ChainError::OtherValue(other));
    }
    for value in [Value::Bottom, Value::Block(Digest::ZERO)] {
        let refused = refusal(|it| it.value = value);
        assert_eq!(refused, ChainError::OtherValue(role(Step::Cert)));
    }
}

/// [FIN-3] A real Soft quorum for the block stages it and does not make it final.
#[test]
fn a_soft_quorum_is_not_final() {
    let (mut network, block, _) = next();
    let context = network.chain.context(6).unwrap();
    let (role, value) = (Role::new(6, 0, Step::Soft), Value::Block(block.header.digest()));
    let votes: Vec<_> = (0..20)
        .filter_map(|voter| {
            let keys = &network.keys[voter as usize];
            klero_finality::stake::committee::cast_vote(&context, role, value, voter, keys)
        })
        .collect();
    let soft =
        klero_finality::stake::committee::certificate::assemble(&context, role, value, &votes).unwrap();
    let refused = network.chain.accept(&block, soft.as_unverified());
    assert_eq!(refused, Err(ChainError::OtherValue(role)));
}

/// [COM-5] Another period has other committees and another message.
#[test]
fn a_certificate_moved_to_another_period_is_refused() {
    let error = certificate_error(|it| it.role.period = 1);
    assert_eq!(error, CertificateError::Signature);
}

/// [COM-5] Sets that are too long, too short, or hold somebody else.
#[test]
fn changed_signers_are_refused() {
    let empty = certificate_error(|it| it.signers = SignerSet::empty(20));
    assert_eq!(empty, CertificateError::Proofs);
    let none = certificate_error(|it| {
        it.signers = SignerSet::empty(20);
        it.proven = SignerSet::empty(20);
        it.proofs.clear();
    });
    assert_eq!(none, CertificateError::Signature);
    let long = certificate_error(|it| it.signers = SignerSet::empty(25));
    assert_eq!(long, CertificateError::SetLength);
    let past = certificate_error(|it| assert!(it.signers.insert(23)));
    assert_eq!(past, CertificateError::SetLength);
    let more = certificate_error(|it| {
        let absent = (0..20).find(|index| !it.signers.contains(*index)).unwrap();
        it.signers.insert(absent);
    });
    assert_eq!(more, CertificateError::Signature);
}

/// [COM-5] Proofs that are missing, doubled, exchanged or spoiled.
#[test]
fn changed_proofs_are_refused() {
    assert_eq!(
        certificate_error(|it| it.proofs.truncate(1)),
        CertificateError::Proofs
    );
    let doubled = certificate_error(|it| it.proofs.push(it.proofs[0].clone()));
    assert_eq!(doubled, CertificateError::Proofs);
    let unproven = certificate_error(|it| it.proven = SignerSet::empty(20));
    assert_eq!(unproven, CertificateError::Proofs);
    let swapped = certificate_error(|it| it.proofs.swap(0, 1));
    assert!(matches!(swapped, CertificateError::Proof { .. }));
    let spoiled = certificate_error(|it| {
        let VrfShortProof::Sr25519(bytes) = &mut it.proofs[0] else {
            panic!("the network is of sr25519")
        };
        bytes[95] ^= 1;
    });
    assert!(matches!(spoiled, CertificateError::Proof { .. }));
}

/// [COM-5] A signature of fewer, of others, or of nobody.
#[test]
fn a_changed_signature_is_refused() {
    let (network, block, _) = next();
    let context = network.chain.context(6).unwrap();
    let message = context.vote_message(Role::new(6, 0, Step::Cert), &Value::Block(block.header.digest()));
    let single = network.keys[0].sign(bls::Purpose::Vote, &message).to_bytes();
    for signature in [[0; 48], [0xff; 48], single] {
        assert_eq!(
            certificate_error(|it| it.signature = signature),
            CertificateError::Signature
        );
    }
    assert_eq!(
        certificate_error(|it| it.signature[40] ^= 1),
        CertificateError::Signature
    );
}

/// [FIN-3] [ENC-2] No byte of a certificate may be another.
#[test]
fn every_changed_byte_of_a_certificate_is_refused() {
    let (network, block, certificate) = next();
    let bytes = certificate.encode();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1 << (place % 8);
        if let Ok(changed) = UnverifiedCertificate::decode(&changed) {
            assert!(
                network.chain.check_certificate(&block.header, &changed).is_err(),
                "{place}"
            );
        }
    }
    assert!(
        network
            .chain
            .check_certificate(&block.header, &certificate)
            .is_ok()
    );
}
