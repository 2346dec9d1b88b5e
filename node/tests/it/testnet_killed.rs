//! Nodes that are killed, and started again.

use crate::testnet_launch::{Launched, eventually, head, signal, start_node, status};

/// [BA-9] The restarted node catches up and votes: with another node gone, there is no quorum without it.
#[test]
fn a_killed_node_catches_up_and_votes_again() {
    let net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    net.wait_for_round(3);

    signal(nodes[1].pid, "KILL");
    eventually("the launcher names the node and how to start it", || {
        let remarks = net.remarks();
        remarks.contains("node2 ended") && remarks.contains("node2/node.toml")
    });
    let before = head(&nodes[0].rpc).unwrap();
    net.wait_for_round(before + 10);
    assert!(
        !net.remarks().contains("are needed"),
        "three of four are a quorum"
    );

    let restarted = start_node(&nodes[1].dir);
    let goal = head(&nodes[0].rpc).unwrap();
    eventually("the node catches up", || head(&nodes[1].rpc) >= Some(goal));
    eventually("the node votes", || {
        status(&nodes[1].rpc).is_some_and(|status| status["silent"].is_null())
    });

    signal(nodes[2].pid, "KILL");
    let goal = head(&nodes[0].rpc).unwrap() + 10;
    for node in [&nodes[0], &nodes[1], &nodes[3]] {
        eventually("three nodes go on, the restarted one among them", || {
            head(&node.rpc) >= Some(goal)
        });
    }
    drop(restarted);
}

#[test]
fn too_few_nodes_are_named_and_make_no_rounds() {
    let mut net = Launched::start(&["--validators", "4"]);
    let nodes = net.network().nodes;
    net.wait_for_round(2);
    signal(nodes[0].pid, "KILL");
    signal(nodes[3].pid, "KILL");
    eventually("the launcher tells what is missing", || {
        net.remarks()
            .contains("hold 50 % of the stake and 75 % are needed")
    });
    // Somebody killed them: that is no failure of the network.
    net.interrupt();
    assert!(net.end().success(), "{}", net.remarks());
}

#[test]
fn without_any_node_the_launcher_fails() {
    let mut net = Launched::start(&["--nodes", "1", "--validators", "1"]);
    let nodes = net.network().nodes;
    net.wait_for_round(1);
    signal(nodes[0].pid, "KILL");
    assert_eq!(net.end().code(), Some(1));
    assert!(
        net.remarks().contains("no node runs any more"),
        "{}",
        net.remarks()
    );
}
