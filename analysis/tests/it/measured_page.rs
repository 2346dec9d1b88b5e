//! The page "Measured beside computed" shows what is printed.

use std::fs;
use std::path::Path;
use std::process::Command;

/// What stands in blocks of a language, in their order, each with where it ends.
fn blocks<'a>(page: &'a str, language: &str) -> Vec<(usize, &'a str)> {
    let opening = format!("```{language}\n");
    let starts = page
        .match_indices(&opening)
        .map(|(place, _)| place + opening.len());
    starts
        .map(|start| {
            let end = start + page[start..].find("```").unwrap();
            (end, &page[start..end])
        })
        .collect()
}

#[test]
fn every_command_of_the_page_prints_what_follows_it() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(manifest.join("../docs/src/tune/simulate.md")).unwrap();
    let here = Path::new(env!("CARGO_TARGET_TMPDIR")).join("measured-page");
    fs::create_dir_all(&here).unwrap();
    fs::copy(
        manifest.join("tests/data/network.csv"),
        here.join("validators.csv"),
    )
    .unwrap();
    fs::write(here.join("profile.toml"), blocks(&page, "toml")[0].1).unwrap();
    let shown = blocks(&page, "text");
    let mut compared = 0;
    for (end, command) in blocks(&page, "sh") {
        let Some(arguments) = command.trim_end().strip_prefix("klero-analysis ") else {
            continue;
        };
        let output = Command::new(env!("CARGO_BIN_EXE_klero-analysis"))
            .args(arguments.split(' '))
            .current_dir(&here)
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let (_, expected) = shown.iter().find(|(place, _)| *place > end).unwrap();
        assert_eq!(*expected, String::from_utf8(output.stdout).unwrap(), "{command}");
        compared += 1;
    }
    assert_eq!((compared, shown.len()), (3, 3));
}
