//! What each adversary costs: how long rounds take beside less than a third of the stake, and how many need a second
//! period. `adversaries [SEEDS]`.

use std::io::Write;

use klero_agreement::sim::{Behaviour, Failure, Simulation};

const NETWORKS: [(usize, usize); 3] = [(4, 1), (7, 2), (10, 3)];
const ROUNDS: u64 = 20;
/// In virtual milliseconds.
const LIMIT: u64 = 600_000;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seeds: u64 = std::env::args().nth(1).unwrap_or("10".into()).parse()?;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "behaviour, bad of nodes: mean ms a round, slowest {ROUNDS} rounds ms, rounds with a second period"
    )?;
    let victims = Behaviour::Withholding { victims: 1 };
    let rest = Behaviour::ADVERSARIES
        .into_iter()
        .filter(|known| *known != Behaviour::Withholding { victims: 0 });
    for behaviour in [Behaviour::Honest, victims].into_iter().chain(rest) {
        for (nodes, bad) in NETWORKS {
            let (mut total, mut slowest, mut long) = (0, 0, 0);
            for seed in 0..seeds {
                let (took, more) = run(behaviour, nodes, bad, seed)?;
                (total, slowest, long) = (total + took, slowest.max(took), long + more);
            }
            let rounds = seeds.max(1) * ROUNDS;
            writeln!(
                out,
                "{behaviour:?}, {bad} of {nodes}: {}, {slowest}, {long} of {rounds}",
                total / rounds
            )?;
        }
    }
    Ok(())
}

/// How long twenty rounds take, and how many of them end after period 0.
fn run(
    behaviour: Behaviour,
    nodes: usize,
    bad: usize,
    seed: u64,
) -> Result<(u64, usize), Box<dyn std::error::Error>> {
    let builder = Simulation::builder().nodes(nodes).hashed().seed(seed);
    let builder = (nodes - bad..nodes).fold(builder, |builder, node| builder.behaviour(node, behaviour));
    let mut network = builder.build()?;
    let took = network
        .run_until_round(ROUNDS, LIMIT)
        .map_err(|failure: Failure| failure.to_string())?;
    let long = network
        .decisions(0)
        .iter()
        .filter(|known| known.period > 0)
        .count();
    Ok((took, long))
}
