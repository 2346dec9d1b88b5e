//! The page "Plots and reports" of the book: its commands print what stands below them, and draw its pictures.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::plots::STAKES;

const PAGE: &str = include_str!("../../../docs/src/tune/plots.md");

fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/tune")
}

/// The commands of the page, each with what it prints.
fn examples() -> Vec<(&'static str, &'static str)> {
    let blocks = PAGE.split("```sh\n").skip(1).map(|rest| {
        let (command, rest) = rest.split_once("```").unwrap();
        let printed = rest.split_once("```text\n").unwrap().1;
        (command, printed.split_once("```").unwrap().0)
    });
    blocks.collect()
}

/// Runs the commands in a new folder that has the stakes, and returns it.
fn run_all(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _absent = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::copy(STAKES, folder.join("validators.csv")).unwrap();
    let program = Path::new(env!("CARGO_BIN_EXE_klero-analysis"));
    let mut path = vec![program.parent().unwrap().to_path_buf()];
    path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
    let examples = examples();
    assert_eq!(examples.len(), 8);
    for (command, printed) in examples {
        let mut shell = Command::new("sh");
        shell.args(["-ec", command]).current_dir(&folder);
        let output = shell
            .env("PATH", env::join_paths(&path).unwrap())
            .output()
            .unwrap();
        assert!(
            output.status.success() && output.stderr.is_empty(),
            "{command}{output:?}"
        );
        assert_eq!(String::from_utf8(output.stdout).unwrap(), printed, "{command}");
    }
    folder
}

/// The pictures that the page shows.
fn pictures() -> impl Iterator<Item = &'static str> {
    let links = PAGE.split("![").skip(1);
    links.map(|rest| rest.split_once("](").unwrap().1.split_once(')').unwrap().0)
}

#[test]
fn every_command_prints_what_the_page_says_and_draws_what_it_shows() {
    let folder = run_all("plots-page");
    assert_eq!(pictures().count(), 2);
    for picture in pictures() {
        let [drawn, shown] =
            [&folder, &book()].map(|folder| fs::read_to_string(folder.join(picture)).unwrap());
        assert!(
            drawn == shown,
            "{picture} is not what the tool draws: cargo test --release -p klero-analysis --test it -- --ignored \
             write_the_pictures"
        );
    }
}

#[test]
#[ignore = "writes the pictures of the page anew"]
fn write_the_pictures() {
    let folder = run_all("plots-page-anew");
    for picture in pictures() {
        fs::copy(folder.join(picture), book().join(picture)).unwrap();
    }
}
