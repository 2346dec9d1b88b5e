//! What a round costs each node as the network grows: every validator is a node of its own, hears a few neighbours, and
//! committees are drawn at the same τ. `scale SIZE…` compares networks of these sizes with the first of them; `rounds`,
//! `tau`, `neighbours`, `scheme` (quota or binomial) and `seed` may be set: `scale 1000 10000 tau 300 rounds 10`.

use std::io::Write;
use std::time::Instant;

use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Load, Simulation, Spread};

type Failed = Box<dyn std::error::Error>;

/// The virtual milliseconds that a round may take.
const LIMIT: u64 = 60_000;
/// When the last votes of a round have been heard of everywhere.
const TAIL: u64 = 1_000;

struct Wanted {
    sizes: Vec<usize>,
    tau: u32,
    rounds: u64,
    neighbours: usize,
    scheme: SeatScheme,
    seed: u64,
}

impl Wanted {
    fn read(words: impl Iterator<Item = String>) -> Result<Self, Failed> {
        let mut wanted = Self {
            sizes: Vec::new(),
            tau: 300,
            rounds: 10,
            neighbours: 8,
            scheme: SeatScheme::Quota,
            seed: 1,
        };
        let mut words = words;
        while let Some(word) = words.next() {
            if let Ok(size) = word.parse() {
                wanted.sizes.push(size);
                continue;
            }
            let value = words
                .next()
                .ok_or_else(|| format!("`{word}`: a number is missing"))?;
            match word.as_str() {
                "tau" => wanted.tau = value.parse()?,
                "rounds" => wanted.rounds = value.parse()?,
                "neighbours" => wanted.neighbours = value.parse()?,
                "seed" => wanted.seed = value.parse()?,
                "scheme" if value == "quota" => wanted.scheme = SeatScheme::Quota,
                "scheme" if value == "binomial" => wanted.scheme = SeatScheme::Binomial,
                _ => return Err(format!("`{word} {value}` is nothing to set").into()),
            }
        }
        if wanted.sizes.is_empty() {
            wanted.sizes = vec![1_000, 10_000];
        }
        Ok(wanted)
    }
}

type Quantity = (&'static str, fn(&Load) -> u64);

const QUANTITIES: [Quantity; 9] = [
    ("bytes in", |load| load.bytes_in),
    ("bytes out", |load| load.bytes_out),
    ("messages in", |load| load.messages_in),
    ("messages out", |load| load.messages_out),
    ("verifications", |load| load.work.total()),
    ("  signatures", |load| load.work.signatures),
    ("  VRF proofs", |load| load.work.proofs),
    ("  certificates", |load| load.work.certificates),
    ("  proofs in certificates", |load| load.work.certified_proofs),
];

fn main() -> Result<(), Failed> {
    let wanted = Wanted::read(std::env::args().skip(1))?;
    let mut first: Option<Vec<Spread>> = None;
    for size in &wanted.sizes {
        let spreads = run(&wanted, *size)?;
        match &first {
            None => first = Some(spreads),
            Some(first) => compare(first, &spreads)?,
        }
    }
    Ok(())
}

fn run(wanted: &Wanted, size: usize) -> Result<Vec<Spread>, Failed> {
    let mut out = std::io::stdout().lock();
    let tau = u64::from(wanted.tau);
    let (threshold, catch_up) = (tau * 69 / 100, tau * 34 / 100);
    let builder = Simulation::builder()
        .nodes(size)
        .neighbours(wanted.neighbours)
        .scheme(wanted.scheme)
        .committee(wanted.tau, threshold, catch_up)
        .seed(wanted.seed);
    let start = Time::now();
    let mut network = builder.hashed().unchecked().metered().unrecorded().build()?;
    writeln!(
        out,
        "{size} validators of equal stake, {size} nodes of {} neighbours, {:?}, tau {tau}, threshold {threshold}, \
         seed {}; hashed cryptography, machines unchecked; built in {start}",
        wanted.neighbours, wanted.scheme, wanted.seed
    )?;
    let start = Time::now();
    for round in 1..=wanted.rounds {
        let start = Time::now();
        let took = network.run_until_round(round, LIMIT)?;
        writeln!(out, "  round {round}: {took} virtual ms, {start}")?;
        out.flush()?;
    }
    network.run_for(TAIL)?;
    writeln!(out, "  all rounds: {start}; {}", memory())?;
    report_times(&mut out, &network, size)?;
    // Blocks of the first round have no certificate of a parent.
    let rounds = 2.min(wanted.rounds)..=wanted.rounds;
    let spread = |(_, of): &Quantity| Spread::of(network.loads(rounds.clone()).map(of));
    let spreads: Vec<Spread> = QUANTITIES.iter().map(spread).collect();
    writeln!(out, "  a node in a round:           mean      p50      max")?;
    for ((name, _), spread) in QUANTITIES.iter().zip(&spreads) {
        let Spread { mean, median, most } = spread;
        writeln!(out, "    {name:<24} {mean:>8} {median:>8} {most:>8}")?;
    }
    Ok(spreads)
}

/// From one decision of a node to its next, and the periods that it took.
fn report_times(out: &mut impl Write, network: &Simulation, size: usize) -> Result<(), Failed> {
    let decisions = (0..size).map(|node| network.decisions(node));
    let late = decisions
        .clone()
        .flatten()
        .filter(|known| known.period > 0)
        .count();
    let pairs = decisions.flat_map(|known| known.windows(2));
    let Spread { mean, median, most } = Spread::of(pairs.map(|pair| pair[1].at - pair[0].at));
    writeln!(
        out,
        "  virtual ms from a node's decision to its next: mean {mean}, p50 {median}, max {most}; {late} decisions \
         after period 0"
    )?;
    Ok(())
}

fn compare(first: &[Spread], spreads: &[Spread]) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "  growth of the mean against the first network:")?;
    for ((name, _), (before, after)) in QUANTITIES.iter().zip(first.iter().zip(spreads)) {
        let growth = (after.mean as f64 / before.mean as f64 - 1.0) * 100.0;
        writeln!(out, "    {name:<24} {growth:+.1} %")?;
    }
    Ok(())
}

/// Time on the wall and, where the system says so, on the processor.
struct Time {
    wall: Instant,
    processor: Option<u64>,
}

impl Time {
    fn now() -> Self {
        let (wall, processor) = (Instant::now(), hundredths());
        Self { wall, processor }
    }
}

impl std::fmt::Display for Time {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} s", self.wall.elapsed().as_secs_f64())?;
        match (self.processor, hundredths()) {
            (Some(before), Some(now)) => write!(f, " ({:.1} s of one core)", (now - before) as f64 / 100.0),
            _ => Ok(()),
        }
    }
}

/// The processor time of this process in hundredths of a second, the unit of Linux.
fn hundredths() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, after_name) = stat.rsplit_once(')')?;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some(user + system)
}

/// The most memory that the process held, where the system says so.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.map_or_else(
        || "memory unknown".into(),
        |most| format!("at most {} of memory", most.trim()),
    )
}
