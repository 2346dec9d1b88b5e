//! The liveness of a network some of whose accounts are silent [RISK-1].

use std::collections::BTreeSet;

use dashu::rational::RBig;
use klero_analysis::{Log2Bound, RiskError, quota_offline};
use klero_committee::CommitteeSize;

use crate::oracle::judge;
use crate::quota::{below, seats, zipf};

#[test]
fn every_set_of_silent_accounts_against_every_outcome() {
    let stakes = zipf(7);
    let total = stakes.iter().sum();
    for silent in 0..1_u32 << stakes.len() {
        let offline: BTreeSet<usize> = (0..stakes.len())
            .filter(|place| silent >> place & 1 == 1)
            .collect();
        let online = stakes
            .iter()
            .enumerate()
            .filter(|(place, _)| !offline.contains(place));
        let online: Vec<u64> = online.map(|(_, stake)| *stake).collect();
        let truth = seats(&online, total, 23, &RBig::ONE);
        for threshold in [1, 12, 17] {
            let bound = quota_offline(
                &stakes,
                &offline,
                CommitteeSize {
                    expected: 23,
                    threshold,
                },
            )
            .unwrap();
            judge(
                &bound,
                &below(&truth, threshold),
                &format!("{offline:?} silent, T = {threshold}"),
            );
        }
    }
}

#[test]
fn guaranteed_seats_make_a_network_live_for_sure() {
    let stakes = [25; 40];
    // Each has ten seats for sure; a quarter of them is silent.
    let offline = (0..10).collect();
    let live = |threshold| {
        quota_offline(
            &stakes,
            &offline,
            CommitteeSize {
                expected: 400,
                threshold,
            },
        )
        .unwrap()
    };
    assert_eq!(live(300), Log2Bound::IMPOSSIBLE);
    assert_eq!(live(301), Log2Bound::CERTAIN);
}

#[test]
fn an_account_that_does_not_exist_is_refused() {
    let size = CommitteeSize {
        expected: 23,
        threshold: 17,
    };
    let refused = quota_offline(&zipf(7), &[3, 7].into(), size);
    assert_eq!(
        refused,
        Err(RiskError::Account {
            index: 7,
            accounts: 7
        })
    );
}
