//! The program `klero`: runs nodes, testnets and a light client, and makes keys and genesis files.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "results go to standard output, what went wrong to standard error"
)]

mod admin;
mod analysis;
mod genesis;
mod init;
mod keys;
mod node;
mod output;
mod password;
mod rpc;
mod sortition;
mod stake;
mod status;
mod testnet;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The system's allocator keeps the room of blocks that came and went, in pieces: under a flood of bodies twice and three
/// times as much memory as is in use.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Consensus by sampled committees: testnets, nodes, a light client, and the files they need.
#[derive(Debug, Parser)]
#[command(name = "klero", version, arg_required_else_help = true, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start a network of real nodes on this machine and watch it finalize
    Testnet(testnet::Args),
    /// Run one node
    Node(node::Args),
    /// Make the directory of a node: keys, log, configuration
    Init(init::Args),
    /// Show where a running node stands
    Status(status::Args),
    /// Look into a running node and pause it, as its operator
    #[command(arg_required_else_help = true)]
    Admin(admin::Args),
    /// Move stake and run a validator: the wallet of an account
    #[command(subcommand, arg_required_else_help = true)]
    Stake(stake::Command),
    /// Check a chain from its genesis on, trusting nothing else
    Verify(verify::Args),
    /// Make, check and show genesis files
    #[command(subcommand, arg_required_else_help = true)]
    Genesis(genesis::Command),
    /// Make, encrypt and show validators' keys
    #[command(subcommand, arg_required_else_help = true)]
    Keys(keys::Command),
    /// Compute the seats that a draw gives
    Sortition(sortition::Args),
    /// Compute how likely committees are to fail (as `klero-analysis` does)
    #[command(subcommand, arg_required_else_help = true)]
    Analysis(analysis::Command),
}

impl Command {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Testnet(args) => testnet::run(&args),
            Self::Node(args) => node::run(&args),
            Self::Init(args) => init::run(&args),
            Self::Status(args) => status::run(&args),
            Self::Admin(args) => admin::run(&args),
            Self::Stake(command) => stake::run(command),
            Self::Verify(args) => verify::run(&args),
            Self::Genesis(command) => genesis::run(command),
            Self::Keys(command) => keys::run(command),
            Self::Sortition(args) => sortition::run(&args),
            Self::Analysis(command) => command.run(&mut std::io::stdout().lock()),
        }
    }
}

fn main() -> ExitCode {
    match Cli::parse().command.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes, leaving out causes whose text stands already before them.
fn causes(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if text.is_empty() {
            text = cause;
        } else if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let told = anyhow!("no such port")
            .context("cannot listen: no such port")
            .context("node1 did not start");
        assert_eq!(causes(&told), "node1 did not start: cannot listen: no such port");
    }
}
