//! On a terminal passwords are asked for, and not shown.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use klero_node::keys::{KeyFile, Password};

/// What ends every question.
const QUESTION: &str = ": ";

/// Runs `klero` on a terminal of its own, answers each of its questions, and gives what the terminal showed; `script` is
/// in every Debian and Ubuntu.
fn on_a_terminal(here: &Path, args: &str, answers: &[&str]) -> (bool, String) {
    let command = format!("{} {args}", env!("CARGO_BIN_EXE_klero"));
    let mut child = Command::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .current_dir(here)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("`script` of the package bsdutils");
    let (mut keyboard, mut screen) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let (mut shown, mut buffer) = (String::new(), [0; 256]);
    for answer in answers {
        let before = shown.len();
        while !shown[before..].ends_with(QUESTION) {
            let length = screen.read(&mut buffer).unwrap();
            assert_ne!(length, 0, "no question: {shown}");
            shown.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
        }
        await_hidden(child.id());
        writeln!(keyboard, "{answer}").unwrap();
    }
    screen.read_to_string(&mut shown).unwrap();
    (child.wait().unwrap().success(), shown)
}

/// The question stands there a moment before the terminal stops showing what is typed.
fn await_hidden(script: u32) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let children = std::fs::read_to_string(format!("/proc/{script}/task/{script}/children")).unwrap();
        let child = children.split(' ').next().unwrap();
        let terminal = std::fs::read_link(format!("/proc/{child}/fd/0")).unwrap();
        let state = Command::new("stty")
            .arg("-F")
            .arg(terminal)
            .arg("-a")
            .output()
            .unwrap();
        if String::from_utf8(state.stdout).unwrap().contains(" -echo ") {
            return;
        }
        assert!(Instant::now() < until, "the terminal shows what is typed");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_new_password_is_asked_for_twice_and_not_shown() {
    let here = tempfile::tempdir().unwrap();
    let new = "keys new --network athens --keys k.json";
    let (done, shown) = on_a_terminal(here.path(), new, &["secret words", "secret words"]);
    assert!(done, "{shown}");
    assert!(
        shown.contains("new password of k.json: ") && shown.contains("the same again: "),
        "{shown}"
    );
    assert!(!shown.contains("secret words"), "{shown}");
    let path = here.path().join("k.json");
    assert!(KeyFile::open(&path, Some(&Password::new("secret words"))).is_ok());

    let (done, shown) = on_a_terminal(here.path(), "keys inspect k.json --json", &["secret words"]);
    assert!(
        done && shown.contains("password of k.json: ") && shown.contains("possession"),
        "{shown}"
    );
    let (done, shown) = on_a_terminal(here.path(), "keys inspect k.json --json", &["secret word"]);
    assert!(!done && shown.contains("the password does not fit"), "{shown}");
}

#[test]
fn two_passwords_or_a_short_one_make_no_keys() {
    let here = tempfile::tempdir().unwrap();
    let new = "keys new --network athens --keys k.json";
    let (done, shown) = on_a_terminal(here.path(), new, &["secret words", "secret wards"]);
    assert!(!done && shown.contains("two passwords"), "{shown}");
    let (done, shown) = on_a_terminal(here.path(), new, &["secret", "secret"]);
    assert!(!done && shown.contains("at least 8"), "{shown}");
    assert_eq!(std::fs::read_dir(here.path()).unwrap().count(), 0);
}
