//! Time as far as a chain knows it: it goes forward.

use klero_finality::{ChainError, HeaderError};

use crate::network::{Network, START, genesis_of_four};

/// [FIN-2] A timestamp is greater than the parent's; the first is greater than the genesis's.
#[test]
fn a_timestamp_not_after_the_parents_is_refused() {
    for rounds in [0, 3] {
        let network = Network::of_four(rounds);
        let parent = network.chain.timestamp();
        let mut block = network.block(0);
        for found in [0, parent - 1, parent] {
            block.header.timestamp = found;
            let refused = ChainError::Header(HeaderError::Timestamp { found, parent });
            assert_eq!(network.chain.check_block(&block), Err(refused));
        }
        block.header.timestamp = parent + 1;
        assert_eq!(network.chain.check_block(&block).map(drop), Ok(()));
    }
    assert_eq!(Network::of_four(0).chain.timestamp(), START);
}

/// [FIN-2] No clock is asked of a block that is certified: the farthest future is followed.
#[test]
fn a_certified_timestamp_in_the_future_is_accepted() {
    let mut network = Network::of_four(1);
    let mut block = network.block(0);
    block.header.timestamp = u64::MAX - 1;
    let certificate = network.certify(&block.header, 0);
    assert_eq!(network.chain.accept(&block, &certificate).map(drop), Ok(()));
    assert_eq!(network.chain.timestamp(), u64::MAX - 1);
}

/// [FIN-2] A proposer whose clock is behind the parent's timestamp takes the next millisecond.
#[test]
fn a_slow_clock_proposes_the_next_millisecond() {
    let network = Network::of_four(3);
    let parent = network.chain.timestamp();
    for (now, expected) in [(0, parent + 1), (parent, parent + 1), (parent + 7, parent + 7)] {
        let mut draft = network.draft(0);
        draft.now = now;
        let signer = &network.keys[network.proposer() as usize];
        let block = draft.into_block(&network.chain, signer).unwrap();
        assert_eq!(block.header.timestamp, expected);
        assert_eq!(network.chain.check_block(&block).map(drop), Ok(()));
    }
}

/// [FIN-2] After the last moment there is no block, and no panic.
#[test]
fn after_the_last_moment_there_is_no_block() {
    let mut genesis = genesis_of_four();
    genesis.timestamp = u64::MAX;
    let network = Network::new(genesis);
    assert_eq!(
        network.draft(0).into_block(&network.chain, &network.keys[0]),
        None
    );
}
