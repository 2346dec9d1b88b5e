//! Two values staged, whichever accounts the adversary owns, in whole or in part: against every set and many splits, in floating
//! point.

use klero_analysis::risk::split_of_any_adversary;
use klero_committee::CommitteeSize;

/// P[H + 2A ≥ 2T] for honest quotas and adversarial ones, each a number of sure seats and one more by lot.
fn split(honest: &[f64], bad: &[f64], threshold: usize) -> f64 {
    let mut chances = vec![1.0];
    let quotas = honest
        .iter()
        .map(|quota| (quota, 1))
        .chain(bad.iter().map(|quota| (quota, 2)));
    for (quota, votes) in quotas {
        let (sure, lot) = (quota.floor() as usize * votes, quota.fract());
        let mut with = vec![0.0; chances.len() + sure + votes];
        for (seats, chance) in chances.iter().enumerate() {
            with[seats + sure] += chance * (1.0 - lot);
            with[seats + sure + votes] += chance * lot;
        }
        chances = with;
    }
    chances.iter().skip(2 * threshold).sum()
}

/// Numbers that follow from a seed, from 0 to 1.
fn chaos(seed: u64) -> impl Iterator<Item = f64> {
    let mut state = seed;
    std::iter::from_fn(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        Some((state >> 11) as f64 / (1_u64 << 53) as f64)
    })
}

/// [RISK-2] Every set of accounts that a quarter of the stake can buy, the rest of the quarter as dust of which each has a lot of its own.
#[test]
fn no_set_of_accounts_is_worse_than_the_bound() {
    let (expected, threshold, honest) = (41, 32, 0.75);
    let stakes = [0.24, 0.19, 0.16, 0.13, 0.11, 0.09, 0.05, 0.03];
    let size = CommitteeSize {
        expected,
        threshold: threshold as u64,
    };
    let bound = split_of_any_adversary(size, "3/4".parse().unwrap(), stakes.len())
        .unwrap()
        .log2();
    let mut worst: f64 = 0.0;
    for set in 0..1_u32 << stakes.len() {
        let is_bad = |place: &usize| set >> place & 1 == 1;
        let owned: f64 = (0..stakes.len()).filter(is_bad).map(|place| stakes[place]).sum();
        let Some(dust) = Some(1.0 - honest - owned).filter(|dust| *dust >= 0.0) else {
            continue;
        };
        // Dust comes from all honest accounts alike.
        let kept = 1.0 - dust / (1.0 - owned);
        let quota = |share: f64| share * f64::from(expected);
        let good = (0..stakes.len()).filter(|place| !is_bad(place));
        let good: Vec<f64> = good.map(|place| quota(stakes[place] * kept)).collect();
        let mut bad: Vec<f64> = (0..stakes.len())
            .filter(is_bad)
            .map(|place| quota(stakes[place]))
            .collect();
        bad.extend([quota(dust) / 40.0; 40]);
        worst = worst.max(split(&good, &bad, threshold));
    }
    assert!(bound >= worst.log2(), "2^{bound} < {worst}");
    assert!(bound <= worst.log2() + 4.0, "2^{bound} for 2^{}", worst.log2());
}

/// [RISK-2] The adversary takes any part of each account.
#[test]
fn no_split_of_accounts_is_worse_than_the_bound() {
    let (expected, threshold, accounts) = (60_u32, 45, 6);
    let size = CommitteeSize {
        expected,
        threshold: threshold as u64,
    };
    let bound = split_of_any_adversary(size, "4/5".parse().unwrap(), accounts)
        .unwrap()
        .log2();
    for seed in 0..400 {
        let mut numbers = chaos(seed);
        let mut draw = |count: usize, sum: f64| {
            let parts: Vec<f64> = numbers.by_ref().take(count).map(|part| part + 0.01).collect();
            let all: f64 = parts.iter().sum();
            parts
                .iter()
                .map(|part| part * sum / all * f64::from(expected))
                .collect::<Vec<f64>>()
        };
        let (good, bad) = (draw(accounts, 0.8), draw(30, 0.2));
        let chance = split(&good, &bad, threshold).log2();
        assert!(bound >= chance, "seed {seed}: 2^{bound} < 2^{chance}");
    }
    assert!(bound < -3.0, "2^{bound}");
}

/// [RISK-2] With more accounts more is left to chance, and with none nothing but the adversary's seats.
#[test]
fn few_accounts_leave_little_to_chance() {
    let size = CommitteeSize {
        expected: 1_639,
        threshold: 1_247,
    };
    let bits = |accounts| {
        split_of_any_adversary(size, "4/5".parse().unwrap(), accounts)
            .unwrap()
            .log2()
    };
    assert!(bits(1) < bits(17) && bits(17) < bits(400) && bits(400) < 0.0);
    assert!(bits(17) < -77.0, "2^{}", bits(17));
}
