//! The system calls of a running node: no vote leaves before the record of it is on the disk.
//!
//! `strace` watches a node that makes rounds alone. The node writes a line to its standard error for each vote just before it
//! hands it to the network. The bytes of that vote's signature must stand in a write to the database's log that was followed by a
//! sync which had returned by then.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cli::printed;
use crate::testnet_launch::{alone, eventually, head};

/// What `strace` saw of one call, in the order of their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Call {
    /// To the database's log.
    Write(Vec<u8>),
    /// The log was synced.
    Sync,
    /// A vote with this signature is about to be sent.
    Send(Vec<u8>),
}

/// The argument between the first two quotes, as `strace -xx` writes bytes.
fn bytes(line: &str) -> Vec<u8> {
    let quoted = line.split('"').nth(1).unwrap_or_default();
    let digits = quoted.split("\\x").skip(1);
    digits.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect()
}

/// How the name of a file of the database's log ends, as `strace -xx` writes it.
const LOG: &str = r"\x2e\x6c\x6f\x67>";

/// The calls of a trace. A call that another thread interrupts stands on two lines; what it did is on the disk with the second.
fn calls(trace: &str) -> Vec<Call> {
    let mut open = std::collections::BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let (thread, mut call) = line.split_once(' ').unwrap();
        let mut joined = String::new();
        call = call.trim_start();
        if let Some(begun) = call.strip_suffix("<unfinished ...>") {
            open.insert(thread.to_owned(), begun.to_owned());
            // What is sent is told before it is sent, however long the telling takes.
            if is_told(begun) {
                calls.extend(sent(begun));
            }
            continue;
        }
        if let Some(rest) = call.strip_prefix("<... ") {
            let Some(begun) = open.remove(thread) else {
                continue;
            };
            if is_told(&begun) {
                continue;
            }
            joined.push_str(&begun);
            joined.push_str(rest.split_once("resumed>").map_or("", |(_, rest)| rest));
            call = &joined;
        }
        let failed = call.contains(" = -1 ");
        match () {
            () if is_told(call) => calls.extend(sent(call)),
            () if !call.contains(LOG) || failed => {}
            () if call.starts_with("write(") || call.starts_with("pwrite64(") => {
                calls.push(Call::Write(bytes(call)));
            }
            () if call.starts_with("fdatasync(") || call.starts_with("fsync(") => calls.push(Call::Sync),
            () => {}
        }
    }
    calls
}

/// Whether a call writes to standard error.
fn is_told(call: &str) -> bool {
    call.starts_with("write(2<")
}

fn sent(call: &str) -> Option<Call> {
    let line = String::from_utf8_lossy(&bytes(call)).into_owned();
    let words = line.split_once("klero_sent")?.1;
    let signature = words
        .split("signature=")
        .nth(1)?
        .trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
    Some(Call::Send(
        hex::decode(signature.split_whitespace().next()?.trim_matches('"')).unwrap(),
    ))
}

/// How much of the log is searched for a vote.
const RECENT: usize = 1 << 18;

/// The votes that left, and the first that left too early.
fn audit(calls: &[Call]) -> (usize, Option<&Call>) {
    let (mut synced, mut waiting) = (Vec::new(), Vec::new());
    let mut known = BTreeSet::new();
    let mut votes = 0;
    for call in calls {
        match call {
            Call::Write(bytes) => waiting.extend_from_slice(bytes),
            Call::Sync => {
                synced.append(&mut waiting);
                // A vote is sent right after its record.
                synced.drain(..synced.len().saturating_sub(RECENT));
            }
            Call::Send(signature) => {
                votes += 1;
                // The database cuts records at 32 KiB: the greater half is whole somewhere.
                let half = signature.len() / 2;
                let parts = [&signature[..half], &signature[half..]];
                let is_there = known.contains(signature)
                    || parts
                        .iter()
                        .any(|part| synced.windows(half).any(|bytes| bytes == *part));
                if !is_there {
                    return (votes, Some(call));
                }
                known.insert(signature.clone());
            }
        }
    }
    (votes, None)
}

