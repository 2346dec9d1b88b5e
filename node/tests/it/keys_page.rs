//! The chapter on keys, followed as it stands.

use crate::readme::{assert_prints, examples};

const PAGE: &str = include_str!("../../../docs/src/run/keys.md");

#[test]
fn commands_print_what_the_chapter_on_keys_says() {
    let here = tempfile::tempdir().unwrap();
    let examples = examples(PAGE);
    assert_eq!(examples.len(), 9);
    for example in &examples {
        assert_prints(example, here.path(), &[]);
    }
}

/// The tables of the configuration are what a node reads.
#[test]
fn the_tables_of_the_chapter_are_read() {
    let here = tempfile::tempdir().unwrap();
    let path = here.path().join("node.toml");
    let tables: Vec<&str> = PAGE
        .split("```toml\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    assert_eq!(tables.len(), 2);
    for (place, table) in tables.iter().enumerate() {
        let text = format!("name = \"n\"\ngenesis = \"g\"\ndata = \"d\"\n{table}");
        std::fs::write(&path, text).unwrap();
        let keys = klero_node::NodeConfig::load(&path).unwrap().keys.unwrap();
        assert!(keys.password_file.is_some());
        assert_eq!(keys.operator.is_some(), place == 1);
    }
}
