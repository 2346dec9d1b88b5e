//! The exact distribution of honest seats, from the definitions of the seat schemes.
//!
//! Nothing here calls the lottery or the bounds. Probabilities have 1024 bits; a few thousand sums and products of
//! numbers that are not negative leave them exact to 300 digits.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use klero_analysis::quota_offline;
use klero_committee::CommitteeSize;
use klero_committee::sampling::SeatScheme;

use crate::oracle::{Big, Chance, integer, judge, sum};

/// The seats of the honest part of an electorate in one committee.
pub(crate) struct HonestSeats {
    /// What they weigh without any draw.
    sure: u128,
    /// What a drawn seat weighs.
    seat: u128,
    /// T seats stand for the weight T · numerator / denominator, rounded up.
    unit: (u128, u128),
    /// P[0 seats are drawn], P[1], …
    chances: Vec<Big>,
}

impl HonestSeats {
    /// Of the `honest` among `all` stakes, in a committee of `expected` seats.
    pub(crate) fn new(scheme: SeatScheme, all: &[u64], honest: &[u64], expected: u32) -> Self {
        let total: u64 = all.iter().sum();
        match scheme {
            SeatScheme::Quota => quota(total, honest, expected),
            SeatScheme::Binomial => Self {
                sure: 0,
                seat: 1,
                unit: (1, 1),
                chances: lots(honest.iter().sum(), u64::from(expected), total),
            },
            SeatScheme::FaitAccompli => fait_accompli(all, honest, expected),
            SeatScheme::Full => unreachable!("nothing is drawn"),
        }
    }

    /// [RISK-1]: P[H < T].
    pub(crate) fn below(&self, threshold: u64) -> Big {
        let (numerator, denominator) = self.unit;
        let needed = (u128::from(threshold) * numerator).div_ceil(denominator);
        let drawn = needed.saturating_sub(self.sure).div_ceil(self.seat);
        let drawn = usize::try_from(drawn).unwrap().min(self.chances.len());
        sum(&self.chances[..drawn])
    }

    /// The greatest T at which the honest seats miss it with a chance of at most `per_mille` thousandths.
    pub(crate) fn threshold(&self, per_mille: u32) -> u64 {
        let limit = integer(per_mille) / integer(1_000);
        // The chance grows with T; no committee here comes near twice 2,000 seats.
        let thresholds: Vec<u64> = (1..4_000).collect();
        thresholds.partition_point(|t| self.below(*t) <= limit) as u64
    }

    /// The standard deviation in seats, rounded up.
    pub(crate) fn deviation(&self) -> u64 {
        let moment = |power: usize| {
            let terms = (0_u64..).zip(&self.chances);
            let terms = terms.map(|(k, chance)| f64_of(chance) * (k as f64).powi(power as i32));
            terms.sum::<f64>()
        };
        let drawn = (moment(2) - moment(1).powi(2)).sqrt();
        let (numerator, denominator) = self.unit;
        (drawn * self.seat as f64 * denominator as f64 / numerator as f64).ceil() as u64
    }
}

pub(crate) fn f64_of(number: &Big) -> f64 {
    number.to_f64().value()
}

/// [SEAT-1]: ⌊q⌋ seats each, and one more with chance frac(q).
fn quota(total: u64, honest: &[u64], expected: u32) -> HonestSeats {
    let (mut sure, mut chances) = (0, vec![integer(1)]);
    for stake in honest {
        let product = u128::from(*stake) * u128::from(expected);
        sure += product / u128::from(total);
        let won = integer(product % u128::from(total)) / integer(total);
        let lost = integer(1) - &won;
        let mut next: Vec<Big> = chances.iter().map(|chance| chance * &lost).collect();
        next.push(integer(0));
        for (more, chance) in next[1..].iter_mut().zip(&chances) {
            *more += chance * &won;
        }
        chances = next;
    }
    let (seat, unit) = (1, (1, 1));
    HonestSeats {
        sure,
        seat,
        unit,
        chances,
    }
}

/// [SEAT-2]: each unit of stake wins with chance hit/all, so the seats of several owners are those of one: Binomial.
/// The terms up to twice the mean and 200 more; all others together are below 2^-200.
fn lots(stake: u64, hit: u64, all: u64) -> Vec<Big> {
    let miss = all - hit;
    let mean = u128::from(stake) * u128::from(hit) / u128::from(all);
    let count = (2 * u64::try_from(mean).unwrap() + 200).min(stake);
    let mut chances = vec![(integer(miss) / integer(all)).powi(stake.into())];
    for k in 0..count {
        let odds =
            integer(u128::from(stake - k) * u128::from(hit)) / integer(u128::from(k + 1) * u128::from(miss));
        chances.push(&chances[chances.len() - 1] * odds);
    }
    chances
}

/// [SEAT-3]: the largest weigh their stake, the others draw lots; both multiplied by n₂.
fn fait_accompli(all: &[u64], honest: &[u64], expected: u32) -> HonestSeats {
    let mut order = all.to_vec();
    order.sort_by_key(|stake| Reverse(*stake));
    let (total, seats) = (all.iter().sum::<u64>(), u128::from(expected));
    let (mut permanent, mut rest) = (0_usize, u128::from(total));
    loop {
        let stake = u128::from(order[permanent]);
        let left = seats - permanent as u128;
        if (rest - stake).pow(2) * left >= rest.pow(2) * (left - 1) {
            break;
        }
        rest -= stake;
        permanent += 1;
    }
    let others = seats - permanent as u128;
    assert!(others < rest, "everyone is a member");
    // The least permanent stake; whose it is must not depend on anything but its size.
    let least = permanent.checked_sub(1).map_or(u64::MAX, |last| order[last]);
    assert!(order[permanent] < least, "the split lies between equal stakes");
    let (members, drawing): (Vec<u64>, Vec<u64>) = honest.iter().partition(|stake| **stake >= least);
    HonestSeats {
        sure: others * u128::from(members.iter().sum::<u64>()),
        seat: rest,
        unit: (u128::from(total) * others, seats),
        chances: lots(
            drawing.iter().sum(),
            u64::try_from(others).unwrap(),
            u64::try_from(rest).unwrap(),
        ),
    }
}

/// [RISK-1] What the crate bounds and what is computed here are one number.
#[test]
fn the_bound_for_silent_accounts_is_the_exact_risk() {
    let stakes: Vec<u64> = (1..=150).map(|rank| 1_000_000 / rank).collect();
    let silent: BTreeSet<usize> = (0..150).filter(|place| place % 5 == 1).collect();
    let honest = (0..150).filter(|place| !silent.contains(place));
    let honest: Vec<u64> = honest.map(|place| stakes[place]).collect();
    for expected in [500, 1_000, 2_000] {
        let seats = HonestSeats::new(SeatScheme::Quota, &stakes, &honest, expected);
        for per_mille in [10, 50, 500] {
            let threshold = seats.threshold(per_mille);
            let bound = quota_offline(&stakes, &silent, CommitteeSize { expected, threshold }).unwrap();
            let of = seats.below(threshold);
            let against = integer(1) - &of;
            judge(
                &bound,
                &Chance { of, against },
                &format!("τ = {expected}, T = {threshold}"),
            );
        }
    }
}
