//! `klero keys`: validators' keys, the files that hold them, and their public halves.

mod encrypt;
mod inspect;
pub(crate) mod new;

use std::path::Path;

use anyhow::{Context, ensure};
use klero_finality::GenesisValidator;
use klero_node::keys::{KeyEntry, KeyFile};
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};

use crate::output;

/// The stake that a validator has in a genesis unless told otherwise.
pub(crate) const DEFAULT_STAKE: u64 = 1_000_000;

/// So many validators are shown by name.
const SHOWN: usize = 20;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make new keys and the public file that a genesis is made from
    New(Box<new::Args>),
    /// Show the public halves of a key file
    #[command(visible_alias = "show")]
    Inspect(inspect::Args),
    /// Encrypt a key file that is not
    Encrypt(encrypt::EncryptArgs),
    /// Encrypt a key file by another password
    ChangePassword(encrypt::ChangeArgs),
    /// For test networks only: leave a key file unencrypted
    Decrypt(encrypt::DecryptArgs),
}

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::New(args) => new::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Encrypt(args) => encrypt::encrypt(&args),
        Command::ChangePassword(args) => encrypt::change_password(&args),
        Command::Decrypt(args) => encrypt::decrypt(&args),
    }
}

/// The public halves of a key file, from which a genesis is made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicKeys {
    /// The network that the proofs of possession are for.
    pub(crate) network: String,
    /// The validators with the stake that they are to have, each with its newest keys.
    pub(crate) validators: Vec<GenesisValidator>,
}

impl PublicKeys {
    /// The public halves of keys, each with the same stake.
    pub(crate) fn of(keys: &KeyFile, stake: u64) -> anyhow::Result<Self> {
        Self::with_stakes(keys, std::iter::repeat(stake))
    }

    /// The public halves of keys with their stakes, in the same order.
    fn with_stakes(keys: &KeyFile, stakes: impl IntoIterator<Item = u64>) -> anyhow::Result<Self> {
        let newest = (0..).zip(&keys.validators).filter(|(place, entry)| {
            let later = keys.validators.iter().skip(place + 1);
            later.filter(|later| later.id == entry.id).count() == 0
        });
        let entries = newest.map(|(_, entry)| entry).zip(stakes);
        let validators =
            entries.map(|(entry, stake): (&KeyEntry, u64)| entry.genesis_validator(&keys.network, stake));
        Ok(Self {
            network: keys.network.clone(),
            validators: validators
                .collect::<Result<_, _>>()
                .context("a key of the key file")?,
        })
    }

    /// Writes them to a new file.
    pub(crate) fn create(&self, path: &Path) -> anyhow::Result<()> {
        output::new_file(path, &format!("{}\n", serde_json::to_string_pretty(self)?))
    }
}

/// New keys of one node from the system's randomness.
pub(crate) fn fresh(network: &str, validators: usize) -> anyhow::Result<KeyFile> {
    check_name(network)?;
    Ok(KeyFile::generate(network, validators)?)
}

fn check_name(network: &str) -> anyhow::Result<()> {
    ensure!(
        (1..=64).contains(&network.len()),
        "the network's name has {} bytes: it must have 1 to 64",
        network.len()
    );
    Ok(())
}

/// One line for each validator, and for those whose keys are being replaced, which keys are which.
fn page<'k>(network: &str, validators: &[(Digest, &'k str)], operators: &[Digest]) -> String {
    let mut page = format!("network {network}\n");
    for (place, (id, vote_key)) in validators.iter().enumerate().take(SHOWN) {
        let of_id = |part: &[(Digest, &'k str)]| part.iter().filter(|(other, _)| other == id).count();
        let (before, after) = (of_id(&validators[..place]), of_id(&validators[place + 1..]));
        let short = vote_key.get(..16).unwrap_or(vote_key);
        let which = match (before, after) {
            (0, 0) => String::new(),
            (_, 0) => format!("  newest keys, vote key {short}…"),
            (0, _) => format!("  oldest keys, vote key {short}…"),
            _ => format!("  older keys, vote key {short}…"),
        };
        page.push_str(&format!("validator {id}{which}\n"));
    }
    more(&mut page, validators.len());
    // Where every operator key is that of a validator above, there is nothing to tell.
    let others = operators
        .iter()
        .filter(|account| validators.iter().all(|(id, _)| id != *account));
    let others: Vec<&Digest> = others.collect();
    for account in others.iter().take(SHOWN) {
        page.push_str(&format!("operator key of account {account}\n"));
    }
    more(&mut page, others.len());
    page
}

fn more(page: &mut String, count: usize) {
    match count.checked_sub(SHOWN) {
        None | Some(0) => {}
        Some(more) => page.push_str(&format!("and {more} more\n")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_keys_of_a_validator_are_told_apart() {
        let (a, b) = (Digest([0xaa; 32]), Digest([0xbb; 32]));
        let validators = [
            (a, "11111111111111112222"),
            (b, "3333333333333333"),
            (a, "4444444444444444"),
            (a, "5555"),
        ];
        let (a, b) = (a.to_string(), b.to_string());
        let expected = format!(
            "network athens\nvalidator {a}  oldest keys, vote key 1111111111111111…\nvalidator {b}\n\
             validator {a}  older keys, vote key 4444444444444444…\nvalidator {a}  newest keys, vote key 5555…\n"
        );
        assert_eq!(page("athens", &validators, &[Digest([0xaa; 32])]), expected);
    }

    #[test]
    fn operator_keys_alone_are_shown() {
        let account = Digest([0xcc; 32]);
        let expected = format!("network athens\noperator key of account {account}\n");
        assert_eq!(page("athens", &[], &[account]), expected);
    }
}
