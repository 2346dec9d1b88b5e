//! Keys from 24 words: for test networks only.
//!
//! The words are those of BIP-39, in English, without a passphrase. The tree of keys is that of EIP-2333, and its paths
//! are those of EIP-2334 with the coin type 1, which SLIP-44 gives to test networks: validator i has its vote key at
//! `m/12381/1/i/0`; the scalars at `m/12381/1/i/1` and `m/12381/1/i/2` are the seeds of its VRF key and of its operator
//! key. The node's identity is random: it is nothing that anybody needs back.

use std::path::Path;

use bip0039::{English, Mnemonic as Words};
use klero_sampling::bls::SecretKey;
use klero_sampling::vrf::{VrfError, VrfSuite};
use thiserror::Error;
use zeroize::{Zeroize, Zeroizing};

use super::{KeyEntry, KeyError, KeyFile, Secret, secret_file};

/// The path of the parent of all validators.
const ROOT: [u32; 2] = [12381, 1];
/// How many words are made and read.
const WORDS: usize = 24;

/// Why words are no mnemonic.
#[derive(Debug, Error)]
pub enum MnemonicError {
    /// Too few or too many.
    #[error("{0} words: a mnemonic has 24")]
    Length(usize),
    /// A word that is not in the list, or a checksum that is wrong.
    #[error("these are not the words that were written down: one is wrong, or two changed places")]
    Words,
}

/// 24 words from which keys follow; never printed but by [`Mnemonic::words`].
pub struct Mnemonic(Words<English>);

impl Mnemonic {
    /// New words from the system's randomness.
    ///
    /// # Errors
    /// [`KeyError::Randomness`] when the system has none to give.
    pub fn random() -> Result<Self, KeyError> {
        let entropy = Secret::random().map_err(KeyError::Randomness)?;
        let words = Words::from_entropy(entropy.expose().to_vec());
        let none = |_| KeyError::Randomness(std::io::ErrorKind::Other.into());
        words.map(Self).map_err(none)
    }

    /// Words as somebody wrote them down, with any blanks between them.
    ///
    /// # Errors
    /// [`MnemonicError`] when they are no mnemonic of 24 words.
    pub fn parse(text: &str) -> Result<Self, MnemonicError> {
        let words = Zeroizing::new(
            text.split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
                .to_lowercase(),
        );
        let length = words.split(' ').filter(|word| !word.is_empty()).count();
        if length != WORDS {
            return Err(MnemonicError::Length(length));
        }
        Words::from_phrase(words.as_str())
            .map(Self)
            .map_err(|_| MnemonicError::Words)
    }

    /// Reads words from a file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing or exposed, or holds something else.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let text = secret_file::read("mnemonic", path)?;
        Self::parse(&text).map_err(|cause| KeyError::Mnemonic {
            path: path.to_owned(),
            cause,
        })
    }

    /// The words.
    pub fn words(&self) -> &str {
        self.0.phrase()
    }

    /// Keys of so many validators, and of their accounts.
    ///
    /// # Errors
    /// [`KeyError`] when a library has no key for a seed, or the system no randomness.
    pub fn keys(&self, network: &str, validators: u32, suite: VrfSuite) -> Result<KeyFile, KeyError> {
        let seed = Zeroizing::new(self.0.to_seed(""));
        let no_key = |_| VrfError::BadKey(suite);
        let master = SecretKey::derive_master(seed.as_slice()).map_err(no_key)?;
        let root = ROOT.iter().fold(master, |key, child| key.derive_child(*child));
        let mut keys = KeyFile::empty(network)?;
        for number in 0..validators {
            let parent = root.derive_child(number);
            let child = |purpose| {
                let mut bytes = parent.derive_child(purpose).to_bytes();
                let secret = Secret::new(bytes);
                bytes.zeroize();
                secret
            };
            let operator = child(2);
            keys.validators.push(KeyEntry {
                id: super::account(&operator),
                vrf: suite,
                vote: child(0),
                draw: child(1),
                path: format!("m/{}/{}/{number}", ROOT[0], ROOT[1]),
            });
            keys.operators.push(operator);
        }
        Ok(keys)
    }
}
