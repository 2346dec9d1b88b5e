//! The key file: the seeds of a node's validators, readable by its owner only.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use klero_committee::ValidatorKeys;
use klero_finality::GenesisValidator;
use klero_sampling::vrf::{VrfError, VrfSuite};
use klero_sampling::{Digest, Domain, bls};
use klero_stake::OperatorSecret;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The keys of one node.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The network that the proofs of possession are for.
    pub network: String,
    /// The seed of the node's identity among peers, in hexadecimal.
    pub node_seed: Secret,
    /// The node's validators.
    pub validators: Vec<KeyEntry>,
}

/// One validator's seed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// The validator's id.
    pub id: Digest,
    /// The suite of its VRF key.
    pub vrf: VrfSuite,
    /// The seed of both keys, in hexadecimal.
    pub seed: Secret,
    /// The seed of the operator key, which moves the stake; none where it is kept elsewhere. With it a node reports
    /// offences and gives signs of life by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<Secret>,
}

/// Thirty-two secret bytes; hidden in debug output.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(#[serde(with = "klero_sampling::text")] [u8; 32]);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Secret {
    /// The given bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// Bytes from the system's randomness.
    ///
    /// # Errors
    /// When the system has none to give.
    pub fn random() -> std::io::Result<Self> {
        let mut bytes = [0; 32];
        std::io::Read::read_exact(&mut File::open("/dev/urandom")?, &mut bytes)?;
        Ok(Self(bytes))
    }

    /// The secret with a number, derived from this one: for test networks that are made from one seed.
    pub fn child(&self, number: u64) -> Self {
        Self(
            Domain::Keys
                .hasher()
                .bytes(&self.0)
                .bytes(&number.to_be_bytes())
                .finish()
                .0,
        )
    }
}

/// Why a key file was refused or could not be written.
#[derive(Debug, Error)]
pub enum KeyError {
    /// It cannot be read or written.
    #[error("key file {path}: {cause}")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Others may read it.
    #[error("key file {path} can be read by others (mode {mode:o}): run `chmod 600 {path}`")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is not what it should be.
    #[error("key file {path}: {cause}; make one with `klero keys new`")]
    Parse {
        /// Which file.
        path: PathBuf,
        /// Where and why.
        cause: serde_json::Error,
    },
    /// Another command changes it, or was killed while it did.
    #[error("key file {path} is being changed by another command; if none runs, remove {part} and retry")]
    Busy {
        /// Which file.
        path: PathBuf,
        /// Where the new one is written before it takes the old one's place.
        part: PathBuf,
    },
    /// A library has no key for a seed.
    #[error("{0}")]
    Key(#[from] VrfError),
}

impl KeyEntry {
    /// The validator of a seed, with a VRF key of `sr25519` and an operator key that follows from the seed as well;
    /// its id is the account of that key.
    pub fn from_seed(seed: Secret) -> Self {
        let operator = Domain::Keys
            .hasher()
            .bytes(seed.expose())
            .bytes(b"account")
            .finish();
        Self::of_operator(Secret::new(operator.0), seed)
    }

    /// Keys for the validator of an operator's account.
    pub fn of_operator(operator: Secret, seed: Secret) -> Self {
        Self {
            id: OperatorSecret::from_seed(operator.expose()).public().account(),
            vrf: VrfSuite::Sr25519,
            seed,
            operator: Some(operator),
        }
    }

    /// The operator key, if the file has it.
    pub fn operator(&self) -> Option<OperatorSecret> {
        let seed = self.operator.as_ref()?;
        Some(OperatorSecret::from_seed(seed.expose()))
    }

    /// The secret keys.
    ///
    /// # Errors
    /// [`VrfError`] when a library has no key for the seed.
    pub fn keys(&self) -> Result<ValidatorKeys, VrfError> {
        ValidatorKeys::from_seed(self.vrf, self.seed.expose())
    }

    /// The entry of a genesis for these keys with a stake, with its proof of possession.
    ///
    /// # Errors
    /// [`VrfError`] when a library has no key for the seed.
    pub fn genesis_validator(&self, network: &str, stake: u64) -> Result<GenesisValidator, VrfError> {
        let keys = self.keys()?;
        let binding = bls::possession::genesis_binding(network);
        Ok(GenesisValidator {
            id: self.id,
            stake,
            vote_key: keys.vote.public(),
            possession: bls::possession::prove(&keys.vote, &binding, &self.id),
            vrf_key: keys.vrf.public(),
        })
    }
}

impl KeyFile {
    /// Fresh keys for so many validators of a network, with ids that follow from their seeds.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate(network: &str, validators: usize) -> std::io::Result<Self> {
        let entry = |_| Ok(KeyEntry::from_seed(Secret::random()?));
        Ok(Self {
            network: network.into(),
            node_seed: Secret::random()?,
            validators: (0..validators).map(entry).collect::<std::io::Result<_>>()?,
        })
    }

