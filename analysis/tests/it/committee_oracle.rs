//! What the bounds of whole committees are judged by: every pair of an honest and an adversarial number of seats.

use dashu::base::Abs;
use dashu::rational::RBig;
use klero_analysis::{Adversary, Assumptions, CommitteeLaw, Fraction, Log2Bound, Scheme, Stakes};

use crate::oracle::{Big, Chance, big, decimal, integer, judge, poisson, ratio};

/// The adversary's seats are counted up to here; beyond, the cases of these tests have less than 2^-300.
const REACH: u64 = 250;

/// One committee in integer weights.
pub(crate) struct Truth {
    /// The honest weight that is certain.
    pub(crate) sure: u128,
    /// That of those who vote, and the chances of their drawn seats, if some are silent.
    pub(crate) voting: Option<(u128, Vec<Big>)>,
    /// P[0 honest seats are drawn], P[1], …
    pub(crate) drawn: Vec<Big>,
    /// The adversary's certain weight.
    pub(crate) bad: u128,
    /// The mean of its drawn seats.
    pub(crate) mean: RBig,
    /// What a drawn seat weighs.
    pub(crate) seat: u128,
    /// T seats stand for T times the first by the second, rounded up.
    pub(crate) unit: (u128, u128),
}

impl Truth {
    /// A seat is a seat.
    pub(crate) fn of_seats(drawn: Vec<Big>, mean: RBig) -> Self {
        Self {
            sure: 0,
            voting: None,
            drawn,
            bad: 0,
            mean,
            seat: 1,
            unit: (1, 1),
        }
    }

    /// Judges the three bounds for a threshold.
    pub(crate) fn judge(&self, law: &CommitteeLaw, threshold: u64, what: &str) {
        let what = format!("{what}, T = {threshold}");
        let failure = law.failure(threshold).unwrap();
        let weight = self.weight(threshold);
        let none = [integer(1)];
        let (sure, voting) = match &self.voting {
            Some((sure, drawn)) => (*sure, drawn),
            None => (self.sure, &self.drawn),
        };
        // [RISK-1]
        let live = self.pairs(voting, &none, |good, _| sure + good < weight);
        judge(&failure.risk.live, &live, &format!("{what}: live"));
        self.judge_two(law, threshold, &what);
    }

    /// Judges the bounds of what takes the adversary's votes.
    pub(crate) fn judge_two(&self, law: &CommitteeLaw, threshold: u64, what: &str) {
        let risk = law.failure(threshold).unwrap().risk;
        let weight = self.weight(threshold);
        let bad = at_least_the_mean(&self.mean);
        // [RISK-2]
        let split = self.pairs(&self.drawn, &bad, |good, bad| {
            self.sure + good + 2 * (self.bad + bad) >= 2 * weight
        });
        judge_sum(&risk.split, &split, &format!("{what}: split"));
        // [RISK-4]
        let take = self.pairs(&[integer(1)], &bad, |_, bad| self.bad + bad >= weight);
        judge(&risk.take, &take, &format!("{what}: take"));
    }

    fn weight(&self, threshold: u64) -> u128 {
        (u128::from(threshold) * self.unit.0).div_ceil(self.unit.1)
    }

    fn pairs(&self, good: &[Big], bad: &[Big], event: impl Fn(u128, u128) -> bool) -> Chance {
        let (mut of, mut against) = (integer(0), integer(0));
        let nothing = integer(0);
        for (h, good) in good.iter().enumerate() {
            for (a, bad) in bad.iter().enumerate() {
                let happens = event(h as u128 * self.seat, a as u128 * self.seat);
                let sum = if happens { &mut of } else { &mut against };
                *sum += good * bad;
            }
        }
        // What never happens is 0 and not only close to it, hence what else happens is certain.
        if of == nothing {
            against = integer(1);
        } else if against == nothing {
            of = integer(1);
        } else if of > integer(1) {
            // By what the last digits are off.
            of = integer(1);
        }
        Chance { of, against }
    }
}

/// A bound that is summed over both sides is not computed from its opposite: near 1 it says that the event is likely.
fn judge_sum(bound: &Log2Bound, truth: &Chance, what: &str) {
    let half = integer(1) / integer(2);
    if truth.of < half {
        return judge(bound, truth, what);
    }
    let (log2, exact) = (bound.log2(), truth.of.log2().to_f64().value());
    assert!(
        decimal(&bound.decimal()) >= truth.of,
        "{what}: {bound:.9} and {exact}"
    );
    assert!((log2 - exact).abs() < 1e-12, "{what}: {bound:.9} and {exact}");
}

/// The distribution of max(X, ⌈λ⌉) for X ~ Poisson(λ).
pub(crate) fn at_least_the_mean(mean: &RBig) -> Vec<Big> {
    let least = usize::try_from(mean.ceil()).unwrap();
    let mut chances = poisson(mean, REACH);
    let lump = chances[..=least]
        .iter()
        .fold(integer(0), |sum, chance| sum + chance);
    chances[..=least].fill(integer(0));
    chances[least] = lump;
    chances
}

/// P[X = 0], P[X = 1], … for `trials` lots of one chance, each multiplied out.
pub(crate) fn lots(trials: u64, chance: &RBig) -> Vec<Big> {
    let (won, lost) = (big(chance), big(&(RBig::ONE - chance)));
    let mut chances = vec![integer(1)];
    for _ in 0..trials {
        chances.push(integer(0));
        for k in (0..chances.len()).rev() {
            let fewer = if k == 0 {
                integer(0)
            } else {
                chances[k - 1].clone()
            };
            chances[k] = &chances[k] * &lost + fewer * &won;
        }
    }
    let total = chances.iter().fold(integer(0), |sum, chance| sum + chance);
    assert!((total - integer(1)).abs() < integer(1) >> 900);
    chances
}

/// Which stakes, in descending order, the adversary owns: tried one after the other, as its description says.
pub(crate) fn bought(stakes: &[u64], adversary: Adversary, bad: &RBig) -> Vec<bool> {
    let total: u64 = stakes.iter().sum();
    let budget = bad * RBig::from(total);
    let mut owned = vec![false; stakes.len()];
    let places: Vec<usize> = match adversary {
        Adversary::Largest => (0..stakes.len()).collect(),
        Adversary::Smallest => (0..stakes.len()).rev().collect(),
        Adversary::Dust | Adversary::Worst => return owned,
    };
    let mut sum = RBig::ZERO;
    for place in places {
        sum += RBig::from(stakes[place]);
        if sum > budget {
            break;
        }
        owned[place] = true;
    }
    owned
}

/// A law with one adversary, for stakes without groups.
pub(crate) fn law(
    scheme: Scheme,
    expected: u32,
    stakes: &[u64],
    honest: (u64, u64),
    adversary: Adversary,
) -> CommitteeLaw {
    let stakes = Stakes::of(stakes.iter().copied()).unwrap();
    let assumptions = Assumptions {
        adversary,
        ..Assumptions::honest(share(honest))
    };
    CommitteeLaw::new(scheme, expected, Some(&stakes), &assumptions).unwrap()
}

pub(crate) fn share(honest: (u64, u64)) -> Fraction {
    format!("{}/{}", honest.0, honest.1).parse().unwrap()
}

/// λ of the adversary: τ·(1 − h).
pub(crate) fn bad_mean(expected: u32, honest: (u64, u64)) -> RBig {
    (RBig::ONE - ratio(honest.0, honest.1)) * RBig::from(expected)
}

/// The three that are not the worst of all.
pub(crate) const ADVERSARIES: [Adversary; 3] = [Adversary::Dust, Adversary::Largest, Adversary::Smallest];
