//! Encrypted keys from the command line: made, shown, encrypted, decrypted, with another password.

use std::path::Path;

use klero_node::keys::{KeyFile, Password};

use crate::cli::{assert_says, json, printed, refused};
use crate::keys_modes::write;

const NEW: [&str; 6] = ["keys", "new", "--network", "athens", "--keys", "ada.json"];

/// A directory with files of two passwords.
fn directory() -> tempfile::TempDir {
    let here = tempfile::tempdir().unwrap();
    write(&here.path().join("p"), "a password\n", 0o600);
    write(&here.path().join("q"), "another password\n", 0o600);
    here
}

fn open(path: &Path, password: &str) -> KeyFile {
    KeyFile::open(path, Some(&Password::new(password))).unwrap()
}

/// Neither a password nor a terminal: nothing is made, and what helps is said.
#[test]
fn keys_lie_open_only_where_that_is_asked_for() {
    let here = directory();
    let init = ["init", "--dir", "ada", "--network", "athens"];
    for command in [&NEW[..], &init] {
        let said = refused(here.path(), command);
        assert_says(
            &said,
            &["--password-file", "umask 077", "on a test network --plain"],
        );
    }
    assert_eq!(
        std::fs::read_dir(here.path()).unwrap().count(),
        2,
        "nothing was made"
    );
    let plain = crate::cli::klero(here.path(), &[&NEW[..], &["--plain"]].concat());
    let said = String::from_utf8(plain.stderr).unwrap();
    assert_says(&said, &["FOR TEST NETWORKS ONLY", "klero keys encrypt ada.json"]);
    let text = std::fs::read_to_string(here.path().join("ada.json")).unwrap();
    let first = text.lines().nth(1).unwrap();
    assert!(first.contains("FOR TEST NETWORKS ONLY"), "{first}");
    // Where the command has a program's path before it, it can be copied.
    assert!(!here.path().join("ada.operator.json").exists());
}

#[test]
fn new_keys_and_the_key_that_moves_the_stake_lie_in_two_files() {
    let here = directory();
    let made = printed(here.path(), &[&NEW[..], &["--password-file", "p"]].concat());
    assert_says(
        &made,
        &[
            "ada.json: secret, encrypted",
            "ada.operator.json: secret, encrypted",
        ],
    );
    let keys = open(&here.path().join("ada.json"), "a password");
    let operator = open(&here.path().join("ada.operator.json"), "a password");
    assert!(keys.operators.is_empty() && keys.node_seed.is_some());
    assert!(operator.validators.is_empty() && operator.node_seed.is_none());
    assert!(operator.operator(&keys.validators[0].id).is_some());

    let shown = printed(here.path(), &["keys", "inspect", "ada.operator.json"]);
    let expected = format!(
        "network athens\noperator key of account {}\nsecrets encrypted\n",
        keys.validators[0].id
    );
    assert_eq!(shown, expected);
}

#[test]
fn what_is_public_is_shown_without_the_password_and_proofs_with_it() {
    let here = directory();
    let new = ["--password-file", "p", "--public", "public.json"];
    printed(here.path(), &[&NEW[..], &new].concat());
    let inspect = ["keys", "inspect", "ada.json"];
    let shown = printed(here.path(), &inspect);
    let id = open(&here.path().join("ada.json"), "a password").validators[0].id;
    assert_eq!(
        shown,
        format!("network athens\nvalidator {id}\nsecrets encrypted\n")
    );
    let said = refused(here.path(), &[&inspect[..], &["--json"]].concat());
    assert_says(&said, &["is encrypted", "--password-file"]);
    let public = json(
        here.path(),
        &[&inspect[..], &["--json", "--password-file", "p"]].concat(),
    );
    let file = std::fs::read_to_string(here.path().join("public.json")).unwrap();
    assert_eq!(public, serde_json::from_str::<serde_json::Value>(&file).unwrap());
    let said = refused(here.path(), &[&inspect[..], &["--password-file", "q"]].concat());
    assert_says(&said, &["the password does not fit"]);
}

#[test]
fn a_plain_file_is_encrypted_and_its_operator_keys_move_out() {
    let here = directory();
    let here = here.path();
    printed(here, &[&NEW[..], &["--plain", "--validators", "2"]].concat());
    let before = KeyFile::load(&here.join("ada.json")).unwrap();
    let encrypt = ["keys", "encrypt", "ada.json", "--password-file", "p"];
    let said = printed(here, &[&encrypt[..], &["--operator", "operator.json"]].concat());
    assert_says(
        &said,
        &[
            "ada.json: encrypted",
            "operator.json: the operator keys",
            "found on the disk",
        ],
    );
    let keys = open(&here.join("ada.json"), "a password");
    let operators = open(&here.join("operator.json"), "a password").operators;
    assert!(keys.operators.is_empty());
    let bytes = |secrets: &[klero_node::keys::Secret]| -> Vec<_> {
        secrets.iter().map(|secret| *secret.expose()).collect()
    };
    assert_eq!(bytes(&operators), bytes(&before.operators));
    assert_eq!(
        keys.validators[1].vote.expose(),
        before.validators[1].vote.expose()
    );
    assert_says(
        &refused(here, &encrypt),
        &["encrypted already", "change-password"],
    );
}

#[test]
fn a_password_is_changed_and_a_file_decrypted_for_tests() {
    let here = directory();
    let here = here.path();
    printed(here, &[&NEW[..], &["--password-file", "p"]].concat());
    let change = ["keys", "change-password", "ada.json", "--password-file"];
    let said = refused(here, &[&change[..], &["q", "--new-password-file", "p"]].concat());
    assert_says(&said, &["the password does not fit"]);
    printed(here, &[&change[..], &["p", "--new-password-file", "q"]].concat());
    let keys = open(&here.join("ada.json"), "another password");
    let decrypt = ["keys", "decrypt", "ada.json", "--password-file"];
    assert_says(
        &refused(here, &[&decrypt[..], &["p"]].concat()),
        &["does not fit"],
    );
    let output = crate::cli::klero(here, &[&decrypt[..], &["q"]].concat());
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert_says(&said, &["FOR TEST NETWORKS ONLY"]);
    let plain = KeyFile::load(&here.join("ada.json")).unwrap();
    assert_eq!(
        plain.validators[0].vote.expose(),
        keys.validators[0].vote.expose()
    );
    assert_says(
        &refused(here, &[&decrypt[..], &["q"]].concat()),
        &["is not encrypted"],
    );
}

/// [E10]
#[test]
fn a_password_file_that_others_can_read_makes_no_keys() {
    let here = tempfile::tempdir().unwrap();
    write(&here.path().join("p"), "a password", 0o640);
    let said = refused(here.path(), &[&NEW[..], &["--password-file", "p"]].concat());
    assert_says(&said, &["chmod 600 p"]);
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 1);
    // There is no way to give a password where others see it.
    for wrong in ["--password", "-p"] {
        let output = crate::cli::klero(here.path(), &[&NEW[..], &[wrong, "a password"]].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong}");
    }
}
