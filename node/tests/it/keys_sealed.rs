//! Encrypted key files: one key for the file, one keystore for each secret, and nothing of them in the clear.

use std::path::Path;

use klero_node::keys::{KeyError, KeyFile, Keystore, KeystoreError, Password, account};
use klero_sampling::bls::SecretKey;
use klero_sampling::vrf::VrfSuite;
use serde_json::Value;

fn password() -> Password {
    Password::new("a password")
}

/// Every secret of a file, in the order of its kinds.
fn secrets(keys: &KeyFile) -> Vec<[u8; 32]> {
    let validators = keys
        .validators
        .iter()
        .flat_map(|entry| [&entry.vote, &entry.draw]);
    let all = keys.node_seed.iter().chain(validators).chain(&keys.operators);
    all.map(|secret| *secret.expose()).collect()
}

fn json(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Writes a changed file in the place of another one.
fn replace(path: &Path, value: &Value) {
    std::fs::write(path, value.to_string()).unwrap();
}

fn refused(path: &Path) -> KeystoreError {
    match KeyFile::open(path, Some(&password())).unwrap_err() {
        KeyError::Keystore { cause, .. } => cause,
        other => panic!("{other}"),
    }
}

#[test]
fn secrets_come_back_and_none_stands_in_the_file() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    let keys = KeyFile::generate("a-network", 3)
        .unwrap()
        .with_suite(VrfSuite::Bls12381);
    keys.create_encrypted(&path, &password()).unwrap();
    let again = KeyFile::open(&path, Some(&password())).unwrap();
    assert_eq!(secrets(&keys).len(), 1 + 3 * 2 + 3);
    assert_eq!(secrets(&again), secrets(&keys));
    let ids = |keys: &KeyFile| -> Vec<_> {
        keys.validators
            .iter()
            .map(|entry| (entry.id, entry.vrf))
            .collect()
    };
    assert_eq!(ids(&again), ids(&keys));
    let text = std::fs::read_to_string(&path).unwrap();
    for secret in secrets(&keys) {
        assert!(!text.contains(&hex::encode(secret)));
    }
}

#[test]
fn without_its_password_a_file_tells_what_is_public_and_no_more() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    let keys = KeyFile::generate("a-network", 2).unwrap();
    keys.create_encrypted(&path, &password()).unwrap();
    let error = KeyFile::load(&path).unwrap_err();
    assert!(matches!(error, KeyError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("--password-file"), "{error}");
    let public = KeyFile::public_part(&path).unwrap();
    assert!(public.is_encrypted && public.network == "a-network");
    for (shown, entry) in public.validators.iter().zip(&keys.validators) {
        let vote = SecretKey::from_bytes(entry.vote.expose()).unwrap().public();
        assert_eq!(shown, &(entry.id, entry.vrf, hex::encode(vote.to_bytes())));
    }
    let accounts: Vec<_> = keys.operators.iter().map(account).collect();
    assert_eq!(public.operators, accounts);
    let wrong = KeyFile::open(&path, Some(&Password::new("a passwore")))
        .unwrap_err()
        .to_string();
    assert!(wrong.contains("the password does not fit"), "{wrong}");
}

/// What other programs need is a keystore of its own within the file, and the public key beside it is that of its secret.
#[test]
fn a_vote_key_is_a_complete_keystore() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    let keys = KeyFile::generate("a-network", 1).unwrap();
    keys.create_encrypted(&path, &password()).unwrap();
    let vote = json(&path)["validators"][0]["vote"].take();
    let mut fields: Vec<&String> = vote.as_object().unwrap().keys().collect();
    fields.sort_unstable();
    assert_eq!(
        fields,
        ["crypto", "description", "path", "pubkey", "uuid", "version"]
    );
    let uuid: Vec<usize> = vote["uuid"].as_str().unwrap().split('-').map(str::len).collect();
    assert_eq!(uuid, [8, 4, 4, 4, 12]);
    let pubkey = vote["pubkey"].as_str().unwrap().to_owned();
    let keystore: Keystore = serde_json::from_value(vote).unwrap();
    let secret = keystore.decrypt(&password()).unwrap();
    assert_eq!(secret.expose(), keys.validators[0].vote.expose());
    let public = SecretKey::from_bytes(secret.expose()).unwrap().public();
    assert_eq!((pubkey.len(), pubkey), (192, hex::encode(public.to_bytes())));
}

