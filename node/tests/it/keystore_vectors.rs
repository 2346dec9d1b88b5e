//! Keystores are those of EIP-2335: its published examples open, and are made again byte by byte.

use klero_node::keys::{About, Keystore, KeystoreError, Password, Sealer, Secret};
use serde_json::Value;

/// The password of both examples: "testpassword" in other letters, and a key.
const PASSWORD: &str = "𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑";
const SECRET: &str = "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f";

/// The test cases that EIP-2335 publishes (CC0).
const SCRYPT: &str = r#"{
    "crypto": {
        "kdf": {
            "function": "scrypt",
            "params": {
                "dklen": 32, "n": 262144, "p": 1, "r": 8,
                "salt": "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"
            },
            "message": ""
        },
        "checksum": {
            "function": "sha256", "params": {},
            "message": "d2217fe5f3e9a1e34581ef8a78f7c9928e436d36dacc5e846690a5581e8ea484"
        },
        "cipher": {
            "function": "aes-128-ctr", "params": { "iv": "264daa3f303d7259501c93d997d84fe6" },
            "message": "06ae90d55fe0a6e9c5c3bc5b170827b2e5cce3929ed3f116c2811e6366dfe20f"
        }
    },
    "description": "This is a test keystore that uses scrypt to secure the secret.",
    "pubkey": "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07",
    "path": "m/12381/60/3141592653/589793238",
    "uuid": "1d85ae20-35c5-4611-98e8-aa14a633906f",
    "version": 4
}"#;
const PBKDF2: &str = r#"{
    "crypto": {
        "kdf": {
            "function": "pbkdf2",
            "params": {
                "dklen": 32, "c": 262144, "prf": "hmac-sha256",
                "salt": "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"
            },
            "message": ""
        },
        "checksum": {
            "function": "sha256", "params": {},
            "message": "8a9f5d9912ed7e75ea794bc5a89bca5f193721d30868ade6f73043c6ea6febf1"
        },
        "cipher": {
            "function": "aes-128-ctr", "params": { "iv": "264daa3f303d7259501c93d997d84fe6" },
            "message": "cee03fde2af33149775b7223e7845e4fb2c8ae1792e5f99fe9ecf474cc8c16ad"
        }
    },
    "description": "This is a test keystore that uses PBKDF2 to secure the secret.",
    "pubkey": "9612d7a727c9d0a22e185a1c768478dfe919cada9266988cb32359c11f2b7b27f4ae4040902382ae2910c15e2b420d07",
    "path": "m/12381/60/0/0",
    "uuid": "64625def-3331-4eea-ab6f-782f3ed16a83",
    "version": 4
}"#;

fn secret() -> Secret {
    Secret::new(hex::decode(SECRET).unwrap().try_into().unwrap())
}

fn parse(text: &str) -> (Keystore, Value) {
    (
        serde_json::from_str(text).unwrap(),
        serde_json::from_str(text).unwrap(),
    )
}

#[test]
fn the_published_examples_open() {
    for text in [SCRYPT, PBKDF2] {
        let opened = parse(text).0.decrypt(&Password::new(PASSWORD)).unwrap();
        assert_eq!(hex::encode(opened.expose()), SECRET);
    }
}

#[test]
fn the_published_examples_are_made_again() {
    for text in [SCRYPT, PBKDF2] {
        let (keystore, value) = parse(text);
        let kdf = serde_json::from_value(value["crypto"]["kdf"].clone()).unwrap();
        let iv = value["crypto"]["cipher"]["params"]["iv"].as_str().unwrap();
        let about = About {
            description: keystore.description.clone(),
            pubkey: keystore.pubkey.clone(),
            path: keystore.path.clone(),
            uuid: keystore.uuid.clone(),
        };
        let sealer = Sealer::new(kdf, &Password::new(PASSWORD)).unwrap();
        let again = sealer.seal(&secret(), hex::decode(iv).unwrap().try_into().unwrap(), about);
        assert_eq!(serde_json::to_value(&again).unwrap(), value);
        assert_eq!(again, keystore);
    }
}

/// The letters as the standard has them normalized are the same password; without the last of them it is another.
#[test]
fn another_password_does_not_open_them() {
    let (keystore, _) = parse(PBKDF2);
    assert!(keystore.decrypt(&Password::new("testpassword🔑")).is_ok());
    for wrong in ["testpassword", "testpassword🔑 ", "", "Testpassword🔑"] {
        let refused = keystore.decrypt(&Password::new(wrong)).unwrap_err();
        assert_eq!(refused, KeystoreError::WrongPassword, "{wrong:?}");
    }
}

/// One bit anywhere in ciphertext or checksum is told; elsewhere the layout or the password is no longer right.
#[test]
fn a_changed_byte_is_told() {
    let (_, value) = parse(PBKDF2);
    for place in [
        "/crypto/cipher/message",
        "/crypto/checksum/message",
        "/crypto/kdf/params/salt",
    ] {
        let mut changed = value.clone();
        let text = changed.pointer_mut(place).unwrap();
        let mut letters = text.as_str().unwrap().to_owned();
        let last = if letters.ends_with('0') { "1" } else { "0" };
        letters.replace_range(letters.len() - 1.., last);
        *text = letters.into();
        let keystore: Keystore = serde_json::from_value(changed).unwrap();
        let refused = keystore.decrypt(&Password::new(PASSWORD)).unwrap_err();
        assert_eq!(refused, KeystoreError::WrongPassword, "{place}");
    }
}

#[test]
fn what_is_no_such_keystore_is_refused_with_what_is_wrong() {
    let (_, value) = parse(PBKDF2);
    for (place, wrong, said) in [
        ("/version", Value::from(3), "version 3"),
        ("/crypto/cipher/function", "aes-256-ctr".into(), "aes-128-ctr"),
        ("/crypto/checksum/function", "keccak256".into(), "sha256"),
        ("/crypto/cipher/params/iv", "00".into(), "16 bytes"),
        ("/crypto/cipher/message", "zz".into(), "32 bytes"),
        ("/crypto/checksum/message", "".into(), "32 bytes"),
    ] {
        let mut changed = value.clone();
        *changed.pointer_mut(place).unwrap() = wrong;
        let keystore: Keystore = serde_json::from_value(changed).unwrap();
        let refused = keystore
            .decrypt(&Password::new(PASSWORD))
            .unwrap_err()
            .to_string();
        assert!(refused.contains(said), "{place}: {refused}");
    }
}
