//! The keys of a node, and the files that hold them: readable by their owner only, encrypted but on test networks.
//!
//! A validator has a key that votes and one that draws; a node has an identity among its peers; an account has an
//! operator key, which alone moves its stake. The operator key may lie in a file of its own, which the node need not have.

mod error;
mod kdf;
mod keystore;
mod mnemonic;
mod password;
mod plain;
mod sealed;
mod secret;
pub(crate) mod secret_file;

use std::path::Path;

use klero_committee::ValidatorKeys;
use klero_finality::GenesisValidator;
use klero_sampling::vrf::{VrfError, VrfSecretKey, VrfSuite};
use klero_sampling::{Digest, bls};
use klero_stake::OperatorSecret;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

pub use error::KeyError;
pub use kdf::Kdf;
pub use keystore::{About, Keystore, KeystoreError, Sealer};
pub use mnemonic::{Mnemonic, MnemonicError};
pub use password::Password;
use plain::Plain;
use sealed::{SealError, Sealed};
pub use secret::Secret;

/// What errors call the file.
const WHAT: &str = "key file";

/// The keys of one node, or the operator keys of its accounts.
#[derive(Debug, Clone)]
pub struct KeyFile {
    /// The network that the proofs of possession are for.
    pub network: String,
    /// The seed of the node's identity among peers; none in a file of operator keys.
    pub node_seed: Option<Secret>,
    /// The node's validators. One whose keys are being replaced has two entries, the newest last.
    pub validators: Vec<KeyEntry>,
    /// The seeds of operator keys. A node that has them reports offences and gives signs of life by itself.
    pub operators: Vec<Secret>,
}

/// One validator's keys.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEntry {
    /// The validator's id.
    pub id: Digest,
    /// The suite of its VRF key.
    pub vrf: VrfSuite,
    /// The scalar of the vote key, most significant byte first.
    pub vote: Secret,
    /// The seed of the VRF key.
    pub draw: Secret,
    /// Where in a tree of keys they stand, such as `m/12381/1/0`; empty where they are random.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub path: String,
}

/// What a key file tells without its password. Nothing protects it from whoever can write the file.
#[derive(Debug)]
pub struct PublicPart {
    /// The network that the proofs of possession are for.
    pub network: String,
    /// Whether the secrets are encrypted.
    pub is_encrypted: bool,
    /// The validators, as in [`KeyFile::validators`], each with its vote key in hexadecimal digits.
    pub validators: Vec<(Digest, VrfSuite, String)>,
    /// The accounts whose operator keys it has.
    pub operators: Vec<Digest>,
}

/// The account of an operator key.
pub fn account(operator: &Secret) -> Digest {
    OperatorSecret::from_seed(operator.expose()).public().account()
}

impl KeyEntry {
    /// Keys that follow from one seed.
    ///
    /// # Errors
    /// [`VrfError`] when a library has no key for the seed.
    pub fn of_seed(id: Digest, vrf: VrfSuite, seed: &Secret) -> Result<Self, VrfError> {
        let material = seed.derived(b"vote");
        let vote = bls::SecretKey::from_seed(material.expose()).map_err(|_| VrfError::BadKey(vrf))?;
        let mut scalar = vote.to_bytes();
        let entry = Self {
            id,
            vrf,
            vote: Secret::new(scalar),
            draw: seed.derived(b"vrf "),
            path: String::new(),
        };
        scalar.zeroize();
        Ok(entry)
    }

    /// The secret keys.
    ///
    /// # Errors
    /// [`VrfError`] when a secret is none of a key.
    pub fn keys(&self) -> Result<ValidatorKeys, VrfError> {
        Ok(ValidatorKeys {
            vote: bls::SecretKey::from_bytes(self.vote.expose()).map_err(|_| VrfError::BadKey(self.vrf))?,
            vrf: VrfSecretKey::from_seed(self.vrf, self.draw.expose())?,
        })
    }

    /// The entry of a genesis for these keys with a stake, with its proof of possession.
    ///
    /// # Errors
    /// [`VrfError`] when a secret is none of a key.
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

    /// The path of one of its keys; empty where they are random.
    fn path_of(&self, purpose: u32) -> String {
        if self.path.is_empty() {
            String::new()
        } else {
            format!("{}/{purpose}", self.path)
        }
    }
}

impl KeyFile {
    /// A node with a new identity and no validators.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] when the system has none to give.
    pub fn empty(network: &str) -> Result<Self, KeyError> {
        Ok(Self {
            network: network.into(),
            node_seed: Some(Secret::random().map_err(KeyError::Randomness)?),
            validators: Vec::new(),
            operators: Vec::new(),
        })
    }

