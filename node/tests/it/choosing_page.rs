//! The chapter "Choosing a committee", followed as it stands: what the analysis prints is what stands there, to the last digit.

use std::path::Path;

use crate::readme::{assert_prints, examples, run};

const PAGE: &str = include_str!("../../../docs/src/tune/choosing.md");

#[test]
fn from_a_list_of_stakes_to_a_genesis() {
    let here = tempfile::tempdir().unwrap();
    let stakes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../profiles/zipf-1000.csv");
    std::fs::copy(stakes, here.path().join("validators.csv")).unwrap();
    let examples = examples(PAGE);
    assert_eq!(examples.len(), 7);
    for example in &examples {
        if example.command.starts_with("klero analysis ") {
            let printed = run(here.path(), &example.command, &[]);
            assert_eq!(printed, example.printed, "$ {}", example.command);
        } else {
            assert_prints(example, here.path(), &[]);
        }
    }
}
