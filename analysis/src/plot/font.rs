//! The font of pictures, which is built in: how wide a text is, and the outlines of its letters.

use tiny_skia::PathBuilder;
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Inter, under the SIL Open Font License (`analysis/fonts/OFL.txt`).
const REGULAR: &[u8] = include_bytes!("../../fonts/Inter-Regular.otf");
const SEMIBOLD: &[u8] = include_bytes!("../../fonts/Inter-SemiBold.otf");

/// A font at a size.
pub(super) struct Font {
    face: Option<Face<'static>>,
    /// Pixels for each unit of the font.
    scale: f64,
}

impl Font {
    pub(super) fn new(size: f64, bold: bool) -> Self {
        let bytes = if bold { SEMIBOLD } else { REGULAR };
        // A test reads both files.
        let face = Face::parse(bytes, 0).ok();
        let units = face.as_ref().map_or(1.0, |face| f64::from(face.units_per_em()));
        Self {
            face,
            scale: size / units,
        }
    }

    /// Whether the font could be read.
    #[cfg(test)]
    pub(super) const fn is_read(&self) -> bool {
        self.face.is_some()
    }

    /// How wide a text is, in pixels.
    pub(super) fn width(&self, text: &str) -> f64 {
        let Some(face) = &self.face else { return 0.0 };
        let advance = |letter| f64::from(face.glyph_hor_advance(glyph(face, letter)).unwrap_or(0));
        text.chars().map(advance).sum::<f64>() * self.scale
    }

    /// Adds the outlines of a text that starts at a place to a path.
    pub(super) fn outline(&self, text: &str, (mut x, y): (f64, f64), path: &mut PathBuilder) {
        let Some(face) = &self.face else { return };
        for letter in text.chars() {
            let glyph = glyph(face, letter);
            let mut pen = Pen {
                path,
                at: (x, y),
                scale: self.scale,
            };
            face.outline_glyph(glyph, &mut pen);
            x += f64::from(face.glyph_hor_advance(glyph).unwrap_or(0)) * self.scale;
        }
    }
}

/// The glyph of a letter, or the box that stands for those the font lacks.
fn glyph(face: &Face<'_>, letter: char) -> GlyphId {
    face.glyph_index(letter).unwrap_or(GlyphId(0))
}

/// Draws outlines, whose y axis points up, in pixels.
struct Pen<'a> {
    path: &'a mut PathBuilder,
    at: (f64, f64),
    scale: f64,
}

impl Pen<'_> {
    fn x(&self, x: f32) -> f32 {
        (self.at.0 + f64::from(x) * self.scale) as f32
    }

    fn y(&self, y: f32) -> f32 {
        (self.at.1 - f64::from(y) * self.scale) as f32
    }
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.x(x), self.y(y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.x(x), self.y(y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.x(x1), self.y(y1), self.x(x), self.y(y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (x1, y1, x2, y2) = (self.x(x1), self.y(y1), self.x(x2), self.y(y2));
        self.path.cubic_to(x1, y1, x2, y2, self.x(x), self.y(y));
    }

    fn close(&mut self) {
        self.path.close();
    }
}

/// How wide a text is, in pixels.
pub(super) fn width(text: &str, size: f64, bold: bool) -> f64 {
    Font::new(size, bold).width(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_fonts_have_what_plots_say() {
        for bold in [false, true] {
            let font = Font::new(16.0, bold);
            assert!(font.is_read());
            let face = font.face.as_ref().unwrap();
            for letter in "RISK-1 τ 2⁻¹²³⁴⁵⁶⁷⁸⁹⁰ ≤ ≥ 50 % “–” … · × → 1/3 ÄÖÜéñ".chars()
            {
                assert!(face.glyph_index(letter).is_some(), "{letter}");
            }
        }
    }

    #[test]
    fn a_longer_text_is_wider_and_bold_is_wider_still() {
        assert!(width("seats", 16.0, false) > width("seat", 16.0, false));
        assert!(width("seats", 16.0, true) > width("seats", 16.0, false));
        assert_eq!(width("seats", 32.0, false), 2.0 * width("seats", 16.0, false));
    }
}
