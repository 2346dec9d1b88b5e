//! `klero stake rotate`: new keys for a validator, in an order in which no round is missed.
//!
//! New keys draw K rounds after the block with their operation, the old ones until then. K rounds may be few seconds,
//! so the node has the new keys before they are registered: `--prepare` writes them beside the old ones, the node
//! starts again with both, and only then `rotate` sends the operation.

use anyhow::{Context, bail, ensure};
use klero_node::keys::{KeyEntry, KeyFile, Secret};
use klero_sampling::bls;
use klero_stake::Operation;
use serde_json::json;

use super::args::{RotateArgs, Signing};
use super::wallet::{self, Wallet};
use crate::output;

pub(crate) fn run(args: &RotateArgs) -> anyhow::Result<()> {
    let wallet = Wallet::open(&args.signing)?;
    if args.prepare {
        prepare(&wallet)
    } else {
        send(&wallet)
    }
}

/// The key that votes for the account's validator, if it runs one.
fn registered(wallet: &Wallet<'_>) -> Option<bls::PublicKey> {
    wallet
        .page()
        .validator
        .as_ref()
        .map(|validator| validator.vote_key)
}

fn send(wallet: &Wallet<'_>) -> anyhow::Result<()> {
    let (account, keys) = (wallet.page().account, wallet.keys()?.path.display());
    let Some(registered) = registered(wallet) else {
        bail!("account {account} runs no validator: register it with `klero stake register`");
    };
    let entry = wallet.newest()?;
    ensure!(
        entry.keys()?.vote.public() != registered,
        "{keys} has no new keys of account {account}: write some with `{}`, and start its node again",
        command(wallet.signing(), "rotate --prepare")
    );
    let keys = Box::new(wallet.prove(entry)?);
    wallet.send(Operation::Rotate { keys })
}

fn prepare(wallet: &Wallet<'_>) -> anyhow::Result<()> {
    let (account, signing, opened) = (wallet.page().account, wallet.signing(), wallet.keys()?);
    let registered = registered(wallet);
    let seed = Secret::random().context("the system has no randomness to give (/dev/urandom)")?;
    let fresh = KeyEntry::of_seed(account, wallet.suite()?, &seed)?;
    // Before anything is written: a suite that is not built makes no keys.
    let public = fresh.keys()?.vote.public();
    // The file is read again while nobody else changes it.
    let newest_of = |file: &KeyFile| -> anyhow::Result<Option<bls::PublicKey>> {
        let newest = wallet::newest(file, &account).map(|entry| entry.keys());
        Ok(newest.transpose()?.map(|keys| keys.vote.public()))
    };
    let (was_ready, vote_key) = KeyFile::update(opened.path, opened.password.as_ref(), |file| {
        let newest = newest_of(file)?;
        // A file without keys of the account takes the place of one that was lost.
        if let Some(newest) = newest
            && registered.is_some()
            && registered != Some(newest)
        {
            return anyhow::Ok((true, newest));
        }
        file.validators.push(fresh);
        Ok((false, public))
    })??;
    if signing.connection.json {
        let page =
            json!({ "account": account, "keys": opened.path, "vote_key": vote_key, "is_new": !was_ready });
        return output::json_line(&page);
    }
    let has = if was_ready {
        "has new keys already, not registered"
    } else {
        "has new keys"
    };
    let then = if registered.is_some() {
        "rotate"
    } else {
        "register --bond AMOUNT"
    };
    output::write(&format!(
        "{} {has}\nnext\n  1. start the node again with this file: in each round it votes with the keys that are in force\n  \
         2. {}\n",
        opened.path.display(),
        command(signing, then)
    ))
}

/// Another command for the same account.
fn command(signing: &Signing, subcommand: &str) -> String {
    let mut command = format!(
        "{} stake {subcommand} --rpc {}",
        output::program(),
        signing.connection.rpc
    );
    let files = &signing.files;
    for (option, path) in [
        ("--keys", &files.keys),
        ("--operator", &files.operator),
        ("--password-file", &files.password.password_file),
        ("--operator-password-file", &files.operator_password_file),
    ] {
        if let Some(path) = path {
            command += &format!(" {option} {}", output::shell(path));
        }
    }
    if let Some(account) = signing.account {
        command += &format!(" --account {account}");
    }
    command
}
