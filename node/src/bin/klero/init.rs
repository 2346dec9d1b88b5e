//! `klero init`: the directory of a node that joins or begins a network.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use klero_node::keys::KeyFile;
use klero_node::{AdminConfig, NodeConfig};
use klero_sampling::vrf::VrfSuite;
use serde_json::json;

use crate::keys::{self, DEFAULT_STAKE, PublicKeys};
use crate::{genesis, output};

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("chain").required(true).args(["network", "genesis"])))]
pub(crate) struct Args {
    /// The node's directory; must be empty or absent
    #[arg(long)]
    dir: PathBuf,
    /// The name of a network that is to begin: makes new keys and a log that begins with them
    #[arg(long, value_name = "NAME")]
    network: Option<String>,
    /// The genesis of a network that is there; copied into the directory
    #[arg(long, value_name = "FILE")]
    genesis: Option<PathBuf>,
    /// With --genesis: a key file that no node ever used, which moves into the directory; without it the node
    /// follows the network and does not vote
    #[arg(long, value_name = "FILE", requires = "genesis")]
    keys: Option<PathBuf>,
    /// With --network: how many validators
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    validators: u32,
    /// With --network: the stake that each validator is to have in the genesis
    #[arg(long, default_value_t = DEFAULT_STAKE, value_parser = clap::value_parser!(u64).range(1..))]
    stake: u64,
    /// With --network: what the validators draw with: sr25519, bls12381, or ecvrf-p256 in a build with
    /// --features ecvrf
    #[arg(long, value_name = "SUITE", default_value_t = VrfSuite::Sr25519)]
    vrf: VrfSuite,
    /// The node's name in logs; without it, that of the directory
    #[arg(long)]
    name: Option<String>,
    /// Where the HTTP API listens
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8545")]
    rpc: SocketAddr,
    /// Where the admin API listens; without it there is none
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<SocketAddr>,
    /// Where the node listens for peers
    #[arg(
        long,
        value_name = "MULTIADDRESS",
        default_value = "/ip4/0.0.0.0/udp/30303/quic-v1"
    )]
    listen: Vec<String>,
    /// A peer to connect to; may be given several times
    #[arg(long, value_name = "MULTIADDRESS")]
    bootnode: Vec<String>,
    /// Print {"dir","config","public"}
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    make_empty(&args.dir)?;
    let public = match (&args.network, &args.genesis) {
        (Some(network), _) => Some(begin(args, network)?),
        (None, Some(file)) => {
            join(args, file)?;
            None
        }
        (None, None) => None,
    };
    let keys = args.dir.join("keys.json");
    let has_keys = keys.exists();
    if has_keys {
        let keys = KeyFile::load(&keys)?;
        klero_node::mark_never_voted(&args.dir.join("data"), &keys).context("cannot make the log")?;
    }
    let config = args.dir.join("node.toml");
    output::new_file(&config, &toml::to_string(&configuration(args, has_keys))?)?;
    if args.json {
        return output::json_line(&json!({ "dir": args.dir, "config": config, "public": public }));
    }
    output::write(&next_steps(args, public.as_deref(), &config))
}

/// New keys, of which the public half goes into the genesis to be.
fn begin(args: &Args, network: &str) -> anyhow::Result<PathBuf> {
    let keys = keys::fresh(network, args.validators.try_into()?)?.with_suite(args.vrf);
    let halves = PublicKeys::of(&keys, args.stake)?;
    keys.create(&args.dir.join("keys.json"))?;
    let public = args.dir.join("validators.json");
    halves.create(&public)?;
    Ok(public)
}

fn join(args: &Args, file: &Path) -> anyhow::Result<()> {
    let genesis = genesis::load(file)?;
    if let Some(path) = &args.keys {
        let keys = KeyFile::load(path)?;
        ensure!(
            keys.network == genesis.network,
            "{} is for the network {:?}, the genesis is of {:?}: give the key file of this network",
            path.display(),
            keys.network,
            genesis.network
        );
        keys.create(&args.dir.join("keys.json"))?;
        // One key in two places is one vote too many.
        std::fs::remove_file(path)
            .with_context(|| format!("cannot remove {}: remove it yourself", path.display()))?;
    }
    genesis::create(&genesis, &args.dir.join("genesis.json"))
}

fn configuration(args: &Args, has_keys: bool) -> NodeConfig {
    let of_directory = || {
        args.dir
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    NodeConfig {
        name: args
            .name
            .clone()
            .or_else(of_directory)
            .unwrap_or_else(|| "klero".into()),
        genesis: "genesis.json".into(),
        data: "data".into(),
        keys: has_keys.then(|| "keys.json".into()),
        faucet: None,
        rpc: args.rpc,
        listen: args.listen.clone(),
        bootnodes: args.bootnode.clone(),
        wait_for_peers: 0,
        admin: args.admin.map(|listen| AdminConfig {
            listen,
            token: "admin.token".into(),
        }),
    }
}

fn next_steps(args: &Args, public: Option<&Path>, config: &Path) -> String {
    let (program, dir) = (output::program(), args.dir.display());
    let start = format!("{program} node --config {}", output::shell(config));
    match public {
        Some(public) => format!(
            "made {dir}; keep it, keys and log belong together\n\
             next\n  1. give {} to whoever makes the genesis with `klero genesis new`\n  \
             2. put the genesis at {}\n  3. write the addresses of peers into `bootnodes` of {}\n  4. {start}\n",
            public.display(),
            args.dir.join("genesis.json").display(),
            config.display()
        ),
        None => format!("made {dir}\nnext\n  {start}\n"),
    }
}

fn make_empty(dir: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir).with_context(|| format!("cannot make {}", dir.display()))?;
    let mut entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}", dir.display()))?;
    ensure!(
        entries.next().is_none(),
        "{} is not empty: choose another --dir",
        dir.display()
    );
    Ok(())
}
