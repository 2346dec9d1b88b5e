//! A chain followed from its genesis alone.

use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::{Chain, ChainError, FinalBlock, Genesis, HeaderError};

use crate::network::{NAME, Network, genesis_of_four, genesis_of_twenty, validator};

/// The periods in which the blocks of a chain were first proposed: most in the first.
const PERIODS: [u32; 10] = [0, 0, 1, 0, 0, 0, 2, 1, 0, 0];

/// What crosses the wire: the genesis as text, the blocks as bytes.
fn follow(network: &mut Network) -> Chain {
    let text = serde_json::to_string(&network.genesis).unwrap();
    let mut follower = Chain::new(&serde_json::from_str::<Genesis>(&text).unwrap()).unwrap();
    for round in 1..=30 {
        let period = PERIODS[round as usize % 10];
        let bytes = network.extend(period).encode();
        let FinalBlock { block, certificate } = FinalBlock::decode(&bytes).unwrap();
        follower.accept(&block, &certificate).unwrap();
        assert_eq!(follower.round(), round);
        assert_eq!(*follower.head(), block.header.digest());
        assert_eq!(follower.timestamp(), block.header.timestamp);
    }
    follower
}

/// [FIN-3] [FIN-1] Thirty blocks of four members, each in every committee.
#[test]
fn a_chain_of_four_members_is_followed() {
    let mut network = Network::new(genesis_of_four());
    let follower = follow(&mut network);
    assert_eq!(follower.head(), network.chain.head());
    assert_eq!(follower.id(), &network.genesis.chain_id());
}

/// [FIN-3] [SEAT-1] Thirty blocks of twenty members with quota seats, with proofs in every certificate.
#[test]
fn a_chain_of_twenty_members_is_followed() {
    let mut network = Network::new(genesis_of_twenty());
    let follower = follow(&mut network);
    assert_eq!(follower.head(), network.chain.head());
    assert!(network.certificate.unwrap().proofs.len() > 1);
}

/// Nothing changes on an error: the right block is still accepted afterwards.
#[test]
fn a_refused_block_leaves_the_chain_as_it_was() {
    let mut network = Network::of_four(3);
    let mut follower = network.chain.clone();
    let FinalBlock { block, certificate } = network.extend(0);
    let mut wrong = certificate.clone();
    wrong.signature = [0; 48];
    let before = (follower.round(), *follower.head(), follower.timestamp());
    assert!(follower.accept(&block, &wrong).is_err());
    assert_eq!(before, (follower.round(), *follower.head(), follower.timestamp()));
    assert_eq!(follower.accept(&block, &certificate).map(drop), Ok(()));
}

/// Blocks come one after another, each once.
#[test]
fn a_block_twice_or_left_out_is_refused() {
    let mut network = Network::of_four(3);
    let mut follower = network.chain.clone();
    let (fourth, fifth) = (network.extend(0), network.extend(0));
    let skipped = follower.accept(&fifth.block, &fifth.certificate);
    let refused = |found, expected| Err(ChainError::Header(HeaderError::Round { found, expected }));
    assert_eq!(skipped, refused(5, 4));
    assert_eq!(
        follower.accept(&fourth.block, &fourth.certificate).map(drop),
        Ok(())
    );
    let again = follower.accept(&fourth.block, &fourth.certificate);
    assert_eq!(again, refused(4, 5));
}

/// A block of another chain, whose genesis differs in one name, is refused at once.
#[test]
fn blocks_of_another_chain_are_refused() {
    let mut network = Network::of_four(0);
    let FinalBlock { block, certificate } = network.extend(0);
    let mut other = genesis_of_four();
    other.timestamp += 1;
    let refused = Chain::new(&other).unwrap().accept(&block, &certificate);
    let expected = HeaderError::Chain(network.genesis.chain_id());
    assert_eq!(refused, Err(ChainError::Header(expected)));
}

/// [STK-6] [SEED-5] A chain knows the contexts of its next two rounds and of no others.
#[test]
fn contexts_reach_two_rounds_ahead() {
    let network = Network::of_four(5);
    let known: Vec<u64> = (0..20)
        .filter(|round| network.chain.context(*round).is_some())
        .collect();
    assert_eq!(known, [6, 7]);
    assert!(network.chain.context(u64::MAX).is_none());
    let context = network.chain.context(6).unwrap();
    assert_eq!((context.round(), context.chain()), (6, network.chain.id()));
    assert_eq!(context.electorate().len(), 4);
}

/// [MOD-1] A certificate is valid or not whenever it comes and whoever brings it: two followers that hear of the same
/// blocks at different times, with different certificates, end at the same head.
#[test]
fn followers_with_other_certificates_agree() {
    let mut network = Network::new(genesis_of_twenty());
    let (mut early, mut late) = (network.chain.clone(), network.chain.clone());
    let mut blocks = Vec::new();
    for _ in 0..6 {
        let block = network.block(0);
        let later_period = network.certify(&block.header, 1);
        blocks.push((block.clone(), later_period));
        let accepted = network.finish(block);
        assert_eq!(
            early.accept(&accepted.block, &accepted.certificate).map(drop),
            Ok(())
        );
    }
    for (block, certificate) in blocks {
        assert_eq!(late.accept(&block, &certificate).map(drop), Ok(()));
    }
    assert_eq!(early.head(), late.head());
}

/// A chain that begins with a wrong genesis does not begin.
#[test]
fn a_wrong_genesis_begins_no_chain() {
    let mut genesis = genesis_of_four();
    genesis.validators[3] = validator("south", 3, 1);
    let refused = Chain::new(&genesis).unwrap_err();
    assert!(matches!(refused, ChainError::Genesis(_)));
    assert_eq!(genesis.network, NAME);
}
