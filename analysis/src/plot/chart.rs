//! Charts: curves over two axes, each curve with its name beside it.

use super::axis::Axis;
use super::font;
use super::picture::{Anchor, Ink, Label, Place, Shape};
use super::room::{Room, visible};

/// The size of the names of curves and of marks, in pixels.
const NAME: f64 = 13.5;
/// The size of the values at the axes.
const TICK: f64 = 12.5;
/// The least distance between the base lines of two names.
const APART: f64 = 17.0;

/// A curve.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What it shows.
    pub name: String,
    /// Its colour.
    pub ink: Ink,
    /// Whether it has gaps.
    pub dashed: bool,
    /// In ascending order of x.
    pub points: Vec<(f64, f64)>,
}

impl Curve {
    /// Through points in ascending order of x.
    pub fn new(name: &str, ink: Ink, points: impl IntoIterator<Item = (f64, f64)>) -> Self {
        Self {
            name: name.to_owned(),
            ink,
            dashed: false,
            points: points.into_iter().collect(),
        }
    }

    /// With gaps.
    pub fn dashed(self) -> Self {
        Self { dashed: true, ..self }
    }
}

/// A line across the chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Guide {
    /// The value, of y unless `is_vertical`.
    pub value: f64,
    /// Whether it is a value of x.
    pub is_vertical: bool,
    /// What it says.
    pub text: String,
}

/// Where the text of a mark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// To the right of it.
    Right,
    /// Above and to the left.
    AboveLeft,
    /// Above and to the right.
    AboveRight,
    /// Below and to the right.
    BelowRight,
}

/// A point that is named.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// Where.
    pub at: (f64, f64),
    /// What it says.
    pub text: String,
    /// Its colour.
    pub ink: Ink,
    /// Where the text is.
    pub side: Side,
}

/// Curves over two axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// What it is of, if there is more than one chart in a picture.
    pub heading: Option<String>,
    /// To the right.
    pub x: Axis,
    /// Upwards.
    pub y: Axis,
    /// From the lowest to the uppermost.
    pub curves: Vec<Curve>,
    /// Behind the curves.
    pub guides: Vec<Guide>,
    /// Before the curves.
    pub marks: Vec<Mark>,
}

