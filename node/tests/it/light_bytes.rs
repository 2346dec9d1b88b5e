//! No byte of a chain in a file can be changed unseen.

use klero_node::light::{FileSource, verify};

use crate::chains::{self, Finished, ROUNDS};

/// Each block's bytes in the file, its length before them.
fn frames(chain: &Finished) -> Vec<Vec<u8>> {
    let frame = |block| {
        let mut bytes = Vec::new();
        FileSource::append(&mut bytes, block).unwrap();
        bytes
    };
    chain.blocks.iter().map(frame).collect()
}

/// The round at fault, and why.
fn refusal(chain: &Finished, frames: &[Vec<u8>]) -> (Option<u64>, String) {
    let file = frames.concat();
    let refused = verify(
        &chain.genesis,
        &mut FileSource::new(file.as_slice()),
        None,
        &mut |_| {},
    );
    let error = refused.expect_err("a changed chain is refused");
    (error.round(), error.to_string())
}

/// Flips one bit of every `step`th byte of one round's frame; returns how many copies were refused.
fn flip(chain: &Finished, round: u64, step: usize) -> usize {
    let mut copy = frames(chain);
    let place = usize::try_from(round).unwrap() - 1;
    let bytes = (0..copy[place].len()).step_by(step);
    for byte in bytes.clone() {
        let bit = 1 << (byte % 8);
        copy[place][byte] ^= bit;
        let (found, cause) = refusal(chain, &copy);
        assert_eq!(found, Some(round), "byte {byte}: {cause}");
        assert!(cause.contains(&format!("round {round}")), "{cause}");
        copy[place][byte] ^= bit;
    }
    bytes.len()
}

#[test]
fn each_byte_of_a_block_counts_when_everyone_is_a_member() {
    assert!(flip(&chains::full(), 2, 1) > 500);
}

#[test]
fn each_byte_of_a_block_counts_when_certificates_carry_proofs() {
    assert!(flip(&chains::quota(), 2, 1) > 900);
}

#[test]
fn the_last_blocks_bytes_count_too() {
    assert!(flip(&chains::quota(), ROUNDS, 5) > 100);
}

#[test]
fn blocks_cannot_change_places_or_be_left_out() {
    let chain = chains::full();
    let mut swapped = frames(&chain);
    swapped.swap(3, 4);
    assert_eq!(refusal(&chain, &swapped).0, Some(4));
    let mut missing = frames(&chain);
    missing.remove(0);
    assert_eq!(refusal(&chain, &missing).0, Some(1));
    let mut twice = frames(&chain);
    twice.insert(2, twice[1].clone());
    assert_eq!(refusal(&chain, &twice).0, Some(3));
}

#[test]
fn a_file_that_is_cut_off_is_refused_where_it_ends() {
    let chain = chains::full();
    let whole = frames(&chain);
    for keep in [1, 3, 4, 5, 100, whole[6].len() - 1] {
        let mut cut = whole[..7].to_vec();
        cut[6].truncate(keep);
        let (round, cause) = refusal(&chain, &cut);
        assert_eq!(round, Some(7), "{cause}");
        assert!(cause.contains("ends within a block"), "{cause}");
    }
}

#[test]
fn a_length_that_no_block_has_is_refused_before_anything_is_read() {
    let chain = chains::full();
    let mut copy = frames(&chain);
    copy[1][..4].copy_from_slice(&u32::MAX.to_le_bytes());
    let (round, cause) = refusal(&chain, &copy);
    assert_eq!(round, Some(2));
    assert!(cause.contains("at most"), "{cause}");
}
