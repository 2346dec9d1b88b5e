//! Why keys were refused or could not be written.

use std::path::PathBuf;

use klero_sampling::vrf::VrfError;
use thiserror::Error;

use super::keystore::KeystoreError;
use super::mnemonic::MnemonicError;

/// Why a file of secrets was refused or could not be written.
#[derive(Debug, Error)]
pub enum KeyError {
    /// It cannot be read or written.
    #[error("{what} {path}: {cause}")]
    Io {
        /// What the file is.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Others may read or change it \[E10\].
    #[error("{what} {path} can be read by others (mode {mode:o}): run `chmod 600 {path}`")]
    Exposed {
        /// What the file is.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// Everyone may put another file in its place.
    #[error(
        "everyone can put another file in the place of {what} {path} (directory mode {mode:o}): run `chmod o-w {directory}`"
    )]
    Replaceable {
        /// What the file is.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// The directory that it lies in.
        directory: PathBuf,
        /// The directory's mode.
        mode: u32,
    },
    /// It is not what it should be.
    #[error("{what} {path}: {cause}; make one with `klero keys new`")]
    Parse {
        /// What the file is.
        what: &'static str,
        /// Which file.
        path: PathBuf,
        /// Where and why.
        cause: serde_json::Error,
    },
    /// It is encrypted, and no password was given.
    #[error(
        "key file {path} is encrypted: give the file of its password with --password-file, or to a node with \
         `password_file` under `[keys]` of its node.toml"
    )]
    Locked {
        /// Which file.
        path: PathBuf,
    },
    /// It cannot be decrypted.
    #[error("key file {path}: {cause}")]
    Keystore {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: KeystoreError,
    },
    /// A password that is none.
    #[error("password file {path}: {cause}; write one line of text into it")]
    Password {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: &'static str,
    },
    /// Words that are no mnemonic.
    #[error("mnemonic {path}: {cause}")]
    Mnemonic {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: MnemonicError,
    },
    /// Another command changes it, or was killed while it did.
    #[error("key file {path} is being changed by another command; if none runs, remove {part} and retry")]
    Busy {
        /// Which file.
        path: PathBuf,
        /// Where the new one is written before it takes the old one's place.
        part: PathBuf,
    },
    /// The system has no randomness to give.
    #[error("the system has no randomness to give (/dev/urandom): {0}")]
    Randomness(std::io::Error),
    /// A library has no key for a seed.
    #[error("{0}")]
    Key(#[from] VrfError),
}
