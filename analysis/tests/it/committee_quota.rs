//! The bounds of quota committees of known stakes, against every outcome of the draws.

use dashu::rational::RBig;
use klero_analysis::{Adversary, Assumptions, CommitteeLaw, Scheme, Stakes};

use crate::committee_oracle::{ADVERSARIES, Truth, bad_mean, bought, law, share};
use crate::oracle::{big, ratio};
use crate::quota::{seats, zipf};

/// The exact chances of the honest seats, without the accounts that are `silent`.
fn honest(
    stakes: &[u64],
    expected: u32,
    (part, whole): (u64, u64),
    adversary: Adversary,
    silent: &[bool],
) -> Truth {
    let total = stakes.iter().sum();
    let owned = bought(stakes, adversary, &(RBig::ONE - ratio(part, whole)));
    let of = |silent: &[bool]| {
        let good = stakes.iter().enumerate();
        let good: Vec<u64> = good
            .filter(|(place, _)| !owned[*place] && !silent.get(*place).is_some_and(|silent| *silent))
            .map(|(_, stake)| *stake)
            .collect();
        let part = if adversary == Adversary::Dust {
            ratio(part, whole)
        } else {
            RBig::ONE
        };
        seats(&good, total, expected, &part).iter().map(big).collect()
    };
    let mut truth = Truth::of_seats(of(&[]), bad_mean(expected, (part, whole)));
    truth.voting = silent.contains(&true).then(|| (0, of(silent)));
    truth
}

#[test]
fn each_adversary_of_few_validators() {
    let stakes = zipf(9);
    for (expected, share) in [
        (12, (4, 5)),
        (30, (4, 5)),
        (45, (9, 10)),
        (40, (2, 3)),
        (9, (1, 1)),
    ] {
        for adversary in ADVERSARIES {
            let law = law(Scheme::Quota, expected, &stakes, share, adversary);
            let truth = honest(&stakes, expected, share, adversary, &[]);
            for threshold in [
                1,
                u64::from(expected) / 2,
                u64::from(expected) * 7 / 10,
                u64::from(expected) + 5,
            ] {
                let what = format!("{adversary:?}, τ = {expected}, h = {share:?}");
                truth.judge(&law, threshold, &what);
            }
        }
    }
}

#[test]
fn the_worst_adversary_is_the_worst_of_the_three_for_each_event() {
    let stakes = zipf(9);
    let mut seen = Vec::new();
    for threshold in 18..30 {
        let one = ADVERSARIES.map(|adversary| {
            let law = law(Scheme::Quota, 30, &stakes, (4, 5), adversary);
            (adversary, law.failure(threshold).unwrap().risk)
        });
        let law = law(Scheme::Quota, 30, &stakes, (4, 5), Adversary::Worst);
        let failure = law.failure(threshold).unwrap();
        let worst = failure.worst.unwrap();
        for (adversary, risk) in one {
            assert!(failure.risk.live >= risk.live && failure.risk.split >= risk.split);
            assert!(failure.risk.take >= risk.take);
            if adversary == worst.live {
                assert_eq!(failure.risk.live, risk.live);
            }
            if adversary == worst.split {
                assert_eq!(failure.risk.split, risk.split);
            }
            if adversary == worst.take {
                assert_eq!(failure.risk.take, risk.take);
            }
        }
        seen.push((worst.live, worst.split));
    }
    // They are not the same adversary throughout.
    assert!(seen.iter().any(|(live, split)| live != split), "{seen:?}");
}

#[test]
fn accounts_of_the_largest_groups_do_not_vote() {
    // By sum the groups are z, x, y, and an account alone is one.
    let text = "id,stake,group\na,900,x\nb,800,y\nc,700,z\nd,650,z\ne,400,x\nf,300,\ng,20,y\n";
    let groups = ["x", "y", "z", "z", "x", "", "y"];
    let stakes = [900, 800, 700, 650, 400, 300, 20];
    let file = Stakes::read(text.as_bytes()).unwrap();
    for (offline_groups, off) in [(0, &[][..]), (1, &["z"]), (2, &["z", "x"]), (3, &["z", "x", "y"])] {
        for adversary in ADVERSARIES {
            let assumptions = Assumptions {
                honest: share((3, 4)),
                adversary,
                offline_groups,
                population: None,
            };
            let law = CommitteeLaw::new(Scheme::Quota, 23, Some(&file), &assumptions).unwrap();
            let silent = groups.map(|group| off.contains(&group));
            let truth = honest(&stakes, 23, (3, 4), adversary, &silent);
            for threshold in [3, 7, 12, 16] {
                truth.judge(&law, threshold, &format!("{off:?} silent, {adversary:?}"));
            }
        }
    }
}
