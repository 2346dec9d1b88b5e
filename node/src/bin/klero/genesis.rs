//! `klero genesis`: what a chain begins with.

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, ensure};
use clap::ValueEnum;
use klero_committee::{Committees, Profile, Step};
use klero_finality::{Genesis, GenesisValidator};
use klero_node::bounds::genesis_bounds;
use klero_sampling::SeatScheme;
use klero_sampling::vrf::VrfSuite;
use serde_json::json;

use crate::keys::PublicKeys;
use crate::output;
use crate::testnet::profile;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Collect validators and committees in a genesis file
    New(NewArgs),
    /// Check a genesis, with its proofs of possession
    #[command(visible_alias = "check")]
    Validate(FileArgs),
    /// Show a genesis
    #[command(visible_alias = "show")]
    Inspect(FileArgs),
    /// Print the digest of a genesis, which is the chain id
    Hash(FileArgs),
}

#[derive(Debug, clap::Args)]
pub(crate) struct NewArgs {
    /// The network's name, the same that the keys were made for
    #[arg(long)]
    network: String,
    /// Public validator files, made with `klero init` or `klero keys new --public`
    #[arg(long, value_name = "FILE", num_args = 1.., required = true)]
    validators: Vec<PathBuf>,
    /// Where the genesis goes; must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Who votes; without it, everyone for up to 16 validators, and a drawn committee for more
    #[arg(long, value_enum)]
    scheme: Option<Scheme>,
    /// Committees, times and VRF suite of your own: a .toml file as `klero analysis tune --out` writes it, or JSON as the
    /// field `profile` of a genesis file has it
    #[arg(long, value_name = "FILE", conflicts_with = "scheme")]
    profile: Option<PathBuf>,
    /// Milliseconds since 1970, which the first block's timestamp exceeds; without it, now
    #[arg(long, value_name = "MS")]
    timestamp: Option<u64>,
    /// Print the result of `klero genesis inspect --json`
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// The genesis file
    genesis: PathBuf,
    /// Print one line of JSON
    #[arg(long)]
    json: bool,
}

/// Who votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scheme {
    /// A committee: guaranteed seats by stake, the fraction by lot
    Quota,
    /// Everyone, with the weight of the stake
    Full,
}

pub(crate) fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::New(args) => new(&args),
        Command::Validate(args) => validate(&args),
        Command::Inspect(args) => show(&load(&args.genesis)?, args.json),
        Command::Hash(args) => hash(&args),
    }
}

/// Reads a genesis and checks everything in it.
pub(crate) fn load(path: &Path) -> anyhow::Result<Genesis> {
    let help = "make one with `klero genesis new`";
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}; {help}", path.display()))?;
    let genesis: Genesis =
        serde_json::from_str(&text).with_context(|| format!("{} is no genesis; {help}", path.display()))?;
    genesis
        .validate()
        .with_context(|| format!("{} is refused", path.display()))?;
    Ok(genesis)
}

/// Writes a genesis to a new file.
pub(crate) fn create(genesis: &Genesis, path: &Path) -> anyhow::Result<()> {
    output::new_file(path, &format!("{}\n", serde_json::to_string_pretty(genesis)?))
}

/// A genesis of validators in any order.
pub(crate) fn of(
    network: &str,
    timestamp: u64,
    profile: Profile,
    validators: Vec<GenesisValidator>,
) -> Genesis {
    Genesis::new(network, timestamp, profile, validators)
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> anyhow::Result<u64> {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .context("the system's clock is before 1970")?;
    u64::try_from(elapsed.as_millis()).context("the system's clock is far in the future")
}

fn new(args: &NewArgs) -> anyhow::Result<()> {
    let mut validators = Vec::new();
    for path in &args.validators {
        let public = read_public(path)?;
        ensure!(
            public.network == args.network,
            "{} is for the network {:?}, not {:?}: make keys with `klero keys new --network {}`",
            path.display(),
            public.network,
            args.network,
            args.network
        );
        validators.extend(public.validators);
    }
    let profile = match &args.profile {
        Some(path) => read_profile(path)?,
        None => Profile {
            vrf: suite_of(&validators),
            ..profile::of(args.scheme.unwrap_or(profile::scheme_for(validators.len())))?
        },
    };
    let timestamp = args.timestamp.map_or_else(now_ms, Ok)?;
    let genesis = of(&args.network, timestamp, profile, validators);
    genesis.validate().context("these validators make no genesis")?;
    genesis_bounds(&genesis)?;
    create(&genesis, &args.out)?;
    show(&genesis, args.json)
}

/// The VRF suite of the validators' keys; `validate` refuses keys of several.
fn suite_of(validators: &[GenesisValidator]) -> VrfSuite {
    let first = validators.first();
    first.map_or(VrfSuite::Sr25519, |validator| validator.vrf_key.suite())
}

fn read_public(path: &Path) -> anyhow::Result<PublicKeys> {
    let help = "it is made with `klero init` or `klero keys new --public`";
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}; {help}", path.display()))?;
    serde_json::from_str(&text)
        .with_context(|| format!("{} is no file of public keys; {help}", path.display()))
}