/// A rectangle: its left, top, right and bottom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Chart {
    /// The chart within a rectangle. The names of curves stand at their ends, or if it is `narrow` in rows above.
    pub(super) fn shapes(&self, outer: Frame, narrow: bool) -> Vec<Shape> {
        let mut shapes = Vec::new();
        let mut top = outer.top;
        if let Some(heading) = &self.heading {
            let at = (outer.left, top + 12.0);
            shapes.push(text(at, heading, 14.0, Ink::Text, Anchor::Start, true));
            top += 26.0;
        }
        if narrow {
            top = self.legend(Frame { top, ..outer }, &mut shapes);
        }
        shapes.push(small((outer.left, top + 11.0), &self.y.title, Anchor::Start));
        let inner = self.inner(Frame { top, ..outer }, narrow);
        self.axes(inner, outer.right, &mut shapes);
        let curves = self.curves.iter();
        let curves = curves.flat_map(|curve| visible(&self.places(curve, inner), inner));
        let mut room = Room::new(inner, &curves.collect::<Vec<_>>());
        for mark in &self.marks {
            room.keep(self.extent(mark, inner));
        }
        self.guides(inner, &mut room, &mut shapes);
        for curve in &self.curves {
            for part in visible(&self.places(curve, inner), inner) {
                shapes.push(line(part, curve.ink, 2.25, curve.dashed));
            }
        }
        if !narrow {
            self.names(inner, &mut room, &mut shapes);
        }
        for mark in &self.marks {
            self.mark(mark, inner, &mut shapes);
        }
        shapes
    }

    /// Where the curves are: within the values of the axes, and the names at the right.
    fn inner(&self, outer: Frame, narrow: bool) -> Frame {
        let ticks = self.y.ticks.iter();
        let ticks = ticks
            .map(|(_, name)| font::width(name, TICK, false))
            .fold(0.0, f64::max);
        let names = self.curves.iter();
        let names = names
            .map(|curve| font::width(&curve.name, NAME, true))
            .fold(0.0, f64::max);
        Frame {
            left: outer.left + ticks + 10.0,
            top: outer.top + 26.0,
            right: outer.right - if narrow { 14.0 } else { names + 16.0 },
            bottom: outer.bottom - 44.0,
        }
    }

    /// The names of the curves with their colours, and where the rows end.
    fn legend(&self, frame: Frame, shapes: &mut Vec<Shape>) -> f64 {
        let (mut x, mut y) = (frame.left, frame.top + 12.0);
        for curve in &self.curves {
            let wide = 24.0 + font::width(&curve.name, NAME, true);
            if x > frame.left && x + wide > frame.right {
                (x, y) = (frame.left, y + APART + 3.0);
            }
            shapes.push(Shape::Line {
                points: vec![(x, y - 4.5), (x + 17.0, y - 4.5)],
                ink: curve.ink,
                width: 2.5,
                dashed: curve.dashed,
            });
            shapes.push(named((x + 23.0, y), &curve.name, curve.ink, Anchor::Start));
            x += wide + 16.0;
        }
        y + 14.0
    }

    fn axes(&self, inner: Frame, most: f64, shapes: &mut Vec<Shape>) {
        let Frame {
            left, right, bottom, ..
        } = inner;
        for (value, name) in &self.y.ticks {
            let y = self.place(inner, (self.x.from, *value)).1;
            shapes.push(line(vec![(left, y), (right, y)], Ink::Grid, 1.0, false));
            shapes.push(small((left - 8.0, y + 4.5), name, Anchor::End));
        }
        let base = vec![(left, bottom), (right, bottom)];
        shapes.push(line(base, Ink::Muted, 1.0, false));
        let mut free = f64::NEG_INFINITY;
        for (value, name) in &self.x.ticks {
            let x = self.place(inner, (*value, self.y.from)).0;
            let tick = vec![(x, bottom), (x, bottom + 4.0)];
            shapes.push(line(tick, Ink::Muted, 1.0, false));
            let half = font::width(name, TICK, false) / 2.0;
            // At the right edge of a narrow picture it is moved to the left, and where there is no room, it is left out.
            let middle = x.min(most - half);
            if middle - half >= free {
                shapes.push(small((middle, bottom + 19.0), name, Anchor::Middle));
                free = middle + half + 8.0;
            }
        }
        shapes.push(small((right, bottom + 39.0), &self.x.title, Anchor::End));
    }

    fn guides(&self, inner: Frame, room: &mut Room, shapes: &mut Vec<Shape>) {
        for guide in &self.guides {
            let wide = font::width(&guide.text, TICK, false);
            let [from, to] = if guide.is_vertical {
                [(guide.value, self.y.to), (guide.value, self.y.from)]
            } else {
                [(self.x.from, guide.value), (self.x.to, guide.value)]
            };
            let points = vec![self.place(inner, from), self.place(inner, to)];
            let (at, anchor) = if guide.is_vertical {
                let beside = room.beside(&points, wide);
                room.take(&points);
                beside.unwrap_or(((inner.left, inner.top), Anchor::Start))
            } else {
                (room.upon(self.place(inner, from).1 - 6.0, wide), Anchor::Start)
            };
            shapes.push(line(points, Ink::Muted, 1.0, true));
            shapes.push(rimmed(small(at, &guide.text, anchor)));
        }
    }

    /// The names at the right, at the height where the curves end, and apart from each other.
    fn names(&self, inner: Frame, room: &mut Room, shapes: &mut Vec<Shape>) {
        let ends = self.curves.iter().filter_map(|curve| {
            let last = visible(&self.places(curve, inner), inner).pop()?.pop()?;
            Some((last, curve))
        });
        let (mut at_right, elsewhere): (Vec<_>, Vec<_>) =
            ends.partition(|((x, _), _)| *x > inner.right - 2.0);
        at_right.sort_by(|((_, one), _), ((_, other), _)| one.total_cmp(other));
        let mut heights: Vec<f64> = at_right.iter().map(|((_, y), _)| y + 4.5).collect();
        spread(&mut heights, inner.top, inner.bottom);
        for ((_, curve), y) in at_right.iter().zip(heights) {
            let at = (inner.right + 9.0, y);
            shapes.push(named(at, &curve.name, curve.ink, Anchor::Start));
        }
        // The others end at the bottom or the top, or before: their names stand beside them where there is room.
        for (_, curve) in elsewhere {
            let wide = font::width(&curve.name, NAME, true);
            let own: Vec<Place> = visible(&self.places(curve, inner), inner).concat();
            if let Some((at, anchor)) = room.beside(&own, wide) {
                shapes.push(rimmed(named(at, &curve.name, curve.ink, anchor)));
            }
        }
    }

    fn mark(&self, mark: &Mark, inner: Frame, shapes: &mut Vec<Shape>) {
        let dot = Shape::Dot {
            at: self.place(inner, mark.at),
            radius: 5.0,
            ink: mark.ink,
        };
        shapes.push(dot);
        let (at, anchor) = self.beside(mark, inner);
        shapes.push(rimmed(named(at, &mark.text, mark.ink, anchor)));
    }

    /// Where the text of a mark is.
    fn beside(&self, mark: &Mark, inner: Frame) -> (Place, Anchor) {
        let (x, y) = self.place(inner, mark.at);
        match mark.side {
            Side::Right => ((x + 11.0, y + 4.5), Anchor::Start),
            Side::AboveLeft => ((x - 8.0, y - 9.0), Anchor::End),
            Side::AboveRight => ((x + 8.0, y - 9.0), Anchor::Start),
            Side::BelowRight => ((x + 8.0, y + 18.0), Anchor::Start),
        }
    }

    /// The dot of a mark and its text.
    fn extent(&self, mark: &Mark, inner: Frame) -> Frame {
        let (dot_x, dot_y) = self.place(inner, mark.at);
        let ((x, y), anchor) = self.beside(mark, inner);
        let wide = font::width(&mark.text, NAME, true);
        let left = if anchor == Anchor::End { x - wide } else { x };
        Frame {
            left: left.min(dot_x - 7.0),
            top: (y - 12.0).min(dot_y - 7.0),
            right: (left + wide).max(dot_x + 7.0),
            bottom: (y + 4.0).max(dot_y + 7.0),
        }
    }

    fn places(&self, curve: &Curve, inner: Frame) -> Vec<Place> {
        curve
            .points
            .iter()
            .map(|point| self.place(inner, *point))
            .collect()
    }

    /// In pixels. What is infinitely low is far below the frame.
    fn place(&self, inner: Frame, (x, y): (f64, f64)) -> Place {
        let part = self.y.part(y).clamp(-10.0, 10.0);
        (
            inner.left + self.x.part(x) * (inner.right - inner.left),
            inner.bottom - part * (inner.bottom - inner.top),
        )
    }
}

