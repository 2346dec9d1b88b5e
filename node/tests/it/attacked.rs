//! Four nodes under attack: what it costs them in memory and time to finality.
//!
//! Nodes and attackers share this machine, so an attack costs the nodes also what the attackers' own work takes.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use klero_node::api::ElectoratePage;
use klero_node::keys::KeyFile;

use crate::attacker::Attack;
use crate::attacks::{ATTACKS, Kind, Target};
use crate::testnet_launch::{Launched, NodeEntry, get, head, status};

/// What an attack may cost each node in memory.
const MOST_GROWTH: u64 = 64 << 20;

/// How much longer finality may take under attack, at the 99th percentile.
const MOST_RATIO: f64 = 2.0;

/// What an attack cost.
struct Cost {
    rounds: usize,
    /// Times to finality in milliseconds, the shortest first.
    times: Vec<f64>,
    /// The most that a node's memory grew, in bytes.
    growth: u64,
    connections: u64,
}

impl Cost {
    fn at(&self, share: f64) -> f64 {
        let place = (self.times.len() as f64 * share) as usize;
        self.times
            .get(place.min(self.times.len().saturating_sub(1)))
            .copied()
            .unwrap_or(f64::INFINITY)
    }
}

/// The memory that a process has, in bytes.
fn memory(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

/// Lets rounds go by for so long, and at least three of them.
fn watch(net: &Launched, nodes: &[NodeEntry], target: &Target, time: Duration) -> Cost {
    let before: Vec<u64> = nodes.iter().map(|node| memory(node.pid)).collect();
    let (mut times, mut growth, mut rounds) = (Vec::new(), 0, 0);
    let until = Instant::now() + time;
    while rounds < 3 || Instant::now() < until {
        let line = net.line().expect("the network goes on");
        let Some(round) = line["round"].as_u64() else {
            continue;
        };
        target.round.store(round, Ordering::Relaxed);
        rounds += 1;
        times.extend(line["finality_ms"].as_f64());
        let now = nodes
            .iter()
            .zip(&before)
            .map(|(node, before)| memory(node.pid).saturating_sub(*before));
        growth = growth.max(now.max().unwrap());
    }
    times.sort_by(f64::total_cmp);
    Cost {
        rounds,
        times,
        growth,
        connections: 0,
    }
}

/// An attack and what it cost, beside a quiet time before it.
struct Row {
    name: &'static str,
    quiet: Cost,
    cost: Cost,
}

impl Row {
    /// How many times as long finality took, at the 99th percentile.
    fn ratio(&self) -> f64 {
        self.cost.at(0.99) / self.quiet.at(0.99)
    }
}

/// Where the nodes are and what can be known of them.
fn target(nodes: &[NodeEntry]) -> Target {
    let known = status(&nodes[0].rpc).unwrap();
    let keys = KeyFile::load(&nodes[0].dir.join("keys.json")).unwrap();
    let (_, electorate) = get(&format!("{}/v1/electorate/1", nodes[0].rpc)).unwrap();
    let electorate: ElectoratePage = serde_json::from_str(&electorate).unwrap();
    let mut members = electorate.list.iter();
    let member = members.find(|member| member.validator == keys.validators[0].id);
    Target {
        chain: known["chain"].as_str().unwrap().parse().unwrap(),
        round: Arc::new(AtomicU64::new(head(&nodes[0].rpc).unwrap())),
        nodes: nodes.iter().map(|node| node.p2p.parse().unwrap()).collect(),
        keys: Arc::new(keys),
        voter: member.unwrap().index,
    }
}

/// Each attack whose name contains `chosen`, for so long, after a quiet time as long.
fn measure(time: Duration, chosen: &str) -> Vec<Row> {
    let net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    net.wait_for_round(5);
    let target = target(&nodes);
    let row = |(name, peers, manner): Kind| {
        let quiet = watch(&net, &nodes, &target, time);
        let attack = Attack::start(target.chain, &target.nodes, peers, &manner(&target));
        let mut cost = watch(&net, &nodes, &target, time);
        cost.connections = attack.connections.load(Ordering::Relaxed);
        drop(attack);
        Row { name, quiet, cost }
    };
    let attacks = ATTACKS.into_iter().filter(|(name, ..)| name.contains(chosen));
    attacks.map(row).collect()
}

fn table(rows: &[Row]) -> String {
    let heads = [
        "attack",
        "connections",
        "rounds",
        "quiet median, ms",
        "median, ms",
        "quiet 99 %, ms",
        "99 %, ms",
        "times as long",
        "memory, MiB",
    ];
    let mut text = format!("| {} |\n|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for row in rows {
        let Row { name, quiet, cost } = row;
        let times =
            [quiet.at(0.5), cost.at(0.5), quiet.at(0.99), cost.at(0.99)].map(|time| format!("{time:.0}"));
        let (connections, rounds, ratio) = (cost.connections, cost.rounds, row.ratio());
        let mebibytes = cost.growth as f64 / f64::from(1 << 20);
        let times = times.join(" | ");
        writeln!(
            text,
            "| {name} | {connections} | {rounds} | {times} | {ratio:.2} | {mebibytes:.1} |"
        )
        .unwrap();
    }
    text
}

fn assert_bounded(rows: &[Row]) {
    let table = table(rows);
    for Row { name, cost, .. } in rows {
        assert!(
            cost.growth <= MOST_GROWTH,
            "{name}: {} bytes\n{table}",
            cost.growth
        );
        assert!(cost.connections > 0, "{name}: nobody got in\n{table}");
    }
}

/// [C3] [D5] [D7] [D8] [D12] Rounds go on under every attack, and memory stays.
#[test]
fn attacks_stop_no_round_and_take_little_memory() {
    assert_bounded(&measure(Duration::from_millis(1500), ""));
}

/// The contract: at most twice the time to finality at the 99th percentile, at most 64 MiB.
#[test]
#[ignore = "minutes, and a machine with nothing else to do; make hostile runs it"]
#[allow(
    clippy::print_stdout,
    reason = "the table of docs/src/measurements/hostile.md"
)]
fn attacks_at_most_double_the_time_to_finality() {
    let chosen = std::env::var("ATTACK").unwrap_or_default();
    let rows = measure(Duration::from_secs(20), &chosen);
    assert!(!rows.is_empty(), "no attack has {chosen} in its name");
    let table = table(&rows);
    println!("{table}");
    assert_bounded(&rows);
    for row in &rows {
        assert!(
            row.ratio() <= MOST_RATIO,
            "{}: {:.2}\n{table}",
            row.name,
            row.ratio()
        );
    }
}