fn read_profile(path: &Path) -> anyhow::Result<Profile> {
    let help = "`klero analysis tune --out FILE.toml` makes one; in JSON it is the field `profile` of a genesis file";
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}; {help}", path.display()))?;
    let is_toml = path.extension().is_some_and(|extension| extension == "toml");
    let profile = if is_toml {
        toml::from_str(&text).map_err(anyhow::Error::from)
    } else {
        serde_json::from_str(&text).map_err(anyhow::Error::from)
    };
    profile.with_context(|| format!("{} is no profile; {help}", path.display()))
}

fn validate(args: &FileArgs) -> anyhow::Result<()> {
    let genesis = load(&args.genesis)?;
    let bounds =
        genesis_bounds(&genesis).with_context(|| format!("{} is refused", args.genesis.display()))?;
    if args.json {
        return output::json_line(
            &json!({ "valid": true, "chain_id": genesis.chain_id(), "bounds": bounds }),
        );
    }
    output::write(&format!(
        "{} is valid; chain id {}\nin each committee {}\n",
        args.genesis.display(),
        genesis.chain_id(),
        bounds.explanation
    ))
}

fn hash(args: &FileArgs) -> anyhow::Result<()> {
    let chain = load(&args.genesis)?.chain_id();
    if args.json {
        return output::json_line(&json!({ "chain_id": chain }));
    }
    output::write(&format!("{chain}\n"))
}

fn show(genesis: &Genesis, json: bool) -> anyhow::Result<()> {
    let committees = genesis.committees()?;
    let total = committees.electorate().total();
    if json {
        return output::json_line(&json!({
            "chain_id": genesis.chain_id(),
            "network": genesis.network,
            "timestamp": genesis.timestamp,
            "validators": genesis.validators.len(),
            "total_stake": total,
            "profile": genesis.profile,
        }));
    }
    let largest = genesis
        .validators
        .iter()
        .map(|validator| validator.stake)
        .max()
        .unwrap_or_default();
    let mut page = format!(
        "network     {}\nchain id    {}\nvalidators  {}\nstake       {total}, the largest {:.1} %\n",
        genesis.network,
        genesis.chain_id(),
        genesis.validators.len(),
        largest as f64 * 100.0 / total as f64,
    );
    for (name, step) in [
        ("soft", Step::Soft),
        ("cert", Step::Cert),
        ("next", Step::Next(0)),
    ] {
        page.push_str(&format!("{name:10}  {}\n", committee(&committees, step)));
    }
    output::write(&page)
}

/// A committee in words.
pub(crate) fn committee(committees: &Committees, step: Step) -> String {
    let lottery = committees.lottery(step);
    let threshold = committees.profile().threshold(step, lottery).unwrap_or_default();
    let (seats, expected) = (lottery.in_seats(threshold), lottery.expected());
    match (lottery.scheme(), lottery.split()) {
        (SeatScheme::Full, _) => format!("everyone, {seats} of {} needed", lottery.total()),
        (SeatScheme::Binomial, _) => format!("binomial seats, {seats} of {expected} needed"),
        (SeatScheme::FaitAccompli, Some(split)) => format!(
            "{} permanent members, the others draw {} seats; {seats} of {expected} seats' weight needed",
            split.permanent,
            expected - split.permanent
        ),
        (SeatScheme::Quota | SeatScheme::FaitAccompli, _) => {
            format!("quota seats, {seats} of {expected} needed")
        }
    }
}
