//! `klero init`: the directory of a node that joins or begins a network.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use klero_node::api::BundlePage;
use klero_node::finality::{Age, Genesis, Header, LightClient, SignedCheckpoint, TrustedCheckpoint};
use klero_node::keys::{KeyFile, Password};
use klero_node::{AdminConfig, Digest, JoinConfig, KeysConfig, NodeConfig, PeeringConfig};
use klero_sampling::codec::Wire;
use klero_sampling::vrf::VrfSuite;
use serde_json::json;

use crate::keys::{self, DEFAULT_STAKE, PublicKeys};
use crate::password::{self, Protection};
use crate::rpc::Rpc;
use crate::{genesis, output};

/// The key file in the directory.
const KEYS: &str = "keys.json";
/// The file of operator keys in the directory.
const OPERATOR: &str = "operator.json";

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("chain").required(true).args(["network", "genesis", "join"])))]
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
    /// A node of a network that is there, such as http://127.0.0.1:8545: takes the genesis, boot nodes and the newest
    /// checkpoint from it
    #[arg(long, value_name = "URL")]
    join: Option<String>,
    /// With --join or --genesis: what `klero genesis hash` gives for the right genesis; another one is refused
    #[arg(long, value_name = "HEX", conflicts_with = "network")]
    genesis_hash: Option<Digest>,
    /// With --genesis or --join: a key file that no node ever used, which moves into the directory; without it the node
    /// follows the network and does not vote
    #[arg(long, value_name = "FILE", conflicts_with = "network")]
    keys: Option<PathBuf>,
    #[command(flatten)]
    protection: Protection,
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
    /// A peer to connect to; may be given several times, or several with commas between them
    #[arg(long, alias = "bootnodes", value_name = "MULTIADDRESS", value_delimiter = ',')]
    bootnode: Vec<String>,
    /// With --join or --genesis: fetch every block from the first on, not a state snapshot of the peers
    #[arg(long, conflicts_with = "network")]
    from_genesis: bool,
    /// Print {"dir","config","public","hash","checkpoint"}
    #[arg(long)]
    json: bool,
}

/// What a node of a network that is there begins with.
#[derive(Default)]
struct Chain {
    hash: Option<Digest>,
    checkpoint: Option<(u64, Header)>,
    bootnodes: Vec<String>,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let (mut public, mut chain) = (None, Chain::default());
    if let Some(network) = &args.network {
        let password = args.protection.choose(&args.dir.join(KEYS))?;
        make_empty(&args.dir)?;
        public = Some(begin(args, network, password.as_ref())?);
    } else if let Some(file) = &args.genesis {
        let genesis = genesis::load(file)?;
        chain.hash = Some(check_hash(args, &genesis)?);
        make_empty(&args.dir)?;
        join(args, &genesis)?;
    } else if let Some(url) = &args.join {
        chain = join_at(args, url)?;
    }
    chain.bootnodes.splice(0..0, args.bootnode.iter().cloned());
    let keys = args.dir.join(KEYS);
    let has_keys = keys.exists();
    if has_keys {
        let validators = KeyFile::public_part(&keys)?.validators;
        klero_node::mark_never_voted(&args.dir.join("data"), validators.iter().map(|(id, ..)| *id))
            .context("cannot make the log")?;
    }
    let config = args.dir.join("node.toml");
    output::new_file(
        &config,
        &toml::to_string(&configuration(args, has_keys, &chain)?)?,
    )?;
    if args.json {
        let checkpoint = chain.checkpoint.map(
            |(number, header)| json!({ "number": number, "round": header.round, "block": header.digest() }),
        );
        return output::json_line(&json!({
            "dir": args.dir, "config": config, "public": public, "hash": chain.hash, "checkpoint": checkpoint,
        }));
    }
    output::write(&next_steps(args, public.as_deref(), &config, &chain))
}

/// The hash of a genesis, which must be the one that was asked for.
fn check_hash(args: &Args, genesis: &Genesis) -> anyhow::Result<Digest> {
    let found = genesis.chain_id();
    if let Some(wanted) = args.genesis_hash {
        ensure!(
            found == wanted,
            "another genesis: its hash is {found}, and {wanted} is wanted; ask whoever gave you the hash which network \
             this is, and take the genesis from a node of that one"
        );
    }
    Ok(found)
}

/// Takes the bundle of a node. Only what the genesis hash covers is sure; the checkpoint is shown, for people to compare.
fn join_at(args: &Args, url: &str) -> anyhow::Result<Chain> {
    let rpc = Rpc::new(url);
    let bundle: BundlePage = rpc.get("/v1/bundle")?;
    let hash = check_hash(args, &bundle.genesis)?;
    ensure!(
        hash == bundle.chain,
        "{url} says that its genesis has the hash {}, but it is {hash}: ask another node",
        bundle.chain
    );
    bundle
        .genesis
        .validate()
        .with_context(|| format!("the genesis that {url} gives; ask another node"))?;
    let checkpoint = bundle
        .checkpoint
        .map(|page| trusted(&page.bytes, &bundle.genesis, url));
    let checkpoint = checkpoint.transpose()?;
    make_empty(&args.dir)?;
    join(args, &bundle.genesis)?;
    if let Some(trusted) = &checkpoint {
        let text = serde_json::to_string_pretty(trusted)?;
        output::new_file(&args.dir.join("checkpoint.json"), &text)?;
    }
    let rules = bundle.genesis.checkpoints;
    let numbered =
        checkpoint.map(|trusted| (rules.number_at(trusted.header.round).unwrap_or(0), trusted.header));
    Ok(Chain {
        hash: Some(hash),
        checkpoint: numbered,
        bootnodes: bundle.bootnodes,
    })
}

