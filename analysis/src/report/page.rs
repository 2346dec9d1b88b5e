//! The page as HTML.

use crate::Log2Bound;
use crate::plot::svg::{self, escape};
use crate::plot::{Figure, NARROW};

use super::{Question, Report, Words, outlook, sections};

const STYLE: &str = include_str!("style.css");

/// The widths that a figure is laid out for, and the heights of its charts, in pixels: one for screens and paper, one for
/// phones.
const WIDE: (f64, f64) = (760.0, 380.0);
const TALL: (f64, f64) = (358.0, 300.0);

const _: () = assert!(TALL.0 < NARROW && WIDE.0 >= NARROW);

/// The page.
pub fn page(question: &Question<'_>, report: &Report, words: &Words) -> String {
    let network = escape(question.subject.network);
    let sections = [
        sections::answer(question, report),
        sections::commands(words),
        sections::kept(question, report),
        sections::why(question, report),
        sections::costs(question, report),
        outlook::what_if(question, report),
        outlook::spread(question, report),
        outlook::schemes(question, report),
        outlook::reading(question),
        footer(words),
    ];
    let origin = words.origin.iter().map(|(name, value)| {
        let name = name.to_lowercase();
        format!(
            "<meta name=\"klero:{}\" content=\"{}\"/>\n",
            escape(&name),
            escape(value)
        )
    });
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n\
         <title>Committees for {network}</title>\n{}<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n</body>\n</html>\n",
        origin.collect::<String>(),
        sections.concat()
    )
}

fn footer(words: &Words) -> String {
    let rows = words.origin.iter();
    let rows = rows.map(|(name, value)| format!("<dt>{}</dt><dd>{}</dd>\n", escape(name), escape(value)));
    format!("<footer>\n<dl>\n{}</dl>\n</footer>\n", rows.collect::<String>())
}

/// A heading that can be linked.
pub(super) fn heading(id: &str, text: &str) -> String {
    format!("<h2 id=\"{id}\">{}</h2>\n", escape(text))
}

/// A paragraph; the text is HTML already.
pub(super) fn paragraph(html: &str) -> String {
    format!("<p>{html}</p>\n")
}

/// A figure for wide and for narrow screens.
pub(super) fn figure(figure: &Figure) -> String {
    let wide = svg::inline(&figure.bare(WIDE.0, WIDE.1), "wide");
    let narrow = svg::inline(&figure.bare(TALL.0, TALL.1), "narrow");
    let caption = escape(&figure.description);
    format!("<figure>\n{wide}{narrow}<figcaption>{caption}</figcaption>\n</figure>\n")
}

/// A table of numbers; the cells are HTML already.
pub(super) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    table_of("numbers", head, rows)
}

/// A table of a class of the style sheet: `names` has names in its second column.
pub(super) fn table_of(class: &str, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let head: String = head
        .iter()
        .map(|cell| format!("<th scope=\"col\">{cell}</th>"))
        .collect();
    let rows = rows.into_iter().map(|row| {
        let cells = row.into_iter().map(|cell| format!("<td>{cell}</td>"));
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    });
    let rows: String = rows.collect();
    format!(
        "<div class=\"wide-table\"><table class=\"{class}\">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table></div>\n"
    )
}

/// 2 to a power with a decimal, rounded up.
pub(super) fn chance(bound: Log2Bound) -> String {
    match bound.to_string().strip_prefix("2^") {
        None => "0".to_owned(),
        Some("0.0") => "1".to_owned(),
        Some(exponent) => format!("2<sup>{}</sup>", exponent.replace('-', "−")),
    }
}

/// The same, made to stand out if it misses a target of so many bits.
pub(super) fn judged(bound: Log2Bound, bits: u32) -> String {
    if bound.is_within(bits) {
        chance(bound)
    } else {
        format!("<span class=\"miss\">{}</span>", chance(bound))
    }
}

/// 2 to minus so many bits.
pub(super) fn target(bits: u32) -> String {
    format!("2<sup>−{bits}</sup>")
}
