//! What a file may ask of its reader: a hostile one exhausts neither memory nor time.

use klero_node::keys::{Kdf, Password, Sealer};
use serde_json::{Value, json};

fn module(function: &str, params: Value) -> Result<Kdf, serde_json::Error> {
    serde_json::from_value(json!({ "function": function, "params": params, "message": "" }))
}

fn scrypt(n: u64, r: u64, p: u64) -> Result<Kdf, serde_json::Error> {
    module(
        "scrypt",
        json!({ "dklen": 32, "n": n, "r": r, "p": p, "salt": "00ff" }),
    )
}

fn pbkdf2(c: u64) -> Result<Kdf, serde_json::Error> {
    module(
        "pbkdf2",
        json!({ "dklen": 32, "c": c, "prf": "hmac-sha256", "salt": "00ff" }),
    )
}

#[test]
fn what_other_programs_write_is_read() {
    for (n, r, p) in [
        (1 << 18, 8, 1),
        (1 << 18, 1, 8),
        (1 << 14, 8, 5),
        (2, 1, 1),
        (1 << 19, 8, 1),
    ] {
        assert!(scrypt(n, r, p).is_ok(), "{n} {r} {p}");
    }
    assert!(pbkdf2(262_144).is_ok() && pbkdf2(10_240).is_ok());
}

#[test]
fn what_takes_too_much_is_refused_before_it_is_taken() {
    let most = u64::MAX;
    for (n, r, p) in [
        (1 << 20, 8, 1),
        (1 << 63, 1, 1),
        (1 << 63, most, most),
        (2, most, 1),
        (2, 1, most),
        (2, 1 << 40, 1 << 40),
        (1 << 18, 8, 9),
        (1 << 14, 8, 1 << 20),
    ] {
        let refused = scrypt(n, r, p).unwrap_err().to_string();
        assert!(refused.contains("takes too much"), "{n} {r} {p}: {refused}");
    }
    for rounds in [1 << 25, most] {
        let refused = pbkdf2(rounds).unwrap_err().to_string();
        assert!(refused.contains("are spent on a file"), "{rounds}: {refused}");
    }
}

#[test]
fn what_has_no_meaning_is_refused() {
    for (n, r, p) in [(0, 8, 1), (1, 8, 1), (3, 8, 1), (1 << 14, 0, 1), (1 << 14, 8, 0)] {
        assert!(scrypt(n, r, p).is_err(), "{n} {r} {p}");
    }
    assert!(pbkdf2(0).is_err());
    let salt = "ab".repeat(1025);
    for (function, params) in [
        ("argon2id", json!({ "dklen": 32, "salt": "00" })),
        ("scrypt", json!({ "dklen": 32, "salt": "00" })),
        (
            "scrypt",
            json!({ "dklen": 31, "n": 2, "r": 1, "p": 1, "salt": "00" }),
        ),
        (
            "scrypt",
            json!({ "dklen": 1025, "n": 2, "r": 1, "p": 1, "salt": "00" }),
        ),
        (
            "scrypt",
            json!({ "dklen": 32, "n": 2, "r": 1, "p": 1, "salt": salt }),
        ),
        (
            "scrypt",
            json!({ "dklen": 32, "n": 2, "r": 1, "p": 1, "salt": "0g" }),
        ),
        (
            "scrypt",
            json!({ "dklen": 32, "n": -2, "r": 1, "p": 1, "salt": "00" }),
        ),
        (
            "pbkdf2",
            json!({ "dklen": 32, "c": 9, "prf": "hmac-sha1", "salt": "00" }),
        ),
        (
            "pbkdf2",
            json!({ "dklen": 32, "c": 9, "n": 2, "prf": "hmac-sha256", "salt": "00" }),
        ),
    ] {
        assert!(module(function, params.clone()).is_err(), "{function} {params}");
    }
}

/// What is within the bounds is also what the libraries take.
#[test]
fn the_smallest_parameters_work() {
    let password = Password::new("a password");
    for kdf in [scrypt(2, 1, 1), pbkdf2(1)] {
        assert!(Sealer::new(kdf.unwrap(), &password).is_ok());
    }
}
