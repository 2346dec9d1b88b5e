//! Where there is room for the name of a curve: not outside, not upon curves, not upon other names.

use super::chart::Frame;
use super::picture::{Anchor, Place};

/// The height of a name above and below its base line, in pixels, with some air.
const ABOVE: f64 = 14.0;
const BELOW: f64 = 6.0;
/// The distance of a name from its curve.
const GAP: f64 = 9.0;

/// What is taken within a frame.
pub(super) struct Room {
    frame: Frame,
    /// Places upon curves, close to each other.
    taken: Vec<Place>,
    names: Vec<Frame>,
}

impl Room {
    /// With curves in it.
    pub(super) fn new(frame: Frame, curves: &[Vec<Place>]) -> Self {
        let taken = curves.iter().flat_map(|curve| dense(curve)).collect();
        Self {
            frame,
            taken,
            names: Vec::new(),
        }
    }

    /// Where a name so wide stands beside a curve, and which of its ends; it is taken from then on. None if the curve is
    /// nowhere to be seen.
    pub(super) fn beside(&mut self, curve: &[Place], wide: f64) -> Option<(Place, Anchor)> {
        let places = dense(curve);
        let mut choices = Vec::new();
        // From its end on backwards: a name is looked for there.
        for (x, y) in places.into_iter().rev().step_by(3) {
            let y = (y + 4.5).clamp(self.frame.top + ABOVE, self.frame.bottom - BELOW - 2.0);
            choices.push(((x + GAP, y), Anchor::Start));
            choices.push(((x - GAP, y), Anchor::End));
        }
        let frame_of = |&((x, y), anchor): &(Place, Anchor)| {
            let left = if anchor == Anchor::End { x - wide } else { x };
            Frame {
                left,
                top: y - ABOVE,
                right: left + wide,
                bottom: y + BELOW,
            }
        };
        let free = choices.iter().find(|choice| self.is_free(frame_of(choice)));
        let chosen = free.or(choices.first()).copied()?;
        self.names.push(frame_of(&chosen));
        Some(chosen)
    }

    /// Where a name so wide stands upon a horizontal line, as far left as there is room.
    pub(super) fn upon(&mut self, y: f64, wide: f64) -> Place {
        let frame = |x: f64| Frame {
            left: x,
            top: y - ABOVE,
            right: x + wide,
            bottom: y + BELOW,
        };
        let first = self.frame.left + 6.0;
        let mut places = (0..100).map(|step| first + f64::from(step) * 8.0);
        let x = places.find(|x| self.is_free(frame(*x))).unwrap_or(first);
        self.keep(frame(x));
        (x, y)
    }

    /// Keeps names from a frame.
    pub(super) fn keep(&mut self, name: Frame) {
        self.names.push(name);
    }

    /// Keeps names from a line.
    pub(super) fn take(&mut self, line: &[Place]) {
        self.taken.extend(dense(line));
    }

    fn is_free(&self, name: Frame) -> bool {
        let holds = |(x, y): &Place| {
            (name.left - 3.0..=name.right + 3.0).contains(x) && (name.top..=name.bottom).contains(y)
        };
        let is_inside = name.left >= self.frame.left && name.right <= self.frame.right;
        let meets = |other: &Frame| {
            name.left < other.right + GAP
                && other.left < name.right + GAP
                && name.top < other.bottom
                && other.top < name.bottom
        };
        is_inside && !self.taken.iter().any(holds) && !self.names.iter().any(meets)
    }
}

/// Places along a line, at most two pixels from each other.
fn dense(line: &[Place]) -> Vec<Place> {
    let mut places: Vec<Place> = line.first().copied().into_iter().collect();
    for (from, to) in line.iter().zip(line.iter().skip(1)) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let count = (dx.hypot(dy) / 2.0).ceil().clamp(1.0, 4096.0) as u32;
        let part = |step| f64::from(step) / f64::from(count);
        places.extend((1..=count).map(|step| (from.0 + part(step) * dx, from.1 + part(step) * dy)));
    }
    places
}

/// The parts of a line between the top and the bottom of a frame.
pub(super) fn visible(points: &[Place], frame: Frame) -> Vec<Vec<Place>> {
    let is_inside = |(_, y): Place| (frame.top - 0.5..=frame.bottom + 0.5).contains(&y);
    let mut parts: Vec<Vec<Place>> = Vec::new();
    let mut part: Vec<Place> = Vec::new();
    let mut before: Option<Place> = None;
    for &point in points {
        if let Some(last) = before
            && is_inside(last) != is_inside(point)
        {
            let edge = if last.1.max(point.1) > frame.bottom {
                frame.bottom
            } else {
                frame.top
            };
            let share = (edge - last.1) / (point.1 - last.1);
            part.push((last.0 + share * (point.0 - last.0), edge));
        }
        if is_inside(point) {
            part.push(point);
        } else if !part.is_empty() {
            parts.push(std::mem::take(&mut part));
        }
        before = Some(point);
    }
    parts.push(part);
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 100.0,
        bottom: 100.0,
    };

    #[test]
    fn a_line_ends_where_it_leaves_the_frame() {
        let parts = visible(&[(0.0, 50.0), (10.0, 150.0), (20.0, 150.0), (30.0, 50.0)], FRAME);
        assert_eq!(
            parts,
            [vec![(0.0, 50.0), (5.0, 100.0)], vec![(25.0, 100.0), (30.0, 50.0)]]
        );
        assert!(visible(&[(0.0, 150.0), (10.0, 300.0)], FRAME).is_empty());
    }

    #[test]
    fn a_name_stands_beside_its_curve_and_upon_none() {
        // It falls to the bottom, and another one beside it.
        let curve = |x: f64| vec![(x, 0.0), (x, 100.0)];
        let mut room = Room::new(FRAME, &[curve(40.0), curve(60.0)]);
        assert_eq!(
            room.beside(&curve(60.0), 25.0),
            Some(((69.0, 92.0), Anchor::Start))
        );
        assert_eq!(room.beside(&curve(40.0), 25.0), Some(((31.0, 92.0), Anchor::End)));
        // A third one is above the first.
        let third = room.beside(&curve(60.0), 25.0);
        assert!(third.is_some_and(|((_, y), _)| y < 75.0), "{third:?}");
    }
}
