//! Pictures as SVG, with text as text.

use std::fmt::Write;

use super::picture::{Anchor, DASHES, Ink, Label, Picture, Place, RIM, Shape, Short, hex};

/// The fonts that are asked for, the one of the PNG first.
pub const FONTS: &str = "Inter, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

/// Where a picture is to stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Setting {
    /// In a file of its own, on white paper, with colours that every viewer knows.
    File,
    /// In a page whose style sheet has the colours: classes `f-NAME` fill and `l-NAME` draw lines, by [`Ink::name`].
    Page,
}

/// A file of its own; `origin` are lines that say where it comes from.
pub fn file(picture: &Picture, origin: &[String]) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let (width, height) = (Short(picture.width), Short(picture.height));
    out += &format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FONTS}\">\n"
    );
    out += &format!("<title>{}</title>\n", escape(&picture.title));
    out += &format!("<desc>{}</desc>\n", escape(&picture.description));
    out += &format!("<metadata>\n{}\n</metadata>\n", escape(&origin.join("\n")));
    let paper = hex(Ink::Paper.colour(false));
    out += &format!("<rect width=\"{width}\" height=\"{height}\" fill=\"{paper}\"/>\n");
    shapes(picture, Setting::File, &mut out);
    out + "</svg>\n"
}

/// A part of an HTML page, as wide as there is room, of a class of its style sheet.
pub fn inline(picture: &Picture, class: &str) -> String {
    let (width, height) = (Short(picture.width), Short(picture.height));
    let label = format!("{}. {}", picture.title, picture.description);
    let mut out = format!(
        "<svg class=\"{class}\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n",
        escape(&label)
    );
    shapes(picture, Setting::Page, &mut out);
    out + "</svg>\n"
}

/// Text without what XML reads as its own, or does not allow at all.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\t' | '\n' => out.push(letter),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            _ if letter.is_control() => out.push('\u{fffd}'),
            _ => out.push(letter),
        }
    }
    out
}

fn shapes(picture: &Picture, setting: Setting, out: &mut String) {
    for shape in &picture.shapes {
        let line = match shape {
            Shape::Line {
                points,
                ink,
                width,
                dashed,
            } => {
                let [on, off] = DASHES.map(Short);
                let dashes = if *dashed {
                    format!(" stroke-dasharray=\"{on} {off}\"")
                } else {
                    String::new()
                };
                format!(
                    "<path d=\"{}\" fill=\"none\" {} stroke-width=\"{}\" stroke-linejoin=\"round\"{dashes}/>",
                    path(points),
                    stroke(*ink, setting),
                    Short(*width)
                )
            }
            Shape::Dot { at, radius, ink } => format!(
                "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" {} {} stroke-width=\"{}\"/>",
                Short(at.0),
                Short(at.1),
                Short(*radius),
                fill_of_dot(*ink, setting),
                if setting == Setting::Page {
                    String::new()
                } else {
                    stroke(Ink::Paper, setting)
                },
                Short(RIM / 2.0)
            ),
            Shape::Text(label) => text(label, setting),
        };
        // Writing to a String does not fail.
        let _ = writeln!(out, "{line}");
    }
}

fn text(label: &Label, setting: Setting) -> String {
    let anchor = match label.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let weight = if label.bold { " font-weight=\"600\"" } else { "" };
    let rim = match (label.rim, setting) {
        (false, _) => String::new(),
        (true, Setting::Page) => " data-rim=\"\"".to_owned(),
        (true, Setting::File) => format!(
            " {} stroke-width=\"{}\" stroke-linejoin=\"round\" paint-order=\"stroke\"",
            stroke(Ink::Paper, setting),
            Short(RIM)
        ),
    };
    format!(
        "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{anchor}{weight} {}{rim}>{}</text>",
        Short(label.at.0),
        Short(label.at.1),
        Short(label.size),
        fill(label.ink, setting),
        escape(&label.text)
    )
}

fn path(points: &[Place]) -> String {
    let mut out = String::new();
    for (place, (x, y)) in points.iter().enumerate() {
        let command = if place == 0 { 'M' } else { 'L' };
        // Writing to a String does not fail.
        let _ = write!(out, "{command}{} {}", Short(*x), Short(*y));
    }
    out
}

fn fill(ink: Ink, setting: Setting) -> String {
    match setting {
        Setting::File => format!("fill=\"{}\"", hex(ink.colour(false))),
        Setting::Page => format!("class=\"f-{}\"", ink.name()),
    }
}

/// In a page the class has the rim, too.
fn fill_of_dot(ink: Ink, setting: Setting) -> String {
    match setting {
        Setting::File => fill(ink, setting),
        Setting::Page => format!("class=\"f-{} dot\"", ink.name()),
    }
}

fn stroke(ink: Ink, setting: Setting) -> String {
    match setting {
        Setting::File => format!("stroke=\"{}\"", hex(ink.colour(false))),
        Setting::Page => format!("class=\"l-{}\"", ink.name()),
    }
}
