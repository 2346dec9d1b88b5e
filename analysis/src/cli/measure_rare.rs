//! The rare events of a profile's committees, by importance sampling.

use std::io::Write;

use klero_committee::{CommitteeSize, Profile};
use serde_json::json;

use crate::rare::{AdversarySeats, Estimate, RareCommittee, RareError, RareEvent, estimate};
use crate::risk::{Assumptions, Risk};
use crate::{Log2Bound, Stakes, Verdict};

use super::measure::{kinds, words};
use super::rare::log2;

/// An event of a committee, as it is computed and as it is estimated.
pub(super) struct RareRow {
    what: &'static str,
    size: CommitteeSize,
    event: RareEvent,
    bound: Log2Bound,
    found: Estimate,
}

/// All events of all kinds of committees; none where everyone is a member. Committees of one size are drawn once.
pub(super) fn rows(
    profile: &Profile,
    stakes: &Stakes,
    assumptions: &Assumptions,
    risks: &[Risk],
    samples: u64,
    seed: u64,
) -> anyhow::Result<Vec<RareRow>> {
    let mut rows: Vec<RareRow> = Vec::new();
    for ((what, _, size), risk) in kinds(profile).into_iter().zip(risks) {
        for (event, bound) in [
            (RareEvent::Live, risk.live),
            (RareEvent::Split, risk.split),
            (RareEvent::Take, risk.take),
        ] {
            let known = rows.iter().find(|row| (row.size, row.event) == (size, event));
            let found = match known {
                Some(row) => row.found,
                None => {
                    let committee = RareCommittee {
                        scheme: profile.scheme.into(),
                        expected: size.expected,
                        threshold: size.threshold,
                        stakes: Some(stakes),
                        assumptions: *assumptions,
                        seats: AdversarySeats::Model,
                        event,
                    };
                    match committee.sum() {
                        Ok((sum, tail)) => estimate(&sum, tail, samples, seed),
                        Err(RareError::Full) => return Ok(Vec::new()),
                        Err(error) => return Err(error.into()),
                    }
                }
            };
            rows.push(RareRow {
                what,
                size,
                event,
                bound,
                found,
            });
        }
    }
    Ok(rows)
}

impl RareRow {
    pub(super) fn verdict(&self) -> Verdict {
        self.found.verdict(&self.bound)
    }

    pub(super) fn object(&self) -> serde_json::Value {
        // JSON has no infinity: null is what cannot happen.
        json!({
            "what": self.what,
            "event": self.event,
            "bound_log2": self.bound.log2(),
            "estimate_log2": self.found.log2,
            "low_log2": self.found.low_log2,
            "high_log2": self.found.high_log2,
            "half_width": self.found.half_width(),
            "verdict": self.verdict(),
        })
    }
}

/// One line a row.
pub(super) fn table(rows: &[RareRow], out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:<6} {:<27} {:<12} {:>8}  {:<26} {:<12} verdict",
        "", "", "estimate", "±", "95 % interval", "computed"
    )?;
    for row in rows {
        let found = &row.found;
        writeln!(
            out,
            "{:<6} {:<27} {:<12} {:>8}  {:<26} {:<12} {}",
            row.what,
            words(row.event),
            log2(found.log2),
            format!("{:.1} %", found.half_width() * 100.0),
            format!("{} to {}", log2(found.low_log2), log2(found.high_log2)),
            format!("{:.3}", row.bound),
            row.verdict().name()
        )?;
    }
    Ok(())
}
