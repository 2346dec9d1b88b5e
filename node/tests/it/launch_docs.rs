//! The commands of the chapters on launching, run as they stand there.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::readme::{assert_prints, examples};
use crate::testnet_launch::Launched;

const WATCH: &str = include_str!("../../../docs/src/launch/watch.md");
const HTTP: &str = include_str!("../../../docs/src/launch/http.md");

#[test]
fn commands_print_what_the_chapter_on_watching_says() {
    let net = Launched::start(&["--validators", "4"]);
    let network = net.network();
    net.wait_for_round(3);
    let directory = tempfile::tempdir().unwrap();
    let node = network.nodes[0].dir.to_str().unwrap();
    let variables = [("RPC", network.nodes[0].rpc.as_str()), ("NODE", node)];
    let examples = examples(WATCH);
    assert!(examples.len() >= 9, "{examples:?}");
    for example in &examples {
        assert_prints(example, directory.path(), &variables);
    }
}

/// The blocks marked `sh`, as one script.
fn script(text: &str) -> String {
    let blocks = text.split("```sh\n").skip(1);
    blocks.map(|block| block.split("```").next().unwrap()).collect()
}

fn is_there(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .status();
    found.is_ok_and(|status| status.success())
}

/// A request that is refused ends the script; one without end is cut off after a while, and must have told something.
const CURL: &str = "set -e
curl() {
    case \"$*\" in
        */v1/events*) command curl --silent --max-time 5 \"$@\" | grep -q '^event: final' ;;
        *) command curl --silent --show-error --fail-with-body --retry 5 --retry-all-errors --max-time 30 \"$@\" && echo ;;
    esac
}
";

#[test]
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn requests_of_the_chapter_on_http_are_answered() {
    if !is_there("curl") || !is_there("jq") {
        eprintln!("skipped: this machine lacks curl or jq, which the chapter on HTTP uses");
        return;
    }
    let net = Launched::start(&["--validators", "4"]);
    net.network();
    net.wait_for_round(3);
    let script = script(HTTP);
    assert!(
        script.lines().filter(|line| line.contains("curl")).count() >= 15,
        "{script}"
    );
    let output = run(&net.directory(), &format!("{CURL}{script}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{said}");
    assert!(
        told.contains("\"level\":\"anchored\"") && told.contains("\"paused\":false"),
        "{told}"
    );
}

fn run(directory: &Path, script: &str) -> std::process::Output {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .current_dir(directory)
        .stdin(Stdio::null());
    shell.output().unwrap()
}
