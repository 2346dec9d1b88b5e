//! The arguments of `klero stake`.

use std::path::PathBuf;

use klero_sampling::Digest;

use crate::password::PasswordArgs;

/// How long `--wait` waits unless told otherwise, in seconds.
const PATIENCE: &str = "30";

/// Which node is asked, and how the result is printed.
#[derive(Debug, clap::Args)]
pub(crate) struct Connection {
    /// The node's HTTP address, as in network.json
    #[arg(long, value_name = "URL")]
    pub(crate) rpc: String,
    /// Print the result as one line of JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// Whether to wait for a block.
#[derive(Debug, clap::Args)]
pub(crate) struct Patience {
    /// Wait until it is in a final block, at most so many seconds; fail if it is not
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = PATIENCE,
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub(crate) wait: Option<u64>,
}

/// The files of an account.
#[derive(Debug, clap::Args)]
pub(crate) struct Files {
    /// The key file of the account's validator; `register` and `rotate` need it
    #[arg(long, value_name = "FILE", required_unless_present = "operator")]
    pub(crate) keys: Option<PathBuf>,
    /// The file with the account's operator key, if that is not in the key file
    #[arg(long, value_name = "FILE")]
    pub(crate) operator: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) password: PasswordArgs,
    /// The password of --operator, if it is another one
    #[arg(long, value_name = "FILE", requires = "operator")]
    pub(crate) operator_password_file: Option<PathBuf>,
}

/// Whose operation it is, and where it goes.
#[derive(Debug, clap::Args)]
pub(crate) struct Signing {
    #[command(flatten)]
    pub(crate) files: Files,
    /// The account, where the file has several
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<Digest>,
    /// Sign for the chain of this genesis only; without it, for the one that the node says it runs
    #[arg(long, value_name = "FILE")]
    pub(crate) genesis: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(flatten)]
    pub(crate) patience: Patience,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RegisterArgs {
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// The validator's first stake, from what is free
    #[arg(long, value_name = "AMOUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) bond: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct BondArgs {
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// How much
    #[arg(long, value_name = "AMOUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) amount: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct TransferArgs {
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// Who gets it
    #[arg(long, value_name = "ACCOUNT")]
    pub(crate) to: Digest,
    /// How much
    #[arg(long, value_name = "AMOUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) amount: u64,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RotateArgs {
    #[command(flatten)]
    pub(crate) signing: Signing,
    /// Only write new keys into the key file, beside the old ones; nothing is sent
    #[arg(long, conflicts_with = "wait")]
    pub(crate) prepare: bool,
}

/// Which account is asked about.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
pub(crate) struct Who {
    /// The key file of the account; its password is not needed
    #[arg(long, value_name = "FILE")]
    pub(crate) keys: Option<PathBuf>,
    /// The account; needed where the key file has several
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<Digest>,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ShowArgs {
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) connection: Connection,
}

#[derive(Debug, clap::Args)]
pub(crate) struct FaucetArgs {
    #[command(flatten)]
    pub(crate) who: Who,
    #[command(flatten)]
    pub(crate) connection: Connection,
    #[command(flatten)]
    pub(crate) patience: Patience,
}
