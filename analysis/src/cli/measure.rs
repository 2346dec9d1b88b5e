//! `simulate --profile`: rates of a profile's committees and rounds, measured beside what is computed.

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use klero_committee::{CommitteeSize, Profile, Step};
use serde_json::json;

use crate::measure::{Crowd, DELAY, Rate, Rounds, draw_committees, run_rounds};
use crate::rare::{MIN_SAMPLES, RareEvent};
use crate::risk::{Adversary, Assumptions, CommitteeLaw, Risk, Scheme};
use crate::{Event, Fraction, Log2Bound, Poisson, Stakes, Verdict};

use super::failure::name;
use super::measure_rare::{self, RareRow};
use super::stake;

/// The profile and the electorate to measure.
#[derive(Debug, Clone, Args)]
pub struct MeasureArgs {
    /// Measure the committees of this profile, in rounds and drawn alone, beside what is computed.
    #[arg(long, value_name = "FILE", requires = "stake", conflicts_with_all = ["nodes", "loss", "real", "plan", "record", "replay"])]
    pub profile: Option<PathBuf>,
    /// Of --profile: the stakes of the network, one account a line: id,stake or id,stake,group.
    #[arg(long, value_name = "FILE", requires = "profile")]
    pub stake: Option<PathBuf>,
    /// Of --profile: the honest share of stake, as a decimal or a fraction; by default what the profile declares.
    #[arg(long, value_name = "SHARE", requires = "profile")]
    pub honest: Option<Fraction>,
    /// Of --profile: where the adversary's stake is: dust, largest or smallest.
    #[arg(long, value_enum, default_value = "largest", requires = "profile")]
    pub adversary: Adversary,
    /// Of --profile: how many committees of each kind to draw alone.
    #[arg(long, value_name = "N", default_value_t = 20_000, requires = "profile", value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub draws: u64,
    /// Of --profile: how many committees to draw for each rare event, by importance sampling; 0, or 1000 and more.
    #[arg(long, value_name = "N", default_value_t = 20_000, requires = "profile", value_parser = clap::value_parser!(u64).range(0..=100_000_000))]
    pub samples: u64,
}

/// One row: what is measured of which committee.
struct Row {
    what: &'static str,
    event: String,
    rate: Rate,
}

/// Everything that was measured.
struct Measured {
    crowd: Crowd,
    honest: Fraction,
    /// Of committees drawn alone.
    drawn: Vec<Row>,
    /// Of rare events.
    rare: Vec<RareRow>,
    /// Of steps, and of rounds by period.
    rounds: Vec<Row>,
}

