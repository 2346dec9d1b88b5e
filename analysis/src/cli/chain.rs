//! What the committees of a profile keep, one by one and over time: for `failure --profile` and `tune`.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use clap::Args;
use klero_committee::Profile;
use serde_json::{Map, Value, json};

use crate::risk::{ChainRisk, Horizon, ProfileRisk, YEAR};
use crate::{Fraction, Log2Bound, Stakes};

/// For how long, how fast, and beside what adversary.
#[derive(Debug, Clone, Copy, Args)]
pub struct HorizonArgs {
    /// For how long: 10y, 30d, 12h, 90s.
    #[arg(long, value_name = "TIME", default_value = "1y", value_parser = milliseconds)]
    pub horizon: u64,
    /// The mean time of a round: 1s, 250ms.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = milliseconds)]
    pub round_time: u64,
    /// D: for how far ahead the adversary schedules messages [SEED-6].
    #[arg(long, value_name = "D", default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub lookahead: u64,
}

impl HorizonArgs {
    pub(super) const fn horizon(&self) -> Horizon {
        Horizon {
            time: self.horizon,
            round: self.round_time,
            lookahead: self.lookahead,
        }
    }
}

const UNITS: [(&str, u64); 6] = [
    ("y", YEAR),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("min", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

/// A time with its unit, in milliseconds.
fn milliseconds(text: &str) -> Result<u64, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let found = UNITS.into_iter().find_map(|(unit, factor)| {
        let number: u64 = digits.parse().ok()?;
        let time = number.checked_mul(factor).filter(|time| *time > 0);
        time.filter(|_| text.strip_prefix(digits) == Some(unit))
    });
    found.ok_or_else(|| "write a number and a unit: 10y, 30d, 12h, 90s, 250ms".to_owned())
}

/// Milliseconds with the largest unit that says them exactly.
pub(super) fn time(milliseconds: u64) -> String {
    let unit = UNITS
        .into_iter()
        .find(|(_, factor)| milliseconds.is_multiple_of(*factor));
    unit.map_or_else(String::new, |(unit, factor)| {
        format!("{}{unit}", milliseconds / factor)
    })
}

/// A profile as a file has it, and the stakes beside it if that is a genesis.
pub(super) fn read(path: &Path) -> anyhow::Result<(Profile, Option<Stakes>)> {
    let help = "`klero-analysis tune --out FILE.toml` makes a profile, `klero genesis new` a genesis";
    let name = path.display();
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}; {help}"))?;
    let read = || -> anyhow::Result<(Profile, Option<Stakes>)> {
        if path.extension().is_some_and(|extension| extension == "toml") {
            return Ok((toml::from_str(&text)?, None));
        }
        let value: Value = serde_json::from_str(&text)?;
        let Some(profile) = value.get("profile") else {
            return Ok((serde_json::from_value(value)?, None));
        };
        let validators = value.get("validators").and_then(Value::as_array);
        let stakes = validators.into_iter().flatten().map(|validator| {
            let stake = validator.get("stake").and_then(Value::as_u64);
            stake.context("a validator of it has no stake")
        });
        let stakes = stakes.collect::<anyhow::Result<Vec<u64>>>()?;
        Ok((
            serde_json::from_value(profile.clone())?,
            Some(Stakes::of(stakes)?),
        ))
    };
    let (profile, stakes) =
        read().with_context(|| format!("{name} is neither a profile nor a genesis; {help}"))?;
    profile
        .validate()
        .with_context(|| format!("the profile in {name} is refused"))?;
    Ok((profile, stakes))
}

/// The committees, the honest share and the targets.
pub(super) fn describe(profile: &Profile, honest: Fraction, out: &mut dyn Write) -> anyhow::Result<()> {
    for (step, size) in [
        ("soft", profile.soft),
        ("cert", profile.cert),
        ("next", profile.next),
    ] {
        let (expected, threshold) = (size.expected, size.threshold);
        writeln!(out, "{step}  {expected} seats expected, threshold {threshold}")?;
    }
    Ok(writeln!(
        out,
        "J     {}\nhonest share {honest}",
        profile.catch_up
    )?)
}

/// Every event of one committee beside its target, and what they amount to over time.
pub(super) fn table(profile: &Profile, risk: &ProfileRisk, chain: &ChainRisk, horizon: &Horizon) -> String {
    let line = |event: &str, bound: &str, target: &str| {
        let line = format!("{event:<37} {bound:<10} {target}");
        format!("{}\n", line.trim_end())
    };
    let mut text = line("one committee, one seed", "at most", "target");
    for event in risk.events(&profile.targets) {
        let verdict = if event.is_met() { "" } else { ", missed" };
        let target = format!("2^-{}{verdict}", event.bits);
        text += &line(event.name, &format!("{:.2}", event.bound), &target);
    }
    text += &line(
        &format!("\nfor {} seeds [RISK-5] [SEED-6]", chain.seeds),
        "at most",
        "",
    );
    let committees = chain.committees;
    for (event, bound) in over_time(chain) {
        text += &line(
            &event.replace("HORIZON", &time(horizon.time)),
            &format!("{bound:.2}"),
            "",
        );
    }
    text + &format!(
        "{} rounds of {}, at most {} periods and {} Next committees in {}\n",
        committees.rounds,
        time(horizon.round),
        committees.periods,
        committees.nexts,
        time(horizon.time)
    )
}

fn over_time(chain: &ChainRisk) -> [(&'static str, Log2Bound); 4] {
    [
        ("a round needs a second period", chain.late),
        ("a fork in a round of one period", chain.round),
        ("a fork in a year", chain.year),
        ("a fork in HORIZON", chain.horizon),
    ]
}

/// The same for scripts.
pub(super) fn object(
    profile: &Profile,
    honest: Fraction,
    risk: &ProfileRisk,
    chain: &ChainRisk,
    horizon: &Horizon,
) -> Value {
    let mut object = Map::new();
    let mut put = |key: &str, value: Value| object.insert(key.to_owned(), value);
    put("honest", json!(honest.to_string()));
    put("targets", json!(profile.targets));
    put("targets_met", json!(risk.check(&profile.targets).is_ok()));
    for event in risk.events(&profile.targets) {
        put(&format!("{}_log2", event.key), json!(event.bound.log2()));
    }
    for (key, bound) in [
        ("late", chain.late),
        ("fork_round", chain.round),
        ("fork_year", chain.year),
        ("fork_horizon", chain.horizon),
    ] {
        put(&format!("{key}_log2"), json!(bound.log2()));
    }
    put("seeds", json!(chain.seeds));
    put("committees", json!(chain.committees));
    put("horizon_ms", json!(horizon.time));
    put("round_ms", json!(horizon.round));
    object.into()
}
