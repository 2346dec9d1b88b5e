//! How full the disk is: measured now and then, for the metrics.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};

use crate::metrics::Metrics;

/// How often it is measured.
const EVERY: Duration = Duration::from_secs(10);

/// The thread that measures. It ends by itself once this is dropped.
pub(crate) struct DiskWatch(#[expect(dead_code, reason = "the thread ends when it is dropped")] Sender<()>);

impl DiskWatch {
    /// Measures the data directory and the disk that it lies on, the first time before this returns.
    pub(crate) fn spawn(data: PathBuf, metrics: Arc<Metrics>) -> std::io::Result<Self> {
        let (stop, stopped) = bounded::<()>(0);
        measure(&data, &metrics);
        std::thread::Builder::new()
            .name("disk".into())
            .spawn(move || until(&data, &metrics, &stopped))?;
        Ok(Self(stop))
    }
}

fn until(data: &Path, metrics: &Metrics, stopped: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(EVERY) {
        measure(data, metrics);
    }
}

fn measure(data: &Path, metrics: &Metrics) {
    match rustix::fs::statvfs(data) {
        Ok(disk) => metrics.set_disk(disk.f_bavail.saturating_mul(disk.f_frsize), length(data)),
        Err(error) => tracing::debug!(%error, "the disk's free space cannot be read"),
    }
}

/// The bytes of all files below a directory. What vanishes meanwhile counts nothing.
fn length(directory: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    let lengths = entries.flatten().map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => length(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    });
    lengths.fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_in_directories_count() {
        let here = tempfile::tempdir().unwrap();
        std::fs::create_dir(here.path().join("db")).unwrap();
        std::fs::write(here.path().join("db/a"), [0; 700]).unwrap();
        std::fs::write(here.path().join("b"), [0; 50]).unwrap();
        assert_eq!(length(here.path()), 750);
        assert_eq!(length(&here.path().join("nowhere")), 0);
        let metrics = Metrics::new();
        measure(here.path(), &metrics);
        let page = metrics.encode();
        assert!(page.lines().any(|line| line == "klero_data_bytes 750"), "{page}");
        assert!(
            !page.lines().any(|line| line == "klero_disk_free_bytes 0"),
            "{page}"
        );
    }
}
