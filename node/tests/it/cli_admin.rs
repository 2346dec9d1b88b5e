//! `klero admin` without a node: what it says to somebody who cannot be served.

use std::path::Path;

use crate::cli::{assert_says, printed, refused};

/// A directory of a node that `klero init` made with these options.
fn made(directory: &Path, options: &[&str]) {
    let args = ["init", "--plain", "--dir", "ada", "--network", "athens"];
    printed(directory, &[args.as_slice(), options].concat());
}

#[test]
fn a_node_without_an_admin_api_is_told_how_to_get_one() {
    let here = tempfile::tempdir().unwrap();
    made(here.path(), &[]);
    let said = refused(here.path(), &["admin", "--config", "ada/node.toml", "peers"]);
    assert_says(&said, &["no admin API", "[admin]"]);
}

#[test]
fn before_the_first_start_there_is_no_token() {
    let here = tempfile::tempdir().unwrap();
    made(here.path(), &["--admin", "127.0.0.1:1"]);
    let said = refused(here.path(), &["admin", "--config", "ada/node.toml", "pause"]);
    assert_says(&said, &["ada/admin.token", "first start"]);
}

#[test]
fn a_node_that_does_not_run_is_named_by_its_address() {
    let here = tempfile::tempdir().unwrap();
    made(here.path(), &["--admin", "127.0.0.1:1"]);
    std::fs::write(here.path().join("ada/admin.token"), "0".repeat(64)).unwrap();
    let said = refused(
        here.path(),
        &["admin", "--config", "ada/node.toml", "diagnostics"],
    );
    assert_says(&said, &["http://127.0.0.1:1", "is the node running?"]);
}
