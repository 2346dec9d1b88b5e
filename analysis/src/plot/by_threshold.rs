//! Failure against the threshold.

use serde::Serialize;

use crate::Log2Bound;
use crate::risk::{CommitteeLaw, RiskError};

use super::subject::{Subject, best_threshold};
use super::{Axis, Chart, Curve, Figure, Guide, Ink, Mark, Side, grouped, lowest, power};

/// The bounds of a committee with a threshold.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ThresholdPoint {
    /// T
    pub threshold: u64,
    /// [RISK-1]
    pub live: Log2Bound,
    /// [RISK-2]
    pub split: Log2Bound,
}

/// The bounds of a committee for all thresholds that may matter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByThreshold {
    /// τ, the seats that are expected.
    pub expected: u32,
    /// In ascending order.
    pub points: Vec<ThresholdPoint>,
    /// The one that is chosen, or with which the greater bound is the least.
    pub chosen: ThresholdPoint,
    /// Whether it was chosen.
    pub is_given: bool,
}

impl ThresholdPoint {
    fn of(law: &CommitteeLaw, threshold: u64) -> Result<Self, RiskError> {
        Ok(Self {
            threshold,
            live: law.live(threshold)?.0,
            split: law.split(threshold)?.0,
        })
    }

    fn worst_log2(&self) -> f64 {
        self.live.log2().max(self.split.log2())
    }
}

impl ByThreshold {
    /// How many thresholds are looked at, at most.
    pub const POINTS: u64 = 80;

    /// Around `chosen`, or the best. `tick` is called after each.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn compute(
        subject: &Subject<'_>,
        expected: u32,
        chosen: Option<u64>,
        tick: &dyn Fn(),
    ) -> Result<Self, RiskError> {
        let law = subject.law(expected)?;
        let best = best_threshold(&law, expected)?.0;
        let middle = chosen.unwrap_or(best);
        // As far as one of the two is nearly certain on either side.
        let all = u64::from(expected);
        let first = edge(
            best.min(middle),
            |threshold| Ok(law.split(threshold)?.0.log2() > -1.0),
            true,
            all,
        )?;
        let last = edge(
            best.max(middle),
            |threshold| Ok(law.live(threshold)?.0.log2() > -1.0),
            false,
            all,
        )?;
        let step = (last - first).div_ceil(Self::POINTS).max(1);
        let points = (first..=last).step_by(step as usize).map(|threshold| {
            let point = ThresholdPoint::of(&law, threshold);
            tick();
            point
        });
        Ok(Self {
            expected,
            points: points.collect::<Result<_, _>>()?,
            chosen: ThresholdPoint::of(&law, middle)?,
            is_given: chosen.is_some(),
        })
    }

    /// As a figure.
    pub fn figure(&self, subject: &Subject<'_>) -> Figure {
        let chosen = self.chosen;
        let curve = |name: &str, ink, log2: fn(&ThresholdPoint) -> f64| {
            Curve::new(
                name,
                ink,
                self.points
                    .iter()
                    .map(|point| (point.threshold as f64, log2(point))),
            )
        };
        let threshold = grouped(chosen.threshold as f64);
        let (first, last) = match &*self.points {
            [first, .., last] => (first.threshold, last.threshold),
            _ => (chosen.threshold, chosen.threshold + 1),
        };
        Figure {
            title: "What the threshold decides".to_owned(),
            subtitle: format!(
                "{} seats expected; {}",
                grouped(f64::from(self.expected)),
                subject.words()
            ),
            description: format!(
                "A higher threshold makes two values rarer and no progress more likely. \
                 With {threshold} the first has at most {}, the second at most {}.",
                power(chosen.split.log2().ceil()),
                power(chosen.live.log2().ceil())
            ),
            charts: vec![Chart {
                heading: None,
                x: Axis::numbers("threshold T, in seats", first as f64, last as f64),
                y: Axis::chances("chance for one committee, at most", lowest(-2.0 * self.depth())),
                curves: vec![
                    curve("two values", Ink::Series(1), |point| point.split.log2()),
                    curve("no progress", Ink::Series(0), |point| point.live.log2()),
                ],
                guides: vec![Guide {
                    value: chosen.threshold as f64,
                    is_vertical: true,
                    text: if self.is_given {
                        format!("T = {threshold}")
                    } else {
                        format!("best: T = {threshold}")
                    },
                }],
                marks: self.marks(),
            }],
        }
    }
}

impl ByThreshold {
    /// The chosen one on both curves, or once where they meet.
    fn marks(&self) -> Vec<Mark> {
        let ThresholdPoint {
            threshold,
            live,
            split,
        } = self.chosen;
        let mark = |log2: f64, ink| Mark {
            at: (threshold as f64, log2),
            text: power(log2.ceil()),
            ink,
            side: Side::Right,
        };
        let [live, split] = [live.log2(), split.log2()];
        // A twentieth of what is shown is about the height of a name.
        let marks = if (live - split).abs() < self.depth() / 10.0 {
            vec![mark(live.max(split), Ink::Text)]
        } else {
            vec![mark(live, Ink::Series(0)), mark(split, Ink::Series(1))]
        };
        marks
            .into_iter()
            .filter(|mark| mark.at.1 > -2.0 * self.depth())
            .collect()
    }

    /// How many bits both bounds keep at best.
    fn depth(&self) -> f64 {
        -self
            .points
            .iter()
            .map(ThresholdPoint::worst_log2)
            .fold(0.0, f64::min)
    }
}

/// The nearest threshold below or above `from` where something holds, within 1 to `all`.
fn edge(
    from: u64,
    holds: impl Fn(u64) -> Result<bool, RiskError>,
    below: bool,
    all: u64,
) -> Result<u64, RiskError> {
    let (mut threshold, mut step) = (from, 1);
    while !holds(threshold)? {
        let next = if below {
            threshold.saturating_sub(step).max(1)
        } else {
            (threshold + step).min(all)
        };
        if next == threshold {
            break;
        }
        threshold = next;
        step = (step + 1).min(all / 100 + 1);
    }
    Ok(threshold)
}