/// The kinds of steps with a quorum.
pub(super) fn kinds(profile: &Profile) -> [(&'static str, Step, CommitteeSize); 3] {
    [
        ("soft", Step::Soft, profile.soft),
        ("cert", Step::Cert, profile.cert),
        ("next", Step::Next(0), profile.next),
    ]
}

impl MeasureArgs {
    /// Measures, prints and compares.
    pub(super) fn run(
        &self,
        profile: &PathBuf,
        rounds: u64,
        seed: u64,
        json: bool,
        out: &mut dyn Write,
    ) -> anyhow::Result<()> {
        let file = self.stake.as_deref().context("--profile needs --stake FILE")?;
        let stakes = stake::open(file)?;
        let text = fs::read_to_string(profile).with_context(|| {
            format!(
                "{} cannot be read; `klero-analysis tune --out` writes one",
                profile.display()
            )
        })?;
        let wrong = || {
            format!(
                "{} is no profile; see `klero-analysis tune --help`",
                profile.display()
            )
        };
        let declared: Profile = toml::from_str(&text).with_context(wrong)?;
        declared.validate().with_context(wrong)?;
        let measured = self
            .measure(&declared, &stakes, rounds, seed)
            .map_err(|error| anyhow!("{error:#}; see `klero-analysis simulate --help`"))?;
        if json {
            writeln!(out, "{}", self.object(&measured, rounds, seed))?;
        } else {
            writeln!(
                out,
                "{}: {}, honest share {}",
                profile.display(),
                name(&Scheme::from(declared.scheme)),
                measured.honest
            )?;
            stake::describe(&stakes, file, out)?;
            self.print(&measured, rounds, seed, out)?;
        }
        if measured.is_contradicted() {
            bail!("what is measured contradicts a bound; to be sure, run it again with another --seed");
        }
        Ok(())
    }

    fn measure(
        &self,
        profile: &Profile,
        stakes: &Stakes,
        rounds: u64,
        seed: u64,
    ) -> anyhow::Result<Measured> {
        let declared = profile.targets.honest;
        let honest = match self.honest {
            Some(honest) => honest,
            None => format!("{}/{}", declared.numerator, declared.denominator).parse()?,
        };
        let largest = kinds(profile).map(|(_, _, size)| size.expected);
        let expected = largest.into_iter().max().unwrap_or(1);
        let crowd = Crowd::new(stakes, honest, self.adversary, expected)?;
        let assumptions = Assumptions {
            adversary: self.adversary,
            ..Assumptions::honest(honest)
        };
        let mut risks = Vec::new();
        for (_, _, size) in kinds(profile) {
            let law = CommitteeLaw::new(profile.scheme.into(), size.expected, Some(stakes), &assumptions)?;
            risks.push(law.failure(size.threshold)?.risk);
        }
        let drawn = match self.draws {
            0 => Vec::new(),
            draws => drawn(profile, &crowd, &risks, draws, seed)?,
        };
        let rare = match self.samples {
            0 => Vec::new(),
            samples => measure_rare::rows(profile, stakes, &assumptions, &risks, samples, seed)?,
        };
        let rounds = match rounds {
            0 => Vec::new(),
            rounds => {
                let seen = run_rounds(profile, &crowd, rounds, seed)?;
                rows(profile, &risks, honest, &seen)?
            }
        };
        Ok(Measured {
            crowd,
            honest,
            drawn,
            rare,
            rounds,
        })
    }

    fn object(&self, measured: &Measured, rounds: u64, seed: u64) -> serde_json::Value {
        let rows = |rows: &[Row]| -> Vec<serde_json::Value> { rows.iter().map(Row::object).collect() };
        let rare: Vec<serde_json::Value> = measured.rare.iter().map(RareRow::object).collect();
        let (accounts, share) = measured.crowd.bad();
        json!({
            "honest": measured.honest.to_string(),
            "adversary": self.adversary,
            "adversary_accounts": accounts,
            "adversary_share": share,
            "draws": self.draws,
            "rounds": rounds,
            "seed": seed,
            "samples": self.samples,
            "drawn": rows(&measured.drawn),
            "rare": rare,
            "run": rows(&measured.rounds),
            "agrees": !measured.is_contradicted(),
        })
    }

    fn print(&self, measured: &Measured, rounds: u64, seed: u64, out: &mut dyn Write) -> anyhow::Result<()> {
        let (accounts, share) = measured.crowd.bad();
        let (adversary, percent) = (name(&self.adversary), share * 100.0);
        writeln!(
            out,
            "the adversary, {adversary}, has {percent:.2} % of the stake in {accounts} accounts"
        )?;
        if !measured.drawn.is_empty() {
            let draws = self.draws;
            writeln!(
                out,
                "\n{draws} committees of each kind, drawn alone with seed {seed}"
            )?;
            table(&measured.drawn, out)?;
        }
        if !measured.rare.is_empty() {
            let samples = self.samples.max(MIN_SAMPLES);
            writeln!(
                out,
                "\n{samples} committees for each event, by importance sampling with seed {seed}; the adversary's seats as \
                 in the bound"
            )?;
            measure_rare::table(&measured.rare, out)?;
        }
        if !measured.rounds.is_empty() {
            writeln!(
                out,
                "\n{rounds} rounds of the protocol with seed {seed}; the adversary is silent, messages take {DELAY} ms"
            )?;
            table(&measured.rounds, out)?;
        }
        let words = if measured.is_contradicted() {
            "something is above what is computed"
        } else {
            "nothing is above what is computed"
        };
        Ok(writeln!(out, "\n{words}")?)
    }
}

/// What an event is called.
pub(super) const fn words(event: RareEvent) -> &'static str {
    match event {
        RareEvent::Live => "no progress [RISK-1]",
        RareEvent::Split => "two values staged [RISK-2]",
        RareEvent::Take => "forged [RISK-4]",
    }
}

