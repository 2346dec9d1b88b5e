//! The commands of the README, run as they stand there, print what stands there.
//!
//! A block marked `console` holds commands after `$ ` and what each prints; a line `…` stands for any lines.
//! Numbers, hashes, and the directory differ from run to run and are not compared.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::testnet_launch::{Launched, WITHIN, eventually, head, post, signal, start_node, status};

const README: &str = include_str!("../../../README.md");

/// A command and the lines that it prints.
#[derive(Debug)]
pub(crate) struct Example {
    pub(crate) command: String,
    pub(crate) printed: Vec<String>,
}

/// The commands of a text.
pub(crate) fn examples(text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut is_console = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(kind) => is_console = kind == "console",
            None if !is_console => {}
            None => match line.strip_prefix("$ ") {
                Some(command) => examples.push(Example {
                    command: command.into(),
                    printed: Vec::new(),
                }),
                None => examples
                    .last_mut()
                    .expect("a command comes first")
                    .printed
                    .push(line.into()),
            },
        }
    }
    examples
}

/// A line without what differs from run to run: numbers become 0, hashes #, paths keep their last part, blanks
/// are single.
fn normal(line: &str) -> String {
    let words = line.split_whitespace().map(|word| {
        let path = word.starts_with('/').then(|| word.rsplit('/').next()).flatten();
        let mut text = String::new();
        for part in path
            .unwrap_or(word)
            .split_inclusive(|letter: char| !letter.is_ascii_alphanumeric())
        {
            let name = part.trim_end_matches(|letter: char| !letter.is_ascii_alphanumeric());
            let is_hash = name.len() >= 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_number = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
            let shown = if is_hash {
                "#"
            } else if is_number {
                "0"
            } else {
                name
            };
            text.push_str(shown);
            text.push_str(&part[name.len()..]);
        }
        // A number may have a fraction or none.
        while text.contains("0.0") {
            text = text.replace("0.0", "0");
        }
        text
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Whether lines are those expected, of which `…` stands for any.
fn matches(expected: &[String], printed: &[String]) -> bool {
    match expected.split_first() {
        None => printed.is_empty(),
        Some((first, rest)) if first == "…" => {
            (0..=printed.len()).any(|skipped| matches(rest, &printed[skipped..]))
        }
        Some((first, rest)) => printed
            .split_first()
            .is_some_and(|(line, others)| normal(first) == normal(line) && matches(rest, others)),
    }
}

/// Runs a command in a shell that finds `klero` and these variables; what it prints.
pub(crate) fn run(directory: &Path, command: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let program = Path::new(env!("CARGO_BIN_EXE_klero"));
    let inherited = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{inherited}", program.parent().unwrap().display());
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(directory)
        .env("PATH", path)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {said}");
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// A command prints what the text says.
pub(crate) fn assert_prints(example: &Example, directory: &Path, variables: &[(&str, &str)]) {
    let printed = run(directory, &example.command, variables);
    assert!(
        matches(&example.printed, &printed),
        "$ {}\nprints\n{}\nbut the text says\n{}",
        example.command,
        printed.join("\n"),
        example.printed.join("\n")
    );
}

/// What `curl` does in the README, for machines without it: a request until the answer is the one expected, since
/// finality takes a moment.
fn assert_answers(example: &Example, rpc: [&str; 2]) {
    let words: Vec<&str> = example.command.split('\'').collect();
    let url = words
        .last()
        .unwrap()
        .rsplit(' ')
        .next()
        .unwrap()
        .replace("$RPC", rpc[0])
        .replace("$OTHER", rpc[1]);
    let until = Instant::now() + WITHIN;
    loop {
        let text = match words.get(1) {
            Some(transaction) => {
                let base = url
                    .strip_suffix("/v1/transactions")
                    .expect("transactions are posted there");
                assert!((200..300).contains(&post(base, transaction)));
                return;
            }
            None => crate::testnet_launch::get(&url).expect("the node answers").1,
        };
        let printed: Vec<String> = text.lines().map(str::to_owned).collect();
        if matches(&example.printed, &printed) {
            return;
        }
        assert!(Instant::now() < until, "$ {}\nprints\n{text}", example.command);
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// The text without a section, and the section; it ends where the next one begins.
fn apart(text: &str, heading: &str) -> (String, String) {
    let (before, rest) = text.split_once(heading).unwrap();
    let end = rest.find("\n## ").unwrap();
    (format!("{before}{}", &rest[end..]), rest[..end].to_owned())
}

/// Whoever reads nothing but the README starts a network, joins it, stakes, and ends one of its nodes.
#[test]
fn the_story_of_the_fifth_node_goes_as_the_readme_tells() {
    let (_, story) = apart(README, "## A fifth node\n");
    let examples = examples(&story);
    assert!(examples.len() >= 5, "{examples:?}");
    let net = Launched::start(&[]);
    let network = net.network();
    let directory = tempfile::tempdir().unwrap();
    let here = directory.path();
    let rpc = network.nodes[0].rpc.as_str();
    net.wait_for_round(2);
    let mut eva = None;
    for example in examples {
        // The port of the text may be taken here.
        let is_init = example.command.starts_with("klero init");
        let command = example.command.replace("127.0.0.1:8545", "127.0.0.1:0");
        assert_prints(&Example { command, ..example }, here, &[("RPC", rpc)]);
        if is_init {
            eva = Some(crate::cli_init::Running::start(&here.join("eva/node.toml")));
        }
    }
    let eva = eva.unwrap();
    let own = eva.event("ready", |_| true)["rpc"].as_str().unwrap().to_owned();
    eventually("the fifth node votes", || {
        status(&own).is_some_and(|status| status["silent"].is_null())
    });

    signal(network.nodes[3].pid, "TERM");
    let goal = head(rpc).unwrap() + 5;
    eventually("the others go on", || head(&own) >= Some(goal));
    signal(network.nodes[2].pid, "TERM");
    eventually("every node explains that nothing becomes final", || {
        let stalls = [&own, rpc].map(|rpc| status(rpc).map(|status| status["stall"].is_object()));
        stalls == [Some(true), Some(true)]
    });
    let stuck = head(rpc).unwrap();
    let again = start_node(&network.nodes[3].dir);
    eventually("rounds become final again", || head(&own) >= Some(stuck + 3));
    drop(again);
}

#[test]
fn commands_print_what_the_readme_says() {
    let directory = tempfile::tempdir().unwrap();
    let (readme, _) = apart(README, "## A fifth node\n");
    let (with_network, alone): (Vec<_>, Vec<_>) = examples(&readme)
        .into_iter()
        .partition(|example| example.command.contains('$'));
    assert!(
        alone.len() >= 4 && with_network.len() >= 3,
        "the README has examples of both kinds"
    );
    let quiet = crate::testnet_launch::alone();
    for example in &alone {
        assert_prints(example, directory.path(), &[]);
    }
    drop(quiet);
    let net = Launched::start(&["--validators", "4"]);
    let network = net.network();
    std::fs::create_dir_all(directory.path().join("net")).unwrap();
    std::fs::copy(&network.genesis, directory.path().join("net/genesis.json")).unwrap();
    let rpc = [network.nodes[0].rpc.as_str(), network.nodes[2].rpc.as_str()];
    net.wait_for_round(2);
    for example in &with_network {
        if example.command.starts_with("curl ") {
            assert_answers(example, rpc);
        } else {
            assert_prints(example, directory.path(), &[("RPC", rpc[0]), ("OTHER", rpc[1])]);
        }
    }
}

#[test]
fn a_line_differs_in_more_than_numbers() {
    assert_eq!(normal("round 1 43.2 ms"), normal("round   12   7 ms"));
    assert_eq!(normal("in /tmp/a/demo"), normal("in /srv/ada/demo"));
    assert_ne!(normal("round 1 final"), normal("round 1 staged"));
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    assert!(matches(&lines("a\n…\nd"), &lines("a\nb\nc\nd")));
    assert!(!matches(&lines("a\n…\nd"), &lines("a\nb\nc")));
    assert!(!matches(&lines("a"), &lines("a\nb")));
}
