//! Files of secrets that others can read or replace are refused, with the command that fixes it.

use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::process::Command;

use klero_node::keys::{KeyError, KeyFile, Mnemonic, Password};

/// A new file of this mode.
pub(crate) fn write(path: &Path, text: &str, mode: u32) {
    let mut options = std::fs::File::options();
    let mut file = options
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(text.as_bytes()).unwrap();
    set(path, mode);
}

fn set(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs the command that an error names between backticks.
fn follow(error: &str) {
    let command = error.split('`').nth(1).expect("a command");
    let status = Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(status.success(), "{command}");
}

/// Reads one kind of file.
type Load = fn(&Path) -> Result<(), KeyError>;

/// \[E10\] Whatever right others have: the file is not read, and what the error says helps.
#[test]
fn a_file_that_others_can_read_is_refused_until_the_named_command_ran() {
    let here = tempfile::tempdir().unwrap();
    let plain = here.path().join("plain");
    KeyFile::generate("a-network", 1).unwrap().create(&plain).unwrap();
    let password = here.path().join("password");
    write(&password, "a password", 0o600);
    let sealed = here.path().join("sealed");
    let secret = Password::load(&password).unwrap();
    KeyFile::generate("a-network", 1)
        .unwrap()
        .create_encrypted(&sealed, &secret)
        .unwrap();
    let words = here.path().join("words");
    write(&words, Mnemonic::random().unwrap().words(), 0o600);
    let kinds: [(&Path, Load); 4] = [
        (&plain, |path| KeyFile::load(path).map(drop)),
        (&sealed, |path| KeyFile::public_part(path).map(drop)),
        (&password, |path| Password::load(path).map(drop)),
        (&words, |path| Mnemonic::load(path).map(drop)),
    ];
    for (path, load) in kinds {
        for mode in [0o640, 0o604, 0o620, 0o602, 0o601, 0o610, 0o666] {
            set(path, mode);
            let error = load(path).unwrap_err();
            assert!(matches!(error, KeyError::Exposed { .. }), "{error}");
            let error = error.to_string();
            assert!(error.contains(&format!("(mode {mode:o})")), "{error}");
            follow(&error);
            load(path).unwrap();
        }
        set(path, 0o400);
        load(path).unwrap();
    }
}

/// [E10]
#[test]
fn a_directory_in_which_everyone_may_replace_the_file_is_refused() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("keys.json");
    KeyFile::generate("a-network", 1).unwrap().create(&path).unwrap();
    set(here.path(), 0o777);
    let error = KeyFile::load(&path).unwrap_err();
    assert!(matches!(error, KeyError::Replaceable { .. }), "{error}");
    follow(&error.to_string());
    KeyFile::load(&path).unwrap();
    // As in the directory of temporary files: nobody replaces what is not theirs.
    set(here.path(), 0o1777);
    KeyFile::load(&path).unwrap();
}

/// [E10] Nobody can read a file while it is made, whatever the process would let them.
#[test]
fn new_files_are_their_owners_alone() {
    let here = tempfile::tempdir().unwrap();
    let klero = env!("CARGO_BIN_EXE_klero");
    let script = format!(
        "umask 0; {klero} keys new --plain --network athens --keys k.json && {klero} keys new --network \
                          athens --keys s.json --password-file p"
    );
    write(&here.path().join("p"), "a password", 0o600);
    let status = Command::new("sh")
        .args(["-c", &script])
        .current_dir(here.path())
        .stderr(std::process::Stdio::null())
        .stdout(std::process::Stdio::null())
        .status();
    assert!(status.unwrap().success());
    for name in ["k.json", "s.json", "s.operator.json"] {
        let mode = std::fs::metadata(here.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let names = std::fs::read_dir(here.path()).unwrap().count();
    assert_eq!(names, 4, "nothing else is left");
}
