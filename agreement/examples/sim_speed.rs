//! How many simulated rounds a core decides in a second, with real and with hashed cryptography. Runs whose name
//! does not contain the first argument are left out.

use std::io::Write;
use std::time::Instant;

use klero_agreement::committee::sampling::SeatScheme;
use klero_agreement::sim::{Builder, Simulation};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let wanted = std::env::args().nth(1).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    let sampled = || {
        let sampled = Simulation::builder().validators(60).scheme(SeatScheme::Quota);
        sampled.committee(200, 138, 68)
    };
    let runs: [(&str, Builder, u64); 6] = [
        ("4 nodes, full, real", Simulation::builder(), 300),
        ("4 nodes, full, hashed", Simulation::builder().hashed(), 3_000),
        ("10 nodes, full, real", Simulation::builder().nodes(10), 60),
        (
            "10 nodes, full, hashed",
            Simulation::builder().nodes(10).hashed(),
            600,
        ),
        ("4 nodes, 60 validators, real", sampled(), 30),
        ("4 nodes, 60 validators, hashed", sampled().hashed(), 300),
    ];
    for (name, builder, rounds) in runs.into_iter().filter(|(name, _, _)| name.contains(&wanted)) {
        let mut network = builder.build()?;
        let start = Instant::now();
        network.run_until_round(rounds, 10_000_000)?;
        let rate = rounds as f64 / start.elapsed().as_secs_f64();
        writeln!(out, "{name}: {rate:.0} rounds a second")?;
    }
    Ok(())
}
