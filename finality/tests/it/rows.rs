//! Rows of blocks: the same blocks are final as when each is accepted by itself.

use klero_finality::stake::committee::sampling::Digest;
use klero_finality::{Chain, FinalBlock};

use crate::network::Network;

const ROUNDS: usize = 12;

fn blocks(mut network: Network) -> (Chain, Vec<FinalBlock>) {
    let genesis = Chain::new(&network.genesis).unwrap();
    let blocks = (0..ROUNDS).map(|round| network.extend(u32::from(round % 5 == 4)));
    (genesis, blocks.collect())
}

/// How many blocks of a row are final, with the certificates verified.
fn proven(chain: &Chain, blocks: &[FinalBlock]) -> Vec<FinalBlock> {
    let (row, _) = chain.row(blocks.to_vec());
    let holds: Vec<bool> = row
        .claims()
        .iter()
        .map(|claim| claim.verify(&[3; 32]).is_ok())
        .collect();
    row.proven(&holds)
}

/// [NET-4] [FIN-3]
#[test]
fn a_row_is_what_the_blocks_are_one_by_one() {
    for network in [Network::of_four(0), Network::of_twenty(0)] {
        let (mut chain, blocks) = blocks(network);
        for from in 0..ROUNDS {
            let row = proven(&chain, &blocks[from..]);
            assert_eq!(row.len(), ROUNDS - from);
            // Whatever certificate was taken, the block is accepted with it.
            let mut follower = chain.clone();
            for block in &row {
                follower.accept(&block.block, &block.certificate).unwrap();
            }
            assert!(
                row.iter()
                    .zip(&blocks[from..])
                    .all(|(one, other)| one.block == other.block)
            );
            assert_eq!(
                chain.row(blocks[from..].to_vec()).0.claims().len(),
                row.len() + usize::from(from > 0)
            );
            chain
                .accept(&blocks[from].block, &blocks[from].certificate)
                .unwrap();
        }
        assert!(proven(&chain, &[]).is_empty());
    }
}

/// [D10] Whatever is changed, the blocks before it are final and it is not.
#[test]
fn a_row_ends_before_the_first_lie() {
    let (chain, blocks) = blocks(Network::of_twenty(0));
    type Change = fn(&mut FinalBlock);
    let changes: [(&str, Change); 6] = [
        ("signature", |block| block.certificate.signature[7] ^= 1),
        ("the certificate of another", |block| {
            block.certificate.role.round += 1;
        }),
        ("payload", |block| block.block.body.payload.push(1)),
        ("header", |block| block.block.header.timestamp += 1),
        ("registry root", |block| {
            block.block.header.registry_root = Digest::ZERO;
        }),
        ("parent", |block| block.block.body.parent_certificate = None),
    ];
    for (name, change) in changes {
        for place in [1, 5, ROUNDS - 1] {
            let mut lies = blocks.clone();
            change(&mut lies[place]);
            let found = proven(&chain, &lies).len();
            // A certificate that the next block holds too is not needed.
            let is_spared = name == "signature" && place + 1 < ROUNDS;
            assert_eq!(found, if is_spared { ROUNDS } else { place }, "{name} at {place}");
        }
    }
    // A body's certificate is the one that its header names, so only the quorum itself can be forged.
    let mut lies = blocks.clone();
    lies.truncate(6);
    lies[5].certificate.signature = lies[4].certificate.signature;
    assert_eq!(proven(&chain, &lies).len(), 5);
}

/// A claim that nobody verified proves nothing.
#[test]
fn without_verified_claims_nothing_is_final() {
    let (chain, blocks) = blocks(Network::of_four(0));
    let (row, error) = chain.row(blocks.clone());
    assert!(error.is_none());
    assert!(row.proven(&[]).is_empty());
    let mut gap = blocks.clone();
    gap.remove(3);
    let (row, error) = chain.row(gap);
    assert!(error.is_some());
    assert_eq!(row.proven(&[true; 3]).len(), 3);
}