/// A checkpoint as a node gave it, of this chain and at a round where one is made.
fn trusted(bytes: &[u8], genesis: &Genesis, url: &str) -> anyhow::Result<TrustedCheckpoint> {
    let signed = SignedCheckpoint::decode(bytes)
        .with_context(|| format!("{url} gives no checkpoint as it should be"))?;
    let trusted = TrustedCheckpoint {
        header: signed.header,
        next_electorate: signed.next_electorate,
    };
    let age = Age {
        now: genesis::now_ms()?,
        limit: JoinConfig::default().max_age_hours.saturating_mul(3_600_000),
    };
    LightClient::from_checkpoint(genesis, &trusted, age)
        .with_context(|| format!("the newest checkpoint of {url}; ask a node that is up to date"))?;
    Ok(trusted)
}

/// New keys, of which the public half goes into the genesis to be.
fn begin(args: &Args, network: &str, password: Option<&Password>) -> anyhow::Result<PathBuf> {
    let mut keys = keys::fresh(network, args.validators.try_into()?)?.with_suite(args.vrf);
    let halves = PublicKeys::of(&keys, args.stake)?;
    let operator = password.is_some().then(|| args.dir.join(OPERATOR));
    keys::new::write(&mut keys, &args.dir.join(KEYS), operator.as_deref(), password)?;
    let public = args.dir.join("validators.json");
    halves.create(&public)?;
    Ok(public)
}

fn join(args: &Args, genesis: &Genesis) -> anyhow::Result<()> {
    if let Some(path) = &args.keys {
        let keys = KeyFile::public_part(path)?;
        ensure!(
            keys.network == genesis.network,
            "{} is for the network {:?}, the genesis is of {:?}: give the key file of this network",
            path.display(),
            keys.network,
            genesis.network
        );
        if !keys.is_encrypted {
            password::warn_plain(&args.dir.join(KEYS));
        } else if let Some(file) = &args.protection.password_file {
            // Better told now than at the node's start.
            KeyFile::open(path, Some(&Password::load(file)?))?;
        }
        KeyFile::move_to(path, &args.dir.join(KEYS))?;
    }
    genesis::create(genesis, &args.dir.join("genesis.json"))
}

fn configuration(args: &Args, has_keys: bool, chain: &Chain) -> anyhow::Result<NodeConfig> {
    let of_directory = || {
        args.dir
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
    };
    let password_file = args.protection.password_file.as_ref();
    let keys = KeysConfig {
        password_file: password_file
            .map(std::path::absolute)
            .transpose()
            .context("the path of the password file")?,
        ..KeysConfig::from(KEYS)
    };
    Ok(NodeConfig {
        name: args
            .name
            .clone()
            .or_else(of_directory)
            .unwrap_or_else(|| "klero".into()),
        genesis: "genesis.json".into(),
        data: "data".into(),
        keys: has_keys.then_some(keys),
        faucet: None,
        rpc: args.rpc,
        listen: args.listen.clone(),
        bootnodes: chain.bootnodes.clone(),
        wait_for_peers: 0,
        admin: args.admin.map(|listen| AdminConfig {
            listen,
            token: "admin.token".into(),
        }),
        join: (chain.hash.is_some() && !args.from_genesis && !chain.bootnodes.is_empty()).then(|| {
            JoinConfig {
                checkpoint: chain.checkpoint.is_some().then(|| "checkpoint.json".into()),
                ..JoinConfig::default()
            }
        }),
        network: PeeringConfig::default(),
    })
}

fn next_steps(args: &Args, public: Option<&Path>, config: &Path, chain: &Chain) -> String {
    let (program, dir) = (output::program(), args.dir.display());
    let start = format!("{program} node --config {}", output::shell(config));
    let operator = args.dir.join(OPERATOR);
    let apart = if operator.exists() {
        format!(
            "{} moves the stake: keep it off this machine, the node does not need it\n",
            operator.display()
        )
    } else {
        String::new()
    };
    match public {
        Some(public) => format!(
            "made {dir}; keep it, keys and log belong together\n{apart}\
             next\n  1. give {} to whoever makes the genesis with `klero genesis new`\n  \
             2. put the genesis at {}\n  3. write the addresses of peers into `bootnodes` of {}\n  4. {start}\n",
            public.display(),
            args.dir.join("genesis.json").display(),
            config.display()
        ),
        None => format!("made {dir}\n{}next\n  {start}\n", told(chain)),
    }
}

/// What people should compare before they believe it.
fn told(chain: &Chain) -> String {
    let Some(hash) = &chain.hash else {
        return String::new();
    };
    let mut text = format!("genesis     {hash}\n");
    if let Some((number, header)) = &chain.checkpoint {
        let (round, block) = (header.round, header.digest());
        text += &format!("checkpoint  {number}, round {round}, block {block}\n");
    }
    text + "compare this with what another source says of the network before you start\n"
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