/// One key for the file, so that many validators are opened as fast as one; but no two secrets by one stream.
#[test]
fn a_file_has_one_kdf_and_no_start_of_the_counter_twice() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    KeyFile::generate("a-network", 200)
        .unwrap()
        .create_encrypted(&path, &password())
        .unwrap();
    let file = json(&path);
    let mut stores = vec![&file["node"]];
    for entry in file["validators"].as_array().unwrap() {
        stores.extend([&entry["vote"], &entry["draw"]]);
    }
    stores.extend(
        file["operators"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["key"]),
    );
    assert_eq!(stores.len(), 601);
    let mut starts: Vec<&str> = stores
        .iter()
        .map(|store| store["crypto"]["cipher"]["params"]["iv"].as_str().unwrap())
        .collect();
    starts.sort_unstable();
    starts.dedup();
    assert_eq!(starts.len(), 601);
    assert!(
        stores
            .iter()
            .all(|store| store["crypto"]["kdf"] == stores[0]["crypto"]["kdf"])
    );
    assert_eq!(
        KeyFile::open(&path, Some(&password())).unwrap().validators.len(),
        200
    );

    // Another kdf in a place would make its reader derive again and again.
    let mut hostile = file.clone();
    hostile["validators"][9]["vote"]["crypto"]["kdf"]["params"]["salt"] = "00".into();
    replace(&path, &hostile);
    assert_eq!(refused(&path), KeystoreError::ManyKdfs);
}

#[test]
fn a_file_that_was_put_together_from_others_is_refused() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    KeyFile::generate("a-network", 2)
        .unwrap()
        .create_encrypted(&path, &password())
        .unwrap();
    let file = json(&path);
    let (first, second) = (&file["validators"][0], &file["validators"][1]);
    for (place, what) in [("vote", "vote key"), ("draw", "VRF key")] {
        let mut hostile = file.clone();
        hostile["validators"][0][place] = second[place].clone();
        hostile["validators"][0][place]["pubkey"] = first[place]["pubkey"].clone();
        replace(&path, &hostile);
        assert_eq!(refused(&path), KeystoreError::OtherKey(what));
    }
    let mut hostile = file.clone();
    hostile["operators"][0]["key"] = file["operators"][1]["key"].clone();
    replace(&path, &hostile);
    assert_eq!(refused(&path), KeystoreError::OtherKey("operator key"));
    let mut newer = file.clone();
    newer["encrypted"] = 2.into();
    replace(&path, &newer);
    assert!(matches!(refused(&path), KeystoreError::Unsupported(_)));
    replace(&path, &file);
    assert!(KeyFile::open(&path, Some(&password())).is_ok());
}

#[test]
fn a_change_keeps_the_file_encrypted_with_a_new_salt() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    KeyFile::generate("a-network", 1)
        .unwrap()
        .create_encrypted(&path, &password())
        .unwrap();
    let salt = |path: &Path| json(path)["node"]["crypto"]["kdf"]["params"]["salt"].take();
    let before = (salt(&path), std::fs::read(&path).unwrap());
    let wrong = KeyFile::update(&path, Some(&Password::new("another one")), |_| ());
    assert!(matches!(wrong, Err(KeyError::Keystore { .. })));
    assert_eq!(std::fs::read(&path).unwrap(), before.1);
    let added = KeyFile::update(&path, Some(&password()), |keys| {
        let second = KeyFile::generate("a-network", 1).unwrap().validators.remove(0);
        keys.validators.push(second.clone());
        second
    });
    assert_ne!(salt(&path), before.0);
    let again = KeyFile::open(&path, Some(&password())).unwrap();
    assert_eq!(again.validators[1].vote.expose(), added.unwrap().vote.expose());
    assert_eq!(
        std::fs::read_dir(here.path()).unwrap().count(),
        1,
        "nothing else is left"
    );
}
