//! How a test network ends.

use crate::testnet_launch::{Launched, eventually, status};

#[test]
fn ctrl_c_ends_everything_in_good_order() {
    let mut net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    net.wait_for_round(2);
    net.interrupt();
    let mut last = None;
    while let Some(line) = net.line() {
        last = Some(line);
    }
    assert!(
        last.is_some_and(|line| line["summary"]["rounds"].as_u64() >= Some(2)),
        "{}",
        net.remarks()
    );
    assert!(net.end().success(), "{}", net.remarks());
    for node in &nodes {
        assert_eq!(status(&node.rpc), None, "{} still answers", node.name);
    }
}

#[test]
fn nodes_end_when_their_launcher_is_killed() {
    let mut net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    net.wait_for_round(1);
    net.launcher.kill().unwrap();
    net.launcher.wait().unwrap();
    for node in &nodes {
        eventually("the node ends", || status(&node.rpc).is_none());
    }
}
