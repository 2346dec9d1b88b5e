//! The command `simulate`: runs, their files, and stepping through them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn simulate(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_klero-analysis"))
        .arg("simulate")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that ends without reading closes the pipe.
    let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn printed(arguments: &[&str], input: &str) -> String {
    let output = simulate(arguments, input);
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let output = simulate(arguments, "");
    assert!(!output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

/// A recorded run of its own for each test.
fn recorded(name: &str, arguments: &[&str]) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let mut all = arguments.to_vec();
    all.extend(["--record", file.to_str().unwrap()]);
    printed(&all, "");
    file
}

#[test]
fn rounds_are_listed_for_people_and_for_scripts() {
    let text = printed(&["--rounds", "3", "--seed", "5"], "");
    assert!(text.starts_with("4 nodes, hashed cryptography\n"), "{text}");
    assert_eq!(text.lines().count(), 5);
    let json = printed(&["--rounds", "3", "--seed", "5", "--json"], "");
    let last: serde_json::Value = serde_json::from_str(json.lines().last().unwrap()).unwrap();
    assert_eq!(
        (last["round"].as_u64(), last["period"].as_u64()),
        (Some(3), Some(0))
    );
    assert!(text.contains(&last["block"].as_str().unwrap()[..8]));
}

#[test]
fn a_recorded_run_is_stepped_through() {
    let file = recorded("stepped.run", &["--rounds", "2"]);
    let commands = "n\n\nf finalizes\ns 1\nb 2\ng 3\ng end\nn\nwhat\ns 7\nf\nh\nq\nn\n";
    let text = printed(&["--replay", file.to_str().unwrap()], commands);
    let expected = [
        "events at 4 nodes; h lists the commands\n",
        "     1 ",
        "     2 ",
        "finalizes",
        "node 1: ",
        "     3 ",
        "the end; everything went as it was recorded\n",
        "\"what\" is no command; h lists them\n",
        "there is no node 7: the last one is 3\n",
        "f wants a text, for example: f finalizes\n",
        "g EVENT ",
    ];
    let mut rest = text.as_str();
    for part in expected {
        let found = rest.find(part);
        rest = &rest[found.unwrap_or_else(|| panic!("{part:?} is not in order in {text}"))..];
    }
    assert!(text.ends_with("q          end\n"), "nothing follows q: {text}");
}

#[test]
fn the_state_of_any_node_at_any_event() {
    let file = recorded("stated.run", &["--rounds", "2", "--nodes", "5"]);
    let file = file.to_str().unwrap();
    let all = printed(&["--replay", file, "--at", "40"], "");
    assert_eq!(all.matches("node ").count(), 5, "{all}");
    let one = printed(&["--replay", file, "--at", "40", "--node", "3", "--json"], "");
    let state: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(
        (state["node"].as_u64(), state["up"].as_bool()),
        (Some(3), Some(true))
    );
    let events = printed(&["--replay", file, "--list", "--json"], "");
    let last: serde_json::Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(last["number"].as_u64(), Some(events.lines().count() as u64));
    let beyond = refused(&["--replay", file, "--at", "1000000"]);
    assert!(beyond.contains("ask for one --at 0 to"), "{beyond}");
}

#[test]
fn a_storm_is_recorded_and_listed() {
    let file = recorded("storm.run", &["--plan", "3"]);
    let text = printed(&["--replay", file.to_str().unwrap(), "--list"], "");
    assert!(text.contains("crashes") && text.contains("finalizes"));
}

#[test]
fn a_changed_file_is_refused() {
    let file = recorded("changed.run", &["--rounds", "1"]);
    let text = std::fs::read_to_string(&file).unwrap();
    let without = |gone: &str| {
        let kept: Vec<&str> = text.lines().filter(|line| !line.ends_with(gone)).collect();
        std::fs::write(&file, kept.join("\n")).unwrap();
        refused(&["--replay", file.to_str().unwrap(), "--list"])
    };
    let otherwise = without("message 0 1");
    assert!(
        otherwise.contains("otherwise than it was recorded"),
        "{otherwise}"
    );
    let unknown = without("start 0");
    assert!(
        unknown.contains("was changed, or is of another version"),
        "{unknown}"
    );
    std::fs::write(&file, "{}").unwrap();
    let no_run = refused(&["--replay", file.to_str().unwrap(), "--list"]);
    assert!(no_run.contains("this is no run"), "{no_run}");
}

#[test]
fn a_run_that_fails_says_how_to_look_at_it() {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("stalled.run");
    let file = file.to_str().unwrap();
    // Nothing but one message of a thousand arrives.
    let stalled = ["--rounds", "1", "--loss", "999"];
    let without = refused(&stalled);
    assert!(without.contains("run it again with --record FILE"), "{without}");
    let with = refused(&[&stalled[..], &["--record", file]].concat());
    assert!(with.contains("simulate --replay"), "{with}");
    assert!(printed(&["--replay", file, "--list"], "").contains("deadline 1"));
}

/// The page of the simulator shows what is printed.
#[test]
fn the_page_is_true() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/simulator.md");
    let page = std::fs::read_to_string(page).unwrap();
    let file = recorded("page.run", &["--nodes", "4", "--rounds", "3"]);
    let shown = |command: &str| {
        let after = page.split_once(command).unwrap().1;
        after
            .split_once("```text\n")
            .unwrap()
            .1
            .split_once("```")
            .unwrap()
            .0
    };
    let run = printed(&["--nodes", "4", "--rounds", "3"], "");
    assert_eq!(shown("--nodes 4 --rounds 3"), run);
    let state = printed(
        &["--replay", file.to_str().unwrap(), "--at", "45", "--node", "2"],
        "",
    );
    assert_eq!(shown("--at 45 --node 2"), state);
    let events = printed(&["--replay", file.to_str().unwrap(), "--list"], "");
    assert!(events.starts_with(shown("--list")));
}
