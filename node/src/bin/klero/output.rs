//! Printing results, and commands that may be copied.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

/// Prints a value as one line of JSON.
pub(crate) fn json_line(value: &impl Serialize) -> anyhow::Result<()> {
    let mut line = serde_json::to_string(value).context("cannot write the result as JSON")?;
    line.push('\n');
    write(&line)
}

/// Prints text as it is. That nobody reads it is an error: the result did not arrive.
pub(crate) fn write(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .context("cannot write to standard output")
}

/// Writes a new file, never over another one.
pub(crate) fn new_file(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).open(path).map_err(|cause| {
        let help = match cause.kind() {
            std::io::ErrorKind::AlreadyExists => "; choose another name or remove it first",
            _ => "",
        };
        anyhow::anyhow!("cannot write {}: {cause}{help}", path.display())
    })?;
    file.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// A path as a shell takes it.
pub(crate) fn shell(path: &Path) -> String {
    let text = path.display().to_string();
    let is_plain = |letter: char| letter.is_alphanumeric() || "/._-+=:,@%".contains(letter);
    if !text.is_empty() && text.chars().all(is_plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// This program as it was called, for commands that may be copied.
pub(crate) fn program() -> String {
    let called = std::env::args_os().next().unwrap_or_else(|| "klero".into());
    shell(Path::new(&called))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_paths_as_they_are() {
        assert_eq!(shell(Path::new("a/b-1.json")), "a/b-1.json");
        assert_eq!(shell(Path::new("my dir")), "'my dir'");
        assert_eq!(shell(Path::new("it's")), r"'it'\''s'");
        assert_eq!(shell(Path::new("")), "''");
    }
}
