//! A committee whose seats follow by quota from known stakes.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use klero_committee::CommitteeSize;

use crate::wide::{Round, Wide};
use crate::{Event, Fraction, Log2Bound};

use super::{Risk, RiskError, adversary, check, staging, total};

/// The exact distribution of the seats that a list of stakes holds under `quota` [SEAT-1].
///
/// A stake s holds ⌊q⌋ seats for sure, q = τ·s/S, and one more with the chance frac(q), independently of all
/// others. The sum of these last ones is Poisson-binomial: its distribution comes from multiplying out the
/// factors (1 − f) + f·x, half by half, by additions and multiplications of numbers that are not negative.
/// The time is that of n²/2 such steps for n stakes, and as much again for the first chance above one half.
#[derive(Debug, Clone)]
pub struct QuotaSeats {
    guaranteed: u64,
    /// Numerator and denominator of each fraction that is not 0.
    fractions: Vec<(u128, u128)>,
    /// P[k fractional seats are won], rounded up.
    chances: Vec<Wide>,
    /// The same rounded down, from when it is first asked for.
    lower: OnceLock<Vec<Wide>>,
}

impl QuotaSeats {
    /// The seats of `stakes`, of each of which only `share` takes part (1: all of it), when the whole electorate
    /// has `total` stake (S) and the committee `expected` seats (τ).
    ///
    /// # Errors
    /// [`RiskError`] when τ, S, a stake or the share is outside its domain.
    pub fn new(
        stakes: impl IntoIterator<Item = u64>,
        total: u64,
        expected: u32,
        share: Fraction,
    ) -> Result<Self, RiskError> {
        let quotas = quotas(stakes, total, expected, share)?;
        let guaranteed = quotas.iter().map(|quota| quota.seats).sum();
        let fractions = quotas.iter().map(|quota| quota.fraction);
        let fractions: Vec<_> = fractions.filter(|(rest, _)| *rest > 0).collect();
        let chances = multiply_out(&fractions, Round::Up);
        Ok(Self {
            guaranteed,
            fractions,
            chances,
            lower: OnceLock::new(),
        })
    }

    /// Seats held whatever the draws.
    pub const fn guaranteed(&self) -> u64 {
        self.guaranteed
    }

    /// Seats held if every draw wins.
    pub fn most(&self) -> u64 {
        self.guaranteed.saturating_add(self.fractions.len() as u64)
    }

    /// An upper bound of the chance of `event` for the number of seats.
    pub fn tail(&self, event: Event) -> Log2Bound {
        match event {
            Event::Below(k) => self.below(k),
            Event::AtMost(k) => self.below(k.saturating_add(1)),
            Event::AtLeast(k) => self.at_least(k),
            Event::Above(k) => self.at_least(k.saturating_add(1)),
        }
    }

    /// P[H = `guaranteed`], P[H = `guaranteed` + 1], …, rounded up.
    pub(super) fn chances(&self) -> impl Iterator<Item = Wide> {
        self.chances.iter().copied()
    }

    fn below(&self, k: u64) -> Log2Bound {
        let won = self.to_win(k);
        match k {
            _ if k <= self.guaranteed => Log2Bound::IMPOSSIBLE,
            _ if k > self.most() => Log2Bound::CERTAIN,
            _ => bound(sum(self.chances().take(won), Round::Up), || {
                sum(self.lower().iter().copied().skip(won), Round::Down)
            }),
        }
    }

    fn at_least(&self, k: u64) -> Log2Bound {
        let won = self.to_win(k);
        match k {
            _ if k <= self.guaranteed => Log2Bound::CERTAIN,
            _ if k > self.most() => Log2Bound::IMPOSSIBLE,
            _ => bound(sum(self.chances().skip(won), Round::Up), || {
                sum(self.lower().iter().copied().take(won), Round::Down)
            }),
        }
    }

    fn lower(&self) -> &[Wide] {
        self.lower
            .get_or_init(|| multiply_out(&self.fractions, Round::Down))
    }

    /// How many fractional seats make k in all.
    fn to_win(&self, k: u64) -> usize {
        usize::try_from(k.saturating_sub(self.guaranteed)).unwrap_or(usize::MAX)
    }
}

/// The bounds of a committee under `quota` when every account keeps the honest share h of its stake and the
/// adversary holds the rest as dust, in accounts too small to hold a seat for sure: A ~ Poisson(τ·(1 − h)).
///
/// # Errors
/// [`RiskError`] when the stakes, the committee or `honest` (h, 0 to 1) is outside the domain.
pub fn quota_risk(stakes: &[u64], size: CommitteeSize, honest: Fraction) -> Result<Risk, RiskError> {
    check(size)?;
    let bad = adversary(size.expected, honest)?;
    let good = QuotaSeats::new(stakes.iter().copied(), total(stakes)?, size.expected, honest)?;
    Ok(Risk {
        // [RISK-1]
        live: good.below(size.threshold),
        // [RISK-2]
        split: staging::at_least(
            size.threshold.saturating_mul(2),
            good.guaranteed,
            good.chances(),
            &bad,
        ),
        // [RISK-4]
        take: bad.tail(Event::AtLeast(size.threshold))?,
    })
}

