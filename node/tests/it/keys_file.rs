//! The key file: its owner's alone, never overwritten, never printed.

use std::os::unix::fs::PermissionsExt;

use klero_node::finality::{Genesis, Profile};
use klero_node::keys::{KeyError, KeyFile, Secret};

#[test]
fn keys_come_back_as_they_were_written() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    let keys = KeyFile::generate("a-network", 3).unwrap();
    keys.create(&path).unwrap();
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let again = KeyFile::load(&path).unwrap();
    assert_eq!(again.network, "a-network");
    let seed = |keys: &KeyFile| *keys.node_seed.as_ref().unwrap().expose();
    assert_eq!(seed(&again), seed(&keys));
    for (entry, original) in again.validators.iter().zip(&keys.validators) {
        assert_eq!(
            (entry.id, entry.vote.expose(), entry.draw.expose()),
            (original.id, original.vote.expose(), original.draw.expose())
        );
    }
    assert_eq!(again.validators.len(), 3);
}

#[test]
fn a_key_file_that_others_can_read_is_refused_with_the_command_that_helps() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    KeyFile::generate("a-network", 1).unwrap().create(&path).unwrap();
    for mode in [0o640, 0o604, 0o620, 0o601] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = KeyFile::load(&path).unwrap_err();
        assert!(matches!(error, KeyError::Exposed { .. }), "{error}");
        assert!(error.to_string().contains("chmod 600"), "{error}");
    }
}

#[test]
fn a_key_file_is_never_overwritten() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    let keys = KeyFile::generate("a-network", 1).unwrap();
    keys.create(&path).unwrap();
    let before = std::fs::read(&path).unwrap();
    assert!(matches!(
        KeyFile::generate("other", 1).unwrap().create(&path),
        Err(KeyError::Io { .. })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_malformed_key_file_is_named_with_the_place_of_the_mistake() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    let text = r#"{ "network": "a", "node_seed": "00", "validators": [], "more": 1 }"#;
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    let error = KeyFile::load(&path).unwrap_err().to_string();
    assert!(
        error.contains("keys.json") && error.contains("line 1") && error.contains("klero keys new"),
        "{error}"
    );
}

#[test]
fn secrets_are_not_printed_and_children_differ() {
    let secret = Secret::new([0xab; 32]);
    assert!(!format!("{secret:?}").contains("ab"));
    let children: Vec<[u8; 32]> = (0..4).map(|number| *secret.child(number).expose()).collect();
    for (place, child) in children.iter().enumerate() {
        assert!(!children[..place].contains(child));
    }
    assert_eq!(secret.child(3).expose(), &children[3]);
    assert_ne!(
        Secret::random().unwrap().expose(),
        Secret::random().unwrap().expose()
    );
}

// [COM-6]: the proofs of possession that a key file makes are for its own network.
#[test]
fn the_validators_of_a_key_file_make_a_genesis_of_its_network() {
    let keys = KeyFile::generate("a-network", 4).unwrap();
    let validators = keys.genesis_validators(10).unwrap();
    let mut genesis = Genesis::new("a-network", 0, Profile::full(), validators);
    assert!(genesis.validate().is_ok());
    genesis.network = "b-network".into();
    assert!(genesis.validate().is_err());
}

#[test]
fn a_key_file_changes_as_a_whole_and_stays_its_owners() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    KeyFile::generate("a-network", 1).unwrap().create(&path).unwrap();
    let second = KeyFile::generate("a-network", 1).unwrap().validators.remove(0);
    let id = second.id;
    let given = KeyFile::update(&path, None, |keys| {
        keys.validators.push(second);
        7
    });
    assert_eq!(given.unwrap(), 7);
    let changed = KeyFile::load(&path).unwrap();
    assert_eq!((changed.validators.len(), changed.validators[1].id), (2, id));
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_dir(directory.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
}

#[test]
fn a_key_file_that_another_command_changes_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keys.json");
    KeyFile::generate("a-network", 1).unwrap().create(&path).unwrap();
    let before = std::fs::read(&path).unwrap();
    let outer = KeyFile::update(&path, None, |_| {
        let error = KeyFile::update(&path, None, |keys| keys.validators.clear()).unwrap_err();
        assert!(matches!(error, KeyError::Busy { .. }), "{error}");
        assert!(error.to_string().contains("keys.json.new"), "{error}");
    });
    outer.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), before);
}
