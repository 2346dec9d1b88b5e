//! Real nodes make blocks final under every scheme and VRF suite that a genesis may choose.

use std::time::Duration;

use klero_node::finality::Profile;
use klero_sampling::SeatScheme;
use klero_sampling::vrf::VrfSuite;

use crate::cluster::{Cluster, quota};
use crate::finality::assert_same_chain;

/// Two validators with some half of the stake, eighteen others.
fn stake(number: u64) -> u64 {
    if number < 2 { 8_000_000 } else { 1_000_000 }
}

/// Four nodes follow one chain whose certificates carry proofs.
fn four_nodes_agree(profile: Profile) {
    let mut cluster = Cluster::with_stakes(4, 5, profile, stake);
    cluster.start_all();
    cluster.wait_for(6, Duration::from_secs(90));
    assert_same_chain(&cluster, &[0, 1, 2, 3], 6);
    let finals = cluster.finals(0);
    assert!(finals.iter().any(|last| last.proven > 0), "{finals:#?}");
    assert!(
        finals.iter().all(|last| last.seats >= last.threshold),
        "{finals:#?}"
    );
}

/// [SEAT-2]
#[test]
fn binomial_committees_agree() {
    four_nodes_agree(Profile {
        scheme: SeatScheme::Binomial,
        ..quota(100, 65, 30)
    });
}

/// [SEAT-3] Two of twenty are permanent, the others draw eight of ten seats.
#[test]
fn committees_with_permanent_members_agree() {
    four_nodes_agree(Profile {
        scheme: SeatScheme::FaitAccompli,
        ..quota(10, 6, 3)
    });
}

#[test]
fn committees_that_draw_with_bls_agree() {
    four_nodes_agree(Profile {
        vrf: VrfSuite::Bls12381,
        ..quota(37, 25, 12)
    });
}

#[cfg(feature = "ecvrf")]
#[test]
fn committees_that_draw_with_openssl_agree() {
    four_nodes_agree(Profile {
        vrf: VrfSuite::EcvrfP256,
        ..quota(37, 25, 12)
    });
}
