//! `klero keys encrypt`, `change-password` and `decrypt`: the same keys, kept otherwise.

use std::path::PathBuf;

use anyhow::{Context, bail, ensure};
use klero_node::keys::KeyFile;

use crate::output;
use crate::password::{self, PasswordArgs};

#[derive(Debug, clap::Args)]
pub(crate) struct EncryptArgs {
    /// The key file; it is replaced as a whole
    keys: PathBuf,
    /// The file with the password to encrypt with, which only you can read; without it a terminal is asked
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Move the operator keys into a file of their own, which must not exist; the node need not have it
    #[arg(long, value_name = "FILE")]
    operator: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ChangeArgs {
    /// The key file; it is replaced as a whole
    keys: PathBuf,
    #[command(flatten)]
    password: PasswordArgs,
    /// The file with the new password, which only you can read; without it a terminal is asked
    #[arg(long, value_name = "FILE")]
    new_password_file: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct DecryptArgs {
    /// The key file; it is replaced as a whole
    keys: PathBuf,
    #[command(flatten)]
    password: PasswordArgs,
}

pub(crate) fn encrypt(args: &EncryptArgs) -> anyhow::Result<()> {
    let keys = &args.keys;
    ensure!(
        !KeyFile::public_part(keys)?.is_encrypted,
        "{} is encrypted already: `klero keys change-password {}` gives it another password",
        keys.display(),
        output::shell(keys)
    );
    let password = password::fresh(args.password_file.as_deref(), keys)?;
    let mut text = String::new();
    KeyFile::rewrite(keys, None, Some(&password), |file| {
        let Some(path) = &args.operator else {
            return anyhow::Ok(());
        };
        ensure!(
            !file.operators.is_empty(),
            "{} has no operator keys: leave out --operator",
            keys.display()
        );
        // They are in the one file or in both, whatever goes wrong.
        file.take_operators().create_encrypted(path, &password)?;
        text = format!(
            "{}: the operator keys, encrypted by the same password\n",
            path.display()
        );
        Ok(())
    })??;
    output::write(&format!(
        "{}: encrypted\n{text}what it was may still be found on the disk, and in copies of it\n",
        keys.display()
    ))
}

pub(crate) fn change_password(args: &ChangeArgs) -> anyhow::Result<()> {
    let keys = &args.keys;
    let Some(before) = args.password.of(keys)? else {
        bail!(
            "{} is not encrypted: `klero keys encrypt {}` encrypts it",
            keys.display(),
            output::shell(keys)
        );
    };
    // A wrong password is told before a new one is asked for.
    KeyFile::open(keys, Some(&before))?;
    let after = password::fresh(args.new_password_file.as_deref(), keys)?;
    KeyFile::rewrite(keys, Some(&before), Some(&after), |_| ())?;
    output::write(&format!(
        "{}: encrypted by the new password; copies keep the old one\n",
        keys.display()
    ))
}

pub(crate) fn decrypt(args: &DecryptArgs) -> anyhow::Result<()> {
    let keys = &args.keys;
    let password = args.password.of(keys)?;
    let password = password.with_context(|| format!("{} is not encrypted", keys.display()))?;
    KeyFile::rewrite(keys, Some(&password), None, |_| ())?;
    password::warn_plain(keys);
    output::write(&format!("{}: no longer encrypted\n", keys.display()))
}
