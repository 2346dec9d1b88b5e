//! A chain for peers to synchronize from.

use klero_net::ChainReader;
use klero_sampling::Digest;

/// Blocks 1, 2, … of given lengths, and one body.
#[derive(Default)]
pub(crate) struct Blocks {
    pub(crate) lengths: Vec<usize>,
    /// How many blocks more than asked for it returns.
    pub(crate) excess: u32,
}

/// The digest of the body that every chain here has.
pub(crate) const BODY: Digest = Digest([3; 32]);

impl ChainReader for Blocks {
    fn head(&self) -> u64 {
        self.lengths.len() as u64
    }

    fn blocks(&self, from: u64, count: u32, max_bytes: usize) -> Vec<Vec<u8>> {
        let rounds = self
            .lengths
            .iter()
            .zip(1_u64..)
            .skip_while(|(_, round)| *round < from);
        let mut left = max_bytes;
        rounds
            .take((count + self.excess) as usize)
            .map_while(|(length, round)| {
                left = left.checked_sub(*length)?;
                Some(vec![round.to_le_bytes()[0]; *length])
            })
            .collect()
    }

    fn body(&self, digest: &Digest) -> Option<Vec<u8>> {
        (*digest == BODY).then(|| b"the body".to_vec())
    }
}
