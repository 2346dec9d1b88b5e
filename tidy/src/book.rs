//! The table of contents of the book and the files it lists.

use std::collections::BTreeSet;

use crate::Finding;

/// The table of contents.
pub const SUMMARY: &str = "docs/src/SUMMARY.md";

const FOLDER: &str = "docs/src/";

/// A finding for each link of the table of contents to no file, and for each chapter that it does not link;
/// `files` are the paths of the markdown files under `docs/src`, from the root of the workspace.
pub fn check(summary: &str, files: &[String]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut linked = BTreeSet::new();
    for (i, line) in summary.lines().enumerate() {
        for target in targets(line) {
            let path = format!("{FOLDER}{target}");
            if !files.contains(&path) {
                let what = format!("a link to `{target}`, which does not exist");
                findings.push(Finding::new(
                    SUMMARY,
                    i + 1,
                    what,
                    "write the chapter or take the link out",
                ));
            }
            linked.insert(path);
        }
    }
    for file in files
        .iter()
        .filter(|file| *file != SUMMARY && !linked.contains(*file))
    {
        findings.push(Finding::new(
            file,
            1,
            "no link leads to this chapter",
            format!("link it in {SUMMARY}"),
        ));
    }
    findings
}

/// The files that a line links; draft chapters, `[name]()`, and addresses elsewhere are none.
fn targets(line: &str) -> Vec<String> {
    let links = line.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let paths = links.map(|(target, _)| target.split('#').next().unwrap_or_default().trim());
    let local = paths.filter(|target| !target.is_empty() && !target.contains("://"));
    local
        .map(|target| target.trim_start_matches("./").to_owned())
        .collect()
}
