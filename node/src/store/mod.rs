//! Storage: ordered keys in columns, written in batches that hold as a whole or not at all.
//!
//! Two implementations, one behaviour: [`RocksStore`] for nodes and [`MemoryStore`] for tests. The same test
//! suite runs on both.

mod memory;
mod rocks;

use thiserror::Error;

pub use memory::MemoryStore;
pub use rocks::RocksStore;

/// A column: a key space of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// Final blocks by round.
    Blocks,
    /// Their certificates by round.
    Certificates,
    /// Registries by round.
    Registry,
    /// Headers by round, with the parts of their registry roots.
    Footprints,
    /// State snapshots by round, in parts.
    Snapshots,
    /// Signed checkpoints by number.
    Checkpoints,
    /// Forks by round [FIN-6].
    Forks,
    /// The vote log [BA-9].
    Log,
    /// The application's own.
    Application,
    /// Everything else that is one value.
    Meta,
}

impl Column {
    /// All columns.
    pub const ALL: [Self; 10] = [
        Self::Blocks,
        Self::Certificates,
        Self::Registry,
        Self::Footprints,
        Self::Snapshots,
        Self::Checkpoints,
        Self::Forks,
        Self::Log,
        Self::Application,
        Self::Meta,
    ];

    /// The column's name on disk.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Certificates => "certificates",
            Self::Registry => "registry",
            Self::Footprints => "footprints",
            Self::Snapshots => "snapshots",
            Self::Checkpoints => "checkpoints",
            Self::Forks => "forks",
            Self::Log => "log",
            Self::Application => "application",
            Self::Meta => "meta",
        }
    }
}

/// One change of a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Writes a key.
    Put(Column, Vec<u8>, Vec<u8>),
    /// Removes a key.
    Delete(Column, Vec<u8>),
}

/// Changes that hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    changes: Vec<Change>,
}

impl Batch {
    /// Writes a key.
    pub fn put(&mut self, column: Column, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        self.changes.push(Change::Put(column, key.into(), value.into()));
    }

    /// Removes a key.
    pub fn delete(&mut self, column: Column, key: impl Into<Vec<u8>>) {
        self.changes.push(Change::Delete(column, key.into()));
    }

    /// The changes in their order.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }
}

/// Whether a write is on the disk when the call returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// On the disk: survives the machine.
    Synced,
    /// With the operating system: survives the process. A later synced write makes it durable too.
    Buffered,
}

/// Why the store failed. A node that cannot write stops voting.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("cannot open the database in {path}: {cause}")]
    Open {
        /// Where.
        path: String,
        /// Why, and what helps.
        cause: String,
    },
    /// There is no space for a write. Reading goes on, and so does writing once there is space again.
    #[error("the disk is full ({0}): free 100 MiB or more, and the node goes on by itself")]
    Full(String),
    /// Reading or writing failed.
    #[error("the database failed: {0}; check the disk, then start the node again")]
    Failed(String),
    /// What was read is not what was written.
    #[error("the database holds a malformed {what}: restore it, or sync anew into an empty directory")]
    Corrupt {
        /// Which record.
        what: String,
    },
}

/// Ordered keys in columns.
pub trait Store: Send + Sync + 'static {
    /// The value of a key.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError>;

    /// At most `limit` entries from `start` on, keys ascending.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    #[allow(clippy::type_complexity, reason = "a pair of bytes needs no name")]
    fn scan(&self, column: Column, start: &[u8], limit: usize)
    -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError>;

    /// Writes a batch.
    ///
    /// # Errors
    /// [`StoreError`] when writing fails; then nothing of the batch was written. After [`StoreError::Full`] a later write may
    /// succeed; after any other error nobody tries again.
    fn write(&self, batch: Batch, durability: Durability) -> Result<(), StoreError>;
}
