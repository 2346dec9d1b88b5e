//! `published`: the figures of others, computed again.

use std::io::Write;

use clap::Args;
use serde::Serialize;

use crate::published::{Figure, Value, figures, table};

/// Whether the figures of the literature are right.
#[derive(Debug, Clone, Copy, Args)]
pub struct PublishedCommand {
    /// Print a list of objects instead of a table.
    #[arg(long)]
    json: bool,
}

/// A row of the list.
#[derive(Serialize)]
struct Row<'a> {
    #[serde(flatten)]
    figure: &'a Figure,
    value: &'a Value,
}

impl PublishedCommand {
    /// Computes all figures and prints them.
    pub(super) fn run(self, out: &mut dyn Write) -> anyhow::Result<()> {
        let rows = figures()?.into_iter().map(|figure| {
            let value = figure.value()?;
            Ok((figure, value))
        });
        let rows: Vec<(Figure, Value)> = rows.collect::<anyhow::Result<_>>()?;
        if self.json {
            let rows: Vec<Row<'_>> = rows.iter().map(|(figure, value)| Row { figure, value }).collect();
            serde_json::to_writer_pretty(&mut *out, &rows)?;
            writeln!(out)?;
        } else {
            write!(out, "{}", table(&rows))?;
        }
        Ok(())
    }
}
