//! Files of secrets: their owner's alone from the first byte on, written as a whole or not at all.

use std::fs::{File, Metadata};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::KeyError;

/// Everyone may write to a directory, and remove there what is not theirs.
const WRITABLE: u32 = 0o002;
const STICKY: u32 = 0o1000;

fn io(what: &'static str, path: &Path) -> impl Fn(std::io::Error) -> KeyError {
    move |cause| KeyError::Io {
        what,
        path: path.to_owned(),
        cause,
    }
}

/// Reads a file that only its owner can read [E10]. The mode is that of the file that is read, whatever takes its place
/// meanwhile.
pub(crate) fn read(what: &'static str, path: &Path) -> Result<Zeroizing<String>, KeyError> {
    let mut file = File::open(path).map_err(io(what, path))?;
    let metadata = file.metadata().map_err(io(what, path))?;
    check(what, path, &metadata)?;
    // As long as the file, so that no shorter copy of a part is left behind.
    let length = usize::try_from(metadata.len()).unwrap_or_default();
    let mut text = Zeroizing::new(String::with_capacity(length.saturating_add(1)));
    file.read_to_string(&mut text).map_err(io(what, path))?;
    Ok(text)
}

fn check(what: &'static str, path: &Path, metadata: &Metadata) -> Result<(), KeyError> {
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let path = path.to_owned();
        return Err(KeyError::Exposed { what, path, mode });
    }
    let directory = directory(path);
    let of_directory = std::fs::metadata(directory).map_err(io(what, path))?;
    let mode = of_directory.permissions().mode() & 0o7777;
    if mode & WRITABLE != 0 && mode & STICKY == 0 {
        return Err(KeyError::Replaceable {
            what,
            path: path.to_owned(),
            directory: directory.to_owned(),
            mode,
        });
    }
    Ok(())
}

fn directory(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Writes a new file, never over another one. It is there as a whole, and durable, or not at all.
pub(crate) fn create(what: &'static str, path: &Path, text: &str) -> Result<(), KeyError> {
    let exists = || io(what, path)(std::io::ErrorKind::AlreadyExists.into());
    if path.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let part = Part::new(what, path)?;
    part.write(what, text)?;
    // Unlike renaming, a second name is never taken from another file.
    match std::fs::hard_link(&part.path, path) {
        Ok(()) => {}
        Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists()),
        // A file system without second names.
        Err(_) if path.symlink_metadata().is_err() => part.rename(what, path)?,
        Err(cause) => return Err(io(what, path)(cause)),
    }
    drop(part);
    sync_directory(what, path)
}

/// A file that becomes, or replaces, another one; while it is there nobody else begins to.
#[derive(Debug)]
pub(super) struct Part {
    path: PathBuf,
}

impl Part {
    /// Takes the place beside a file where its successor is written.
    pub(super) fn new(what: &'static str, path: &Path) -> Result<Self, KeyError> {
        let mut part = path.to_owned().into_os_string();
        part.push(".new");
        let part = PathBuf::from(part);
        let mut options = File::options();
        match options.write(true).create_new(true).mode(0o600).open(&part) {
            Ok(_) => Ok(Self { path: part }),
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                let path = path.to_owned();
                Err(KeyError::Busy { path, part })
            }
            Err(cause) => Err(io(what, path)(cause)),
        }
    }

    /// Writes and syncs the text.
    pub(super) fn write(&self, what: &'static str, text: &str) -> Result<(), KeyError> {
        let written = File::options()
            .write(true)
            .open(&self.path)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
        written.map_err(io(what, &self.path))
    }

    /// Takes the place of a file.
    fn rename(&self, what: &'static str, path: &Path) -> Result<(), KeyError> {
        std::fs::rename(&self.path, path).map_err(io(what, path))
    }

    /// Takes the place of a file, durably.
    pub(super) fn replace(self, what: &'static str, path: &Path) -> Result<(), KeyError> {
        self.rename(what, path)?;
        sync_directory(what, path)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // One that took its place is gone; one that stays names itself next time.
        let _removed = std::fs::remove_file(&self.path);
    }
}

/// A file that was synced can vanish with its directory's entry.
fn sync_directory(what: &'static str, path: &Path) -> Result<(), KeyError> {
    File::open(directory(path))
        .and_then(|directory| directory.sync_all())
        .map_err(io(what, path))
}