    /// Fresh keys for so many validators of a network, with VRF keys of `sr25519`, and for their accounts.
    ///
    /// # Errors
    /// [`KeyError`] when the system has no randomness to give.
    pub fn generate(network: &str, validators: usize) -> Result<Self, KeyError> {
        let mut keys = Self::empty(network)?;
        for _ in 0..validators {
            keys.add(&Secret::random().map_err(KeyError::Randomness)?)?;
        }
        Ok(keys)
    }

    /// Adds the validator of a seed, with a VRF key of `sr25519`, and the operator key that follows from the seed as well;
    /// the validator's id is the account of that key.
    ///
    /// # Errors
    /// [`VrfError`] when a library has no key for the seed.
    pub fn add(&mut self, seed: &Secret) -> Result<&KeyEntry, VrfError> {
        let operator = seed.derived(b"account");
        let entry = KeyEntry::of_seed(account(&operator), VrfSuite::Sr25519, seed)?;
        self.operators.push(operator);
        // Its place is known.
        let place = self.validators.len();
        self.validators.push(entry);
        self.validators
            .get(place)
            .ok_or(VrfError::BadKey(VrfSuite::Sr25519))
    }

    /// The same seeds, for VRF keys of another suite than `sr25519`.
    #[must_use]
    pub fn with_suite(mut self, suite: VrfSuite) -> Self {
        for entry in &mut self.validators {
            entry.vrf = suite;
        }
        self
    }

    /// Takes the operator keys out, for a file of their own.
    #[must_use]
    pub fn take_operators(&mut self) -> Self {
        Self {
            network: self.network.clone(),
            node_seed: None,
            validators: Vec::new(),
            operators: std::mem::take(&mut self.operators),
        }
    }

    /// The operator key of an account, if the file has it.
    pub fn operator(&self, account: &Digest) -> Option<OperatorSecret> {
        let mut keys = self
            .operators
            .iter()
            .map(|seed| OperatorSecret::from_seed(seed.expose()));
        keys.find(|key| key.public().account() == *account)
    }

    /// The accounts that it has keys of, in their order.
    pub fn accounts(&self) -> Vec<Digest> {
        let validators = self.validators.iter().map(|entry| entry.id);
        let mut accounts: Vec<Digest> = validators.chain(self.operators.iter().map(account)).collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// The entries of a genesis for these validators, each with the same stake, in the order of their ids.
    ///
    /// # Errors
    /// [`VrfError`] when a secret is none of a key.
    pub fn genesis_validators(&self, stake: u64) -> Result<Vec<GenesisValidator>, VrfError> {
        let entries = self.validators.iter();
        let mut validators: Vec<GenesisValidator> = entries
            .map(|entry| entry.genesis_validator(&self.network, stake))
            .collect::<Result<_, _>>()?;
        validators.sort_by_key(|validator| validator.id);
        Ok(validators)
    }

    /// Reads a key file that is not encrypted.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed, malformed or encrypted.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        Self::open(path, None)
    }

    /// Reads a key file that only its owner can read; the password is for one that is encrypted.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed, malformed, or encrypted by another password.
    pub fn open(path: &Path, password: Option<&Password>) -> Result<Self, KeyError> {
        match (read(path)?, password) {
            (Form::Plain(keys), _) => Ok(keys),
            (Form::Sealed(sealed), Some(password)) => {
                sealed::open(&sealed, password).map_err(|cause| KeyError::Keystore {
                    path: path.to_owned(),
                    cause,
                })
            }
            (Form::Sealed(_), None) => Err(KeyError::Locked {
                path: path.to_owned(),
            }),
        }
    }

    /// What a key file tells without its password.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed or malformed.
    pub fn public_part(path: &Path) -> Result<PublicPart, KeyError> {
        match read(path)? {
            Form::Sealed(sealed) => {
                let entries = sealed.validators.into_iter();
                Ok(PublicPart {
                    network: sealed.network,
                    is_encrypted: true,
                    validators: entries
                        .map(|entry| (entry.id, entry.vrf, entry.vote.pubkey))
                        .collect(),
                    operators: sealed.operators.iter().map(|sealed| sealed.account).collect(),
                })
            }
            Form::Plain(keys) => {
                let public = |entry: &KeyEntry| {
                    let vote = sealed::vote_text(&entry.keys()?.vote);
                    Ok((entry.id, entry.vrf, vote))
                };
                let validators = keys.validators.iter().map(public);
                Ok(PublicPart {
                    is_encrypted: false,
                    validators: validators.collect::<Result<_, KeyError>>()?,
                    operators: keys.operators.iter().map(account).collect(),
                    network: keys.network,
                })
            }
        }
    }

    /// Writes a new key file that only its owner can read, not encrypted: for test networks. Never over an existing one.
    ///
    /// # Errors
    /// [`KeyError`] when it exists or cannot be written.
    pub fn create(&self, path: &Path) -> Result<(), KeyError> {
        secret_file::create(WHAT, path, &self.text(path, None)?)
    }

