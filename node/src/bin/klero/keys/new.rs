//! `klero keys new`: keys from randomness, or for test networks from words.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use klero_analysis::Stakes;
use klero_node::keys::{KeyFile, Mnemonic, Password};
use klero_sampling::vrf::VrfSuite;

use super::{DEFAULT_STAKE, PublicKeys, check_name, fresh, page};
use crate::output;
use crate::password::Protection;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The network's name: the proofs of possession hold for it only
    #[arg(long)]
    network: String,
    /// Where the secret keys go; must not exist
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
    /// Where the operator keys go, which move the stake and which the node need not have; must not exist. Without it, beside
    /// the keys as NAME.operator.json, or with --plain among them
    #[arg(long, value_name = "FILE")]
    operator: Option<PathBuf>,
    #[command(flatten)]
    protection: Protection,
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
    /// For test networks only: make the keys from 24 new words, and print them. Who sees the words has the keys and the stake
    #[arg(long, conflicts_with_all = ["from_mnemonic", "json"])]
    mnemonic: bool,
    /// For test networks only: the same keys again, from the 24 words in this file, which only you can read
    #[arg(long, value_name = "FILE")]
    from_mnemonic: Option<PathBuf>,
    /// Where the public halves go; must not exist
    #[arg(long, value_name = "FILE")]
    public: Option<PathBuf>,
    /// Print the public halves as one line of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    check_name(&args.network)?;
    let stakes = match &args.stakes {
        Some(path) => stakes_of(path)?,
        None => vec![args.stake; usize::try_from(args.validators).context("too many validators")?],
    };
    let password = args.protection.choose(&args.keys)?;
    let (mut keys, words) = make(args, stakes.len())?;
    // Before anything is written: a suite that is not built makes no keys.
    let public = PublicKeys::with_stakes(&keys, stakes)?;
    let operator = operator_file(args.operator.as_deref(), &args.keys, password.is_some());
    let mut text = write(&mut keys, &args.keys, operator.as_deref(), password.as_ref())?;
    if let Some(path) = &args.public {
        public.create(path)?;
        text.push_str(&format!(
            "{}: public, for `klero genesis new --validators`\n",
            path.display()
        ));
    }
    if args.json {
        return output::json_line(&public);
    }
    let validators: Vec<_> = public.validators.iter().map(|new| (new.id, "")).collect();
    text.push_str(&page(&public.network, &validators, &[]));
    if let Some(words) = &words {
        text.push_str(&format!(
            "\nFOR TEST NETWORKS ONLY: whoever sees these words has all of these keys. They are not shown again; \
             `--from-mnemonic FILE` makes the same keys.\n\n{}\n",
            words.words()
        ));
    }
    output::write(&text)
}

/// The keys, and the words that were made for them.
fn make(args: &Args, validators: usize) -> anyhow::Result<(KeyFile, Option<Mnemonic>)> {
    let words = match &args.from_mnemonic {
        Some(path) => Mnemonic::load(path)?,
        None if args.mnemonic => Mnemonic::random()?,
        None => {
            let keys = fresh(&args.network, validators)?;
            return Ok((keys.with_suite(args.vrf), None));
        }
    };
    eprintln!(
        "warning: FOR TEST NETWORKS ONLY: keys that follow from words are lost with them, operator keys included; on a real \
         network make them without"
    );
    let keys = words.keys(&args.network, u32::try_from(validators)?, args.vrf)?;
    Ok((keys, args.mnemonic.then_some(words)))
}

/// Where the operator keys go; none where they stay among the others.
pub(crate) fn operator_file(wanted: Option<&Path>, keys: &Path, is_encrypted: bool) -> Option<PathBuf> {
    let beside = || is_encrypted.then(|| keys.with_extension("operator.json"));
    wanted.map(Path::to_owned).or_else(beside)
}

/// Writes new keys, the operator keys first: the file that a node votes with is there when all is.
pub(crate) fn write(
    keys: &mut KeyFile,
    path: &Path,
    operator: Option<&Path>,
    password: Option<&Password>,
) -> anyhow::Result<String> {
    let how = if password.is_some() {
        "encrypted"
    } else {
        "NOT ENCRYPTED"
    };
    let create = |keys: &KeyFile, path: &Path| match password {
        Some(password) => keys.create_encrypted(path, password),
        None => keys.create(path),
    };
    let mut text = format!("{}: secret, {how}, readable by you only\n", path.display());
    ensure!(
        path.symlink_metadata().is_err(),
        "{} is there already: choose another name",
        path.display()
    );
    if let Some(operator) = operator {
        create(&keys.take_operators(), operator)?;
        text.push_str(&format!(
            "{}: secret, {how}: moves the stake; keep it off the machine of the node\n",
            operator.display()
        ));
    }
    create(keys, path)?;
    Ok(text)
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
