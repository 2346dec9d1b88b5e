//! A chain comes by its checkpoints, and their committees sign them.

use klero_finality::stake::committee::certificate::assemble;
use klero_finality::stake::committee::{CertificateError, UnverifiedCertificate, cast_vote};
use klero_finality::{ChainError, DueCheckpoint, LightClient};

use crate::network::{Network, genesis_of_twenty};

fn sign(network: &Network, due: &DueCheckpoint, attempt: u32) -> UnverifiedCertificate {
    let (context, role) = (due.context(), due.statement().role(attempt));
    let value = due.statement().value();
    let votes: Vec<_> = (0..)
        .zip(&network.keys)
        .filter_map(|(voter, keys)| cast_vote(context, role, value, voter, keys))
        .collect();
    assemble(context, role, value, &votes)
        .unwrap()
        .as_unverified()
        .clone()
}

/// [FIN-4] A light client hops over everything that a chain and its checkpoints' committees made, in any attempt, and
/// names the same head.
#[test]
fn a_light_client_follows_a_real_chain() {
    let mut network = Network::new(genesis_of_twenty());
    let mut client = LightClient::new(&network.genesis).unwrap();
    for number in 1..=4 {
        assert!(network.chain.checkpoint(number).is_none());
        (0..4).for_each(|_| drop(network.extend(0)));
        let due = network.chain.checkpoint(number).unwrap();
        let certificate = sign(&network, &due, number as u32 % 3);
        client.hop(&due.signed(&certificate).unwrap()).unwrap();
        assert_eq!(
            (client.round(), client.head()),
            (network.chain.round(), network.chain.head())
        );
    }
    assert!(network.chain.checkpoint(0).is_none());
}

/// [FIN-4] Each attempt draws a committee of its own, and none is that of the round of the same number.
#[test]
fn each_attempt_has_another_committee() {
    let network = Network::of_twenty(4);
    let due = network.chain.checkpoint(1).unwrap();
    let signers: Vec<_> = (0..6)
        .map(|attempt| sign(&network, &due, attempt).proven)
        .collect();
    assert!(signers.windows(2).any(|pair| pair[0] != pair[1]));
    let mut moved = sign(&network, &due, 0);
    moved.role.period = 1;
    let refused = due.signed(&moved).unwrap_err();
    assert_eq!(refused, ChainError::Certificate(CertificateError::Signature));
}

/// [FIN-4] Only what the checkpoint says can be signed with it.
#[test]
fn a_certificate_of_another_checkpoint_is_refused() {
    let network = Network::of_twenty(8);
    let (first, second) = (
        network.chain.checkpoint(1).unwrap(),
        network.chain.checkpoint(2).unwrap(),
    );
    let certificate = sign(&network, &first, 0);
    assert_eq!(
        second.signed(&certificate),
        Err(ChainError::OtherValue(certificate.role))
    );
}

/// Checkpoints that nobody signs are given up, so that they take no memory for ever.
#[test]
fn old_checkpoints_are_forgotten() {
    let network = Network::of_four(4 * 10);
    let kept: Vec<u64> = (0..12)
        .filter(|number| network.chain.checkpoint(*number).is_some())
        .collect();
    assert_eq!(kept, [4, 5, 6, 7, 8, 9, 10]);
}
