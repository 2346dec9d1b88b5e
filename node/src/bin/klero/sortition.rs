//! `klero sortition`: the seats that a draw gives.

use anyhow::Context;
use clap::ValueEnum;
use klero_sampling::{Digest, Draw, Lottery, SeatScheme};

use crate::output;

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
    #[arg(long)]
    total: u64,
    /// The seats that the committee has on average, at most 2^20
    #[arg(long)]
    expected: u32,
    /// Print {"scheme","seats","guaranteed"}
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scheme {
    Quota,
    Binomial,
    Full,
}

impl From<Scheme> for SeatScheme {
    fn from(scheme: Scheme) -> Self {
        match scheme {
            Scheme::Quota => Self::Quota,
            Scheme::Binomial => Self::Binomial,
            Scheme::Full => Self::Full,
        }
    }
}

pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let help = "cannot compute the seats (see `klero sortition --help`)";
    let lottery = Lottery::new(args.scheme.into(), args.expected, args.total).context(help)?;
    let draw = Draw::from_bytes(*args.digest.as_bytes());
    let seats = lottery.seats(&draw, args.stake).context(help)?;
    if args.json {
        return output::json_line(&serde_json::json!({
            "scheme": lottery.scheme(),
            "seats": seats.total(),
            "guaranteed": seats.guaranteed,
        }));
    }
    let mut text = format!(
        "{} seats: {} guaranteed, {} drawn\n",
        seats.total(),
        seats.guaranteed,
        seats.drawn
    );
    if lottery.scheme() != args.scheme.into() {
        text.push_str("everyone is a member: no fewer seats are expected than there is stake\n");
    }
    output::write(&text)
}
