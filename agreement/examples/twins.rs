//! Every scenario of four nodes and a twin, on two threads: `twins all`; so many of them, spread evenly: `twins sample
//! COUNT`; or one of them again: `twins one NUMBER`.

use std::io::Write;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use klero_agreement::sim::twins::{Audience, SCENARIOS, Scenario, Tally, Twins};

const THREADS: u32 = 2;
/// How often the progress is told.
const EVERY: Duration = Duration::from_secs(10);
const USAGE: &str = "say `all`, `sample COUNT` or `one NUMBER`";

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let (what, number) = (words.next(), words.next());
    let number = number.map(|word| word.parse::<u32>());
    match (what.as_deref(), number) {
        (Some("all"), None) => many(SCENARIOS),
        (Some("sample"), Some(Ok(count))) => many(count),
        (Some("one"), Some(Ok(number))) => one(number),
        _ => Err(USAGE.into()),
    }
}

fn one(number: u32) -> Result<()> {
    let (twins, scenario) = (Twins::new()?, Scenario::numbered(number));
    let mut out = std::io::stdout().lock();
    writeln!(out, "{scenario}")?;
    for audience in Audience::EACH {
        writeln!(
            out,
            "audience {audience:?}: {:#?}",
            twins.run(scenario, audience)?
        )?;
    }
    Ok(())
}

/// What the threads share.
#[derive(Default)]
struct Search {
    next: AtomicU32,
    failed: AtomicU64,
    told: AtomicU64,
}

fn many(count: u32) -> Result<()> {
    let (twins, search, start) = (Twins::new()?, Search::default(), Instant::now());
    let mut totals = Audience::EACH.map(|_| Tally::default());
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|_| scope.spawn(|| search.run(&twins, count, start)))
            .collect();
        for tallies in threads.into_iter().filter_map(|thread| thread.join().ok()) {
            for (total, tally) in totals.iter_mut().zip(&tallies) {
                total.merge(tally);
            }
        }
    });
    let (failed, seconds) = (search.failed.into_inner(), start.elapsed().as_secs());
    let mut out = std::io::stdout().lock();
    for (audience, tally) in Audience::EACH.iter().zip(&totals) {
        writeln!(out, "audience {audience:?}\n{tally}")?;
    }
    writeln!(
        out,
        "{count} scenarios, each run in three ways, {failed} runs failed, {seconds} s"
    )?;
    let complete = totals.iter().all(|tally| tally.runs == u64::from(count));
    if complete {
        Ok(())
    } else {
        Err("promises were broken".into())
    }
}

impl Search {
    fn run(&self, twins: &Twins, count: u32, start: Instant) -> [Tally; 3] {
        let mut tallies = Audience::EACH.map(|_| Tally::default());
        loop {
            let index = self.next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return tallies;
            }
            for (audience, tally) in Audience::EACH.into_iter().zip(&mut tallies) {
                match twins.run(Scenario::sampled(index), audience) {
                    Ok(outcome) => tally.add(&outcome),
                    Err(broken) => {
                        self.failed.fetch_add(1, Ordering::Relaxed);
                        let _closed = writeln!(std::io::stdout().lock(), "{broken}");
                    }
                }
            }
            self.tell(index, start.elapsed());
        }
    }

    fn tell(&self, index: u32, elapsed: Duration) {
        let turn = elapsed.as_secs() / EVERY.as_secs();
        if self.told.fetch_max(turn, Ordering::Relaxed) < turn {
            let failed = self.failed.load(Ordering::Relaxed);
            let line = format!("{index} scenarios, {failed} failed, {} s", elapsed.as_secs());
            let _closed = writeln!(std::io::stderr().lock(), "{line}");
        }
    }
}
