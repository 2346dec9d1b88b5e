//! A picture as a list of shapes, which [`super::svg`] and [`super::png`] draw alike.

use std::fmt;

/// A place, in pixels from the top left.
pub type Place = (f64, f64);

/// What a shape is drawn with. The colours of a palette follow from it, so that one picture suits light and dark pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// Titles and labels.
    Text,
    /// What is said beside.
    Muted,
    /// The lines of the grid.
    Grid,
    /// The background.
    Paper,
    /// The n-th of the curves, from 0; they begin again after [`Ink::SERIES`].
    Series(usize),
}

impl Ink {
    /// How many curves have colours of their own.
    pub const SERIES: usize = 5;

    /// All of them, with the names they have in style sheets.
    pub const ALL: [(Self, &'static str); 9] = [
        (Self::Text, "text"),
        (Self::Muted, "muted"),
        (Self::Grid, "grid"),
        (Self::Paper, "paper"),
        (Self::Series(0), "s0"),
        (Self::Series(1), "s1"),
        (Self::Series(2), "s2"),
        (Self::Series(3), "s3"),
        (Self::Series(4), "s4"),
    ];

    /// The name in style sheets.
    pub fn name(self) -> &'static str {
        let same = match self {
            Self::Series(place) => Self::Series(place % Self::SERIES),
            other => other,
        };
        let found = Self::ALL.iter().find(|(ink, _)| *ink == same);
        found.map_or("text", |(_, name)| name)
    }

    /// Red, green and blue on white paper, or on dark. Told apart with any colour vision, and dark or light enough to read.
    pub const fn colour(self, dark: bool) -> [u8; 3] {
        let [light, on_dark] = match self {
            Self::Text => [[0x1a, 0x20, 0x2c], [0xe8, 0xec, 0xf2]],
            Self::Muted => [[0x5a, 0x64, 0x72], [0xa3, 0xad, 0xbb]],
            Self::Grid => [[0xdd, 0xe1, 0xe7], [0x36, 0x3d, 0x49]],
            Self::Paper => [[0xff, 0xff, 0xff], [0x15, 0x19, 0x20]],
            Self::Series(place) => match place % Self::SERIES {
                0 => [[0x00, 0x63, 0xa8], [0x5c, 0xb3, 0xf5]],
                1 => [[0xc2, 0x4a, 0x00], [0xff, 0x9a, 0x52]],
                2 => [[0x00, 0x7a, 0x5a], [0x4c, 0xd0, 0xa4]],
                3 => [[0x8e, 0x3a, 0x80], [0xe2, 0x9a, 0xd6]],
                _ => [[0x6b, 0x6f, 0x1a], [0xd6, 0xd4, 0x5f]],
            },
        };
        if dark { on_dark } else { light }
    }
}

/// As `#rrggbb`.
pub fn hex([red, green, blue]: [u8; 3]) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// Which end of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// Where the base line is.
    pub at: Place,
    /// What it says.
    pub text: String,
    /// The size of the font in pixels.
    pub size: f64,
    /// Semibold instead of regular.
    pub bold: bool,
    /// Which end is at the place.
    pub anchor: Anchor,
    /// Its colour.
    pub ink: Ink,
    /// With a rim of paper, so that it can be read upon lines.
    pub rim: bool,
}

/// A part of a picture; later ones are drawn upon earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A line through places.
    Line {
        /// Through which.
        points: Vec<Place>,
        /// Its colour.
        ink: Ink,
        /// In pixels.
        width: f64,
        /// Whether it has gaps.
        dashed: bool,
    },
    /// A disc with a rim of paper.
    Dot {
        /// Its middle.
        at: Place,
        /// In pixels.
        radius: f64,
        /// Its colour.
        ink: Ink,
    },
    /// A line of text.
    Text(Label),
}

/// The rim of paper around dots and labels, in pixels.
pub(super) const RIM: f64 = 4.0;

/// The gaps of a dashed line: so many pixels drawn, so many not.
pub(super) const DASHES: [f64; 2] = [6.0, 4.0];

/// Shapes on paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// In pixels.
    pub width: f64,
    /// In pixels.
    pub height: f64,
    /// What it is, for who lists or hears it.
    pub title: String,
    /// What it shows, for who does not see it.
    pub description: String,
    /// From the lowest to the uppermost.
    pub shapes: Vec<Shape>,
}

/// A number with two decimals at most.
#[derive(Debug, Clone, Copy)]
pub(super) struct Short(pub(super) f64);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Adding 0 turns −0 into 0.
        let text = format!("{:.2}", (self.0 * 100.0).round() / 100.0 + 0.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}
