//! The chain id: everything in a genesis is in it.

use klero_finality::Genesis;
use klero_finality::stake::committee::sampling::{Digest, SeatScheme};

use crate::network::{genesis_of_twenty, keys};

/// Every field of a genesis, changed.
fn changes() -> Vec<fn(&mut Genesis)> {
    vec![
        |genesis| genesis.network.push('!'),
        |genesis| genesis.timestamp += 1,
        |genesis| genesis.profile.scheme = SeatScheme::Binomial,
        |genesis| genesis.profile.propose += 1,
        |genesis| genesis.profile.soft.expected += 1,
        |genesis| genesis.profile.soft.threshold += 1,
        |genesis| genesis.profile.cert.expected += 1,
        |genesis| genesis.profile.cert.threshold += 1,
        |genesis| genesis.profile.next.expected += 1,
        |genesis| genesis.profile.next.threshold += 1,
        |genesis| genesis.profile.catch_up += 1,
        |genesis| genesis.profile.k_max += 1,
        |genesis| genesis.profile.seeds.lookback += 1,
        |genesis| genesis.profile.seeds.refresh += 1,
        |genesis| genesis.profile.timing.filter_min += 1,
        |genesis| genesis.profile.timing.filter_max += 1,
        |genesis| genesis.profile.timing.deadline += 1,
        |genesis| genesis.profile.timing.step_base += 1,
        |genesis| genesis.profile.timing.step_cap += 1,
        |genesis| genesis.profile.targets.honest.numerator += 1,
        |genesis| genesis.profile.targets.honest.denominator += 1,
        |genesis| genesis.profile.targets.safety += 1,
        |genesis| genesis.profile.targets.live += 1,
        |genesis| genesis.validators[7].id.0[31] ^= 1,
        |genesis| genesis.validators[7].stake += 1,
        |genesis| genesis.validators[7].vote_key = keys(70).vote.public(),
        |genesis| genesis.validators[7].possession = genesis.validators[8].possession,
        |genesis| genesis.validators[7].vrf_key = keys(70).vrf.public(),
        |genesis| genesis.validators.swap(7, 8),
        |genesis| genesis.validators.truncate(19),
    ]
}

/// [ENC-3] [SEED-1] Each change gives another chain and another first seed.
#[test]
fn every_field_of_a_genesis_changes_chain_id_and_seed() {
    let genesis = genesis_of_twenty();
    let mut ids = vec![genesis.chain_id()];
    let mut seeds = vec![genesis.seed()];
    for change in changes() {
        let mut changed = genesis.clone();
        change(&mut changed);
        ids.push(changed.chain_id());
        seeds.push(changed.seed());
    }
    for mut digests in [ids, seeds] {
        let count = digests.len();
        digests.sort_unstable();
        digests.dedup();
        assert_eq!(digests.len(), count);
    }
}

/// [ENC-3] [ENC-1] The chain id is the hash of the genesis's encoding, and text changes nothing.
#[test]
fn a_chain_id_is_the_hash_of_the_genesis() {
    let genesis = genesis_of_twenty();
    let bytes = borsh::to_vec(&genesis).unwrap();
    assert_eq!(
        genesis.chain_id(),
        Digest(blake3::derive_key("klero v1 genesis", &bytes))
    );
    let text = serde_json::to_string_pretty(&genesis).unwrap();
    let read: Genesis = serde_json::from_str(&text).unwrap();
    assert_eq!(read, genesis);
    assert_eq!(read.chain_id(), genesis.chain_id());
}
