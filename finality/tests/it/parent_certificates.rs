//! The certificate of the parent, in the body and named by the header.

use klero_finality::stake::committee::certificate::assemble;
use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::{CertificateError, Role, Step, UnverifiedCertificate, Value, Vote};
use klero_finality::{Block, BodyError, Chain, ChainError, FinalBlock, HeaderError};

use crate::network::Network;

/// The chain before block 6, the whole network after it.
fn sixth() -> (Chain, Network, FinalBlock) {
    let mut network = Network::of_twenty(5);
    let before = network.chain.clone();
    let made = network.extend(0);
    (before, network, made)
}

/// A seventh block that carries a certificate of the sixth and names it.
fn seventh(network: &Network, certificate: Option<UnverifiedCertificate>) -> Block {
    let mut draft = network.draft(0);
    draft.parent_certificate = certificate;
    let signer = &network.keys[network.proposer() as usize];
    draft.into_block(&network.chain, signer).unwrap()
}

/// [FIN-1] Any valid certificate of the parent will do: of other signers, or of another period.
#[test]
fn any_valid_certificate_of_the_parent_is_accepted() {
    let (before, mut network, sixth) = sixth();
    let header = &sixth.block.header;
    let context = before.context(6).unwrap();
    let value = Value::Block(header.digest());
    let votes_of = |role, voters: std::ops::Range<u32>| -> Vec<Vote> {
        let keys = &network.keys;
        let cast = |voter: u32| {
            klero_finality::stake::committee::cast_vote(&context, role, value, voter, &keys[voter as usize])
        };
        voters.filter_map(cast).collect()
    };
    // A period in which the quorum of 25 is out of reach without the largest holder, and not with it.
    let mut roles = (1..100).map(|period| Role::new(6, period, Step::Cert));
    let hangs_on_the_largest = |role: &Role| {
        let made = |voters| assemble(&context, *role, value, &votes_of(*role, voters)).is_some();
        made(0..20) && !made(1..20)
    };
    let role = roles.find(hangs_on_the_largest).unwrap();
    let votes = votes_of(role, 0..20);
    let other = assemble(&context, role, value, &votes)
        .unwrap()
        .as_unverified()
        .clone();
    assert_ne!(other.digest(), sixth.certificate.digest());
    let block = seventh(&network, Some(other));
    let certificate = network.certify(&block.header, 0);
    assert_eq!(network.chain.accept(&block, &certificate).map(drop), Ok(()));
}

/// [FIN-1] A body without the parent's certificate is invalid, whatever the header says; block 1 has none.
#[test]
fn a_body_without_it_is_invalid() {
    let (_, network, _) = sixth();
    let block = seventh(&network, None);
    assert_eq!(block.header.parent_certificate, Digest::ZERO);
    let missing = ChainError::Header(HeaderError::ParentCertificate);
    assert_eq!(network.chain.check_block(&block), Err(missing.clone()));
    let first = Network::of_twenty(0);
    assert_eq!(first.chain.check_block(&first.block(0)).map(drop), Ok(()));
    let adorned = seventh(&first, network.certificate);
    assert_eq!(first.chain.check_block(&adorned), Err(missing));
}

/// [FIN-1] A certificate that the header does not name.
#[test]
fn a_certificate_that_is_not_named_is_refused() {
    let (_, network, _) = sixth();
    let mut block = seventh(&network, network.certificate.clone());
    let Some(certificate) = &mut block.body.parent_certificate else {
        panic!("the seventh block carries a certificate");
    };
    certificate.signature[40] ^= 1;
    assert_eq!(
        network.chain.check_block(&block),
        Err(ChainError::Body(BodyError::ParentCertificate))
    );
}

/// [FIN-1] A certificate that the header names and that is wrong.
#[test]
fn a_named_certificate_that_does_not_verify_is_refused() {
    let (_, network, _) = sixth();
    let refusal = |change: fn(&mut UnverifiedCertificate)| {
        let mut certificate = network.certificate.clone().unwrap();
        change(&mut certificate);
        let block = seventh(&network, Some(certificate));
        network.chain.check_block(&block).unwrap_err()
    };
    assert_eq!(
        refusal(|it| it.signature[40] ^= 1),
        ChainError::ParentCertificate(CertificateError::Signature)
    );
    assert_eq!(
        refusal(|it| it.proofs.truncate(1)),
        ChainError::ParentCertificate(CertificateError::Proofs)
    );
    assert!(matches!(
        refusal(|it| it.role.period = 1),
        ChainError::ParentCertificate(CertificateError::Signature)
    ));
}

/// [FIN-1] [FIN-3] A valid certificate of the parent's round that is not for the parent, or not of Cert; and one of
/// the grandparent.
#[test]
fn a_valid_certificate_of_something_else_is_refused() {
    let (before, network, sixth) = sixth();
    let context = before.context(6).unwrap();
    let certify = |step, value| {
        let role = Role::new(6, 0, step);
        let votes: Vec<Vote> = (0..20)
            .filter_map(|voter| {
                let keys = &network.keys[voter as usize];
                klero_finality::stake::committee::cast_vote(&context, role, value, voter, keys)
            })
            .collect();
        let made = assemble(&context, role, value, &votes).unwrap();
        made.as_unverified().clone()
    };
    let parent = Value::Block(sixth.block.header.digest());
    for wrong in [
        certify(Step::Soft, parent),
        certify(Step::Next(0), parent),
        certify(Step::Cert, Value::Block(Digest([1; 32]))),
    ] {
        let role = wrong.role;
        assert!(wrong.verify(&context).is_ok());
        let block = seventh(&network, Some(wrong));
        assert_eq!(
            network.chain.check_block(&block),
            Err(ChainError::OtherValue(role))
        );
    }
    let grandparent = sixth.block.body.parent_certificate;
    let block = seventh(&network, grandparent);
    let refused = CertificateError::OtherRound {
        found: 5,
        expected: 6,
    };
    assert_eq!(
        network.chain.check_block(&block),
        Err(ChainError::ParentCertificate(refused))
    );
}
