//! Failure against the size of the committee.

use serde::Serialize;

use crate::Log2Bound;
use crate::risk::RiskError;
use crate::tune::{Bits, Tuned, smallest_committee};

use super::subject::{Subject, best_threshold};
use super::{Axis, Chart, Curve, Figure, Guide, Ink, Mark, Side, counted, grouped, lowest, power};

/// A committee with the best threshold for its size.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SizePoint {
    /// τ, the seats that are expected.
    pub expected: u32,
    /// The threshold T with which the greater of the two bounds is the least.
    pub threshold: u64,
    /// [RISK-1]
    pub live: Log2Bound,
    /// [RISK-2]
    pub split: Log2Bound,
}

/// The bounds of committees up to a size.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BySize {
    /// In ascending order of size.
    pub points: Vec<SizePoint>,
    /// The same whatever the stakes are, where there is such a bound besides.
    pub any_stakes: Vec<SizePoint>,
    /// The bits that both bounds are to keep, if that was asked for.
    pub target: Option<u32>,
    /// The smallest committee that keeps them, if there is one.
    pub smallest: Option<SizePoint>,
}

impl SizePoint {
    /// The best of a size.
    ///
    /// # Errors
    /// As [`Subject::law`].
    pub fn best(subject: &Subject<'_>, expected: u32) -> Result<Self, RiskError> {
        let (threshold, live, split) = best_threshold(&subject.law(expected)?, expected)?;
        Ok(Self {
            expected,
            threshold,
            live,
            split,
        })
    }

    /// The logarithm of the greater bound.
    pub fn worst_log2(&self) -> f64 {
        self.live.log2().max(self.split.log2())
    }
}

impl BySize {
    /// How many sizes are looked at.
    pub const POINTS: u32 = 48;

    /// Sizes up to `up_to`, or a little beyond the smallest that keeps `target` bits. `tick` is called after each.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn compute(
        subject: &Subject<'_>,
        up_to: Option<u32>,
        target: Option<u32>,
        tick: &dyn Fn(),
    ) -> Result<Self, RiskError> {
        let smallest = target.and_then(|bits| smallest(subject, bits));
        let up_to = up_to.unwrap_or_else(|| default_size(smallest));
        let sizes = sizes(up_to);
        let of = |subject: &Subject<'_>| -> Result<Vec<SizePoint>, RiskError> {
            let points = sizes.iter().map(|expected| {
                let point = SizePoint::best(subject, *expected);
                tick();
                point
            });
            points.collect()
        };
        let any_stakes = if subject.has_bound_without_stakes() {
            of(&subject.whatever_the_stakes())?
        } else {
            Vec::new()
        };
        Ok(Self {
            points: of(subject)?,
            any_stakes,
            target,
            smallest,
        })
    }

    /// As a figure.
    pub fn figure(&self, subject: &Subject<'_>) -> Figure {
        let (first, last) = ends(&self.points);
        let deepest = last.worst_log2().max(-1000.0);
        let curve = |name: &str, ink, points: &[SizePoint], log2: fn(&SizePoint) -> f64| {
            Curve::new(
                name,
                ink,
                points
                    .iter()
                    .map(|point| (f64::from(point.expected), log2(point))),
            )
        };
        // The first two are close to each other: with gaps in the upper one both are seen.
        let mut curves = vec![
            curve("no progress", Ink::Series(0), &self.points, |point| {
                point.live.log2()
            }),
            curve("two values", Ink::Series(1), &self.points, |point| {
                point.split.log2()
            })
            .dashed(),
        ];
        if !self.any_stakes.is_empty() {
            let any = curve("any stakes", Ink::Muted, &self.any_stakes, SizePoint::worst_log2);
            curves.push(any.dashed());
        }
        let guides = self.target.map(|bits| Guide {
            value: -f64::from(bits),
            is_vertical: false,
            text: format!("target {}", power(-f64::from(bits))),
        });
        let marks = self
            .smallest
            .filter(|point| point.expected <= last.expected)
            .map(|point| Mark {
                at: (f64::from(point.expected), point.worst_log2()),
                text: format!(
                    "τ = {}, T = {}",
                    grouped(f64::from(point.expected)),
                    grouped(point.threshold as f64)
                ),
                ink: Ink::Text,
                side: Side::AboveRight,
            });
        Figure {
            title: "How the size of a committee helps".to_owned(),
            subtitle: format!("{}; the threshold T is the best for each size", subject.words()),
            description: format!(
                "The chances of no progress and of two values fall from {} with {} to {} with {}.",
                power(first.worst_log2().ceil()),
                counted(f64::from(first.expected), "seat"),
                power(last.worst_log2().ceil()),
                grouped(f64::from(last.expected))
            ),
            charts: vec![Chart {
                heading: None,
                x: Axis::numbers("seats expected, τ", 0.0, f64::from(last.expected)),
                y: Axis::chances("chance for one committee, at most", lowest(deepest)),
                curves,
                guides: guides.into_iter().collect(),
                marks: marks.into_iter().collect(),
            }],
        }
    }
}

/// The smallest committee with both bounds within so many bits.
fn smallest(subject: &Subject<'_>, bits: u32) -> Option<SizePoint> {
    let both = Bits {
        safety: bits,
        live: bits,
        margin: 0,
    };
    // Why there is none is for `tune` to say.
    let Tuned { size, failure, .. } =
        smallest_committee(subject.scheme, subject.stakes, &subject.assumptions, both).ok()?;
    Some(SizePoint {
        expected: size.expected,
        threshold: size.threshold,
        live: failure.risk.live,
        split: failure.risk.split,
    })
}

/// How far a plot goes unless it is told.
fn default_size(smallest: Option<SizePoint>) -> u32 {
    let enough = smallest.map_or(3000, |point| point.expected.saturating_mul(3) / 2);
    let round = if enough > 1000 { 500 } else { 100 };
    enough.div_ceil(round) * round
}

/// Sizes up to the last one, at equal distances.
pub(super) fn sizes(up_to: u32) -> Vec<u32> {
    let count = BySize::POINTS.min(up_to.max(1));
    let size = |place: u32| (u64::from(up_to) * u64::from(place) / u64::from(count)) as u32;
    (1..=count).map(size).map(|size| size.max(1)).collect()
}

/// The first and the last; there is at least one.
fn ends(points: &[SizePoint]) -> (SizePoint, SizePoint) {
    let none = SizePoint {
        expected: 1,
        threshold: 1,
        live: Log2Bound::CERTAIN,
        split: Log2Bound::CERTAIN,
    };
    (
        points.first().copied().unwrap_or(none),
        points.last().copied().unwrap_or(none),
    )
}
