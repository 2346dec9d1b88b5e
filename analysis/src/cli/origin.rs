//! Where a file comes from: which version wrote it, with which command, from which files. No times: the same input gives
//! the same bytes.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read, Write as _};
use std::path::Path;

use anyhow::{Context, bail};
use sha2::{Digest, Sha256};

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Input {
    /// As it was named.
    pub(super) path: String,
    /// In hexadecimal digits.
    pub(super) sha256: String,
}

impl Input {
    /// A profile that was read elsewhere, without its comments: in them a profile that is made from itself has this hash.
    pub(super) fn of_profile(path: &Path) -> anyhow::Result<Self> {
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let lines = text.split_inclusive('\n').filter(|line| !line.starts_with('#'));
        let rest: String = lines.collect();
        let mut hashed = Hashed::new(rest.as_bytes());
        io::copy(&mut hashed, &mut io::sink())?;
        let input = hashed.input(path);
        Ok(Self {
            path: format!("{} without comments", input.path),
            ..input
        })
    }
}

/// Passes on what it reads and hashes it.
pub(super) struct Hashed<R> {
    inner: R,
    hash: Sha256,
}

impl<R> Hashed<R> {
    pub(super) fn new(inner: R) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
        }
    }

    /// The hash of what was read, under the name of its file.
    pub(super) fn input(self, path: &Path) -> Input {
        let mut sha256 = String::new();
        for byte in self.hash.finalize() {
            // Writing to a String does not fail.
            let _ = write!(sha256, "{byte:02x}");
        }
        Input {
            path: path.display().to_string(),
            sha256,
        }
    }
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hash.update(buffer.get(..count).unwrap_or_default());
        Ok(count)
    }
}

/// What a file says about itself.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The command that makes it, but for the name of the file.
    pub(super) command: String,
    /// What was read.
    pub(super) inputs: Vec<Input>,
}

impl Origin {
    /// Of a command with its arguments, without those for the output.
    pub(super) fn new(command: &str, arguments: &[(&str, String)], input: Option<&Input>) -> Self {
        let mut line = format!("klero-analysis {command}");
        for (name, value) in arguments {
            // Writing to a String does not fail.
            let _ = write!(line, " --{name} {}", quoted(value));
        }
        Self {
            command: line,
            inputs: input.into_iter().cloned().collect(),
        }
    }

    /// Names and values, one a line of a file.
    #[cfg(feature = "report")]
    pub(super) fn entries(&self) -> Vec<(String, String)> {
        let mut entries = vec![
            ("Software".to_owned(), software()),
            ("Command".to_owned(), self.command.clone()),
        ];
        let inputs = self.inputs.iter().map(|input| {
            let Input { path, sha256 } = input;
            ("Input".to_owned(), format!("sha256 {sha256} {path}"))
        });
        entries.extend(inputs);
        entries
    }

    /// The same as lines of text.
    #[cfg(feature = "report")]
    pub(super) fn lines(&self) -> Vec<String> {
        self.entries()
            .into_iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect()
    }
}

/// Refuses a file that is there.
pub(super) fn is_new(file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        bail!("{} is there already; choose another --out", file.display());
    }
    Ok(())
}

/// Writes a file that was not there.
pub(super) fn create(file: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let context = || format!("cannot write {}; choose another --out", file.display());
    File::create_new(file)
        .with_context(context)?
        .write_all(bytes)
        .with_context(context)
}

/// The tool and its version.
pub(super) fn software() -> String {
    format!("klero-analysis {}", env!("CARGO_PKG_VERSION"))
}

/// A word as a shell reads it.
pub(super) fn quoted(word: &str) -> String {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_./-+=:,@%^".contains(letter);
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_as_a_shell_reads_them() {
        assert_eq!(quoted("data/validators.csv"), "data/validators.csv");
        assert_eq!(quoted("my file.csv"), "'my file.csv'");
        assert_eq!(quoted("a'b; rm"), "'a'\\''b; rm'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn the_hash_is_that_of_the_bytes() {
        let mut hashed = Hashed::new(&b"abc"[..]);
        io::copy(&mut hashed, &mut io::sink()).unwrap();
        let input = hashed.input(Path::new("abc.csv"));
        // FIPS 180-2, appendix B.1.
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!((input.path.as_str(), input.sha256.as_str()), ("abc.csv", known));
    }
}
