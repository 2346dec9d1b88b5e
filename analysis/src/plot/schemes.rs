//! The schemes side by side.

use klero_committee::CommitteeSize;
use serde::Serialize;

use crate::Stakes;
use crate::risk::{RiskError, Scheme, committee_cost};

use super::by_size::{SizePoint, sizes};
use super::subject::{Subject, percent, scheme_name};
use super::{Axis, Chart, Curve, Figure, Ink, grouped, lowest, power};

const SEATS: &str = "seats expected, τ";

/// Chances below two to this power are not shown, so that the others can be told apart.
const DEEPEST: f64 = -200.0;

/// A committee under a scheme: its bounds and its cost.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SchemePoint {
    /// The committee with the best threshold for its size.
    #[serde(flatten)]
    pub committee: SizePoint,
    /// Accounts that vote, on average.
    pub voters: f64,
    /// Bytes of the smallest certificate with `sr25519`; none under `fixed`.
    pub bytes: Option<f64>,
}

/// The committees of a scheme.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SchemeCurve {
    /// Which.
    pub scheme: Scheme,
    /// In ascending order of size.
    pub points: Vec<SchemePoint>,
}

/// The schemes that draw, on one stake file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Schemes {
    /// One for each.
    pub schemes: Vec<SchemeCurve>,
}

impl Schemes {
    /// Those that are compared: under `full` there is no size.
    pub const COMPARED: [Scheme; 4] = [
        Scheme::Quota,
        Scheme::FaitAccompli,
        Scheme::Fixed,
        Scheme::Binomial,
    ];

    /// Sizes up to `up_to`. `tick` is called after each point.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn compute(
        subject: &Subject<'_>,
        stakes: &Stakes,
        up_to: u32,
        tick: &dyn Fn(),
    ) -> Result<Self, RiskError> {
        let curve = |scheme: Scheme| -> Result<SchemeCurve, RiskError> {
            let subject = Subject { scheme, ..*subject };
            let points = sizes(up_to).into_iter().map(|expected| {
                let committee = SizePoint::best(&subject, expected)?;
                let size = CommitteeSize {
                    expected,
                    threshold: committee.threshold,
                };
                let cost = committee_cost(scheme, size, stakes)?;
                tick();
                Ok(SchemePoint {
                    committee,
                    voters: cost.voters,
                    bytes: cost.bytes,
                })
            });
            Ok(SchemeCurve {
                scheme,
                points: points.collect::<Result<_, RiskError>>()?,
            })
        };
        let schemes = Self::COMPARED.into_iter().map(curve);
        Ok(Self {
            schemes: schemes.collect::<Result<_, _>>()?,
        })
    }

    /// As a figure.
    pub fn figure(&self, subject: &Subject<'_>) -> Figure {
        let ends = self.schemes.iter();
        let ends: Vec<_> = ends
            .filter_map(|curve| Some((curve.scheme, curve.points.last()?)))
            .collect();
        let up_to = ends
            .first()
            .map_or(1.0, |(_, end)| f64::from(end.committee.expected));
        let worst = |(scheme, end): &(Scheme, &SchemePoint)| {
            format!(
                "{} {}",
                scheme_name(*scheme),
                power(end.committee.worst_log2().ceil())
            )
        };
        let bounds: Vec<_> = ends.iter().map(worst).collect();
        Figure {
            title: "The schemes side by side".to_owned(),
            subtitle: format!(
                "{}, {} of the stake is honest; the threshold T is the best for each size",
                subject.electorate(),
                percent(subject.assumptions.honest)
            ),
            description: format!(
                "With {} seats the bounds are: {}.",
                grouped(up_to),
                bounds.join(", ")
            ),
            charts: vec![self.failure(up_to), self.certificate(up_to)],
        }
    }

    fn failure(&self, up_to: f64) -> Chart {
        let curves = self.curves(|point| Some(point.committee.worst_log2()));
        let ends = curves.iter().filter_map(|curve| curve.points.last());
        let ends = ends.map(|(_, log2)| *log2).filter(|log2| log2.is_finite());
        let deepest = ends.fold(-20.0, f64::min).max(DEEPEST);
        Chart {
            heading: Some("Failure".to_owned()),
            x: Axis::numbers(SEATS, 0.0, up_to),
            y: Axis::chances("chance of no progress or of two values, at most", lowest(deepest)),
            curves,
            guides: Vec::new(),
            marks: Vec::new(),
        }
    }

    fn certificate(&self, up_to: f64) -> Chart {
        let curves = self.curves(|point| point.bytes.map(|bytes| bytes / 1000.0));
        let points = curves.iter().flat_map(|curve| &curve.points);
        let most = points.map(|(_, kilobytes)| *kilobytes).fold(1.0, f64::max);
        Chart {
            heading: Some("Certificate".to_owned()),
            x: Axis::numbers(SEATS, 0.0, up_to),
            y: Axis::numbers("kilobytes with sr25519, if everyone votes", 0.0, most * 1.05),
            curves,
            guides: Vec::new(),
            marks: Vec::new(),
        }
    }

    /// One for each scheme that has such values; the one that Klero does not have with gaps.
    fn curves(&self, value: fn(&SchemePoint) -> Option<f64>) -> Vec<Curve> {
        let curve = |(place, of): (usize, &SchemeCurve)| {
            let points = of.points.iter();
            let points =
                points.filter_map(|point| Some((f64::from(point.committee.expected), value(point)?)));
            let curve = Curve::new(scheme_name(of.scheme), Ink::Series(place), points);
            if of.scheme == Scheme::Fixed {
                curve.dashed()
            } else {
                curve
            }
        };
        let curves = self.schemes.iter().enumerate().map(curve);
        curves.filter(|curve| !curve.points.is_empty()).collect()
    }
}
