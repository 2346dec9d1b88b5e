//! Dropped secret keys leave nothing in memory.

use std::mem::ManuallyDrop;

use blst::min_sig;
use klero_sampling::vrf::VrfSuite;
use schnorrkel::{ExpansionMode, MiniSecretKey};

use crate::freed;
use crate::vrf_world::{secret, suites};

/// The secret scalar of a key as it lies in memory, computed apart from the product.
fn scalar(suite: VrfSuite, index: usize) -> [u8; 32] {
    let seed = [index as u8; 32];
    match suite {
        VrfSuite::Sr25519 => {
            let mini = MiniSecretKey::from_bytes(&seed).unwrap();
            let bytes = mini.expand(ExpansionMode::Uniform).to_bytes();
            bytes[..32].try_into().unwrap()
        }
        VrfSuite::Bls12381 => {
            let mut bytes = min_sig::SecretKey::key_gen(&seed, b"klero v1 vrf key")
                .unwrap()
                .serialize();
            bytes.reverse();
            bytes
        }
        VrfSuite::EcvrfP256 => {
            blake3::derive_key("klero v1 vrf-key", &[&[2], seed.as_slice(), &[0]].concat())
        }
    }
}

#[test]
fn a_dropped_key_is_erased() {
    for suite in suites() {
        let pattern = scalar(suite, 7);
        let key = Box::new(secret(suite, 7));
        assert!(!freed::holds(pattern, || drop(key)), "{suite}");
    }
}

/// The same without running the keys' own clean-up: that the pattern is what lies there. The key of sr25519
/// stands in a block of its own, which is then not freed; the library's type stands in for it.
#[test]
fn a_key_that_is_not_dropped_is_found() {
    for suite in suites() {
        let pattern = scalar(suite, 7);
        let is_found = match suite {
            VrfSuite::Sr25519 => {
                let mini = MiniSecretKey::from_bytes(&[7; 32]).unwrap();
                let pair = mini.expand_to_keypair(ExpansionMode::Uniform);
                let pair = Box::new(ManuallyDrop::new(pair));
                freed::holds(pattern, || drop(pair))
            }
            VrfSuite::Bls12381 | VrfSuite::EcvrfP256 => {
                let key = Box::new(ManuallyDrop::new(secret(suite, 7)));
                freed::holds(pattern, || drop(key))
            }
        };
        assert!(is_found, "{suite}");
    }
}

#[test]
fn a_clone_is_erased_by_itself() {
    for suite in suites() {
        let pattern = scalar(suite, 7);
        let key = secret(suite, 7);
        let clone = Box::new(key.clone());
        assert!(!freed::holds(pattern, || drop(clone)), "{suite}");
        assert_eq!(key.public(), secret(suite, 7).public());
    }
}