    /// Writes a new key file, encrypted; never over an existing one.
    ///
    /// # Errors
    /// [`KeyError`] when it exists or cannot be written.
    pub fn create_encrypted(&self, path: &Path, password: &Password) -> Result<(), KeyError> {
        secret_file::create(WHAT, path, &self.text(path, Some(password))?)
    }

    /// Changes a key file: what `change` makes of it takes its place as a whole, or it stays as it is. Gives what
    /// `change` gives. Durable when it returns, so that a key may be registered then. A file that is encrypted stays so.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed, malformed, encrypted by another password, being changed by another
    /// command, or cannot be written.
    pub fn update<T>(
        path: &Path,
        password: Option<&Password>,
        change: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, KeyError> {
        let password_after = if Self::public_part(path)?.is_encrypted {
            password
        } else {
            None
        };
        Self::rewrite(path, password, password_after, change)
    }

    /// Moves a key file to a place where there is none, as it is.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing or exposed, when the place is taken, or when the old file cannot be removed.
    pub fn move_to(from: &Path, to: &Path) -> Result<(), KeyError> {
        secret_file::create(WHAT, to, &secret_file::read(WHAT, from)?)?;
        // One key in two places is one vote too many.
        std::fs::remove_file(from).map_err(|cause| KeyError::Io {
            what: "remove it yourself: key file",
            path: from.to_owned(),
            cause,
        })
    }

    /// As [`KeyFile::update`], encrypted by another password after than before, or not at all.
    ///
    /// # Errors
    /// As [`KeyFile::update`].
    pub fn rewrite<T>(
        path: &Path,
        before: Option<&Password>,
        after: Option<&Password>,
        change: impl FnOnce(&mut Self) -> T,
    ) -> Result<T, KeyError> {
        // A link stays a link.
        let path = &path.canonicalize().map_err(|cause| KeyError::Io {
            what: WHAT,
            path: path.to_owned(),
            cause,
        })?;
        // Its existence keeps others from changing what is read here.
        let part = secret_file::Part::new(WHAT, path)?;
        let mut keys = Self::open(path, before)?;
        let given = change(&mut keys);
        part.write(WHAT, &keys.text(path, after)?)?;
        part.replace(WHAT, path)?;
        Ok(given)
    }

    /// The text of a file with these keys.
    fn text(&self, path: &Path, password: Option<&Password>) -> Result<Zeroizing<String>, KeyError> {
        let path = || path.to_owned();
        let Some(password) = password else {
            return text(WHAT, &path(), &Plain::from(self));
        };
        let sealed = sealed::seal(self, password).map_err(|error| match error {
            SealError::Random(cause) => KeyError::Randomness(cause),
            SealError::Keystore(cause) => KeyError::Keystore { path: path(), cause },
            SealError::Other(error) => error,
        })?;
        text(WHAT, &path(), &sealed)
    }
}

/// A key file as it is read.
enum Form {
    Plain(KeyFile),
    Sealed(Box<Sealed>),
}

fn read(path: &Path) -> Result<Form, KeyError> {
    /// What tells the two forms apart.
    #[derive(Deserialize)]
    struct Mark {
        encrypted: Option<IgnoredAny>,
    }

    let text = secret_file::read(WHAT, path)?;
    let mark: Mark = parse(WHAT, path, &text)?;
    match mark.encrypted {
        Some(_) => parse(WHAT, path, &text).map(|sealed| Form::Sealed(Box::new(sealed))),
        None => parse::<Plain<'_>>(WHAT, path, &text).map(|plain| Form::Plain(plain.into())),
    }
}

fn parse<'t, T: Deserialize<'t>>(what: &'static str, path: &Path, text: &'t str) -> Result<T, KeyError> {
    serde_json::from_str(text).map_err(|cause| KeyError::Parse {
        what,
        path: path.to_owned(),
        cause,
    })
}

fn text(what: &'static str, path: &Path, value: &impl Serialize) -> Result<Zeroizing<String>, KeyError> {
    let text = serde_json::to_string_pretty(value).map_err(|cause| KeyError::Parse {
        what,
        path: path.to_owned(),
        cause,
    })?;
    Ok(Zeroizing::new(text))
}

/// Reads secrets of another kind from a file that only its owner can read.
pub(crate) fn load_secret<T: DeserializeOwned>(what: &'static str, path: &Path) -> Result<T, KeyError> {
    parse(what, path, &secret_file::read(what, path)?)
}

/// Writes secrets of another kind to a new file that only its owner can read; never over an existing one.
pub(crate) fn create_secret<T: Serialize>(
    what: &'static str,
    secret: &T,
    path: &Path,
) -> Result<(), KeyError> {
    secret_file::create(what, path, &text(what, path, secret)?)
}
