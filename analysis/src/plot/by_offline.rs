//! Progress while the largest groups are offline.

use klero_committee::CommitteeSize;
use serde::Serialize;

use crate::risk::{Assumptions, RiskError};
use crate::{Fraction, Log2Bound, Stakes};

use super::subject::{Subject, scheme_name};
use super::{Axis, Chart, Curve, Figure, Ink, Mark, Side, grouped, lowest};

/// Chances below two to this power are not shown: what matters are the others.
const DEEPEST: f64 = -100.0;

/// Progress without the largest groups.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OfflinePoint {
    /// How many of the largest groups do not vote.
    pub groups: usize,
    /// The last of them.
    pub name: Option<String>,
    /// The part of the stake that they have together, 0 to 1.
    pub share: f64,
    /// [RISK-1], no progress beside an adversary that is silent.
    pub live: Log2Bound,
    /// The same if all others vote, the adversary too.
    pub live_if_others_vote: Log2Bound,
}

/// Progress without 0, 1, 2, … of the largest groups; without a column of groups each account is one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ByOffline {
    /// The committee: τ.
    pub expected: u32,
    /// The committee: T.
    pub threshold: u64,
    /// From none on.
    pub points: Vec<OfflinePoint>,
}

impl ByOffline {
    /// Up to `most` groups. `tick` is called after each.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn compute(
        subject: &Subject<'_>,
        stakes: &Stakes,
        size: CommitteeSize,
        most: usize,
        tick: &dyn Fn(),
    ) -> Result<Self, RiskError> {
        let holders = stakes.largest_groups(most);
        let live = |honest: Fraction, offline_groups: usize| {
            let assumptions = Assumptions {
                honest,
                offline_groups,
                ..subject.assumptions
            };
            let subject = Subject {
                assumptions,
                ..*subject
            };
            Ok::<_, RiskError>(subject.law(size.expected)?.live(size.threshold)?.0)
        };
        let mut points = Vec::new();
        let mut share = 0.0;
        for groups in 0..=holders.len() {
            let last = groups.checked_sub(1).and_then(|place| holders.get(place));
            share += last.map_or(0.0, |holder| holder.share);
            points.push(OfflinePoint {
                groups,
                name: last.map(|holder| holder.name.clone()),
                share,
                live: live(subject.assumptions.honest, groups)?,
                live_if_others_vote: live(Fraction::ONE, groups)?,
            });
            tick();
        }
        Ok(Self {
            expected: size.expected,
            threshold: size.threshold,
            points,
        })
    }

    /// With how many groups offline at least every second step makes progress: beside a silent adversary, and if all others
    /// vote; none if not even with all of them online.
    pub fn tolerated(&self) -> [Option<&OfflinePoint>; 2] {
        let last = |live: fn(&OfflinePoint) -> Log2Bound| {
            let holds = self.points.iter().take_while(|point| live(point).is_within(1));
            holds.last()
        };
        [last(|point| point.live), last(|point| point.live_if_others_vote)]
    }

    /// The points up to the second one at which progress may never be made: the rest is as hopeless. Four at least.
    pub fn telling(&self) -> &[OfflinePoint] {
        let hopes = |point: &OfflinePoint| point.live.log2().min(point.live_if_others_vote.log2()) < -0.01;
        let last = self.points.iter().rposition(hopes).map_or(0, |place| place + 1);
        let count = (last + 2).max(4).min(self.points.len());
        self.points.get(..count).unwrap_or(&self.points)
    }

    /// As a figure.
    pub fn figure(&self, subject: &Subject<'_>) -> Figure {
        let curves = [
            self.curve("all others vote", Ink::Series(2), |point| {
                point.live_if_others_vote
            }),
            self.curve("silent adversary", Ink::Series(0), |point| point.live),
        ];
        let shown = |(_, log2): &&(f64, f64)| *log2 >= DEEPEST;
        let all = || curves.iter().flat_map(|curve| &curve.points).filter(shown);
        let deepest = all().map(|(_, log2)| *log2).fold(-20.0, f64::min);
        let marks = curves.iter().flat_map(|curve| {
            curve.points.iter().filter(shown).map(|at| Mark {
                at: *at,
                text: String::new(),
                ink: curve.ink,
                side: Side::Right,
            })
        });
        let last = self.telling().len().saturating_sub(1).max(1);
        let ticks = self.telling().iter().map(|point| {
            let name = format!("{} ({:.0} %)", point.groups, point.share * 100.0);
            (point.groups as f64, name)
        });
        let title = "largest groups offline (and their share of the stake)";
        Figure {
            title: "When the largest operators are offline".to_owned(),
            subtitle: format!(
                "{} seats, {} expected, threshold {}; {}",
                scheme_name(subject.scheme),
                grouped(f64::from(self.expected)),
                grouped(self.threshold as f64),
                subject.electorate()
            ),
            description: self.sentence(),
            charts: vec![Chart {
                heading: None,
                x: Axis {
                    ticks: ticks.collect(),
                    ..Axis::numbers(title, 0.0, last as f64)
                },
                y: Axis::chances("chance that a step makes no progress, at most", lowest(deepest)),
                guides: Vec::new(),
                marks: marks.collect(),
                curves: curves.to_vec(),
            }],
        }
    }

    fn curve(&self, name: &str, ink: Ink, live: fn(&OfflinePoint) -> Log2Bound) -> Curve {
        let points = self.telling().iter();
        Curve::new(
            name,
            ink,
            points.map(|point| (point.groups as f64, live(point).log2())),
        )
    }

    fn sentence(&self) -> String {
        let groups = |point: Option<&OfflinePoint>| match point.map(|point| point.groups) {
            None => "not even while all of them are online".to_owned(),
            Some(0) => "only while all of them are online".to_owned(),
            Some(1) => "while at most one of them is offline".to_owned(),
            Some(count) => format!("while at most {count} of them are offline"),
        };
        let [beside, alone] = self.tolerated();
        format!(
            "At least every second step makes progress {} if all others vote; beside an adversary that is silent, {}.",
            groups(alone),
            groups(beside)
        )
    }
}
