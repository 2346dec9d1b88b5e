//! Random storms until so many rounds are final: `soak rounds 1000000`, on two threads; or one plan again: `soak plan
//! SEED`.

use std::io::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use klero_agreement::sim::storm::Plan;

const THREADS: u64 = 2;
/// After how many plans a line is printed.
const STRIDE: u64 = 1_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let (what, number) = (words.next(), words.next());
    let number: u64 = number.unwrap_or_default().parse().map_err(|_| USAGE)?;
    match what.as_deref() {
        Some("plan") => one(number),
        Some("rounds") => soak(number),
        _ => Err(USAGE.into()),
    }
}

const USAGE: &str = "say `rounds COUNT` or `plan SEED`";

fn one(seed: u64) -> Result<(), Box<dyn std::error::Error>> {
    let plan = Plan::random(seed);
    let mut out = std::io::stdout().lock();
    writeln!(out, "{plan}\n{plan:#?}")?;
    let rounds = plan.run()?;
    writeln!(out, "weathered: {rounds} rounds")?;
    Ok(())
}

fn soak(wanted: u64) -> Result<(), Box<dyn std::error::Error>> {
    let (start, rounds, next) = (Instant::now(), AtomicU64::new(0), AtomicU64::new(0));
    let failed = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while rounds.load(Ordering::Relaxed) < wanted {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    let plan = Plan::random(seed);
                    let line = match plan.run() {
                        Ok(more) => {
                            let total = rounds.fetch_add(more, Ordering::Relaxed) + more;
                            let seconds = start.elapsed().as_secs();
                            let progress = format!("{seed} plans, {total} rounds, {seconds} s");
                            (seed % STRIDE == 0).then_some(progress)
                        }
                        Err(error) => {
                            failed.fetch_add(1, Ordering::Relaxed);
                            Some(format!("{plan}: {error}\n  again: {}", plan.command()))
                        }
                    };
                    if let Some(line) = line {
                        let _closed = writeln!(std::io::stdout().lock(), "{line}");
                    }
                }
            });
        }
    });
    let (rounds, plans, failed) = (rounds.into_inner(), next.into_inner(), failed.into_inner());
    let seconds = start.elapsed().as_secs();
    writeln!(
        std::io::stdout(),
        "{rounds} rounds in {plans} plans, {failed} failed, {seconds} s"
    )?;
    if failed == 0 {
        Ok(())
    } else {
        Err("promises were broken".into())
    }
}
