//! The figures of docs/src/measurements/certificates.md, but for the times: they follow from the electorates and keys
//! of the example `certificates`.

use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::vrf::VrfSuite;
use klero_committee::{UnverifiedCertificate, ValidatorKeys};

use crate::round::{Size, keys};
use crate::stakes::{Shape, VALIDATORS};
use crate::table::{COMMITTEES, Row};

const DOCUMENT: &str = include_str!("../../../docs/src/measurements/certificates.md");

fn keys_of(suite: VrfSuite) -> Vec<ValidatorKeys> {
    keys(suite, VALIDATORS as usize)
}

/// [COM-5] Every row stands in the table, and its certificate verifies from its bytes.
fn check_rows(suite: VrfSuite) {
    let keys = keys_of(suite);
    for committee in COMMITTEES {
        for shape in Shape::ALL {
            let row = Row::new(committee, shape.name(), &shape.stakes(), &keys);
            let stands = DOCUMENT.lines().any(|line| line.starts_with(&row.text));
            assert!(stands, "not in the table: {}", row.text);
            let received = UnverifiedCertificate::decode(&row.certificate.encode()).unwrap();
            assert!(received.verify_with(&row.round.context, &[3; 32]).is_ok());
        }
    }
}

#[test]
fn the_table_holds_with_sr25519() {
    check_rows(VrfSuite::Sr25519);
}

#[test]
fn the_table_holds_with_bls12381() {
    check_rows(VrfSuite::Bls12381);
}

/// Stakes like those of a large public network, quota seats, τ = 961 and T = 690: at most 2.5 kB when everyone signs. With
/// τ = 2879 and T = 1973 some 300 bytes.
#[test]
fn certificates_of_a_network_are_small() {
    for suite in [VrfSuite::Sr25519, VrfSuite::Bls12381] {
        let keys = keys_of(suite);
        let size = |committee| {
            let row = Row::new(committee, "", &Shape::Network.stakes(), &keys);
            Size::of(&row.certificate)
        };
        let small = size(COMMITTEES[0]);
        assert!(small.bytes <= 2500 && small.proofs <= 20, "{small:?}");
        let large = size(COMMITTEES[1]);
        assert!(large.bytes <= 400 && large.proofs == 0, "{large:?}");
    }
}

/// The shape: stake of the i-th proportional to (i + 12.5)^-1.38. The first has 2^1.38 times the stake of the one that
/// stands 12.5 places further, on the mean of its neighbours.
#[test]
fn the_network_has_the_shape_that_it_says() {
    let stakes = Shape::Network.stakes();
    assert_eq!(stakes.len(), 1000);
    assert_eq!(stakes[0], 1_000_000_000_000);
    assert!(stakes.is_sorted_by(|a, b| a > b));
    let between = ((stakes[12] as f64) * (stakes[13] as f64)).sqrt();
    assert!((stakes[0] as f64 / between - 2.603).abs() < 0.003);
    let largest: u64 = stakes.iter().take(100).sum();
    let share = largest as f64 / stakes.iter().sum::<u64>() as f64;
    assert!((0.60..0.75).contains(&share), "{share}");
}
