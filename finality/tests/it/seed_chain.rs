//! The seeds in the headers of a chain, computed once more from the rules.

use klero_finality::stake::committee::Signer;
use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::vrf::VrfInput;
use klero_finality::{Header, HeaderError};

use crate::network::{Network, genesis_of_four};

const LOOKBACK: u64 = 2;
const REFRESH: u64 = 3;

fn hash(purpose: &str, bytes: &[u8]) -> Digest {
    Digest(blake3::derive_key(&format!("klero v1 {purpose}"), bytes))
}

/// The seeds and header digests of all rounds so far, by round.
struct Rules {
    chain: Digest,
    seeds: Vec<Digest>,
    digests: Vec<Digest>,
}

impl Rules {
    fn new(chain: Digest) -> Self {
        // [SEED-1]
        Self {
            chain,
            seeds: vec![hash("seed-genesis", &chain.0)],
            digests: vec![chain],
        }
    }

    /// Q(r − L), where a negative index means 0.
    fn drawing(&self, round: u64) -> Digest {
        self.seeds[round.saturating_sub(LOOKBACK) as usize]
    }

    /// d of [SEED-4].
    fn old(&self, round: u64) -> Digest {
        if round % REFRESH < LOOKBACK && round > 2 * REFRESH {
            self.digests[(round - 2 * REFRESH) as usize]
        } else {
            Digest([0; 32])
        }
    }

    /// Q(r) of the header's round, by [SEED-2] and [SEED-3].
    fn seed(&self, network: &Network, header: &Header) -> Digest {
        let round = header.round;
        let (earlier, old) = (self.drawing(round), self.old(round));
        if header.original_period == 0 {
            let proposer = &network.keys[header.proposer as usize];
            let output = proposer
                .evaluate(&VrfInput::seed(&self.chain, &earlier, round))
                .unwrap();
            hash("seed", &[*output.as_bytes(), old.0].concat())
        } else {
            let bytes = [&earlier.0[..], &round.to_be_bytes(), &old.0].concat();
            hash("seed-fallback", &bytes)
        }
    }
}

/// [SEED-1] [SEED-2] [SEED-3] [SEED-4] [SEED-5] Every header's seed, the seed of the next round in it, and the seed
/// that each round's committees are drawn with, in forty rounds with all kinds of seeds.
#[test]
fn seeds_follow_the_rules() {
    let mut network = Network::new(genesis_of_four());
    let mut rules = Rules::new(network.genesis.chain_id());
    let mut refreshed = 0;
    for round in 1..=40 {
        let context = network.chain.context(round).unwrap();
        assert_eq!(*context.seed(), rules.drawing(round));
        let period = u32::from(round % 4 == 0) * 3;
        let header = network.extend(period).block.header;
        assert_eq!(header.seed, rules.seed(&network, &header), "{round}");
        assert_eq!(header.seed_proof.is_some(), period == 0);
        refreshed += u32::from(rules.old(round) != Digest::ZERO);
        rules.seeds.push(header.seed);
        rules.digests.push(header.digest());
        assert_eq!(header.next_seed, rules.drawing(round + 1));
    }
    assert!(refreshed > 20);
}

fn refusal(network: &Network, header: &Header) -> Option<HeaderError> {
    network.chain.check_header(header).err()
}

/// [SEED-2] [SEED-3] The two kinds of seeds do not stand in for each other.
#[test]
fn seeds_of_the_other_kind_are_refused() {
    let network = Network::of_four(8);
    let (first, later) = (network.block(0).header, network.block(1).header);
    assert_eq!(refusal(&network, &first), None);
    assert_eq!(refusal(&network, &later), None);
    let wrong = [
        Header {
            original_period: 1,
            ..first.clone()
        },
        Header {
            original_period: 1,
            seed_proof: None,
            ..first.clone()
        },
        Header {
            original_period: 0,
            ..later.clone()
        },
        Header {
            seed_proof: first.seed_proof.clone(),
            ..later.clone()
        },
        Header {
            original_period: 0,
            seed_proof: first.seed_proof.clone(),
            ..later.clone()
        },
        Header {
            seed: later.seed,
            ..first.clone()
        },
    ];
    for header in wrong {
        assert_eq!(refusal(&network, &header), Some(HeaderError::Seed));
    }
}

/// [SEED-2] The proof is the named proposer's, of this round.
#[test]
fn a_seed_of_another_proposer_or_round_is_refused() {
    let network = Network::of_four(8);
    let mine = network.block(0).header;
    let mut draft = network.draft(0);
    draft.proposer = (network.proposer() + 1) % 4;
    let signer = &network.keys[draft.proposer as usize];
    let other = draft.into_block(&network.chain, signer).unwrap().header;
    assert_eq!(refusal(&network, &other), None);
    assert_ne!(mine.seed, other.seed);
    let stolen = Header {
        proposer: mine.proposer,
        ..other
    };
    assert_eq!(refusal(&network, &stolen), Some(HeaderError::Seed));
    let earlier = Network::of_four(7).block(0).header;
    let old = Header {
        seed: earlier.seed,
        seed_proof: earlier.seed_proof,
        ..mine
    };
    assert_eq!(refusal(&network, &old), Some(HeaderError::Seed));
}

/// [SEED-3] A later period has one seed, whoever proposes and in whatever period.
#[test]
fn a_fallback_seed_is_nobodys_choice() {
    let network = Network::of_four(8);
    let seeds = (0..4).map(|proposer| {
        let mut draft = network.draft(1 + proposer);
        draft.proposer = proposer;
        draft.payload = vec![proposer as u8];
        let signer = &network.keys[proposer as usize];
        draft.into_block(&network.chain, signer).unwrap().header.seed
    });
    let seeds: std::collections::BTreeSet<Digest> = seeds.collect();
    assert_eq!(seeds.len(), 1);
}

/// [SEED-2] [SEED-4] Distances so long that no round ever looks back overflow nothing.
#[test]
fn the_longest_distances_are_followed() {
    let mut genesis = genesis_of_four();
    genesis.profile.seeds.lookback = 1 << 40;
    genesis.profile.seeds.refresh = 1 << 21;
    genesis.stake.unbonding_rounds = u64::MAX;
    let mut network = Network::new(genesis);
    let first = network.extend(0).block.header;
    let second = network.extend(1).block.header;
    assert_eq!(first.next_seed, second.next_seed);
}
