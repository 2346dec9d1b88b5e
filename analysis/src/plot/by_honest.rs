//! Failure against the honest share.

use std::num::NonZeroU64;

use klero_committee::CommitteeSize;
use serde::Serialize;

use crate::risk::{Assumptions, CommitteeLaw, RiskError};
use crate::{Fraction, Log2Bound};

use super::subject::{Subject, percent, scheme_name};
use super::{Axis, Chart, Curve, Figure, Guide, Ink, grouped, lowest, power};

/// The bounds of a committee at an honest share.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct HonestPoint {
    /// h in percent.
    pub percent: f64,
    /// [RISK-1]
    pub live: Log2Bound,
    /// [RISK-2]
    pub split: Log2Bound,
    /// [RISK-4]
    pub take: Log2Bound,
}

/// The bounds of one committee at honest shares from 60 to 100 %.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByHonest {
    /// The committee: τ.
    pub expected: u32,
    /// The committee: T.
    pub threshold: u64,
    /// In ascending order.
    pub points: Vec<HonestPoint>,
}

impl ByHonest {
    /// How many shares are looked at.
    pub const POINTS: u64 = LAST - FIRST + 1;

    /// Of a committee. `tick` is called after each share.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn compute(subject: &Subject<'_>, size: CommitteeSize, tick: &dyn Fn()) -> Result<Self, RiskError> {
        let points = (FIRST..=LAST).map(|part| {
            let point = at(subject, size, Fraction::new(part, PARTS));
            tick();
            point
        });
        Ok(Self {
            expected: size.expected,
            threshold: size.threshold,
            points: points.collect::<Result<_, _>>()?,
        })
    }

    /// As a figure; what is assumed is marked.
    pub fn figure(&self, subject: &Subject<'_>) -> Figure {
        let assumed = subject.assumptions.honest;
        let share = assumed.numerator() as f64 / assumed.denominator() as f64;
        let at = self
            .points
            .iter()
            .find(|point| point.percent / 100.0 >= share - 1e-9);
        let deepest = at.map_or(-40.0, |point| point.live.log2().min(point.split.log2()));
        let deepest = if deepest.is_finite() { deepest } else { -60.0 };
        let lowest = lowest(deepest * 1.5);
        // What is more honest than that is beyond the bottom.
        let is_shown = |point: &&HonestPoint| point.live.log2().max(point.split.log2()) > lowest;
        let until = self
            .points
            .iter()
            .rev()
            .find(is_shown)
            .map_or(1.0, |point| point.percent / 100.0);
        let until = (until.max(share) + 0.04).min(1.0);
        let curve = |name: &str, ink, log2: fn(&HonestPoint) -> f64| {
            let points = self.points.iter();
            let points = points.map(|point| (point.percent / 100.0, log2(point)));
            Curve::new(name, ink, points.filter(|(share, _)| *share <= until))
        };
        let bits =
            |bound: Option<Log2Bound>| bound.map_or_else(String::new, |bound| power(bound.log2().ceil()));
        Figure {
            title: "When the honest share is another".to_owned(),
            subtitle: format!(
                "{} seats, {} expected, threshold {}; {}",
                scheme_name(subject.scheme),
                grouped(f64::from(self.expected)),
                grouped(self.threshold as f64),
                subject.electorate()
            ),
            description: format!(
                "At an honest share of {} no progress has a chance of at most {}, two values one of at most {}; \
                 both rise as the share falls.",
                percent(assumed),
                bits(at.map(|point| point.live)),
                bits(at.map(|point| point.split))
            ),
            charts: vec![Chart {
                heading: None,
                x: Axis::shares("honest share of the stake, h", 0.6, until),
                y: Axis::chances("chance for one committee, at most", lowest),
                curves: vec![
                    curve("no progress", Ink::Series(0), |point| point.live.log2()),
                    curve("two values", Ink::Series(1), |point| point.split.log2()),
                ],
                guides: vec![Guide {
                    value: share,
                    is_vertical: true,
                    text: format!("assumed: {}", percent(assumed)),
                }],
                marks: Vec::new(),
            }],
        }
    }
}

/// Shares are multiples of this part of one, from 60 % on.
const PARTS: NonZeroU64 = NonZeroU64::new(200).unwrap();
const FIRST: u64 = 120;
const LAST: u64 = 200;

fn at(subject: &Subject<'_>, size: CommitteeSize, honest: Fraction) -> Result<HonestPoint, RiskError> {
    let assumptions = Assumptions {
        honest,
        ..subject.assumptions
    };
    let law = CommitteeLaw::new(subject.scheme, size.expected, subject.stakes, &assumptions)?;
    let risk = law.failure(size.threshold)?.risk;
    Ok(HonestPoint {
        percent: honest.numerator() as f64 / honest.denominator() as f64 * 100.0,
        live: risk.live,
        split: risk.split,
        take: risk.take,
    })
}