    /// The same seeds, for VRF keys of another suite than `sr25519`.
    #[must_use]
    pub fn with_suite(mut self, suite: VrfSuite) -> Self {
        for entry in &mut self.validators {
            entry.vrf = suite;
        }
        self
    }

    /// The entries of a genesis for these validators, each with the same stake, in the order of their ids.
    ///
    /// # Errors
    /// [`VrfError`] when a library has no key for a seed.
    pub fn genesis_validators(&self, stake: u64) -> Result<Vec<GenesisValidator>, VrfError> {
        let entries = self.validators.iter();
        let mut validators: Vec<GenesisValidator> = entries
            .map(|entry| entry.genesis_validator(&self.network, stake))
            .collect::<Result<_, _>>()?;
        validators.sort_by_key(|validator| validator.id);
        Ok(validators)
    }

    /// Reads a key file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed or malformed.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        load_secret(path)
    }

    /// Writes a new key file that only its owner can read; never over an existing one.
    ///
    /// # Errors
    /// [`KeyError`] when it exists or cannot be written.
    pub fn create(&self, path: &Path) -> Result<(), KeyError> {
        create_secret(self, path)
    }

    /// Changes a key file: what `change` makes of it takes its place as a whole, or it stays as it is. Gives what
    /// `change` gives. Durable when it returns, so that a key may be registered then.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed, malformed, being changed by another command, or cannot be written.
    pub fn update<T>(path: &Path, change: impl FnOnce(&mut Self) -> T) -> Result<T, KeyError> {
        let io = |cause| KeyError::Io {
            path: path.to_owned(),
            cause,
        };
        // A link stays a link.
        let path = &path.canonicalize().map_err(io)?;
        let mut part = path.clone().into_os_string();
        part.push(".new");
        let part = PathBuf::from(part);
        // Its existence keeps others from changing what is read here.
        let file = match new_secret_file(&part) {
            Ok(file) => file,
            Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {
                let path = path.clone();
                return Err(KeyError::Busy { path, part });
            }
            Err(cause) => return Err(io(cause)),
        };
        let changed = Self::load(path).and_then(|mut keys| {
            let given = change(&mut keys);
            write_secret(&keys, path, file)?;
            std::fs::rename(&part, path).map_err(io)?;
            Ok(given)
        });
        if changed.is_err() {
            // What went wrong is told; a file that stays names itself next time.
            let _removed = std::fs::remove_file(&part);
        } else if let Some(directory) = path.parent() {
            File::open(directory)
                .and_then(|directory| directory.sync_all())
                .map_err(io)?;
        }
        changed
    }
}

/// Reads a file of secrets that only its owner can read.
pub(crate) fn load_secret<T: DeserializeOwned>(path: &Path) -> Result<T, KeyError> {
    let io = |cause| KeyError::Io {
        path: path.to_owned(),
        cause,
    };
    let mode = std::fs::metadata(path).map_err(io)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(KeyError::Exposed {
            path: path.to_owned(),
            mode,
        });
    }
    let text = std::fs::read_to_string(path).map_err(io)?;
    serde_json::from_str(&text).map_err(|cause| KeyError::Parse {
        path: path.to_owned(),
        cause,
    })
}

/// Writes secrets to a new file that only its owner can read; never over an existing one.
pub(crate) fn create_secret<T: Serialize>(secret: &T, path: &Path) -> Result<(), KeyError> {
    let file = new_secret_file(path).map_err(|cause| KeyError::Io {
        path: path.to_owned(),
        cause,
    })?;
    write_secret(secret, path, file)
}

fn new_secret_file(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Writes secrets to a file that is, or becomes, the one at a path.
fn write_secret<T: Serialize>(secret: &T, path: &Path, mut file: File) -> Result<(), KeyError> {
    let text = serde_json::to_string_pretty(secret).map_err(|cause| KeyError::Parse {
        path: path.to_owned(),
        cause,
    })?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|cause| KeyError::Io {
            path: path.to_owned(),
            cause,
        })
}
