//! How stake is spread: what the largest hold together.

use serde::Serialize;

use crate::stakes::Concentration;
use crate::{Fraction, Stakes};

use super::subject::percent;
use super::{Axis, Chart, Curve, Figure, Guide, Ink, Mark, Side, grouped};

/// What the largest hold together.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SpreadPoint {
    /// How many of the largest.
    pub holders: usize,
    /// Their part of the stake, 0 to 1.
    pub share: f64,
}

/// What the largest accounts, and the largest groups, hold together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Spread {
    /// Of accounts.
    pub accounts: Vec<SpreadPoint>,
    /// Of groups; empty without a column of groups.
    pub groups: Vec<SpreadPoint>,
    /// How many make more than a third, a half and two thirds, among accounts.
    pub nakamoto_accounts: [usize; 3],
    /// The same among groups.
    pub nakamoto_groups: Option<[usize; 3]>,
}

impl Spread {
    /// Of a stake file.
    pub fn compute(stakes: &Stakes) -> Self {
        let total = stakes.total();
        let coefficients = |of: &Concentration| [of.nakamoto_third, of.nakamoto_half, of.nakamoto_two_thirds];
        Self {
            accounts: sums(stakes.accounts().iter().map(|account| account.stake), total),
            groups: if stakes.is_grouped() {
                sums(
                    stakes.largest_groups(usize::MAX).iter().map(|group| group.stake),
                    total,
                )
            } else {
                Vec::new()
            },
            nakamoto_accounts: coefficients(&stakes.by_account()),
            nakamoto_groups: stakes.by_group().as_ref().map(coefficients),
        }
    }

    /// As a figure; with an honest share, the adversary's is marked.
    pub fn figure(&self, network: &str, honest: Option<Fraction>) -> Figure {
        let curve = |name: &str, ink, points: &[SpreadPoint]| {
            Curve::new(
                name,
                ink,
                points.iter().map(|point| (point.holders as f64, point.share)),
            )
        };
        let mut curves = vec![curve("accounts", Ink::Series(0), &self.accounts)];
        let mut marks = marks(
            &self.accounts,
            self.nakamoto_accounts,
            Ink::Series(0),
            Side::BelowRight,
        );
        if let Some(coefficients) = self.nakamoto_groups {
            curves.push(curve("groups", Ink::Series(1), &self.groups));
            marks.extend(self::marks(
                &self.groups,
                coefficients,
                Ink::Series(1),
                Side::AboveLeft,
            ));
        }
        let mut guides: Vec<_> = [("1/3", 1.0 / 3.0), ("1/2", 0.5), ("2/3", 2.0 / 3.0)]
            .map(|(text, value)| Guide {
                value,
                is_vertical: false,
                text: text.to_owned(),
            })
            .into();
        if let Some(bad) = honest.and_then(|honest| honest.complement()) {
            guides.push(Guide {
                value: bad.numerator() as f64 / bad.denominator() as f64,
                is_vertical: false,
                text: format!("adversary, {}", percent(bad)),
            });
        }
        let largest = |count: usize, name: &str| match count {
            1 => format!("the largest {name}"),
            count => format!("the {} largest {name}s", grouped(count as f64)),
        };
        let [third, ..] = self.nakamoto_accounts;
        let by_groups = self.nakamoto_groups.map_or_else(String::new, |[third, ..]| {
            format!("; among groups, {}", largest(third, "group"))
        });
        Figure {
            title: "Who holds the stake".to_owned(),
            subtitle: format!(
                "{network}: what the largest hold together; dots are where they pass a third, a half, two thirds"
            ),
            description: format!(
                "More than a third of the stake is with {}{by_groups}.",
                largest(third, "account")
            ),
            charts: vec![Chart {
                heading: None,
                x: Axis::counts(
                    "how many of the largest, on a logarithmic scale",
                    self.accounts.len() as f64,
                ),
                y: Axis::shares("share of the stake", 0.0, 1.0),
                curves,
                guides,
                marks,
            }],
        }
    }
}

fn sums(stakes: impl Iterator<Item = u64>, total: u64) -> Vec<SpreadPoint> {
    let sums = stakes.scan(0_u64, |sum, stake| {
        // At most the total.
        *sum = sum.saturating_add(stake);
        Some(*sum as f64 / total as f64)
    });
    sums.zip(1..)
        .map(|(share, holders)| SpreadPoint { holders, share })
        .collect()
}

/// Where the largest pass a third, a half and two thirds.
fn marks(points: &[SpreadPoint], coefficients: [usize; 3], ink: Ink, side: Side) -> Vec<Mark> {
    let at = |holders: usize| points.iter().find(|point| point.holders == holders);
    let marks = coefficients.into_iter().filter_map(at).map(|point| Mark {
        at: (point.holders as f64, point.share),
        text: grouped(point.holders as f64),
        ink,
        side,
    });
    marks.collect()
}