/// A node with four validators that makes rounds alone, under `strace`.
fn trace(here: &Path) -> String {
    for command in [
        "init --plain --dir node --network audit --validators 4 --rpc 127.0.0.1:0 --listen /ip4/127.0.0.1/udp/0/quic-v1",
        "genesis new --network audit --validators node/validators.json --out node/genesis.json",
    ] {
        printed(here, &command.split_whitespace().collect::<Vec<_>>());
    }
    let out = here.join("trace");
    let mut traced = Command::new("strace")
        .args(["-f", "-qq", "-xx", "-y", "-s", "1048576"])
        .args(["-e", "trace=write,pwrite64,fsync,fdatasync", "-o"])
        .arg(&out)
        .arg(env!("CARGO_BIN_EXE_klero"))
        .args([
            "node",
            "--json",
            "--exit-with-parent",
            "--config",
            "node/node.toml",
        ])
        .current_dir(here)
        .env("KLERO_LOG", "klero_sent=trace")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace is here: `sh scripts/setup.sh checks` installs it");
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(traced.stdout.take().unwrap()));
    let ready = lines.next().unwrap().unwrap();
    let ready: serde_json::Value = serde_json::from_str(&ready).unwrap();
    let rpc = ready["rpc"].as_str().unwrap().to_owned();
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    eventually("the node makes rounds", || head(&rpc) >= Some(8));
    // The node ends with the pipe.
    drop(traced.stdin.take());
    traced.wait().unwrap();
    std::fs::read_to_string(out).unwrap()
}

/// [BA-9] [E1] Build, append, sync, then send.
#[test]
fn no_vote_leaves_before_its_record_is_synced() {
    let _others = alone();
    let here = tempfile::tempdir().unwrap();
    let text = trace(here.path());
    let calls = calls(&text);
    let (votes, early) = audit(&calls);
    assert_eq!(early, None, "it left before it was on the disk");
    // Four validators vote in Soft and Cert of each round.
    assert!(votes >= 8 * 8, "{votes} votes");
    assert!(calls.iter().filter(|call| **call == Call::Sync).count() >= 16);
    // The same trace with every sync moved behind the next vote would be found out.
    let mut late = calls.clone();
    for place in 1..late.len() {
        if late[place - 1] == Call::Sync && matches!(late[place], Call::Send(_)) {
            late.swap(place - 1, place);
        }
    }
    assert_ne!(late, calls);
    assert!(
        audit(&late).1.is_some(),
        "an audit that finds nothing proves nothing"
    );
}

#[test]
fn a_vote_before_its_sync_is_found() {
    let hex = |text: &[u8]| {
        text.iter()
            .map(|byte| format!("\\x{byte:02x}"))
            .collect::<String>()
    };
    let signature = [7_u8; 48];
    let told = format!(
        "TRACE klero_sent: send role=1.0.Soft signature=\"{}\"\n",
        hex_of(&signature)
    );
    let write = format!("9 write(12<\\x34{LOG}, \"{}\", 99) = 99", hex(&signature));
    let send = format!("9 write(2</dev/null>, \"{}\", 99) = 99", hex(told.as_bytes()));
    let sync = format!("8 fdatasync(12<\\x34{LOG}) = 0");
    let begun = format!("8 fdatasync(12<\\x34{LOG} <unfinished ...>");
    let ended = "8 <... fdatasync resumed>) = 0";
    let failed = format!("8 fdatasync(12<\\x34{LOG}) = -1 EIO (Input/output error)");
    let of = |lines: &[&str]| {
        let calls = calls(&lines.join("\n"));
        let (votes, early) = audit(&calls);
        (votes, early.is_some())
    };
    let [write, send, sync, begun, failed] = [&write, &send, &sync, &begun, &failed].map(String::as_str);
    assert_eq!(of(&[write, sync, send]), (1, false));
    assert_eq!(of(&[write, begun, ended, send, send]), (2, false));
    for early in [
        &[write, send, sync][..],
        &[sync, write, send],
        &[write, begun, send, ended],
        &[write, failed, send],
        &[sync, send],
    ] {
        assert_eq!(of(early), (1, true), "{early:?}");
    }
}

fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
