//! A validator's keys are replaced and no round is missed.

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use klero_node::api::{AccountPage, CertificatePage};
use klero_node::finality::Profile;
use klero_node::keys::{KeyEntry, KeyFile};
use klero_sampling::seed::SeedSchedule;

use crate::cli::{assert_says, json, printed, refused};
use crate::cluster::{Cluster, quick};
use crate::stake_story::{page, round, stake};

const LONG: Duration = Duration::from_secs(60);

/// K is 8 rounds.
fn profile() -> Profile {
    let seeds = SeedSchedule {
        lookback: 2,
        refresh: 2,
    };
    quick(Profile {
        seeds,
        ..Profile::full()
    })
}

fn vote_key(entry: &KeyEntry) -> klero_sampling::bls::PublicKey {
    entry.keys().unwrap().vote.public()
}

/// [STK-3] [STK-6] Of three equal validators all are needed in every round, so one that missed a round, before, at or
/// after the change, would stop the chain.
#[test]
fn keys_are_rotated_without_a_missed_round() {
    let mut cluster = Cluster::new(3, 1, profile());
    let here = tempfile::tempdir().unwrap();
    let (here, file) = (here.path(), here.path().join("keys.json"));
    cluster.keys(0).create(&file).unwrap();
    let old = vote_key(&cluster.keys(0).validators[0]);
    let account = cluster.keys(0).validators[0].id;
    cluster.start_all();
    cluster.wait_for(2, LONG);
    let other = cluster.rpc(1);
    let rotate = ["stake", "rotate", "--keys", "keys.json", "--rpc", &other];
    assert_says(
        &refused(here, &rotate),
        &["no new keys", "stake rotate --prepare"],
    );

    printed(here, &[&rotate[..], &["--prepare"]].concat());
    let both = KeyFile::load(&file).unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!((both.validators.len(), mode & 0o777), (2, 0o600));
    assert!(both.validators.iter().all(|entry| entry.id == account));
    let new = vote_key(&both.validators[1]);
    assert_eq!(vote_key(&both.validators[0]), old, "the old keys stay");
    // Asked again, it does not make others.
    let again = json(here, &[&rotate[..], &["--prepare", "--json"]].concat());
    assert_eq!(again["is_new"], false);
    assert_eq!(again["vote_key"], hex::encode(new.to_bytes()));
    assert_eq!(KeyFile::load(&file).unwrap().validators.len(), 2);

    cluster.stop(0);
    *cluster.keys_mut(0) = both;
    cluster.start(0);
    let sent = stake(here, &other, &["rotate", "--keys", "keys.json"]);
    let force = round(&sent, "in_force");
    assert_eq!(force, round(&sent, "round") + 8);
    cluster.wait_for(force + 3, LONG);
    for round in 1..=force + 3 {
        let shown: CertificatePage = page(&other, &format!("/v1/certificates/{round}"));
        assert_eq!(shown.certificate.signers.count(), 3, "round {round}");
    }
    let shown: AccountPage = page(&other, &format!("/v1/accounts/{account}"));
    assert_eq!(shown.validator.unwrap().vote_key, new);

    // The new keys alone do.
    cluster.stop(0);
    cluster.keys_mut(0).validators.remove(0);
    cluster.start(0);
    let head = cluster.node(1).status().final_round;
    cluster.wait_for(head + 3, LONG);
}
