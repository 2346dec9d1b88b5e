//! A database with a flipped bit: it says so, or it is whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use klero_node::BlockStore;
use klero_node::finality::{FinalBlock, Profile};
use klero_node::store::RocksStore;

use crate::cluster::{Cluster, quick};

/// In each file bits are flipped in so many places.
const PLACES: usize = 12;

fn files(directory: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.collect();
    files.sort();
    files
}

/// Every final block, or the first error.
fn read(directory: &Path) -> Result<Vec<FinalBlock>, String> {
    let store = RocksStore::open(directory).map_err(|error| error.to_string())?;
    let blocks = BlockStore::new(Arc::new(store));
    let head = blocks.head().map_err(|error| error.to_string())?;
    let block = |round| match blocks.final_block(round) {
        Ok(Some(block)) => Ok(block),
        Ok(None) => Err(format!("no block {round}")),
        Err(error) => Err(error.to_string()),
    };
    (1..=head).map(block).collect()
}

/// [E6] What is read from a damaged database is what was written, or an error. Nothing but the last rounds may be gone, and
/// only as if they had not been written.
#[test]
fn a_flipped_bit_in_any_database_file_is_never_believed() {
    let mut cluster = Cluster::new(1, 1, quick(Profile::full()));
    cluster.start(0);
    cluster.wait_for(10, Duration::from_secs(60));
    cluster.stop(0);
    // Once more, so that there is a table beside the log.
    cluster.start(0);
    cluster.wait_for(15, Duration::from_secs(60));
    cluster.stop(0);
    let whole = cluster.data(0).join("db");
    let work = tempfile::tempdir().unwrap();
    let copied = |flip: Option<(&Path, usize)>| {
        let place = tempfile::tempdir_in(work.path()).unwrap();
        for file in files(&whole) {
            let mut bytes = std::fs::read(&file).unwrap();
            if let Some((_, at)) = flip.filter(|(flipped, _)| *flipped == file) {
                bytes[at] ^= 1 << (at % 8);
            }
            std::fs::write(place.path().join(file.file_name().unwrap()), bytes).unwrap();
        }
        read(place.path())
    };
    let written = copied(None).unwrap();
    assert!(written.len() >= 15);
    let (mut refused, mut tried) = (0, 0);
    for file in files(&whole) {
        let length = usize::try_from(file.metadata().unwrap().len()).unwrap();
        for number in 0..PLACES.min(length) {
            tried += 1;
            match copied(Some((&file, number * length / PLACES.min(length)))) {
                Ok(read) => assert_eq!(read, written[..read.len()], "{}", file.display()),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(
        refused > PLACES && refused < tried,
        "{refused} of {tried} were refused"
    );
}
