//! Figures: one chart or several under a title, laid out for the room there is.

use super::chart::{Chart, Frame, text};
use super::font;
use super::picture::{Anchor, Ink, Picture};

/// Below this width, in pixels, charts stand below each other and the names of curves above them.
pub const NARROW: f64 = 560.0;

const MARGIN: f64 = 24.0;
const SUBTITLE: f64 = 13.5;

/// What a plot shows, before it is laid out.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// What it is, in a line.
    pub title: String,
    /// Of which committee, under which assumptions.
    pub subtitle: String,
    /// What it shows, in a sentence, for who does not see it.
    pub description: String,
    /// From left to right.
    pub charts: Vec<Chart>,
}

impl Figure {
    /// With its title, `width` pixels wide, each chart `height` high.
    pub fn picture(&self, width: f64, height: f64) -> Picture {
        let mut shapes = vec![text(
            (MARGIN, MARGIN + 15.0),
            &self.title,
            20.0,
            Ink::Text,
            Anchor::Start,
            true,
        )];
        let mut y = MARGIN + 40.0;
        for line in wrap(&self.subtitle, SUBTITLE, width - 2.0 * MARGIN) {
            shapes.push(text(
                (MARGIN, y),
                &line,
                SUBTITLE,
                Ink::Muted,
                Anchor::Start,
                false,
            ));
            y += 19.0;
        }
        let mut picture = self.laid_out(width, height, y + 6.0, MARGIN);
        shapes.append(&mut picture.shapes);
        Picture { shapes, ..picture }
    }

    /// Without title or margin, for a page that says them itself.
    pub fn bare(&self, width: f64, height: f64) -> Picture {
        self.laid_out(width, height, 2.0, 2.0)
    }

    fn laid_out(&self, width: f64, height: f64, top: f64, margin: f64) -> Picture {
        let narrow = width < NARROW;
        let count = self.charts.len().max(1) as f64;
        let gap = 22.0;
        let wide = (width - 2.0 * margin - (count - 1.0) * gap) / count;
        let mut shapes = Vec::new();
        for (place, chart) in self.charts.iter().enumerate() {
            let place = place as f64;
            let frame = if narrow {
                let top = top + place * (height + gap);
                Frame {
                    left: margin,
                    top,
                    right: width - margin,
                    bottom: top + height,
                }
            } else {
                let left = margin + place * (wide + gap);
                Frame {
                    left,
                    top,
                    right: left + wide,
                    bottom: top + height,
                }
            };
            shapes.extend(chart.shapes(frame, narrow));
        }
        let rows = if narrow { count } else { 1.0 };
        Picture {
            width,
            height: top + rows * height + (rows - 1.0) * gap + margin / 2.0,
            title: self.title.clone(),
            description: self.description.clone(),
            shapes,
        }
    }
}

/// A text in lines that are at most so wide.
fn wrap(words: &str, size: f64, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        match lines.last_mut() {
            Some(line) if font::width(&format!("{line} {word}"), size, false) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_long_as_there_is_room() {
        let text = "the threshold is chosen best at each size of the committee";
        let lines = wrap(text, 13.0, 150.0);
        assert_eq!(lines.join(" "), text);
        assert!(lines.len() > 2);
        assert!(lines.iter().all(|line| font::width(line, 13.0, false) <= 150.0));
    }
}
