//! Final blocks and their certificates, by round.

use std::sync::Arc;

use klero_committee::UnverifiedCertificate;
use klero_finality::{Block, FinalBlock, SignedCheckpoint, UnverifiedFork};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use klero_stake::Registry;

use crate::store::{Batch, Column, Durability, Store, StoreError};

const HEAD: &[u8] = b"head";
const CHAIN: &[u8] = b"chain";
const CHECKPOINT: &[u8] = b"checkpoint";

/// The chain on disk. Cheap to clone; one thread writes, all may read.
#[derive(Clone)]
pub struct BlockStore {
    store: Arc<dyn Store>,
}

impl BlockStore {
    /// The chain in a store.
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// The store itself.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The last final round stored; 0 for none.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    pub fn head(&self) -> Result<u64, StoreError> {
        self.number(HEAD)
    }

    /// A number among what is one value; 0 for none.
    fn number(&self, key: &[u8]) -> Result<u64, StoreError> {
        let Some(bytes) = self.store.get(Column::Meta, key)? else {
            return Ok(0);
        };
        let bytes = <[u8; 8]>::try_from(bytes);
        let number = bytes.map_err(|_| corrupt(String::from_utf8_lossy(key).into_owned()))?;
        Ok(u64::from_be_bytes(number))
    }

    /// The block of a round.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn block(&self, round: u64) -> Result<Option<Block>, StoreError> {
        self.read(Column::Blocks, round)
    }

    /// The certificate that made the block of a round final here.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn certificate(&self, round: u64) -> Result<Option<UnverifiedCertificate>, StoreError> {
        self.read(Column::Certificates, round)
    }

    /// Block and certificate of a round.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or a record is damaged.
    pub fn final_block(&self, round: u64) -> Result<Option<FinalBlock>, StoreError> {
        let (block, certificate) = (self.block(round)?, self.certificate(round)?);
        Ok(block
            .zip(certificate)
            .map(|(block, certificate)| FinalBlock { block, certificate }))
    }

    fn read<T: Wire>(&self, column: Column, round: u64) -> Result<Option<T>, StoreError> {
        let Some(bytes) = self.store.get(column, &round.to_be_bytes())? else {
            return Ok(None);
        };
        let decoded = T::decode(&bytes);
        decoded
            .map(Some)
            .map_err(|_| corrupt(format!("{} {round}", column.name())))
    }

    /// Adds a final block to a batch, as the new head.
    pub fn append(batch: &mut Batch, block: &FinalBlock) {
        let round = block.block.header.round.to_be_bytes();
        batch.put(Column::Blocks, round, block.block.encode());
        batch.put(Column::Certificates, round, block.certificate.encode());
        batch.put(Column::Meta, HEAD, round);
    }

    /// Adds a signed checkpoint to a batch; `is_last` says that none with a greater number is stored.
    pub fn append_checkpoint(batch: &mut Batch, number: u64, signed: &SignedCheckpoint, is_last: bool) {
        batch.put(Column::Checkpoints, number.to_be_bytes(), signed.encode());
        if is_last {
            batch.put(Column::Meta, CHECKPOINT, number.to_be_bytes());
        }
    }

    /// A signed checkpoint; none for one that this node never saw signed.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn checkpoint(&self, number: u64) -> Result<Option<SignedCheckpoint>, StoreError> {
        self.read(Column::Checkpoints, number)
    }

    /// The number of the last signed checkpoint; 0 for none. Checkpoints before it may be missing.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    pub fn last_checkpoint(&self) -> Result<u64, StoreError> {
        self.number(CHECKPOINT)
    }

    /// Adds a fork to a batch.
    pub fn append_fork(batch: &mut Batch, round: u64, fork: &UnverifiedFork) {
        batch.put(Column::Forks, round.to_be_bytes(), fork.encode());
    }

    /// The fork of a round, if one was seen [FIN-6].
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn fork(&self, round: u64) -> Result<Option<UnverifiedFork>, StoreError> {
        self.read(Column::Forks, round)
    }

    /// The chain id that the store was made for, if it was used before.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    pub fn chain(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(Column::Meta, CHAIN)
    }

    /// The last registry stored at or before a round; only that of the genesis is stored, and blocks lead on from it.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or the record is damaged.
    pub fn registry(&self, round: u64) -> Result<Option<Registry>, StoreError> {
        let stored = self.store.scan(Column::Registry, &[], usize::MAX)?;
        let until = round.to_be_bytes();
        let Some((_, bytes)) = stored
            .into_iter()
            .rev()
            .find(|(key, _)| key.as_slice() <= until.as_slice())
        else {
            return Ok(None);
        };
        Registry::decode(&bytes)
            .map(Some)
            .map_err(|_| corrupt("registry".into()))
    }

    /// Notes the chain that the store is made for, and its first registry.
    ///
    /// # Errors
    /// [`StoreError`] when writing fails.
    pub fn begin(&self, chain: &Digest, registry: &Registry) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.put(Column::Meta, CHAIN, *chain.as_bytes());
        batch.put(Column::Registry, 0_u64.to_be_bytes(), registry.encode());
        self.store.write(batch, Durability::Synced)
    }
}

fn corrupt(what: String) -> StoreError {
    StoreError::Corrupt { what }
}
