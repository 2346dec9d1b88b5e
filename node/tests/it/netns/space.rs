//! A network namespace that lasts as long as the process that made it, however that one ends.

use std::fs::read_link;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// A namespace, held by a process that waits for the end of its standard input: it goes with this one, and the
/// namespace with it and what runs in it. Nothing is left behind, even when this process is killed.
pub(super) struct Space {
    holder: Child,
}

impl Space {
    pub(super) fn new() -> Self {
        let mut holder = Command::new("unshare")
            .args(["--net", "sh", "-c", "echo made; exec cat"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare");
        let mut line = String::new();
        let output = holder.stdout.as_mut().expect("a pipe");
        BufReader::new(output).read_line(&mut line).expect("a line");
        let space = Self { holder };
        assert_eq!(line, "made\n", "no namespace was made");
        space.run("ip link set lo up");
        space
    }

    /// The process that holds it.
    pub(super) fn pid(&self) -> u32 {
        self.holder.id()
    }

    /// A command in this namespace.
    pub(super) fn command(&self, program: &str) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net=/proc/{}/ns/net", self.pid()))
            .arg(program);
        command
    }

    /// Runs a command in this namespace, words split at spaces.
    pub(super) fn run(&self, line: &str) {
        assert!(self.tries(line), "not done: {line}");
    }

    /// As `run`, and says whether it worked.
    pub(super) fn tries(&self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        let mut command = self.command(words.next().expect("a program"));
        let output = command
            .args(words)
            .stdin(Stdio::null())
            .output()
            .expect("nsenter");
        output.status.success()
    }

    /// Sets a value of the kernel that each namespace has for itself.
    pub(super) fn set(&self, name: &str, value: u32) {
        let script = format!("echo {value} >/proc/sys/net/ipv4/{name}");
        let status = self
            .command("sh")
            .args(["-c", &script])
            .status()
            .expect("nsenter");
        assert!(status.success(), "{name} cannot be set");
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        // It may be gone already; its namespace goes with it.
        let _gone = self.holder.kill();
        let _status = self.holder.wait();
    }
}

/// Why there are no namespaces here; `None` where there are.
pub(super) fn missing() -> Option<String> {
    let works = |line: &[&str]| {
        let output = Command::new(line[0]).args(&line[1..]).output();
        output.is_ok_and(|output| output.status.success())
    };
    for program in ["unshare", "nsenter", "ip", "tc", "iptables"] {
        if !works(&["sh", "-c", &format!("command -v {program}")]) {
            return Some(format!(
                "{program} is missing; scripts/setup.sh checks installs it"
            ));
        }
    }
    if !works(&["unshare", "--net", "true"]) {
        return Some("no network namespace can be made: that needs root".into());
    }
    let parts = [
        ("veth", "ip link add near type veth peer name far"),
        (
            "tbf",
            "tc qdisc add dev lo root tbf rate 1mbit burst 16kb latency 1s",
        ),
        (
            "the iptables match `statistic`",
            "iptables -w -t mangle -A PREROUTING -m statistic --mode random --probability 0.5 -j DROP",
        ),
        (
            "the iptables target `REDIRECT`",
            "iptables -w -t nat -A PREROUTING -p udp --dport 9 -j REDIRECT --to-ports 10",
        ),
    ];
    for (part, line) in parts {
        if !works(&["unshare", "--net", "sh", "-c", line]) {
            return Some(format!("this kernel lacks {part}"));
        }
    }
    None
}

/// A namespace is another one than this process has, and is gone with its holder.
#[test]
fn a_namespace_ends_with_its_holder() {
    if let Some(cause) = missing() {
        return super::say(&format!("netns: no namespace to look at: {cause}"));
    }
    let space = Space::new();
    let entry = format!("/proc/{}/ns/net", space.pid());
    let own = read_link("/proc/self/ns/net").expect("this process has one");
    assert_ne!(read_link(&entry).expect("it is there"), own);
    drop(space);
    assert!(read_link(&entry).is_err());
}
