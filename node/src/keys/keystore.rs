//! Keystores by EIP-2335, version 4: one secret of 32 bytes, encrypted by a key that follows from a password.
//!
//! The key's first half is that of AES-128 in counter mode, its second half goes into a checksum that tells a wrong
//! password. What else stands in a keystore is public, and nothing protects it from being changed.

use aes::Aes128;
use ctr::cipher::{KeyIvInit, StreamCipher};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use thiserror::Error;

use super::kdf::Derived;
use super::secret::fill_random;
use super::{Kdf, Password, Secret};

/// The version of the layout.
const VERSION: u32 = 4;

/// Counter mode with the whole block as the counter, most significant byte first.
type Cipher = ctr::Ctr128BE<Aes128>;

/// Why a keystore cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeystoreError {
    /// Another password, or the file was changed.
    #[error("the password does not fit, or the file is damaged")]
    WrongPassword,
    /// Something that this program does not know, or a field of the wrong length.
    #[error("{0}; it is to be a keystore of EIP-2335, version 4")]
    Unsupported(String),
    /// The secret is not that of the public key that stands beside it.
    #[error("the {0} is not the one that the file names: it was put together from other files, or changed")]
    OtherKey(&'static str),
    /// Two keystores of one file are encrypted by different keys.
    #[error("two of its keystores differ in `kdf`: those of one file have the same")]
    ManyKdfs,
}

/// One encrypted secret, in the layout of EIP-2335.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keystore {
    crypto: Crypto,
    /// What it is, for people.
    #[serde(default)]
    pub description: String,
    /// The public half; empty where there is none.
    #[serde(default)]
    pub pubkey: String,
    /// Where in a tree of keys the secret stands, by EIP-2334; empty where it is random.
    pub path: String,
    /// A random name.
    pub uuid: String,
    version: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Crypto {
    kdf: Kdf,
    checksum: Module<NoParams>,
    cipher: Module<Start>,
}

/// A function, its parameters, and its input or output in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Module<P> {
    function: String,
    params: P,
    message: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct NoParams {}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Start {
    iv: String,
}

/// What stands beside a secret in the clear.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// What it is, for people.
    pub description: String,
    /// The public half; empty where there is none.
    pub pubkey: String,
    /// Where in a tree of keys the secret stands; empty where it is random.
    pub path: String,
    /// A random name.
    pub uuid: String,
}

/// Encrypts the secrets of one file: the key is derived once.
pub struct Sealer {
    kdf: Kdf,
    key: Derived,
}

impl Sealer {
    /// Derives the key.
    ///
    /// # Errors
    /// [`KeystoreError::Unsupported`] for parameters that the function does not have.
    pub fn new(kdf: Kdf, password: &Password) -> Result<Self, KeystoreError> {
        let key = kdf.derive(password).map_err(KeystoreError::Unsupported)?;
        Ok(Self { kdf, key })
    }

    /// A keystore of a secret. The start of the counter must never be used twice with one key: a random one is not.
    pub fn seal(&self, secret: &Secret, iv: [u8; 16], about: About) -> Keystore {
        let mut bytes = *secret.expose();
        apply(&self.key, &iv, &mut bytes);
        let About {
            description,
            pubkey,
            path,
            uuid,
        } = about;
        let checksum = Module {
            function: "sha256".into(),
            params: NoParams {},
            message: hex::encode(checksum(&self.key, &bytes)),
        };
        let cipher = Module {
            function: "aes-128-ctr".into(),
            params: Start { iv: hex::encode(iv) },
            message: hex::encode(bytes),
        };
        Keystore {
            crypto: Crypto {
                kdf: self.kdf.clone(),
                checksum,
                cipher,
            },
            description,
            pubkey,
            path,
            uuid,
            version: VERSION,
        }
    }

    /// A keystore with a random start of the counter and a random name.
    pub(super) fn seal_random(&self, secret: &Secret, about: About) -> std::io::Result<Keystore> {
        let (mut iv, mut name) = ([0; 16], [0; 16]);
        fill_random(&mut iv)?;
        fill_random(&mut name)?;
        let uuid = uuid(name);
        Ok(self.seal(secret, iv, About { uuid, ..about }))
    }
}

/// Decrypts the secrets of one file: the key is derived once.
pub(super) struct Opener<'a> {
    password: &'a Password,
    derived: Option<(Kdf, Derived)>,
}

impl<'a> Opener<'a> {
    pub(super) const fn new(password: &'a Password) -> Self {
        Self {
            password,
            derived: None,
        }
    }

    pub(super) fn open(&mut self, keystore: &Keystore) -> Result<Secret, KeystoreError> {
        keystore.check()?;
        let kdf = &keystore.crypto.kdf;
        let key = match &self.derived {
            Some((known, key)) if known == kdf => key,
            Some(_) => return Err(KeystoreError::ManyKdfs),
            None => {
                let key = kdf.derive(self.password).map_err(KeystoreError::Unsupported)?;
                &self.derived.insert((kdf.clone(), key)).1
            }
        };
        keystore.open(key)
    }
}

impl Keystore {
    /// The secret.
    ///
    /// # Errors
    /// [`KeystoreError`] when the password does not fit, or the layout is another.
    pub fn decrypt(&self, password: &Password) -> Result<Secret, KeystoreError> {
        Opener::new(password).open(self)
    }

    fn check(&self) -> Result<(), KeystoreError> {
        let Crypto { checksum, cipher, .. } = &self.crypto;
        let wrong = |what: String| Err(KeystoreError::Unsupported(what));
        if self.version != VERSION {
            return wrong(format!("version {}", self.version));
        }
        if checksum.function != "sha256" {
            return wrong(format!("checksum: {:?} is not sha256", checksum.function));
        }
        if cipher.function != "aes-128-ctr" {
            return wrong(format!("cipher: {:?} is not aes-128-ctr", cipher.function));
        }
        Ok(())
    }

    fn open(&self, key: &Derived) -> Result<Secret, KeystoreError> {
        let Crypto {
            checksum: expected,
            cipher,
            ..
        } = &self.crypto;
        let iv: [u8; 16] = bytes("cipher: iv", &cipher.params.iv)?;
        let expected: [u8; 32] = bytes("checksum", &expected.message)?;
        let mut message: [u8; 32] = bytes("cipher: message", &cipher.message)?;
        if checksum(key, &message) != expected {
            return Err(KeystoreError::WrongPassword);
        }
        apply(key, &iv, &mut message);
        let secret = Secret::new(message);
        zeroize::Zeroize::zeroize(&mut message);
        Ok(secret)
    }
}

/// Encrypts or decrypts: in counter mode they are the same.
fn apply(key: &Derived, iv: &[u8; 16], bytes: &mut [u8]) {
    Cipher::new((&*key.cipher).into(), iv.into()).apply_keystream(bytes);
}

fn checksum(key: &Derived, message: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(*key.checksum)
        .chain_update(message)
        .finalize()
        .into()
}

fn bytes<const N: usize>(what: &str, text: &str) -> Result<[u8; N], KeystoreError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text, &mut bytes)
        .map_err(|_| KeystoreError::Unsupported(format!("{what} is not {N} bytes in hexadecimal digits")))?;
    Ok(bytes)
}

/// Version 4 of RFC 9562.
fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let text = hex::encode(bytes);
    [0..8, 8..12, 12..16, 16..20, 20..32]
        .map(|part| text.get(part).unwrap_or_default())
        .join("-")
}