/// Moves ascending heights apart, within bounds.
fn spread(heights: &mut [f64], top: f64, bottom: f64) {
    let mut least = top;
    for height in heights.iter_mut() {
        *height = height.max(least);
        least = *height + APART;
    }
    let mut most = bottom + 4.0;
    for height in heights.iter_mut().rev() {
        *height = height.min(most);
        most = *height - APART;
    }
}

fn line(points: Vec<Place>, ink: Ink, width: f64, dashed: bool) -> Shape {
    Shape::Line {
        points,
        ink,
        width,
        dashed,
    }
}

/// What stands at axes and guides.
fn small(at: Place, words: &str, anchor: Anchor) -> Shape {
    text(at, words, TICK, Ink::Muted, anchor, false)
}

/// The name of a curve or a mark.
fn named(at: Place, words: &str, ink: Ink, anchor: Anchor) -> Shape {
    text(at, words, NAME, ink, anchor, true)
}

pub(super) fn text(at: Place, text: &str, size: f64, ink: Ink, anchor: Anchor, bold: bool) -> Shape {
    Shape::Text(Label {
        at,
        text: text.to_owned(),
        size,
        bold,
        anchor,
        ink,
        rim: false,
    })
}

fn rimmed(shape: Shape) -> Shape {
    match shape {
        Shape::Text(label) => Shape::Text(Label { rim: true, ..label }),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_overlap_and_stay_inside() {
        let mut heights = [10.0, 12.0, 13.0, 99.0, 100.0];
        spread(&mut heights, 0.0, 100.0);
        assert!(
            heights.is_sorted_by(|one, other| other - one >= APART),
            "{heights:?}"
        );
        assert!(heights[0] >= 0.0 && heights[4] <= 104.0, "{heights:?}");
    }
}
