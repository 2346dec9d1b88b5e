//! Chains with each VRF suite, and a genesis whose keys are of another one than its profile.

use klero_finality::stake::committee::ValidatorKeys;
use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::committee::sampling::vrf::VrfSuite;
use klero_finality::{Chain, FinalBlock, Genesis, GenesisError};

use crate::network::{Network, genesis_of_four, genesis_of_twenty};

fn suites() -> impl Iterator<Item = VrfSuite> {
    VrfSuite::ALL.into_iter().filter(|suite| suite.is_built())
}

fn keys(suite: VrfSuite, index: usize) -> ValidatorKeys {
    ValidatorKeys::from_seed(suite, &[index as u8; 32]).unwrap()
}

/// The genesis with VRF keys of another suite, its profile as it was.
fn rekeyed(mut genesis: Genesis, suite: VrfSuite) -> Genesis {
    for (index, validator) in genesis.validators.iter_mut().enumerate() {
        validator.vrf_key = keys(suite, index).vrf.public();
    }
    genesis
}

fn network(suite: VrfSuite, genesis: Genesis) -> Network {
    let mut genesis = rekeyed(genesis, suite);
    genesis.profile.vrf = suite;
    Network {
        keys: (0..genesis.validators.len())
            .map(|index| keys(suite, index))
            .collect(),
        chain: Chain::new(&genesis).unwrap(),
        genesis,
        certificate: None,
    }
}

/// [SEED-2] [FIN-2] Blocks with seed proofs and certificates of every suite become final, and travel as bytes.
#[test]
fn a_chain_grows_with_every_suite() {
    for suite in suites() {
        for genesis in [genesis_of_four(), genesis_of_twenty()] {
            let mut network = network(suite, genesis);
            for round in 1..=4 {
                let block = network.extend(0);
                let proof = block.block.header.seed_proof.as_ref().unwrap();
                assert_eq!(proof.suite(), suite);
                assert_eq!(FinalBlock::decode(&block.encode()), Ok(block));
                assert_eq!(network.chain.round(), round);
            }
        }
    }
}

/// A key of another suite than the profile's, in the first validator or in the last.
#[test]
fn a_key_of_another_suite_than_the_profile_is_refused() {
    for suite in suites() {
        let genesis = network(suite, genesis_of_four()).genesis;
        for other in suites().filter(|other| *other != suite) {
            for index in [0, 3] {
                let mut mixed = genesis.clone();
                mixed.validators[index].vrf_key = keys(other, index).vrf.public();
                let refused = Err(GenesisError::Suite(Digest([index as u8; 32])));
                assert_eq!(mixed.validate(), refused);
            }
            let all = rekeyed(genesis.clone(), other);
            assert_eq!(all.validate(), Err(GenesisError::Suite(Digest([0; 32]))));
        }
    }
}

/// A genesis reads from JSON what it wrote, its keys behind the names of their suites.
#[test]
fn a_genesis_of_every_suite_is_read_from_json() {
    for suite in suites() {
        let genesis = network(suite, genesis_of_four()).genesis;
        let json = serde_json::to_string(&genesis).unwrap();
        assert!(json.contains(&format!("\"vrf\":\"{suite}\"")));
        assert!(json.contains(&format!("\"vrf_key\":\"{suite}:")));
        assert_eq!(serde_json::from_str::<Genesis>(&json).unwrap(), genesis);
    }
}
