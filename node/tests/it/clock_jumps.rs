//! A clock that jumps, by libfaketime, under a real node.

use std::path::{Path, PathBuf};

use crate::killed_votes::{Heard, Killed};
use crate::testnet_launch::{eventually, start_node_with};

/// The node whose clock is wrong.
const NODE: usize = 2;
/// How many rounds the network is to make under each clock.
const ROUNDS: u64 = 12;

/// Where systems keep the library; `scripts/setup.sh` looks there, too.
fn libfaketime() -> PathBuf {
    let of_machines = std::fs::read_dir("/usr/lib").unwrap();
    let of_machines = of_machines.map(|entry| entry.unwrap().path());
    let mut places = of_machines.chain(["/usr/lib", "/usr/lib64"].map(PathBuf::from));
    let file = |place: PathBuf| Some(place.join("faketime/libfaketimeMT.so.1")).filter(|file| file.exists());
    places
        .find_map(file)
        .expect("libfaketime is here: `sh scripts/setup.sh checks` installs it")
}

/// The hour and minute in the last line of a log, in minutes of the day.
fn minute_of_last_line(directory: &Path) -> Option<i64> {
    let log = std::fs::read_to_string(directory.join("restarted.log")).unwrap();
    let (_, time) = log.lines().last()?.split_once('T')?;
    let (hour, minute) = (time.get(..2)?, time.get(3..5)?);
    Some(60 * hour.parse::<i64>().ok()? + minute.parse::<i64>().ok()?)
}

/// The minute of the day, an hour being added to the right time so many times.
fn minute(hours: i64) -> i64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    (i64::try_from(now).unwrap() / 60 + 60 * hours).rem_euclid(24 * 60)
}

/// [E7] [C14] A node's clock goes an hour ahead, then an hour behind, then right: the network goes on, the node with it,
/// and it never says two things in one role.
#[test]
fn a_node_whose_clock_jumps_goes_on_and_never_votes_twice() {
    let mut net = Killed::start();
    let (directory, process, voters) = &mut net.nodes[NODE];
    let clock = directory.join("clock");
    let set = |offset: &str| std::fs::write(&clock, offset).unwrap();
    set("+0");
    drop(process.take());
    let variables = [
        ("LD_PRELOAD", libfaketime()),
        ("FAKETIME_TIMESTAMP_FILE", clock.clone()),
        ("FAKETIME_CACHE_DURATION", "1".into()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".into()),
    ];
    let variables: Vec<(&str, &Path)> = variables
        .iter()
        .map(|(name, value)| (*name, value.as_path()))
        .collect();
    *process = Some(start_node_with(directory, &variables));
    for (offset, hours) in [("+3600", 1), ("-3600", -1), ("+0", 0)] {
        set(offset);
        eventually(&format!("the log tells the time by {offset}"), || {
            minute_of_last_line(directory).is_some_and(|said| (said - minute(hours)).abs() <= 1)
        });
        let round = net.auditor.ask(Heard::round);
        eventually(
            &format!("the network goes on by {offset}, and the node votes"),
            || {
                net.auditor.ask(|heard| {
                    let votes = voters
                        .iter()
                        .any(|voter| heard.last.get(voter) > Some(&(round + ROUNDS)));
                    votes && heard.round() > round + ROUNDS
                })
            },
        );
        net.auditor
            .ask(|heard| assert_eq!(heard.conflicts, Vec::<String>::new(), "{offset}"));
    }
}
