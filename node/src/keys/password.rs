//! Passwords, as EIP-2335 has them made into bytes.

use std::path::Path;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::{KeyError, secret_file};

/// What errors call the file of a password.
const WHAT: &str = "password file";

/// A password in the form of EIP-2335: NFKD, without control characters, so also without the end of a line; erased from
/// memory when dropped, never printed.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl Password {
    /// The fewest characters of a password that keys are encrypted with; files with shorter ones can be read.
    pub const SHORTEST: usize = 8;

    /// The password that a person means by a text.
    pub fn new(text: &str) -> Self {
        let letters = || text.nfkd().filter(|letter| !letter.is_control());
        // As long as it becomes, so that no shorter copy of a part is left behind.
        let length = letters().map(char::len_utf8).sum();
        let mut password = Zeroizing::new(String::with_capacity(length));
        password.extend(letters());
        Self(password)
    }

    /// Reads the password of a file that only its owner can read.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed, or empty.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let password = Self::new(&secret_file::read(WHAT, path)?);
        if password.0.is_empty() {
            let path = path.to_owned();
            return Err(KeyError::Password {
                path,
                cause: "it is empty",
            });
        }
        Ok(password)
    }

    /// The number of characters.
    pub fn characters(&self) -> usize {
        self.0.chars().count()
    }

    /// Whether both are the same.
    pub fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}
