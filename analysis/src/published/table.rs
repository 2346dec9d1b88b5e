//! The figures as a table for people.

use std::fmt::Write;

use super::{Figure, Known, Relation, Value, Verdict};

/// A table in Markdown, one row for each figure and its value.
pub fn table(rows: &[(Figure, Value)]) -> String {
    let mut text = String::from(
        "| figure | source | computed as | assumption | published | our value | verdict |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for (figure, value) in rows {
        let Figure {
            what,
            source,
            compute,
            assumption,
            ..
        } = figure;
        let why = if figure.why.is_empty() {
            String::new()
        } else {
            format!(". {}", figure.why)
        };
        let known = match figure.known {
            Known::Text => "",
            Known::Vectors => " ¹",
            Known::Memory => " ²",
        };
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "| {what} | {source}{known} | {compute} | {assumption} | {} | {} | {}{why} |",
            published(figure),
            shown(value),
            verdict(figure.verdict),
        );
    }
    text
}

fn published(figure: &Figure) -> String {
    let number = &figure.published;
    match figure.relation {
        Relation::Equals => number.clone(),
        Relation::AtMost => format!("≤ {number}"),
        Relation::MoreThan => format!("> {number}"),
        Relation::Implied => "–".to_owned(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Count(count) => count.to_string(),
        Value::Bound(bound) => format!("{} ({bound:.2})", bound.decimal()),
    }
}

const fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduces => "reproduces",
        Verdict::Differs => "**differs**",
        Verdict::Implied => "implied",
    }
}
