//! `klero keys`: validators' keys and their public halves.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use klero_analysis::Stakes;
use klero_finality::GenesisValidator;
use klero_node::keys::KeyFile;
use klero_sampling::vrf::VrfSuite;
use serde::{Deserialize, Serialize};

use crate::output;

/// The stake that a validator has in a genesis unless told otherwise.
pub(crate) const DEFAULT_STAKE: u64 = 1_000_000;

/// So many validators are shown by name.
const SHOWN: usize = 20;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Make new keys and the public file that a genesis is made from
    New(NewArgs),
    /// Show the public halves of a key file
    #[command(visible_alias = "show")]
    Inspect(InspectArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct NewArgs {
    /// The network's name: the proofs of possession hold for it only
    #[arg(long)]
    network: String,
    /// Where the secret keys go; must not exist
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// How many validators
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=65_536))]
    validators: u32,
    /// The stake that each of them is to have in the genesis
    #[arg(long, default_value_t = DEFAULT_STAKE, value_parser = clap::value_parser!(u64).range(1..))]
    stake: u64,
    /// A validator for each account of a stake file, with its stake: lines id,stake or id,stake,group, as `klero analysis` reads
    /// them. For a rehearsal: on a real network every operator makes its own keys
    #[arg(long, value_name = "FILE", conflicts_with_all = ["validators", "stake"])]
    stakes: Option<PathBuf>,
    /// What the validators draw with: sr25519, bls12381, or ecvrf-p256 in a build with --features ecvrf
    #[arg(long, value_name = "SUITE", default_value_t = VrfSuite::Sr25519)]
    vrf: VrfSuite,
    /// Where the public halves go; must not exist
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// Print the public halves as one line of JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct InspectArgs {
    /// The key file
    keys: PathBuf,
    /// The stake that each validator is to have in the genesis
    #[arg(long, default_value_t = DEFAULT_STAKE, value_parser = clap::value_parser!(u64).range(1..))]
    stake: u64,
    /// Print the public halves as one line of JSON, which `klero genesis new --validators` reads
    #[arg(long)]
    json: bool,
}

/// The public halves of a key file, from which a genesis is made.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PublicKeys {
    /// The network that the proofs of possession are for.
    pub(crate) network: String,
    /// The validators with the stake that they are to have.
    pub(crate) validators: Vec<GenesisValidator>,
}

impl PublicKeys {
    /// The public halves of keys, each with the same stake.
    pub(crate) fn of(keys: &KeyFile, stake: u64) -> anyhow::Result<Self> {
        Self::with_stakes(keys, std::iter::repeat(stake))
    }

    /// The public halves of keys with their stakes, in the same order.
    fn with_stakes(keys: &KeyFile, stakes: impl IntoIterator<Item = u64>) -> anyhow::Result<Self> {
        let entries = keys.validators.iter().zip(stakes);
        let validators = entries.map(|(entry, stake)| entry.genesis_validator(&keys.network, stake));
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

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::New(args) => new(&args),
        Command::Inspect(args) => inspect(&args),
    }
}

fn new(args: &NewArgs) -> anyhow::Result<()> {
    let stakes = match &args.stakes {
        Some(path) => stakes_of(path)?,
        None => vec![args.stake; usize::try_from(args.validators).context("too many validators")?],
    };
    let keys = fresh(&args.network, stakes.len())?.with_suite(args.vrf);
    // Before anything is written: a suite that is not built makes no keys.
    let public = PublicKeys::with_stakes(&keys, stakes)?;
    keys.create(&args.keys)?;
    if let Some(path) = &args.public {
        public.create(path)?;
    }
    if args.json {
        return output::json_line(&public);
    }
    let mut text = format!("{}: secret, readable by you only\n", args.keys.display());
    if let Some(path) = &args.public {
        text.push_str(&format!(
            "{}: public, for `klero genesis new --validators`\n",
            path.display()
        ));
    }
    output::write(&(text + &page(&public)))
}

fn inspect(args: &InspectArgs) -> anyhow::Result<()> {
    let public = PublicKeys::of(&KeyFile::load(&args.keys)?, args.stake)?;
    if args.json {
        output::json_line(&public)
    } else {
        output::write(&page(&public))
    }
}

/// The stakes of a file, in descending order.
fn stakes_of(path: &Path) -> anyhow::Result<Vec<u64>> {
    let stakes = Stakes::open(path).with_context(|| {
        format!(
            "{} is no stake file; `klero analysis stake FILE` checks one",
            path.display()
        )
    })?;
    Ok(stakes.accounts().iter().map(|account| account.stake).collect())
}

/// New keys of one node from the system's randomness.
pub(crate) fn fresh(network: &str, validators: usize) -> anyhow::Result<KeyFile> {
    ensure!(
        (1..=64).contains(&network.len()),
        "the network's name has {} bytes: it must have 1 to 64",
        network.len()
    );
    KeyFile::generate(network, validators).context("the system has no randomness to give (/dev/urandom)")
}

fn page(public: &PublicKeys) -> String {
    let mut page = format!("network {}\n", public.network);
    for validator in public.validators.iter().take(SHOWN) {
        page.push_str(&format!("validator {}\n", validator.id));
    }
    match public.validators.len().checked_sub(SHOWN) {
        None | Some(0) => {}
        Some(more) => page.push_str(&format!("and {more} more\n")),
    }
    page
}
