//! The chance of a fork over known stakes, against the best that a scheduler can do, by search.

use std::collections::BTreeMap;

use klero_analysis::Stakes;
use klero_analysis::risk::{Adversary, Assumptions, fork_risk};
use klero_committee::CommitteeSize;
use klero_committee::sampling::SeatScheme;

/// Two committees over honest accounts, of whose seats the adversary sees those of the first as it schedules.
struct World {
    sizes: [CommitteeSize; 2],
    /// Honest stakes as shares of the total.
    honest: Vec<f64>,
    /// a
    bad: f64,
}

/// P[k], k from 0 on, for a Poisson number.
fn poisson(mean: f64) -> Vec<f64> {
    let mut chances = vec![(-mean).exp()];
    for k in 1..80 {
        let last: f64 = chances[k - 1];
        chances.push(last * mean / k as f64);
    }
    chances
}

impl World {
    fn quota(&self, committee: usize, account: usize) -> (u64, f64) {
        let quota = f64::from(self.sizes[committee].expected) * self.honest[account];
        (quota.floor() as u64, quota.fract())
    }

    fn bad_seats(&self, committee: usize) -> Vec<f64> {
        poisson(f64::from(self.sizes[committee].expected) * self.bad)
    }

    /// A Next quorum from the adversary and those who have not staged.
    fn abandoned(&self, staged: u32) -> f64 {
        let mut chances = self.bad_seats(1);
        for account in 0..self.honest.len() {
            if staged >> account & 1 == 1 {
                continue;
            }
            let (sure, fraction) = self.quota(1, account);
            let mut with = vec![0.0; chances.len() + sure as usize + 1];
            for (seats, chance) in chances.iter().enumerate() {
                with[seats + sure as usize] += chance * (1.0 - fraction);
                with[seats + sure as usize + 1] += chance * fraction;
            }
            chances = with;
        }
        chances.iter().skip(self.sizes[1].threshold as usize).sum()
    }

    /// The chance of a fork if the scheduler goes on in the best way.
    fn best(&self, staged: u32, seats: u64, known: &mut BTreeMap<(u32, u64), f64>) -> f64 {
        if seats >= self.sizes[0].threshold {
            return self.abandoned(staged);
        }
        if let Some(value) = known.get(&(staged, seats)) {
            return *value;
        }
        let mut best: f64 = 0.0;
        for account in (0..self.honest.len()).filter(|account| staged >> account & 1 == 0) {
            let (sure, fraction) = self.quota(0, account);
            let after = staged | 1 << account;
            let value = (1.0 - fraction) * self.best(after, seats + sure, known)
                + fraction * self.best(after, seats + sure + 1, known);
            best = best.max(value);
        }
        known.insert((staged, seats), best);
        best
    }

    fn fork(&self) -> f64 {
        let mut known = BTreeMap::new();
        let bad = self.bad_seats(0);
        let chances = bad.iter().enumerate();
        chances
            .map(|(seats, chance)| chance * self.best(0, seats as u64, &mut known))
            .sum()
    }
}

fn size(expected: u32, threshold: u64) -> CommitteeSize {
    CommitteeSize { expected, threshold }
}

/// [RISK-3] No order, also none that follows the seats as they come, forks more often than the bound says; and the bound is near.
#[test]
fn no_scheduler_is_better_than_the_bound() {
    let stakes: [u64; 7] = [310_007, 200_013, 150_001, 120_011, 100_019, 80_021, 39_928];
    let total: u64 = stakes.iter().sum();
    let honest = 0.8;
    for sizes in [
        [size(30, 24), size(30, 24)],
        [size(30, 26), size(30, 26)],
        [size(40, 34), size(25, 20)],
        [size(20, 16), size(50, 42)],
    ] {
        let with = Stakes::of(stakes).unwrap();
        let assumptions = Assumptions {
            adversary: Adversary::Dust,
            ..Assumptions::honest("4/5".parse().unwrap())
        };
        let bound = fork_risk(SeatScheme::Quota, sizes, Some(&with), &assumptions).unwrap();
        let world = World {
            sizes,
            honest: stakes
                .iter()
                .map(|stake| honest * *stake as f64 / total as f64)
                .collect(),
            bad: 1.0 - honest,
        };
        let chance = world.fork().log2();
        assert!(bound.log2() >= chance, "{sizes:?}: {bound} < 2^{chance}");
        assert!(bound.log2() <= chance + 5.0, "{sizes:?}: {bound} for 2^{chance}");
    }
}

