//! A log that is cut or flipped on the disk [E3]: it is refused, doubted, or whole; it never reads well with less in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use klero_sampling::Digest;

use super::tests::{bundle, snapshot};
use super::{Entry, Standing, VoteLog};
use crate::store::{RocksStore, Store};
use crate::witness::Witness;

const ENTRIES: u32 = 6;
/// Every so many bytes the log is damaged; a prime, so that all places within RocksDB's records are hit.
const STRIDE: usize = 23;

fn id() -> impl Iterator<Item = Digest> {
    [Digest([1; 32])].into_iter()
}

/// A directory with a log of some entries; gives the file that holds them.
fn written(directory: &Path) -> PathBuf {
    let store: Arc<dyn Store> = Arc::new(RocksStore::open(&directory.join("db")).unwrap());
    let witness = Witness::open(&directory.join("witness")).unwrap();
    let mut log = VoteLog::new(store).witnessed_by(Some(witness));
    log.begin(id()).unwrap();
    for period in 0..ENTRIES {
        let entry = Entry {
            snapshot: snapshot(period),
            votes: &[bundle(period)],
            proposal: None,
            certificates: Vec::new(),
            blocks: Vec::new(),
        };
        log.append(&entry).unwrap();
    }
    drop(log);
    let files = std::fs::read_dir(directory.join("db")).unwrap();
    let files = files.map(|entry| entry.unwrap().path());
    let logs = files.filter(|path| path.extension().is_some_and(|extension| extension == "log"));
    logs.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
}

/// What comes of a log whose file holds these bytes.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    /// The database does not open, or the log does not read: the node does not start.
    Refused,
    /// The node starts and is silent.
    Doubted,
    /// The node goes on, with every vote that it cast.
    Whole,
}

fn outcome(directory: &Path, log: &Path, bytes: &[u8]) -> Outcome {
    // RocksDB rewrites its files when it opens; each case begins with those that were written first.
    let case = tempfile::tempdir_in(directory).unwrap();
    for entry in std::fs::read_dir(directory.join("db")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, case.path().join(path.file_name().unwrap())).unwrap();
    }
    std::fs::write(case.path().join(log.file_name().unwrap()), bytes).unwrap();
    let Ok(store) = RocksStore::open(case.path()) else {
        return Outcome::Refused;
    };
    let witness = Witness::open(&directory.join("witness")).unwrap();
    let mut log = VoteLog::new(Arc::new(store)).witnessed_by(Some(witness));
    match log.standing(id()) {
        Err(_) => return Outcome::Refused,
        Ok(Standing::Elsewhere | Standing::Doubtful(_)) => return Outcome::Doubted,
        Ok(Standing::Kept | Standing::NeverVoted) => {}
    }
    let Ok(recovered) = log.recover() else {
        return Outcome::Refused;
    };
    assert_eq!(recovered.votes, (0..ENTRIES).map(bundle).collect::<Vec<_>>());
    assert_eq!(recovered.snapshot, Some(snapshot(ENTRIES - 1)));
    Outcome::Whole
}

/// [E3]
#[test]
fn a_log_cut_anywhere_is_doubted() {
    let directory = tempfile::tempdir().unwrap();
    let log = written(directory.path());
    let whole = std::fs::read(&log).unwrap();
    assert_eq!(outcome(directory.path(), &log, &whole), Outcome::Whole);
    for length in (0..whole.len()).step_by(STRIDE).chain([whole.len() - 1]) {
        let found = outcome(directory.path(), &log, &whole[..length]);
        assert_ne!(found, Outcome::Whole, "cut to {length} of {} bytes", whole.len());
    }
}

/// [E3]
#[test]
fn a_log_flipped_anywhere_is_refused_or_doubted() {
    let directory = tempfile::tempdir().unwrap();
    let log = written(directory.path());
    let whole = std::fs::read(&log).unwrap();
    for (number, place) in (0..whole.len()).step_by(STRIDE).enumerate() {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (number % 8);
        let found = outcome(directory.path(), &log, &bytes);
        assert_ne!(found, Outcome::Whole, "byte {place} of {}", whole.len());
    }
}
