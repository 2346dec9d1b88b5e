//! Passwords as EIP-2335 has them made into bytes, and the files that hold them.

use std::path::Path;

use klero_node::keys::{KeyError, Password};

use crate::keys_modes::write;

fn same(a: &str, b: &str) -> bool {
    Password::new(a).is(&Password::new(b))
}

#[test]
fn one_word_in_two_encodings_is_one_password() {
    assert!(same("𝔱𝔢𝔰𝔱𝔭𝔞𝔰𝔰𝔴𝔬𝔯𝔡🔑", "testpassword🔑"));
    // One letter, or a letter and its accent.
    assert!(same("caf\u{e9}", "cafe\u{301}"));
    assert!(same("\u{212b}ngstr\u{f6}m", "A\u{30a}ngstro\u{308}m"));
    assert!(!same("cafe", "caf\u{e9}"));
}

/// C0, DEL and C1 are left out, spaces are not.
#[test]
fn control_characters_are_left_out() {
    for code in (0x00..=0x1f).chain(0x7f..=0x9f) {
        let letter = char::from_u32(code).unwrap();
        assert!(same(&format!("pass{letter}word"), "password"), "{code:#x}");
    }
    for kept in [' ', '\u{a0}', '~', '\u{a1}'] {
        assert!(!same(&format!("pass{kept}word"), "password"), "{kept:?}");
    }
    assert_eq!(Password::new("\u{7f}a b\n").characters(), 3);
}

#[test]
fn the_end_of_a_line_is_no_part_of_the_password() {
    let here = tempfile::tempdir().unwrap();
    for (number, text) in ["my password", "my password\n", "my password\r\n"]
        .iter()
        .enumerate()
    {
        let path = here.path().join(number.to_string());
        write(&path, text, 0o600);
        assert!(
            Password::load(&path).unwrap().is(&Password::new("my password")),
            "{text:?}"
        );
    }
}

#[test]
fn a_file_without_a_password_is_refused() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("p");
    for text in ["", "\n", "\t\r\n"] {
        let _absent_at_first = std::fs::remove_file(&path);
        write(&path, text, 0o600);
        let error = Password::load(&path).unwrap_err();
        assert!(matches!(error, KeyError::Password { .. }), "{error}");
    }
    let error = Password::load(Path::new("nowhere")).unwrap_err().to_string();
    assert!(error.contains("password file nowhere"), "{error}");
}

#[test]
fn a_password_is_not_printed() {
    assert!(!format!("{:?}", Password::new("visible")).contains("visible"));
}
