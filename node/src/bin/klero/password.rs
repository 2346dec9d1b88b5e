//! Passwords of key files: from a file, or asked on a terminal; never from the command line, which others can read.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use klero_node::keys::{KeyError, KeyFile, Password};

use crate::output;

/// Where the password of an encrypted file is.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct PasswordArgs {
    /// The file with the password of encrypted keys, which only you can read; without it a terminal is asked
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,
}

/// How new keys are kept.
#[derive(Debug, clap::Args)]
pub(crate) struct Protection {
    /// The file with the password that the keys are encrypted with, which only you can read; without it a terminal is
    /// asked
    #[arg(long, value_name = "FILE", conflicts_with = "plain")]
    pub(crate) password_file: Option<PathBuf>,
    /// For test networks only: do not encrypt the keys
    #[arg(long)]
    pub(crate) plain: bool,
}

impl PasswordArgs {
    /// The password of a key file; none for one that is not encrypted.
    pub(crate) fn of(&self, path: &Path) -> anyhow::Result<Option<Password>> {
        if !KeyFile::public_part(path)?.is_encrypted {
            return Ok(None);
        }
        match &self.password_file {
            Some(file) => Ok(Some(Password::load(file)?)),
            None if is_terminal() => ask(&format!("password of {}: ", path.display())).map(Some),
            None => Err(KeyError::Locked {
                path: path.to_owned(),
            }
            .into()),
        }
    }
}

impl Protection {
    /// The password for new keys; none for those that are not to be encrypted, which is said loudly.
    pub(crate) fn choose(&self, keys: &Path) -> anyhow::Result<Option<Password>> {
        if self.plain {
            warn_plain(keys);
            return Ok(None);
        }
        fresh(self.password_file.as_deref(), keys).map(Some)
    }
}

/// Says that keys lie open.
pub(crate) fn warn_plain(keys: &Path) {
    eprintln!(
        "warning: FOR TEST NETWORKS ONLY: {} is not encrypted; `{} keys encrypt {}` encrypts it",
        keys.display(),
        output::program(),
        output::shell(keys)
    );
}

/// A password to encrypt with, from a file or asked twice.
pub(crate) fn fresh(file: Option<&Path>, keys: &Path) -> anyhow::Result<Password> {
    let password = match file {
        Some(file) => Password::load(file)?,
        None if is_terminal() => {
            let password = ask(&format!("new password of {}: ", keys.display()))?;
            ensure!(
                password.is(&ask("the same again: ")?),
                "these are two passwords: try again"
            );
            password
        }
        None => bail!(
            "no password for {}, and no terminal to ask for one: give a file with --password-file, made with `(umask 077; \
             head -c 24 /dev/urandom | base64 >keys.password)`, or on a test network --plain",
            keys.display()
        ),
    };
    ensure!(
        password.characters() >= Password::SHORTEST,
        "a password of {} characters is soon guessed: choose one of at least {}, such as `head -c 24 /dev/urandom | \
         base64` makes",
        password.characters(),
        Password::SHORTEST
    );
    Ok(password)
}

fn is_terminal() -> bool {
    std::io::stdin().is_terminal()
}

/// Asks on the terminal, which does not show what is typed.
fn ask(question: &str) -> anyhow::Result<Password> {
    let text = rpassword::prompt_password(question)
        .map(zeroize::Zeroizing::new)
        .context("cannot ask the terminal for a password: give a file with --password-file")?;
    let password = Password::new(&text);
    ensure!(password.characters() > 0, "an empty password: try again");
    Ok(password)
}
