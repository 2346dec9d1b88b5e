//! `klero keys inspect`: the public halves of a key file.

use std::path::PathBuf;

use klero_node::keys::KeyFile;

use super::{DEFAULT_STAKE, PublicKeys, page};
use crate::output;
use crate::password::PasswordArgs;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The key file
    keys: PathBuf,
    /// The stake that each validator is to have in the genesis
    #[arg(long, default_value_t = DEFAULT_STAKE, value_parser = clap::value_parser!(u64).range(1..))]
    stake: u64,
    #[command(flatten)]
    password: PasswordArgs,
    /// Print the public halves, with proofs of possession, which need the password, as one line of JSON that
    /// `klero genesis new --validators` reads; of old and new keys the newest
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    // With a password it is checked, and so is what stands beside the secrets.
    if args.json || args.password.password_file.is_some() {
        let password = args.password.of(&args.keys)?;
        let keys = KeyFile::open(&args.keys, password.as_ref())?;
        if args.json {
            return output::json_line(&PublicKeys::of(&keys, args.stake)?);
        }
    }
    let public = KeyFile::public_part(&args.keys)?;
    let validators: Vec<_> = public
        .validators
        .iter()
        .map(|(id, _, vote_key)| (*id, vote_key.as_str()))
        .collect();
    let state = if public.is_encrypted {
        "secrets encrypted\n"
    } else {
        "secrets NOT ENCRYPTED: for test networks only\n"
    };
    output::write(&(page(&public.network, &validators, &public.operators) + state))
}
