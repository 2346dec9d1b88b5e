//! Thirty-two secret bytes.

use std::fmt;
use std::fs::File;
use std::io::Read;

use klero_sampling::Domain;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::{Zeroize, Zeroizing};

/// Thirty-two secret bytes: hidden in debug output, erased from memory when dropped.
#[derive(Clone)]
pub struct Secret([u8; 32]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
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
        let mut secret = Self([0; 32]);
        fill_random(&mut secret.0)?;
        Ok(secret)
    }

    /// The secret with a number, derived from this one: for test networks that are made from one seed.
    #[must_use]
    pub fn child(&self, number: u64) -> Self {
        self.derived(&number.to_be_bytes())
    }

    /// A secret for one purpose; it tells nothing of this one, nor of those for other purposes.
    pub(super) fn derived(&self, purpose: &[u8]) -> Self {
        Self(Domain::Keys.hasher().bytes(&self.0).bytes(purpose).finish().0)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(hex::encode(self.0)))
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Decodes where the text lies, without a copy of it.
        struct Digits;

        impl de::Visitor<'_> for Digits {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("64 hexadecimal digits in lower case")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Secret, E> {
                let mut secret = Secret([0; 32]);
                let is_upper = text.bytes().any(|byte| byte.is_ascii_uppercase());
                // What it was is not told: most of it may be right.
                let wrong = || E::custom("a secret that is not 64 hexadecimal digits in lower case");
                if is_upper {
                    return Err(wrong());
                }
                hex::decode_to_slice(text, &mut secret.0).map_err(|_| wrong())?;
                Ok(secret)
            }
        }

        deserializer.deserialize_str(Digits)
    }
}

/// Fills bytes from the system's randomness.
pub(super) fn fill_random(bytes: &mut [u8]) -> std::io::Result<()> {
    File::open("/dev/urandom")?.read_exact(bytes)
}
