use klero_tidy::crates::{layers, simulated, weight};

use crate::summaries;

fn package(name: &str, used: &[(&str, Option<&str>)]) -> serde_json::Value {
    let dependencies = used
        .iter()
        .map(|(name, kind)| serde_json::json!({"name": name, "kind": kind}));
    serde_json::json!({"name": name, "dependencies": dependencies.collect::<Vec<_>>()})
}

fn found(packages: &[serde_json::Value]) -> Vec<String> {
    let metadata = serde_json::json!({"packages": packages}).to_string();
    summaries(layers(&metadata).expect("metadata"))
}

#[test]
fn a_crate_may_use_those_below_it() {
    let packages = [
        package("klero-sampling", &[("blst", None), ("proptest", Some("dev"))]),
        package(
            "klero-stake",
            &[("klero-committee", None), ("klero-agreement", Some("dev"))],
        ),
        package("klero-node", &[("klero-net", None), ("klero-node", Some("dev"))]),
    ];
    assert_eq!(found(&packages), [""; 0]);
}

#[test]
fn uses_of_others_are_found() {
    let expected = ["stake/Cargo.toml:1: `klero-stake` may not use `klero-agreement`"];
    assert_eq!(
        found(&[package("klero-stake", &[("klero-agreement", None)])]),
        expected
    );
    assert_eq!(
        found(&[package("klero-stake", &[("klero-agreement", Some("build"))])]),
        expected
    );
    let expected = ["sampling/Cargo.toml:1: `klero-sampling` may not use `klero-committee`"];
    assert_eq!(
        found(&[package("klero-sampling", &[("klero-committee", Some("dev"))])]),
        expected
    );
}

#[test]
fn an_unknown_crate_is_found() {
    let expected = ["extra/Cargo.toml:1: the crate `klero-extra` is not in the table of layers"];
    assert_eq!(found(&[package("klero-extra", &[])]), expected);
    assert!(layers("{}").is_err());
}

#[test]
fn a_node_without_cryptography_is_found() {
    let tree =
        |features: &str| format!("klero-node v0.1.0 (folder)|\nklero-agreement v0.1.0 (folder)|{features}\n");
    assert!(simulated(&tree("default,ecvrf")).is_empty());
    let expected = [
        "node/Cargo.toml:1: a node is built with the feature `sim` of `klero-agreement`, without cryptography",
    ];
    assert_eq!(summaries(simulated(&tree("default,sim"))), expected);
    assert_eq!(summaries(simulated(&tree("sim (*)"))), expected);
}

#[test]
fn weight_counts_each_package_once_and_not_the_crate() {
    let tree = |count: usize| {
        let dependencies =
            (0..count).map(|i| format!("package{i} v1.0.0\npackage{i} v1.0.0 (proc-macro) (*)\n"));
        format!(
            "klero-stake v0.1.0 (folder)\n{}",
            dependencies.collect::<String>()
        )
    };
    assert_eq!(weight("stake", &tree(80)), None);
    let expected = ["stake/Cargo.toml:1: 81 dependencies, where 80 are the most for a lower crate"];
    assert_eq!(summaries(weight("stake", &tree(81))), expected);
}
