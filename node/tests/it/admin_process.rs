//! The admin API of a node in a process of its own: its log, its evidence, its diagnostics, and what it says of a pause.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value as Json, json};

use crate::testnet_launch::{Launched, NodeEntry, eventually};

/// What `curl` does in the documentation.
fn admin(node: &NodeEntry, method: &str, path: &str, body: Option<&Json>) -> (u16, Json) {
    let token = std::fs::read_to_string(node.dir.join("admin.token")).unwrap();
    let request = ureq::http::Request::builder()
        .method(method)
        .uri(format!("{}{path}", node.admin))
        .header("authorization", format!("Bearer {}", token.trim()))
        .header("content-type", "application/json");
    let request = request
        .body(body.map(Json::to_string).unwrap_or_default())
        .unwrap();
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .allow_non_standard_methods(true)
        .proxy(None)
        .build();
    let mut answer = ureq::Agent::new_with_config(config).run(request).unwrap();
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
}

fn log(node: &NodeEntry) -> String {
    std::fs::read_to_string(node.dir.join("node.log")).unwrap()
}

/// The seeds of all keys, which no page may show.
fn secrets(directory: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(directory.join("keys.json")).unwrap();
    let keys: Json = serde_json::from_str(&text).unwrap();
    let mut secrets = vec![keys["node_seed"].as_str().unwrap().to_owned()];
    for entry in keys["validators"].as_array().unwrap() {
        secrets.extend(["vote", "draw"].map(|name| entry[name].as_str().unwrap().to_owned()));
    }
    let operators = keys["operators"].as_array().unwrap().iter();
    secrets.extend(operators.map(|seed| seed.as_str().unwrap().to_owned()));
    let token = std::fs::read_to_string(directory.join("admin.token")).unwrap();
    secrets.push(token.trim().to_owned());
    secrets
}

/// What is logged is changed while the node runs; what is no filter changes nothing.
fn change_the_log(node: &NodeEntry) {
    let change = |filter: &str| admin(node, "PUT", "/v1/admin/log", Some(&json!({ "filter": filter })));
    assert_eq!(
        admin(node, "GET", "/v1/admin/log", None),
        (200, json!({ "filter": "info" }))
    );
    assert!(!log(node).contains("DEBUG"));
    let in_force = (200, json!({ "filter": "klero_node=debug" }));
    assert_eq!(change("klero_node=debug"), in_force);
    eventually("the log has more", || log(node).contains("DEBUG"));
    for wrong in ["klero_node=loud", &"a".repeat(2_000)] {
        let (status, page) = change(wrong);
        assert_eq!(status, 400, "{page}");
    }
    assert_eq!(admin(node, "GET", "/v1/admin/log", None), in_force);
}

/// The log and `klero status` say that voting is paused.
fn pause_and_resume(node: &NodeEntry) {
    let pause = |paused: bool| {
        admin(
            node,
            "PUT",
            "/v1/admin/voting",
            Some(&json!({ "paused": paused })),
        )
    };
    assert_eq!(pause(true).0, 200);
    eventually("the log says so", || {
        log(node).contains("the operator paused voting")
    });
    let shown = Command::new(env!("CARGO_BIN_EXE_klero"))
        .args(["status", "--rpc", &node.rpc])
        .output()
        .unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("the operator paused voting"), "{shown}");
    assert_eq!(pause(false).0, 200);
}

fn take_diagnostics(node: &NodeEntry) {
    let (status, page) = admin(node, "GET", "/v1/admin/diagnostics", None);
    assert_eq!((status, &page["status"]["name"]), (200, &json!("node1")));
    assert_eq!(page["config"]["name"], "node1");
    assert!(
        page["metrics"]
            .as_str()
            .unwrap()
            .contains("klero_votes_cast_total")
    );
    let lines: Vec<&str> = page["log"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line.as_str().unwrap())
        .collect();
    assert!(!lines.is_empty() && !lines.iter().any(|line| line.contains('\u{1b}')));
    let is_filled = |list: &Json| list.as_array().is_some_and(|list| !list.is_empty());
    assert!(is_filled(&page["rounds"]) && is_filled(&page["faults"]["recent"]));
    let text = page.to_string();
    for secret in secrets(&node.dir) {
        assert!(
            secret.len() >= 64 && !text.contains(&secret),
            "a secret is in the bundle"
        );
    }
}

#[test]
fn an_operator_changes_the_log_pauses_the_node_and_takes_its_diagnostics() {
    let net = Launched::start(&["--validators", "4", "--equivocate", "4"]);
    let network = net.network();
    let node = &network.nodes[0];
    let token = std::fs::metadata(node.dir.join("admin.token")).unwrap();
    assert_eq!(token.permissions().mode() & 0o777, 0o600);
    net.wait_for_round(3);
    change_the_log(node);
    pause_and_resume(node);
    eventually("the equivocator is seen", || {
        admin(node, "GET", "/v1/admin/evidence", None).1["seen"]["offences"].as_u64() > Some(0)
    });
    take_diagnostics(node);
}
