//! [NET-2] Nothing is ignored or rejected but for a reason: no source of the node or its network names these verdicts,
//! which come from the one function of reasons.

use std::path::{Path, PathBuf};

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => sources(&path, found),
            false => found.push(path),
        }
    }
}

#[test]
fn every_verdict_but_accept_comes_from_a_reason() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in [here.join("src"), here.join("../net/src")] {
        sources(&folder, &mut files);
    }
    assert!(files.len() > 50, "{}", files.len());
    for file in files.iter().filter(|file| !file.ends_with("refusal.rs")) {
        for (number, line) in (1..).zip(std::fs::read_to_string(file).unwrap().lines()) {
            let names = line.contains("Verdict::Ignore") || line.contains("Verdict::Reject");
            // The score falls with what is rejected, for whatever reason.
            let asks = line.contains("verdict == Verdict::Reject");
            assert!(!names || asks, "{}:{number}: {line}", file.display());
        }
    }
}
