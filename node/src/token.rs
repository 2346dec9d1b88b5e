//! The token of the admin API: who has it may do what the operator may.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::keys::Secret;

/// Why there is no token.
#[derive(Debug, Error)]
pub enum TokenError {
    /// The file cannot be read or written.
    #[error("admin token {path}: {cause}; choose another file with `token` under `[admin]`")]
    Io {
        /// Which file.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Others may read it.
    #[error("admin token {path} can be read by others (mode {mode:o}): run `chmod 600 {path}`")]
    Exposed {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// It is no token.
    #[error(
        "admin token {path} is not 64 hexadecimal digits: remove it with `rm {path}`, and the next start makes one"
    )]
    Malformed {
        /// Which file.
        path: PathBuf,
    },
}

/// 32 random bytes, as 64 hexadecimal digits in a file that only its owner can read.
pub(crate) struct Token([u8; 32]);

impl Token {
    /// Reads the token of a file; makes both where there is none.
    pub(crate) fn open(path: &Path) -> Result<Self, TokenError> {
        let io = |cause| TokenError::Io {
            path: path.to_owned(),
            cause,
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
                let secret = Secret::random().map_err(io)?;
                let text = format!("{}\n", hex::encode(secret.expose()));
                let mut options = File::options();
                let file = options.write(true).create_new(true).mode(0o600).open(path);
                let mut file = file.map_err(io)?;
                file.write_all(text.as_bytes())
                    .and_then(|()| file.sync_all())
                    .map_err(io)?;
                text
            }
            Err(cause) => return Err(io(cause)),
        };
        let mode = std::fs::metadata(path).map_err(io)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(TokenError::Exposed {
                path: path.to_owned(),
                mode,
            });
        }
        parse(text.trim()).map(Self).ok_or_else(|| TokenError::Malformed {
            path: path.to_owned(),
        })
    }

    /// Whether a text is the token. The time it takes tells nothing of how much of it is right.
    pub(crate) fn is(&self, text: &str) -> bool {
        let Some(bytes) = parse(text) else {
            return false;
        };
        let differs = self.0.iter().zip(bytes).fold(0, |differs, (own, byte)| {
            std::hint::black_box(differs | (own ^ byte))
        });
        std::hint::black_box(differs) == 0
    }
}

fn parse(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text, &mut bytes).ok().map(|()| bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_made_once_and_for_its_owner_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.token");
        let token = Token::open(&path).unwrap();
        assert_eq!(
            std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(token.is(text.trim()));
        assert!(Token::open(&path).unwrap().is(text.trim()), "it stays");
        let other = Token::open(&directory.path().join("other")).unwrap();
        assert!(!other.is(text.trim()));
    }

    #[test]
    fn no_other_text_is_the_token() {
        let token = Token([7; 32]);
        let right = hex::encode([7; 32]);
        assert!(token.is(&right));
        for place in 0..right.len() {
            let mut wrong = right.clone().into_bytes();
            wrong[place] ^= 1;
            assert!(!token.is(std::str::from_utf8(&wrong).unwrap()), "{place}");
        }
        for wrong in ["", "07", &right[..62], &format!("{right}07")] {
            assert!(!token.is(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_token_that_others_can_read_is_refused_with_what_helps() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.token");
        assert!(Token::open(&path).is_ok());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        let Err(error) = Token::open(&path) else {
            panic!("it was taken")
        };
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }

    #[test]
    fn a_file_that_holds_something_else_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.token");
        assert!(Token::open(&path).is_ok());
        std::fs::write(&path, "secret\n").unwrap();
        assert!(matches!(Token::open(&path), Err(TokenError::Malformed { .. })));
    }
}
