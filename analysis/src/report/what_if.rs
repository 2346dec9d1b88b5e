//! What happens if less of the stake is honest than was assumed.

use std::num::NonZeroU64;

use klero_committee::Profile;

use crate::Fraction;
use crate::plot::Subject;
use crate::risk::{Assumptions, ProfileRisk, RiskError, profile_risk};

/// How much less is honest, in percent of the stake.
pub(super) const LESS: [u64; 6] = [0, 1, 2, 5, 10, 15];

/// The bounds of the chosen committees at an honest share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HonestRow {
    /// h
    pub honest: Fraction,
    /// What the committees keep then.
    pub risk: ProfileRisk,
}

/// For the assumed share, and some that are less.
pub(super) fn honest_rows(
    subject: &Subject<'_>,
    profile: &Profile,
    tick: &dyn Fn(),
) -> Result<Vec<HonestRow>, RiskError> {
    let shares = LESS
        .into_iter()
        .filter_map(|less| minus(subject.assumptions.honest, less));
    let rows = shares.map(|honest| {
        let assumptions = Assumptions {
            honest,
            ..subject.assumptions
        };
        let risk = profile_risk(profile, subject.stakes, &assumptions)?;
        tick();
        Ok(HonestRow { honest, risk })
    });
    rows.collect()
}

/// A share less so many percent, unless its digits are too many.
fn minus(share: Fraction, percent: u64) -> Option<Fraction> {
    let denominator = NonZeroU64::new(share.denominator().checked_mul(100)?)?;
    let less = share.denominator().checked_mul(percent)?;
    let numerator = share.numerator().checked_mul(100)?.checked_sub(less)?;
    Some(Fraction::new(numerator, denominator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percents_are_taken_off_exactly() {
        let share = |text: &str| text.parse::<Fraction>().unwrap();
        assert_eq!(minus(share("4/5"), 5), Some(share("3/4")));
        assert_eq!(minus(share("5/7"), 0), Some(share("5/7")));
        assert_eq!(minus(share("0.1"), 15), None);
    }
}
