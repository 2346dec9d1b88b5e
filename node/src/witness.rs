//! The witness: a small file beside the database that tells whether the vote log in it is the newest of its keys [BA-9].
//!
//! A log may be damaged so that it reads well: a copy of the directory from yesterday, or a file whose end is cut off. The
//! witness holds the number of the last log entry, and names itself by inode and time of birth, which a copy does not
//! share. A log that lacks entries of which the witness knows, or that stands beside a copy of it, is worth no more than
//! none. The witness is written after the log, before anything is sent; without a sync of its own, so that after a loss
//! of power it may be behind the log, never ahead of it.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::time::UNIX_EPOCH;

use klero_sampling::Domain;

use crate::store::StoreError;

const MAGIC: &[u8; 8] = b"klero w1";
/// The bytes of a record: the magic, three numbers, a part of their hash.
const RECORD: usize = 40;
/// Two records are written in turns, so that one is whole whenever the machine stops.
const PLACES: [u64; 2] = [0, 512];

/// Why a log may not be the newest of its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// There is no witness beside it.
    NoWitness,
    /// The witness cannot be read.
    Damaged,
    /// The directory is a copy.
    Copied,
    /// Entries are missing.
    Behind {
        /// The number of the last entry there is.
        log: u64,
        /// The number of the last entry there was.
        witness: u64,
    },
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoWitness => f.write_str("the file `witness` beside the vote log is gone"),
            Self::Damaged => f.write_str("the file `witness` beside the vote log is damaged"),
            Self::Copied => {
                f.write_str("the data directory is a copy, and the original may have voted since")
            }
            Self::Behind { log, witness } => write!(
                f,
                "the vote log ends with entry {log}, but entry {witness} was written: its end is lost"
            ),
        }
    }
}

/// What the witness of an earlier life says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Testimony {
    Nothing,
    Unreadable,
    OfAnother,
    Last(u64),
}

/// The file.
pub(crate) struct Witness {
    file: File,
    identity: [u64; 2],
    testimony: Testimony,
    turn: usize,
}

impl Witness {
    /// Opens the witness in a data directory, or makes an empty one.
    ///
    /// # Errors
    /// When the file cannot be opened or read.
    pub(crate) fn open(path: &Path) -> std::io::Result<Self> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.mode(0o600).open(path)?;
        let metadata = file.metadata()?;
        let born = metadata.created().ok();
        let born = born.and_then(|born| born.duration_since(UNIX_EPOCH).ok());
        let born = born.map_or(0, |age| u64::try_from(age.as_nanos()).unwrap_or(u64::MAX));
        let identity = [metadata.ino(), born];
        let testimony = read(&file, metadata.len(), identity)?;
        Ok(Self {
            file,
            identity,
            testimony,
            turn: 0,
        })
    }

    /// Why a log whose last entry has this number may not be the newest.
    pub(crate) const fn doubt(&self, log: u64) -> Option<Doubt> {
        match self.testimony {
            Testimony::Nothing => Some(Doubt::NoWitness),
            Testimony::Unreadable => Some(Doubt::Damaged),
            Testimony::OfAnother => Some(Doubt::Copied),
            Testimony::Last(witness) if witness > log => Some(Doubt::Behind { log, witness }),
            Testimony::Last(_) => None,
        }
    }

    /// Notes the last entry of the log.
    ///
    /// # Errors
    /// [`StoreError::Failed`] when it cannot be written; then nothing may be sent.
    pub(crate) fn note(&mut self, entry: u64) -> Result<(), StoreError> {
        let record = encode(entry, self.identity);
        let place = PLACES.get(self.turn).copied().unwrap_or_default();
        self.file
            .write_all_at(&record, place)
            .map_err(|error| StoreError::Failed(format!("the witness of the vote log: {error}")))?;
        self.turn = (self.turn + 1) % PLACES.len();
        self.testimony = Testimony::Last(entry);
        Ok(())
    }
}