/// Every event of every kind of committee.
fn drawn(
    profile: &Profile,
    crowd: &Crowd,
    risks: &[Risk],
    draws: u64,
    seed: u64,
) -> anyhow::Result<Vec<Row>> {
    let mut rows = Vec::new();
    for ((what, step, _), risk) in kinds(profile).into_iter().zip(risks) {
        let draws = draw_committees(profile, step, crowd, draws, seed)?;
        for (event, seen, bound) in [
            (RareEvent::Live, draws.live, risk.live),
            (RareEvent::Split, draws.split, risk.split),
            (RareEvent::Take, draws.take, risk.take),
        ] {
            let of = draws.of;
            let event = words(event).to_owned();
            let rate = Rate { seen, of, bound };
            rows.push(Row { what, event, rate });
        }
    }
    Ok(rows)
}

/// Steps without a quorum, and rounds that go on to later periods.
///
/// A period decides nothing only if its Soft or its Cert makes no progress or no honest account is drawn to propose, who
/// are Poisson at least as seldom: draws of periods are independent.
fn rows(profile: &Profile, risks: &[Risk], honest: Fraction, seen: &Rounds) -> anyhow::Result<Vec<Row>> {
    let steps = kinds(profile).into_iter().zip(risks).zip(seen.steps);
    let mut rows: Vec<Row> = steps
        .map(|(((what, _, _), risk), (without, all))| Row {
            what,
            event: "no quorum [RISK-1]".to_owned(),
            rate: Rate {
                seen: without,
                of: all,
                bound: risk.live,
            },
        })
        .collect();
    let nobody = Poisson::of_share(profile.propose, honest)?.tail(Event::AtMost(0))?;
    let parts = [risks[0].live, risks[1].live, nobody];
    let all = seen.periods.first().copied().unwrap_or(0);
    for (period, count) in (1_u32..).zip(seen.periods.iter().skip(1).chain([&0])) {
        rows.push(Row {
            what: "round",
            event: format!("goes on to period {period}"),
            rate: Rate {
                seen: *count,
                of: all,
                bound: Log2Bound::power_of_sum(&parts, period.into()),
            },
        });
    }
    Ok(rows)
}

impl Measured {
    fn is_contradicted(&self) -> bool {
        let rates = self.drawn.iter().chain(&self.rounds);
        let mut verdicts = rates
            .map(|row| row.rate.verdict())
            .chain(self.rare.iter().map(RareRow::verdict));
        verdicts.any(|verdict| verdict == Verdict::Above)
    }
}

impl Row {
    fn object(&self) -> serde_json::Value {
        let (low, high) = self.rate.interval();
        json!({
            "what": self.what,
            "event": self.event,
            "seen": self.rate.seen,
            "of": self.rate.of,
            "rate": self.rate.share(),
            "low": low,
            "high": high,
            "bound": self.rate.bound,
            "verdict": self.rate.verdict(),
        })
    }
}

fn table(rows: &[Row], out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:<6} {:<27} {:>6} {:>8}  {:<9} {:<22} {:<20} verdict",
        "", "", "seen", "of", "rate", "95 % interval", "computed"
    )?;
    for Row { what, event, rate } in rows {
        let (low, high) = rate.interval();
        let computed = format!("{:.2} = {}", rate.bound, short(rate.bound.log2().exp2()));
        writeln!(
            out,
            "{what:<6} {event:<27} {:>6} {:>8}  {:<9} {:<22} {computed:<20} {}",
            rate.seen,
            rate.of,
            short(rate.share()),
            format!("{} to {}", short(low), short(high)),
            rate.verdict().name()
        )?;
    }
    Ok(())
}

/// Three digits.
fn short(chance: f64) -> String {
    match chance {
        0.0 => "0".to_owned(),
        1.0 => "1".to_owned(),
        _ => format!("{chance:.2e}"),
    }
}
