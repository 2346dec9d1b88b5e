//! `scripts/setup.sh` on machines that are made up: its whole `PATH` is a folder of small scripts.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use klero_tidy::workspace;

/// A made-up machine: a folder of commands.
struct Machine {
    commands: PathBuf,
}

/// What the script did.
struct Outcome {
    passed: bool,
    printed: String,
}

impl Machine {
    /// A machine with Rust and nothing else.
    fn new(name: &str) -> Self {
        let commands = Path::new(env!("CARGO_TARGET_TMPDIR")).join("setup").join(name);
        let _ = fs::remove_dir_all(&commands);
        fs::create_dir_all(&commands).expect("a folder");
        let machine = Self { commands };
        machine
            .rust("1.90.0")
            .command("cargo", "exit 0")
            .command("id", "echo 1000")
    }

    fn command(self, name: &str, script: &str) -> Self {
        let path = self.commands.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("a permission");
        self
    }

    fn without(self, name: &str) -> Self {
        fs::remove_file(self.commands.join(name)).expect("a command");
        self
    }

    fn rust(self, version: &str) -> Self {
        self.command("rustc", &format!("echo 'rustc {version} (0123456 2025-01-01)'"))
    }

    /// Commands that behave as installed packages do.
    fn packages(self) -> Self {
        ["make", "cc", "c++", "clang", "pkg-config"]
            .into_iter()
            .fold(self, |it, name| it.command(name, "exit 0"))
    }

    /// A Debian whose `apt-get install` gives what it is asked for; every call of it is printed.
    fn debian(self) -> Self {
        let give = "echo \"apt-get $*\"\n\
            case \" $* \" in *' install '*) ;; *) exit 0 ;; esac\n\
            for name in make cc c++ clang pkg-config; do\n\
                printf '#!/bin/sh\\nexit 0\\n' >\"$COMMANDS/$name\"\n\
                /bin/chmod +x \"$COMMANDS/$name\"\n\
            done";
        self.command("dpkg", "exit 0")
            .command("apt-get", give)
            .command("env", "shift\nexec \"$@\"")
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        let output = Command::new("/bin/sh")
            .arg(workspace::root().join("scripts/setup.sh"))
            .args(arguments)
            .env_clear()
            .env("PATH", &self.commands)
            .env("COMMANDS", &self.commands)
            .output()
            .expect("a shell");
        let printed = [output.stdout, output.stderr].concat();
        Outcome {
            passed: output.status.success(),
            printed: String::from_utf8_lossy(&printed).into_owned(),
        }
    }
}

impl Outcome {
    fn assert(&self, passed: bool, parts: &[&str], absent: &[&str]) {
        assert_eq!(self.passed, passed, "{}", self.printed);
        for part in parts {
            assert!(self.printed.contains(part), "no {part:?} in\n{}", self.printed);
        }
        for part in absent {
            assert!(!self.printed.contains(part), "{part:?} in\n{}", self.printed);
        }
    }
}

const INSTALL_ALL: &str = "install -y --no-install-recommends make g++ clang pkg-config libssl-dev";

#[test]
fn a_machine_with_everything_needs_nothing() {
    let machine = Machine::new("complete").packages().debian();
    machine
        .run(&[])
        .assert(true, &["Rust 1.90.0"], &["missing", "apt-get"]);
}

#[test]
fn root_on_debian_installs_what_is_missing() {
    let machine = Machine::new("root").debian().command("id", "echo 0");
    let reason = "missing: clang (clang with libclang): RocksDB's bindings are generated with it";
    let expected = [
        reason,
        "missing: libssl-dev",
        " update\n",
        INSTALL_ALL,
        "setup: installed:",
    ];
    machine.run(&[]).assert(true, &expected, &[]);
    machine.run(&[]).assert(true, &[], &["missing", "apt-get"]);
}

#[test]
fn only_what_is_missing_is_installed() {
    let machine = Machine::new("one")
        .packages()
        .without("clang")
        .debian()
        .command("id", "echo 0");
    machine.run(&[]).assert(
        true,
        &["recommends clang\n"],
        &["g++", "libssl-dev", "pkg-config"],
    );
}

#[test]
fn a_compiler_without_its_standard_library_is_no_compiler() {
    let machine = Machine::new("bare")
        .packages()
        .command("c++", "exit 1")
        .debian()
        .command("id", "echo 0");
    machine.run(&[]).assert(true, &["recommends g++\n"], &["clang"]);
}

#[test]
fn others_use_sudo() {
    let machine = Machine::new("sudo")
        .debian()
        .command("sudo", "echo \"sudo $*\"\nexec \"$@\"");
    let expected = [
        "sudo env DEBIAN_FRONTEND=noninteractive apt-get",
        INSTALL_ALL,
        "setup: installed:",
    ];
    machine.run(&[]).assert(true, &expected, &[]);
}

#[test]
fn without_sudo_the_command_is_printed() {
    let command = format!("apt-get update && apt-get {INSTALL_ALL}");
    let machine = Machine::new("powerless").debian();
    machine
        .run(&[])
        .assert(false, &["there is no sudo", &command], &["setup: installing"]);
    let machine = Machine::new("refused").debian().command("sudo", "exit 1");
    machine.run(&[]).assert(
        false,
        &["could not be installed", &command],
        &["setup: installed"],
    );
}

#[test]
fn another_system_is_told_everything_at_once() {
    let machine = Machine::new("other").command("sudo", "exit 0").without("cargo");
    let expected = [
        "Rust is missing",
        "https://rustup.rs",
        "missing: make: runs the build",
        "missing: g++ (a C and C++ compiler): ",
        "missing: clang (clang with libclang): ",
        "missing: pkg-config: ",
        "missing: libssl-dev (OpenSSL's headers): ",
    ];
    machine.run(&[]).assert(false, &expected, &["apt-get"]);
    let machine = machine.command("cargo", "exit 0");
    machine
        .run(&[])
        .assert(false, &["this system's package manager"], &["apt-get", "rustup"]);
}

#[test]
fn rust_must_be_there_and_new_enough() {
    let cases = [
        ("old", "1.89.1", "Rust 1.89.1 is too old"),
        ("older", "1.9.0", "Rust 1.9.0 is too old"),
        ("broken", "", "does not run"),
    ];
    for (name, version, part) in cases {
        let machine = Machine::new(name).packages().debian().rust(version);
        machine.run(&[]).assert(false, &[part, "rustup"], &["apt-get"]);
    }
    for (name, version) in [("new", "1.100.0-nightly"), ("newer", "2.0.0")] {
        Machine::new(name)
            .packages()
            .rust(version)
            .run(&[])
            .assert(true, &[version], &["missing"]);
    }
    let machine = Machine::new("rustless")
        .debian()
        .without("rustc")
        .command("id", "echo 0");
    machine
        .run(&[])
        .assert(false, &["Rust is missing", "missing: clang"], &["apt-get"]);
}

#[test]
fn the_checks_need_rustfmt_and_clippy() {
    let cargo = "if [ \"$1\" = clippy ]; then exit 1; fi";
    let machine = Machine::new("minimal").packages().command("cargo", cargo);
    machine
        .run(&["checks"])
        .assert(false, &["rustup component add rustfmt clippy"], &[]);
    machine.run(&[]).assert(true, &[], &["clippy"]);
}