/// [RISK-1] under `quota` when the accounts at the places `offline`, counted from 0, are silent and all others
/// vote: an upper bound of `P[seats of the others < T]`.
///
/// # Errors
/// [`RiskError`] when the stakes or the committee are outside the domain, or an account does not exist.
pub fn quota_offline(
    stakes: &[u64],
    offline: &BTreeSet<usize>,
    size: CommitteeSize,
) -> Result<Log2Bound, RiskError> {
    check(size)?;
    if let Some(&index) = offline.range(stakes.len()..).next() {
        return Err(RiskError::Account {
            index,
            accounts: stakes.len(),
        });
    }
    let online = stakes
        .iter()
        .enumerate()
        .filter(|(place, _)| !offline.contains(place));
    let online = online.map(|(_, stake)| *stake);
    Ok(QuotaSeats::new(online, total(stakes)?, size.expected, Fraction::ONE)?.below(size.threshold))
}

/// ⌊q⌋ and frac(q) of one stake, q = τ·s/S: seats for sure, and the chance of one more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quota {
    pub(super) seats: u64,
    /// Numerator and denominator, of which the latter is below 2^127.
    pub(super) fraction: (u128, u128),
}

/// The quotas of stakes, as [`QuotaSeats::new`] takes them.
pub(super) fn quotas(
    stakes: impl IntoIterator<Item = u64>,
    total: u64,
    expected: u32,
    share: Fraction,
) -> Result<Vec<Quota>, RiskError> {
    // The threshold plays no part here.
    check(CommitteeSize {
        expected,
        threshold: 1,
    })?;
    super::total(&[total])?;
    if u64::from(expected) >= total {
        // [SEAT-4]
        return Err(RiskError::Full { expected, total });
    }
    if share.numerator() > share.denominator() {
        return Err(RiskError::Honest(share));
    }
    // S ≤ 2^63 and 64 bits of the share: less than 2^127.
    let denominator = u128::from(total) * u128::from(share.denominator());
    let mut sum = 0_u128;
    let quota = |stake| {
        sum += u128::from(stake);
        if sum > u128::from(total) {
            return Err(RiskError::Excess { stakes: sum, total });
        }
        let numerator = u128::from(stake) * u128::from(share.numerator());
        let (seats, rest) = multiple(expected, numerator, denominator);
        Ok(Quota {
            seats,
            fraction: (rest, denominator),
        })
    };
    stakes.into_iter().map(quota).collect()
}

/// The quotient and the rest of `factor` · `numerator` by `denominator`, for numerator ≤ denominator < 2^127.
///
/// By doubling, as the product may be too long.
fn multiple(factor: u32, numerator: u128, denominator: u128) -> (u64, u128) {
    let reduce = |quotient: u64, rest: u128| {
        if rest >= denominator {
            (quotient + 1, rest - denominator)
        } else {
            (quotient, rest)
        }
    };
    (0..u32::BITS).rev().fold((0, 0), |(quotient, rest), bit| {
        let (quotient, rest) = reduce(quotient * 2, rest * 2);
        if factor >> bit & 1 == 1 {
            reduce(quotient, rest + numerator)
        } else {
            (quotient, rest)
        }
    })
}

/// P[k of them], k from 0 on, for independent events with these chances, all below 1: the product of those of either half.
fn multiply_out(fractions: &[(u128, u128)], round: Round) -> Vec<Wide> {
    match *fractions {
        [] => vec![Wide::ONE],
        [(numerator, denominator)] => [denominator.saturating_sub(numerator), numerator]
            .map(|part| Wide::ratio(part, denominator, round))
            .to_vec(),
        _ => {
            let (left, right) = fractions.split_at(fractions.len() / 2);
            product(&multiply_out(left, round), &multiply_out(right, round), round)
        }
    }
}

/// The chances of a sum of two independent numbers.
fn product(left: &[Wide], right: &[Wide], round: Round) -> Vec<Wide> {
    // Neither is empty.
    let mut chances = vec![Wide::ZERO; left.len() + right.len() - 1];
    for (place, factor) in left.iter().enumerate() {
        for (chance, other) in chances.iter_mut().skip(place).zip(right) {
            *chance = chance.add(factor.mul(*other, round), round);
        }
    }
    chances
}

fn sum(chances: impl Iterator<Item = Wide>, round: Round) -> Wide {
    chances.fold(Wide::ZERO, |sum, chance| sum.add(chance, round))
}

/// The bound of what has at most the chance `above`, and whose opposite has at least the chance that `opposite`
/// returns: near 1 the latter is the more precise.
fn bound(above: Wide, opposite: impl FnOnce() -> Wide) -> Log2Bound {
    if above <= Wide::ONE.shrink(1) {
        Log2Bound::at_most(above)
    } else {
        Log2Bound::unless(opposite())
    }
}
