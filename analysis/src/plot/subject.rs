//! What a plot is about.

use crate::risk::{Assumptions, CommitteeLaw, RiskError, Scheme};
use crate::{Fraction, Log2Bound, Stakes};

/// Committees over an electorate.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// How seats come about.
    pub scheme: Scheme,
    /// The stakes, if they are known.
    pub stakes: Option<&'a Stakes>,
    /// What the network is called.
    pub network: &'a str,
    /// What is assumed of it.
    pub assumptions: Assumptions,
}

impl<'a> Subject<'a> {
    /// The bounds of a committee.
    ///
    /// # Errors
    /// [`RiskError`] when something is outside its domain.
    pub fn law(&self, expected: u32) -> Result<CommitteeLaw, RiskError> {
        CommitteeLaw::new(self.scheme, expected, self.stakes, &self.assumptions)
    }

    /// The same without the stakes.
    pub fn whatever_the_stakes(&self) -> Self {
        Self {
            stakes: None,
            assumptions: Assumptions {
                offline_groups: 0,
                ..self.assumptions
            },
            ..*self
        }
    }

    /// Whether a bound without the stakes is another one, and there is one.
    pub fn has_bound_without_stakes(&self) -> bool {
        self.stakes.is_some() && matches!(self.scheme, Scheme::Quota | Scheme::Binomial)
    }

    /// In words, as a subtitle begins.
    pub(super) fn words(&self) -> String {
        let scheme = scheme_name(self.scheme);
        let honest = percent(self.assumptions.honest);
        let mut words = format!(
            "{scheme} seats, {honest} of the stake is honest; {}",
            self.electorate()
        );
        match self.assumptions.offline_groups {
            0 => {}
            1 => words += "; the largest group is offline",
            count => words += &format!("; the {count} largest groups are offline"),
        }
        words
    }

    pub(super) fn electorate(&self) -> String {
        match self.stakes {
            Some(stakes) => format!("{} accounts of {}", stakes.accounts().len(), self.network),
            None => "whatever the stakes are".to_owned(),
        }
    }
}

/// As it is written on the command line.
pub(super) fn scheme_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Quota => "quota",
        Scheme::Binomial => "binomial",
        Scheme::FaitAccompli => "fait-accompli",
        Scheme::Full => "full",
        Scheme::Fixed => "fixed",
    }
}

/// A share in percent if that has at most two decimals, else as a fraction.
pub fn percent(share: Fraction) -> String {
    let (above, below) = (
        u128::from(share.numerator()) * 10_000,
        u128::from(share.denominator()),
    );
    if above.is_multiple_of(below) {
        let hundredths = (above / below) as f64 / 100.0;
        format!("{hundredths} %")
    } else {
        share.to_string()
    }
}

/// The threshold of τ seats with which the greater of [RISK-1] and [RISK-2] is the least, and the two bounds.
pub(super) fn best_threshold(
    law: &CommitteeLaw,
    expected: u32,
) -> Result<(u64, Log2Bound, Log2Bound), RiskError> {
    // [RISK-1] rises with the threshold and [RISK-2] falls: what is sought is where they meet, or one before.
    let (mut low, mut high) = (1, u64::from(expected));
    while low < high {
        let middle = low + (high - low) / 2;
        if law.live(middle)?.0 >= law.split(middle)?.0 {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    let bounds = |threshold| -> Result<_, RiskError> {
        Ok((threshold, law.live(threshold)?.0, law.split(threshold)?.0))
    };
    let after = bounds(high)?;
    let before = bounds(high.saturating_sub(1).max(1))?;
    let greater = |(_, live, split): (u64, Log2Bound, Log2Bound)| if live > split { live } else { split };
    Ok(if greater(before) < greater(after) {
        before
    } else {
        after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_in_percent_where_that_is_short() {
        let shown = |text: &str| percent(text.parse().unwrap());
        assert_eq!(
            (shown("4/5"), shown("0.685")),
            ("80 %".to_owned(), "68.5 %".to_owned())
        );
        assert_eq!(shown("5/7"), "5/7");
    }

    #[test]
    fn no_other_threshold_is_better() {
        let honest = "0.8".parse().unwrap();
        let law = CommitteeLaw::new(Scheme::Quota, 300, None, &Assumptions::honest(honest)).unwrap();
        let (threshold, live, split) = best_threshold(&law, 300).unwrap();
        let worst = |threshold| {
            let (live, split) = (law.live(threshold).unwrap().0, law.split(threshold).unwrap().0);
            live.log2().max(split.log2())
        };
        let least = (1..=300).map(worst).fold(0.0, f64::min);
        assert_eq!(worst(threshold), least);
        assert_eq!(live.log2().max(split.log2()), least);
    }
}
