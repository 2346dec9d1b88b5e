//! Reading this repository.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Finding, Source};

/// The root of the workspace.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Every Rust file, with those marked that are declared under `#[cfg(test)]` elsewhere.
///
/// # Errors
/// A finding for a file that cannot be read or is not Rust.
pub fn sources() -> Result<Vec<Source>, Finding> {
    let mut sources = Vec::new();
    for path in files("", ".rs")? {
        sources.push(Source::parse(&path, &read(&path)?)?);
    }
    mark_test_modules(&mut sources);
    Ok(sources)
}

/// Marks the files of modules that another file declares under `#[cfg(test)]`, and of the modules in those.
pub fn mark_test_modules(sources: &mut [Source]) {
    let mut modules = Vec::new();
    for source in sources.iter() {
        let folder = source.module_folder();
        modules.extend(source.test_modules.iter().map(|name| format!("{folder}/{name}")));
    }
    for source in sources.iter_mut() {
        let stem = source.path.strip_suffix(".rs").unwrap_or(&source.path);
        source.test_only |= modules.iter().any(|module| {
            stem.strip_prefix(module.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
    }
}

/// The text of a file, its path counted from the root.
///
/// # Errors
/// A finding when it cannot be read.
pub fn read(path: &str) -> Result<String, Finding> {
    fs::read_to_string(root().join(path)).map_err(|error| unreadable(path, &error))
}

/// The paths of the files under a folder whose names end in `ending`, in order; `""` is the root.
///
/// # Errors
/// A finding when a folder cannot be read.
pub fn files(folder: &str, ending: &str) -> Result<Vec<String>, Finding> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(root().join(&folder)).map_err(|error| unreadable(&folder, &error))?;
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            let kind = entry.file_type().map_err(|error| unreadable(&path, &error))?;
            if kind.is_dir() && !is_foreign(&entry.path(), &name) {
                folders.push(path);
            } else if kind.is_file() && name.ends_with(ending) {
                found.insert(path);
            }
        }
    }
    Ok(found.into_iter().collect())
}

/// Folders of tools: git's own, and those in which cargo builds, which carry the mark of a cache.
fn is_foreign(path: &Path, name: &str) -> bool {
    name == ".git" || name == "target" || path.join("CACHEDIR.TAG").exists()
}

/// The files that git keeps; every file where git keeps none or cannot say.
///
/// # Errors
/// A finding when a folder cannot be read.
pub fn tracked() -> Result<Vec<String>, Finding> {
    let listing = Command::new("git")
        .args(["ls-files", "-z"])
        .current_dir(root())
        .output();
    let listing = listing.ok().filter(|output| output.status.success());
    let text = listing
        .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        .unwrap_or_default();
    let paths: Vec<String> = text
        .split('\0')
        .filter(|path| !path.is_empty())
        .map(str::to_owned)
        .collect();
    if paths.is_empty() {
        files("", "")
    } else {
        Ok(paths)
    }
}

/// What cargo prints, without asking the network.
///
/// # Errors
/// A finding with cargo's message when it fails.
pub fn cargo(arguments: &[&str]) -> Result<String, Finding> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let command = format!("cargo {}", arguments.join(" "));
    let failed =
        |what: String| Finding::new("Cargo.toml", 1, format!("`{command}` failed: {what}"), "run it");
    let run = Command::new(cargo)
        .args(arguments)
        .args(["--offline", "--locked"])
        .current_dir(root())
        .output();
    let output = run.map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).into_owned()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn unreadable(path: &str, error: &std::io::Error) -> Finding {
    Finding::new(path, 1, format!("cannot be read: {error}"), "make it readable")
}
