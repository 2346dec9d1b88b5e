//! The repository speaks of the project alone: no file names a folder of somebody's machine.

use crate::Finding;

/// Top-level folders that hold people's own work.
const FOLDERS: [&str; 4] = ["root", "home", "work", "Users"];

/// A finding for each line with an absolute path into such a folder.
pub fn check(path: &str, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (i, line) in text.lines().enumerate() {
        for folder in FOLDERS {
            let needle = format!("/{folder}/");
            if line
                .match_indices(&needle)
                .any(|(at, _)| starts_path(&line[..at]))
            {
                let what = format!("a path into `/{folder}` of some machine");
                findings.push(Finding::new(
                    path,
                    i + 1,
                    what,
                    "write it relative to the repository",
                ));
            }
        }
    }
    findings
}

/// Whether a path that follows is absolute: after a name it would be the middle of a longer one.
fn starts_path(before: &str) -> bool {
    let inside = |letter: char| letter.is_alphanumeric() || "_-.~*}>)".contains(letter);
    !before.ends_with(inside)
}