fn encode(entry: u64, identity: [u64; 2]) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    let numbers = [entry, identity[0], identity[1]].map(u64::to_le_bytes);
    record[..8].copy_from_slice(MAGIC);
    record[8..32].copy_from_slice(&numbers.concat());
    let check = Domain::Witness.digest_bytes(&record[..32]);
    record[32..].copy_from_slice(&check.as_bytes()[..8]);
    record
}

/// The newest whole record.
fn read(file: &File, length: u64, identity: [u64; 2]) -> std::io::Result<Testimony> {
    if length == 0 {
        return Ok(Testimony::Nothing);
    }
    let mut newest = None;
    for place in PLACES {
        let mut record = [0; RECORD];
        match file.read_exact_at(&mut record, place) {
            Ok(()) => {}
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => continue,
            Err(error) => return Err(error),
        }
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&record[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let (entry, of) = (number(8), [number(16), number(24)]);
        if encode(entry, of) == record {
            newest = newest.max(Some((entry, of)));
        }
    }
    Ok(match newest {
        None => Testimony::Unreadable,
        Some((_, of)) if of != identity => Testimony::OfAnother,
        Some((entry, _)) => Testimony::Last(entry),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(directory: &Path) -> Witness {
        Witness::open(&directory.join("witness")).unwrap()
    }

    /// [BA-9]
    #[test]
    fn a_witness_remembers_the_last_entry() {
        let directory = tempfile::tempdir().unwrap();
        let mut witness = at(directory.path());
        assert_eq!(witness.doubt(0), Some(Doubt::NoWitness));
        for entry in 1..=5 {
            witness.note(entry).unwrap();
        }
        let witness = at(directory.path());
        assert_eq!(witness.doubt(5), None);
        assert_eq!(witness.doubt(6), None, "after a loss of power it may be behind");
        assert_eq!(witness.doubt(4), Some(Doubt::Behind { log: 4, witness: 5 }));
    }

    /// [E2]
    #[test]
    fn a_copy_is_not_the_original() {
        let directory = tempfile::tempdir().unwrap();
        at(directory.path()).note(3).unwrap();
        let original = directory.path().join("witness");
        let copy = directory.path().join("copy");
        std::fs::copy(&original, &copy).unwrap();
        assert_eq!(Witness::open(&copy).unwrap().doubt(3), Some(Doubt::Copied));
        std::fs::rename(&copy, &original).unwrap();
        assert_eq!(at(directory.path()).doubt(3), Some(Doubt::Copied), "put back");
    }

    /// Moving a directory is no copy.
    #[test]
    fn a_moved_witness_is_the_original() {
        let directory = tempfile::tempdir().unwrap();
        at(directory.path()).note(3).unwrap();
        let moved = directory.path().join("moved");
        std::fs::rename(directory.path().join("witness"), &moved).unwrap();
        assert_eq!(Witness::open(&moved).unwrap().doubt(3), None);
    }

    /// [E3] Cut at any byte, or with any bit flipped, the witness tells less than it knew, never more: the other record is
    /// one entry older.
    #[test]
    fn a_damaged_witness_vouches_for_nothing_it_did_not_see() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("witness");
        let mut witness = at(directory.path());
        for entry in 1..=4 {
            witness.note(entry).unwrap();
        }
        let whole = std::fs::read(&path).unwrap();
        let damaged = |bytes: &[u8]| {
            let file = OpenOptions::new().write(true).truncate(true).open(&path).unwrap();
            file.write_all_at(bytes, 0).unwrap();
            at(directory.path()).doubt(2)
        };
        assert_eq!(damaged(&whole), Some(Doubt::Behind { log: 2, witness: 4 }));
        for length in 0..whole.len() {
            let doubt = damaged(&whole[..length]);
            assert!(doubt.is_some(), "cut at {length}");
        }
        for bit in 0..8 * whole.len() {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(damaged(&bytes).is_some(), "bit {bit}");
        }
    }
}
