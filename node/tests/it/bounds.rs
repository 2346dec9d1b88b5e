//! The genesis carries its bound: it is checked before a node starts, shown while it runs, and watched.

use std::time::{Duration, Instant};

use klero_committee::{Ratio, Targets};
use klero_node::finality::Profile;
use klero_node::{Node, NodeError};
use klero_sampling::seed::SeedSchedule;

use crate::cli::{assert_says, json, printed, refused};
use crate::cluster::{Cluster, quick, quota};

const FOUR_FIFTHS: Ratio = Ratio {
    numerator: 4,
    denominator: 5,
};

fn with_targets(profile: Profile, safety: u32, live: u32) -> Profile {
    let honest = FOUR_FIFTHS;
    let targets = Targets { honest, safety, live };
    Profile { targets, ..profile }
}

/// [RISK-6] A node does not start with committees that miss what the genesis says of them.
#[test]
fn a_genesis_that_misses_its_targets_is_refused() {
    let cluster = Cluster::new(4, 5, with_targets(quota(100, 70, 30), 40, 20));
    let builder = Node::builder(cluster.genesis.clone()).key_value().unwrap();
    let Err(error) = builder.start() else {
        panic!("it started");
    };
    assert!(matches!(error, NodeError::Bounds(_)), "{error}");
    let said = error.to_string();
    assert_says(
        &said,
        &[
            "two values staged [RISK-2]: at most 2^-",
            "targets.safety asks for 2^-40",
            "klero analysis tune --stake FILE",
        ],
    );
}

/// [RISK-6] What the committees keep stands in the status and in the metrics.
#[test]
fn a_running_node_shows_its_bounds() {
    let mut cluster = Cluster::new(1, 4, quick(Profile::full()));
    cluster.start_all();
    let until = Instant::now() + Duration::from_secs(30);
    let bounds = loop {
        assert!(Instant::now() < until, "no bounds");
        match cluster.node(0).status().bounds {
            Some(bounds) => break bounds,
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    assert!(bounds.targets_met);
    assert_eq!((bounds.validators, bounds.honest.as_str()), (4, "4/5"));
    // Everyone is a member: nothing can happen.
    assert_eq!(
        (bounds.live_log2, bounds.split_log2, bounds.fork_log2),
        (None, None, None)
    );
    let here = tempfile::tempdir().unwrap();
    let status = printed(here.path(), &["status", "--rpc", &cluster.rpc(0)]);
    assert!(
        status.contains("a fork has at most 0, if 4/5 of the stake is honest"),
        "{status}"
    );
    let page = ureq::get(format!("{}/metrics", cluster.rpc(0)))
        .call()
        .unwrap()
        .body_mut()
        .read_to_string()
        .unwrap();
    for line in [
        "klero_failure_bound_log2{event=\"split\"} -5000",
        "klero_targets_met 1",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

/// [RISK-6] Four validators have ten seats each for sure. When one has lost its stake, three have 13 and a third: with a fifth of it
/// dishonest they reach 32 too rarely, and the node says so.
#[test]
fn an_electorate_that_comes_to_miss_the_targets_is_noticed() {
    let seeds = SeedSchedule {
        lookback: 2,
        refresh: 2,
    };
    let profile = Profile {
        seeds,
        ..with_targets(quota(40, 32, 12), 0, 4)
    };
    let mut cluster = Cluster::new(4, 1, profile);
    cluster.genesis.stake.slash_millionths = 1_000_000;
    (0..3).for_each(|node| cluster.start(node));
    cluster.start_as(3, |builder| builder.equivocating());
    let until = Instant::now() + Duration::from_secs(120);
    let mut was_met = false;
    let missed = loop {
        let bounds = cluster.node(0).status().bounds;
        was_met |= bounds.as_ref().is_some_and(|bounds| bounds.targets_met);
        if let Some(bounds) = bounds.filter(|bounds| !bounds.targets_met) {
            break bounds;
        }
        assert!(Instant::now() < until, "no change");
        std::thread::sleep(Duration::from_millis(20));
    };
    assert!(was_met, "the genesis keeps its targets");
    assert_eq!(missed.validators, 3);
    assert_says(
        &missed.explanation,
        &[
            "no progress of a step [RISK-1]: at most 2^-1.9",
            "targets.live asks for 2^-4",
        ],
    );
    // It is a warning: the chain goes on.
    cluster.wait_for(missed.round + 3, Duration::from_secs(60));
}

/// [RISK-6] The command that makes a genesis, and the one that checks it, refuse what a node would refuse.
#[test]
fn a_genesis_file_is_checked_when_it_is_made() {
    let here = tempfile::tempdir().unwrap();
    let here = here.path();
    let keys = "keys new --plain --network athens --keys ada.json --public ada.public.json --validators 30 --stake 500";
    printed(here, &keys.split_whitespace().collect::<Vec<_>>());
    let new = |out| {
        [
            "genesis",
            "new",
            "--network",
            "athens",
            "--validators",
            "ada.public.json",
            "--out",
            out,
        ]
    };
    printed(here, &[&new("good.json")[..], &["--scheme", "quota"]].concat());
    let good = json(here, &["genesis", "validate", "good.json", "--json"]);
    assert_eq!(
        (&good["valid"], &good["bounds"]["targets_met"]),
        (&true.into(), &true.into())
    );
    let page = printed(here, &["genesis", "validate", "good.json"]);
    assert!(
        page.contains("in each committee a step makes no progress with at most "),
        "{page}"
    );

    let text = std::fs::read_to_string(here.join("good.json")).unwrap();
    let mut genesis: serde_json::Value = serde_json::from_str(&text).unwrap();
    genesis["profile"]["targets"]["safety"] = 900.into();
    std::fs::write(here.join("bad.json"), genesis.to_string()).unwrap();
    assert_says(
        &refused(here, &["genesis", "validate", "bad.json"]),
        &["asks for 2^-900", "klero analysis tune"],
    );
    std::fs::write(here.join("bad-profile.json"), genesis["profile"].to_string()).unwrap();
    let said = refused(
        here,
        &[&new("none.json")[..], &["--profile", "bad-profile.json"]].concat(),
    );
    assert_says(&said, &["asks for 2^-900", "klero analysis failure --profile"]);
    assert!(!here.join("none.json").exists());
}
