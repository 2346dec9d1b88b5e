//! `klero stake`: the wallet of an account. What it asks for is signed here; the node gets no secret.

mod args;
mod faucet;
mod rotate;
mod sent;
mod show;
mod wait;
mod wallet;

use anyhow::ensure;
use klero_stake::Operation;

use args::{BondArgs, FaucetArgs, RegisterArgs, RotateArgs, ShowArgs, Signing, TransferArgs};
use wallet::Wallet;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make the account a validator with the keys of the key file
    Register(RegisterArgs),
    /// Add free stake to the validator's
    Bond(BondArgs),
    /// Let part of the validator's stake unbond
    Unbond(BondArgs),
    /// Replace the validator's keys: first with --prepare, then, when its node runs with the new ones too, without
    Rotate(RotateArgs),
    /// End the validator: all of its stake unbonds
    Leave(Signing),
    /// Move free stake to another account
    Transfer(TransferArgs),
    /// Give a sign of life of the validator, which ends a suspension; its node does it by itself
    Heartbeat(Signing),
    /// Show an account
    Show(ShowArgs),
    /// Ask a testnet for stake
    Faucet(FaucetArgs),
}

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Register(args) => register(&args),
        Command::Bond(args) => {
            let amount = args.amount;
            Wallet::open(&args.signing)?.send(Operation::Bond { amount })
        }
        Command::Unbond(args) => {
            let amount = args.amount;
            Wallet::open(&args.signing)?.send(Operation::Unbond { amount })
        }
        Command::Rotate(args) => rotate::run(&args),
        Command::Leave(args) => Wallet::open(&args)?.send(Operation::Leave),
        Command::Transfer(args) => {
            let (to, amount) = (args.to, args.amount);
            Wallet::open(&args.signing)?.send(Operation::Transfer { to, amount })
        }
        Command::Heartbeat(args) => Wallet::open(&args)?.send(Operation::Heartbeat),
        Command::Show(args) => show::run(&args),
        Command::Faucet(args) => faucet::run(&args),
    }
}

fn register(args: &RegisterArgs) -> anyhow::Result<()> {
    let wallet = Wallet::open(&args.signing)?;
    ensure!(
        wallet.page().validator.is_none(),
        "account {} runs a validator already: add to its stake with `klero stake bond`, or replace its keys with \
         `klero stake rotate`",
        wallet.page().account
    );
    let keys = Box::new(wallet.prove(wallet.newest()?)?);
    wallet.send(Operation::Register {
        keys,
        bond: args.bond,
    })
}
