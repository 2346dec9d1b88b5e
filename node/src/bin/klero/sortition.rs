//! `klero sortition`: the seats that a draw gives.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use clap::ValueEnum;
use klero_sampling::{Digest, Draw, Holder, Lottery, SeatScheme};

use crate::output;

const HELP: &str = "cannot compute the seats (see `klero sortition --help`)";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How seats follow from the draw
    #[arg(long, value_enum)]
    scheme: Scheme,
    /// The draw x: 64 hexadecimal digits, read as one big number; u = (2x + 1) / 2^257
    #[arg(long, value_name = "HEX")]
    digest: Digest,
    /// The validator's stake
    #[arg(long)]
    stake: u64,
    /// The stake of all validators together, at most 2^63
    #[arg(long, required_unless_present = "stakes")]
    total: Option<u64>,
    /// The seats that the committee has on average, at most 2^20
    #[arg(long)]
    expected: u32,
    /// All stakes, as fait-accompli needs them: a number a line, or a table with commas and a column `stake`
    #[arg(long, value_name = "FILE")]
    stakes: Option<PathBuf>,
    /// The validator's place in descending order of stake, from 1; without it, the first of its stake
    #[arg(long, requires = "stakes")]
    place: Option<u32>,
    /// Print {"scheme","seats","guaranteed"}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scheme {
    Quota,
    Binomial,
    FaitAccompli,
    Full,
}

impl From<Scheme> for SeatScheme {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Quota => Self::Quota,
            Scheme::Binomial => Self::Binomial,
            Scheme::FaitAccompli => Self::FaitAccompli,
            Scheme::Full => Self::Full,
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let scheme = args.scheme.into();
    let (lottery, holder) = match (&args.stakes, args.total) {
        (Some(path), _) => among(args, scheme, path)?,
        (None, Some(total)) if scheme != SeatScheme::FaitAccompli || u64::from(args.expected) >= total => {
            let lottery = Lottery::new(scheme, args.expected, total).context(HELP)?;
            (lottery, Holder::from(args.stake))
        }
        (None, _) => bail!(
            "fait-accompli depends on the stakes of all validators: give them with --stakes FILE, a number a line"
        ),
    };
    let draw = Draw::from_bytes(*args.digest.as_bytes());
    let seats = lottery.seats(&draw, holder).context(HELP)?;
    if args.json {
        return output::json_line(&serde_json::json!({
            "scheme": lottery.scheme(),
            "seats": seats.total(),
            "guaranteed": seats.guaranteed,
        }));
    }
    let mut text = match lottery.split() {
        Some(_) if seats.guaranteed > 0 => {
            format!(
                "a permanent member, which weighs its stake of {}\n",
                seats.guaranteed
            )
        }
        _ => format!(
            "{} seats: {} guaranteed, {} drawn\n",
            seats.total(),
            seats.guaranteed,
            seats.drawn
        ),
    };
    if let Some(split) = lottery.split() {
        text.push_str(&format!(
            "permanent members: {}; the others have a stake of {} and draw {} of the {} seats\n",
            split.permanent,
            split.rest,
            args.expected - split.permanent,
            args.expected,
        ));
    } else if lottery.scheme() != scheme {
        text.push_str("everyone is a member: no fewer seats are expected than there is stake to draw for\n");
    }
    output::write(&text)
}

/// The lottery among the stakes of a file, and the validator in their order.
fn among(args: &Args, scheme: SeatScheme, path: &Path) -> anyhow::Result<(Lottery, Holder)> {
    let mut stakes = read(path).with_context(|| format!("cannot take stakes from {}", path.display()))?;
    stakes.sort_unstable_by(|first, second| second.cmp(first));
    let lottery = Lottery::of(scheme, args.expected, &stakes).context(HELP)?;
    if let Some(total) = args.total {
        let found = lottery.total();
        ensure!(
            total == found,
            "the stakes in {} add up to {found} and not to {total}: leave --total out",
            path.display()
        );
    }
    let larger = stakes.partition_point(|stake| *stake > args.stake);
    let equal = stakes.partition_point(|stake| *stake >= args.stake);
    ensure!(
        larger < equal,
        "nobody in {} has a stake of {}",
        path.display(),
        args.stake
    );
    let places = larger + 1..=equal;
    let place = args.place.map_or(larger + 1, |place| place as usize);
    ensure!(
        places.contains(&place),
        "a stake of {} is at place {} to {}, not at {place}",
        args.stake,
        places.start(),
        places.end(),
    );
    Ok((lottery, Holder::at(u32::try_from(place)?, args.stake)))
}

/// The stakes of a file: a number a line, or the column `stake` of a table.
fn read(path: &Path) -> anyhow::Result<Vec<u64>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .peekable();
    let titles: Option<Vec<&str>> = lines
        .peek()
        .map(|(_, line)| line.split(',').map(str::trim).collect());
    let column = titles.and_then(|titles| titles.iter().position(|title| *title == "stake"));
    if column.is_some() {
        lines.next();
    }
    let stakes = lines.map(|(number, line)| {
        let field = line.split(',').nth(column.unwrap_or(0)).map_or("", str::trim);
        field
            .parse()
            .with_context(|| format!("line {number}: {field:?} is no stake: a whole number is needed"))
    });
    stakes.collect()
}
