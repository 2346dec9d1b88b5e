//! The binary `klero-analysis`: what it prints and with which status it ends.

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output};

use clap::{CommandFactory, Parser};
use klero_analysis::cli::Cli;

fn run(arguments: &str) -> Output {
    let program = env!("CARGO_BIN_EXE_klero-analysis");
    Command::new(program)
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

pub(crate) fn printed(arguments: &str) -> String {
    let output = run(arguments);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The status and what stands on standard error, nothing being on the other.
pub(crate) fn refused(arguments: &str) -> (i32, String) {
    let output = run(arguments);
    assert!(output.stdout.is_empty(), "{output:?}");
    (
        output.status.code().unwrap(),
        String::from_utf8(output.stderr).unwrap(),
    )
}

#[test]
fn value_and_logarithm() {
    let text =
        "P[X >= 71] for X ~ Poisson(26), rounded up\nvalue  2.71978936e-13\nlog2   -41.74157031082916\n";
    assert_eq!(printed("tail poisson --mean 26 --ge 71"), text);
    let text = "P[X >= 74] for X ~ Binomial(111, 1/3), rounded up\nvalue  7.706185235e-13\nlog2   -40.239048368960596\n";
    assert_eq!(printed("tail binomial --n 111 --p 1/3 --ge 74"), text);
    let text = "P[X >= 100] for X ~ Hypergeometric(1800, 599, 200), rounded up\nvalue  1.561229312e-7\nlog2   -22.610814209557617\n";
    let arguments = "tail hypergeometric --population 1800 --marked 599 --draws 200 --ge 100";
    assert_eq!(printed(arguments), text);
}

#[test]
fn trials_with_chances_of_their_own_and_sums() {
    let text = "P[X >= 2] for X ~ PoissonBinomial(3 trials), rounded up\nvalue  3.75e-1\nlog2   -1.4150374992788437\n";
    assert_eq!(printed("tail poisson-binomial --p 0.5,1/4,0.5 --ge 2"), text);
    let arguments =
        "tail sum --poisson 26 --binomial 111:1/3 --hypergeometric 1800:599:200 --p 0.1,1/2 --ge 200";
    let name =
        "Poisson(26) + Binomial(111, 1/3) + Hypergeometric(1800, 599, 200) + PoissonBinomial(2 trials)";
    let text = format!(
        "P[X >= 200] for X ~ {name}, rounded up\nvalue  2.309204435e-12\nlog2   -38.65574123778673\n"
    );
    assert_eq!(printed(arguments), text);
}

#[test]
fn chances_in_a_file() {
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = |name: &str, text: &str| {
        let path = directory.join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let good = file("chances", "# three validators\n0.5\n\n 1/4 \n0.5\n");
    let with_list = printed("tail poisson-binomial --p 0.5,1/4,0.5 --lt 3 --json");
    assert_eq!(
        printed(&format!("tail poisson-binomial --file {good} --lt 3 --json")),
        with_list
    );
    let bad = file("no-chance", "0.5\nhalf\n");
    let (status, text) = refused(&format!("tail poisson-binomial --file {bad} --lt 3"));
    assert_eq!(status, 1);
    assert!(
        text.contains("no-chance, line 2: `half` is not a number"),
        "{text}"
    );
    let (status, text) = refused(&format!("tail poisson-binomial --file {bad}.none --lt 3"));
    assert!(status == 1 && text.contains("cannot read"), "{text}");
}

#[test]
fn the_four_events() {
    for (arguments, event) in [
        ("--ge 3", ">= 3"),
        ("--gt 2", "> 2"),
        ("--le 3", "<= 3"),
        ("--lt 4", "< 4"),
    ] {
        let text = printed(&format!("tail binomial --n 5 --p 0.5 {arguments}"));
        let value = if event.starts_with('>') {
            "value  5e-1"
        } else {
            "value  8.125e-1"
        };
        let mut lines = text.lines();
        assert_eq!(
            lines.next().unwrap(),
            format!("P[X {event}] for X ~ Binomial(5, 1/2), rounded up")
        );
        assert_eq!(lines.next().unwrap(), value);
    }
}

#[test]
fn json() {
    let text = "{\"log2\":-41.74157031082916,\"value\":\"2.71978936e-13\"}\n";
    assert_eq!(printed("tail poisson --mean 26 --ge 71 --json"), text);
    assert_eq!(
        printed("tail binomial --json --n 4 --p 1/4 --gt 4"),
        "{\"log2\":null,\"value\":\"0\"}\n"
    );
    assert_eq!(
        printed("tail binomial --json --n 10 --p 1/2 --le 0"),
        "{\"log2\":-10.0,\"value\":\"9.765625e-4\"}\n"
    );
}

#[test]
fn exactly_one_event_is_needed() {
    let (status, text) = refused("tail poisson --mean 26");
    assert_eq!(status, 2);
    assert!(
        text.contains("--ge <K>|--gt <K>|--le <K>|--lt <K>") && text.contains("--help"),
        "{text}"
    );
    let (status, text) = refused("tail poisson --mean 26 --ge 3 --lt 4");
    assert_eq!(status, 2);
    assert!(
        text.contains("'--ge <K>' cannot be used with '--lt <K>'") && text.contains("--help"),
        "{text}"
    );
}

#[test]
fn an_error_names_the_cause_and_the_command_that_helps() {
    for (arguments, status, cause) in [
        (
            "tail poisson --mean many --ge 3",
            2,
            "`many` is not a number: write a fraction like 1/3",
        ),
        ("tail poisson --mean 1/0 --ge 3", 2, "`1/0` divides by zero"),
        ("tail poisson --mean 26 --ge -3", 2, "unexpected argument '-3'"),
        (
            "tail poisson --mean 2000000000000 --ge 3",
            1,
            "the variance is above 2^40",
        ),
        (
            "tail poisson --mean 26 --lt 200000000",
            1,
            "200000000 is more than 2^27 away from the middle",
        ),
        (
            "tail binomial --n 5 --p 3/2 --ge 3",
            1,
            "3/2 is no probability: choose 0 to 1",
        ),
        ("tail binomial --p 1/2 --ge 3", 2, "--n <N>"),
        (
            "tail hypergeometric --population 10 --marked 11 --draws 3 --ge 1",
            1,
            "11 marked and 3 draws of a population of 10",
        ),
        (
            "tail poisson-binomial --p 0.5,1.5 --ge 1",
            1,
            "3/2 is no probability",
        ),
        ("tail poisson-binomial --ge 1", 2, "--p <P>|--file <FILE>"),
        ("tail sum --binomial 5 --ge 1", 2, "write N:P, like 111:1/3"),
        (
            "tail sum --hypergeometric 5:3 --ge 1",
            2,
            "write POPULATION:MARKED:DRAWS",
        ),
        (
            "tail sum --poisson 90000000 --ge 1",
            1,
            "the parts of the sum are too wide",
        ),
        ("tails", 2, "unrecognized subcommand 'tails'"),
        ("tail", 2, "Usage: klero-analysis tail"),
        ("", 2, "Usage: klero-analysis"),
    ] {
        let (ended, text) = refused(arguments);
        assert_eq!(ended, status, "{arguments}: {text}");
        assert!(
            text.contains(cause) && text.contains("--help"),
            "{arguments}: {text}"
        );
    }
}

#[test]
fn help_and_version_are_no_errors() {
    assert!(printed("--help").contains("Usage: klero-analysis <COMMAND>"));
    assert!(printed("tail binomial --help").contains("--p <P>"));
    assert_eq!(
        printed("--version"),
        format!("klero-analysis {}\n", env!("CARGO_PKG_VERSION"))
    );
}

/// Takes nothing.
struct Full;

impl Write for Full {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(io::ErrorKind::StorageFull.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn what_could_not_be_written_is_an_error() {
    for json in [&[][..], &["--json"]] {
        let arguments = ["klero-analysis", "tail", "poisson", "--mean", "26", "--ge", "71"];
        let cli = Cli::try_parse_from(arguments.iter().chain(json)).unwrap();
        assert!(cli.command.run(&mut Full).is_err());
    }
}

#[test]
fn the_command_line_is_consistent() {
    Cli::command().debug_assert();
}
