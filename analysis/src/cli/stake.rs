//! `stake`: how concentrated the stake of a network is.

use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use clap::Args;
use serde_json::json;

use crate::stakes::{Concentration, Stakes, StakesError};

use super::origin::{Hashed, Input};

/// What to read.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "The file has the header id,stake or id,stake,group and one account a line:
  id,stake,group
  validator-1,250000000,\"Example Hosting, Ltd\"
  validator-2,180000000,another-operator"
)]
pub struct StakeCommand {
    /// The stake file.
    pub file: PathBuf,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// A column of the table.
type Column<'a> = (&'static str, &'a Concentration);

impl StakeCommand {
    /// Reads the file and prints the measures.
    pub(super) fn run(&self, out: &mut dyn Write) -> anyhow::Result<()> {
        let stakes = open(&self.file)?;
        let (accounts, groups) = (stakes.by_account(), stakes.by_group());
        if self.json {
            let all = json!({
                "total": stakes.total(),
                "scale": stakes.scale(),
                "dropped": stakes.dropped(),
                "accounts": accounts,
                "groups": groups,
            });
            writeln!(out, "{all}")?;
            return Ok(());
        }
        describe(&stakes, &self.file, out)?;
        let mut columns = vec![("accounts", &accounts)];
        columns.extend(groups.as_ref().map(|groups| ("groups", groups)));
        table(&columns, out)
    }
}

/// The stakes of a file, or what is wrong with it.
pub(super) fn open(file: &Path) -> anyhow::Result<Stakes> {
    Stakes::open(file)
        .map_err(|error| anyhow!("{}: {error}; see `klero-analysis stake --help`", file.display()))
}

/// The same, and the SHA-256 of what was read.
pub(super) fn open_hashed(file: &Path) -> anyhow::Result<(Stakes, Input)> {
    let wrong =
        |error: StakesError| anyhow!("{}: {error}; see `klero-analysis stake --help`", file.display());
    let text = File::open(file).map_err(|error| wrong(error.into()))?;
    let mut text = Hashed::new(text);
    // What is read successfully is read to its end.
    let stakes = Stakes::read(BufReader::new(&mut text)).map_err(wrong)?;
    Ok((stakes, text.input(file)))
}

/// How many accounts a file has, how much stake, and what was done to it.
pub(super) fn describe(stakes: &Stakes, file: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    let (count, total) = (stakes.accounts().len(), stakes.total());
    writeln!(out, "{}: {count} accounts, total stake {total}", file.display())?;
    if stakes.scale() > 0 {
        let scale = stakes.scale();
        let why = "so that they add up to at most 2^63";
        writeln!(out, "stakes are divided by 10^{scale} and rounded down, {why}")?;
    }
    if stakes.dropped() > 0 {
        let dropped = stakes.dropped();
        writeln!(
            out,
            "{dropped} accounts are left out: nothing is left of their stake"
        )?;
    }
    Ok(())
}

fn table(columns: &[Column<'_>], out: &mut dyn Write) -> anyhow::Result<()> {
    write!(out, "{:<26}", "")?;
    for (name, _) in columns {
        write!(out, " {name:>12}")?;
    }
    writeln!(out)?;
    let mut row = |name: &str, value: &dyn Fn(&Concentration) -> String| -> anyhow::Result<()> {
        write!(out, "{name:<26}")?;
        for (_, column) in columns {
            write!(out, " {:>12}", value(column))?;
        }
        Ok(writeln!(out)?)
    };
    row("holders", &|column| column.count.to_string())?;
    row("more than 1/3 together", &|column| {
        column.nakamoto_third.to_string()
    })?;
    row("more than 1/2 together", &|column| {
        column.nakamoto_half.to_string()
    })?;
    row("more than 2/3 together", &|column| {
        column.nakamoto_two_thirds.to_string()
    })?;
    row("Gini coefficient", &|column| format!("{:.4}", column.gini))?;
    row("Herfindahl-Hirschman index", &|column| {
        format!("{:.6}", column.hhi)
    })?;
    row("effective number", &|column| format!("{:.1}", column.effective))?;
    for (name, column) in columns {
        writeln!(out, "largest {name}")?;
        for holder in &column.largest {
            writeln!(out, "  {:>7.3} %  {}", holder.share * 100.0, holder.name)?;
        }
    }
    Ok(())
}