/// [RISK-3] The adversary owns whole accounts: the others are honest in full.
#[test]
fn the_largest_and_the_smallest_are_searched_too() {
    let stakes: [u64; 6] = [150_000, 100_000, 250_000, 200_000, 160_000, 140_000];
    let with = Stakes::of(stakes).unwrap();
    let sizes = [size(33, 27), size(33, 28)];
    for (adversary, owned) in [
        // 250 of 1000 are all that a quarter allows; 100 and 140 are, from the other end.
        (Adversary::Largest, vec![250_000]),
        (Adversary::Smallest, vec![100_000, 140_000]),
    ] {
        let assumptions = Assumptions {
            adversary,
            ..Assumptions::honest("3/4".parse().unwrap())
        };
        let bound = fork_risk(SeatScheme::Quota, sizes, Some(&with), &assumptions).unwrap();
        let honest = stakes.iter().filter(|stake| !owned.contains(*stake));
        let world = World {
            sizes,
            honest: honest.map(|stake| *stake as f64 / 1e6).collect(),
            bad: 0.25,
        };
        let chance = world.fork().log2();
        assert!(bound.log2() >= chance, "{adversary:?}: {bound} < 2^{chance}");
        assert!(
            bound.log2() <= chance + 5.0,
            "{adversary:?}: {bound} for 2^{chance}"
        );
    }
}

/// [RISK-3] What is known of the stakes never makes the bound greater, and quotas make it far smaller.
#[test]
fn known_stakes_help() {
    let stakes = Stakes::of((1..=300_u64).map(|rank| 1_000_000_007 / (rank + 4))).unwrap();
    let assumptions = Assumptions::honest("4/5".parse().unwrap());
    let bits = |scheme, stakes| {
        let sizes = [size(900, 660), size(800, 590)];
        fork_risk(scheme, sizes, stakes, &assumptions).unwrap().log2()
    };
    let any = bits(SeatScheme::Quota, None);
    let known = bits(SeatScheme::Quota, Some(&stakes));
    assert!(known < 1.5 * any, "{known} {any}");
    assert_eq!(bits(SeatScheme::Binomial, Some(&stakes)), any);
    // By generating functions alone, within a few bits.
    let permanent = bits(SeatScheme::FaitAccompli, None);
    assert!(any <= permanent && permanent < any + 4.0, "{any} {permanent}");
}

/// [RISK-3] [SEAT-4] Where everyone is a member a fork is certain or impossible.
#[test]
fn everyone_is_a_member() {
    let stakes = Stakes::of([5, 5, 5, 5]).unwrap();
    let fork = |honest: &str, expected| {
        let assumptions = Assumptions::honest(honest.parse().unwrap());
        let sizes = [size(expected, expected.into()); 2];
        fork_risk(SeatScheme::Quota, sizes, Some(&stakes), &assumptions)
            .unwrap()
            .log2()
    };
    assert_eq!(fork("4/5", 20), f64::NEG_INFINITY);
    assert_eq!(fork("3/5", 20), 0.0);
    // One of 19 is drawn.
    let one = |sizes| {
        let assumptions = Assumptions::honest("9/10".parse().unwrap());
        let stakes = Stakes::of([250; 4]).unwrap();
        fork_risk(SeatScheme::Quota, sizes, Some(&stakes), &assumptions)
            .unwrap()
            .log2()
    };
    let (drawn, all) = (size(900, 700), size(1_000, 667));
    for bound in [one([drawn, all]), one([all, drawn])] {
        // A Poisson number with the mean 390 = 900·(1/10 + 1/3) is 700 or more with 2^-148.4.
        assert!((-148.4..-142.0).contains(&bound), "{bound}");
    }
}
