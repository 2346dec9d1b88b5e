//! A chain of seeds against the rules written down once more, by recursion over the whole history.

use klero_sampling::Digest;
use klero_sampling::seed::{Contribution, SeedChain, SeedError, SeedSchedule};
use klero_sampling::vrf::{VrfInput, VrfOutput, VrfSecretKey, VrfSuite};

const CHAIN: Digest = Digest([1; 32]);

fn hash(purpose: &str, parts: &[&[u8]]) -> Digest {
    Digest(blake3::derive_key(
        &format!("klero v1 {purpose}"),
        &parts.concat(),
    ))
}

/// A history: who proposed each round in period 0, or nobody.
struct History {
    lookback: u64,
    refresh: u64,
    proposer: fn(u64) -> Option<u8>,
}

impl History {
    fn key(seed: u8) -> VrfSecretKey {
        VrfSecretKey::from_seed(VrfSuite::Sr25519, &[seed; 32]).unwrap()
    }

    fn block(round: u64) -> Digest {
        hash("a block", &[&round.to_le_bytes()])
    }

    /// d of a round [SEED-4].
    fn old(&self, round: u64) -> Digest {
        if round % self.refresh < self.lookback && round > 2 * self.refresh {
            Self::block(round - 2 * self.refresh)
        } else {
            Digest([0; 32])
        }
    }

    fn output(&self, round: u64, proposer: u8) -> VrfOutput {
        Self::key(proposer)
            .evaluate(&VrfInput::seed(&CHAIN, &self.earlier(round), round))
            .unwrap()
    }

    /// Q(r − L), where a negative index means 0.
    fn earlier(&self, round: u64) -> Digest {
        self.seed(round.saturating_sub(self.lookback))
    }

    /// Q(r).
    fn seed(&self, round: u64) -> Digest {
        let old = self.old(round).0;
        match (self.proposer)(round) {
            _ if round == 0 => hash("seed-genesis", &[&CHAIN.0]),
            Some(proposer) => hash("seed", &[self.output(round, proposer).as_bytes(), &old]),
            None => hash(
                "seed-fallback",
                &[&self.earlier(round).0, &round.to_be_bytes(), &old],
            ),
        }
    }

    fn schedule(&self) -> SeedSchedule {
        let (lookback, refresh) = (self.lookback, self.refresh);
        SeedSchedule { lookback, refresh }
    }

    /// The chain after so many rounds, which computes each seed itself.
    fn chain(&self, rounds: u64) -> SeedChain {
        let mut chain = SeedChain::new(self.schedule(), &CHAIN).unwrap();
        for round in 1..=rounds {
            let proposer = (self.proposer)(round).map(Self::key);
            let input = chain.input(&CHAIN).unwrap();
            let output = proposer.map(|key| key.evaluate(&input).unwrap());
            let contribution = output
                .as_ref()
                .map_or(Contribution::Nothing, Contribution::Output);
            let seed = chain.next(contribution).unwrap();
            chain.push(seed, Self::block(round));
        }
        chain
    }
}

fn now_and_then(round: u64) -> Option<u8> {
    (round % 4 != 3).then_some((round % 5) as u8)
}

/// [SEED-1] [SEED-2] [SEED-3] [SEED-4] [SEED-5] Every seed of forty rounds, for distances on both sides of each other.
#[test]
fn a_chain_follows_the_rules() {
    for (lookback, refresh) in [(2, 1), (2, 2), (2, 7), (3, 5), (5, 3), (4, 80)] {
        let history = History {
            lookback,
            refresh,
            proposer: now_and_then,
        };
        let mut chain = SeedChain::new(history.schedule(), &CHAIN).unwrap();
        for round in 1..=40 {
            assert_eq!(
                chain.old_block(),
                history.old(round),
                "{lookback} {refresh} {round}"
            );
            assert_eq!(chain.drawing(round), Ok(history.earlier(round)));
            let output = now_and_then(round).map(|proposer| history.output(round, proposer));
            let contribution = output
                .as_ref()
                .map_or(Contribution::Nothing, Contribution::Output);
            let seed = chain.next(contribution).unwrap();
            assert_eq!(seed, history.seed(round), "{lookback} {refresh} {round}");
            chain.push(seed, History::block(round));
            assert_eq!(chain.round(), round);
        }
    }
}

/// [SEED-2] A message of the next round can be checked while this round runs: its drawing seed is known.
#[test]
fn the_drawing_seeds_of_the_next_rounds_are_known() {
    for lookback in [2, 3, 6] {
        let history = History {
            lookback,
            refresh: 7,
            proposer: now_and_then,
        };
        for rounds in [0, 1, 2, 20] {
            let chain = history.chain(rounds);
            let last = rounds + lookback;
            for round in rounds..=last {
                assert_eq!(
                    chain.drawing(round),
                    Ok(history.earlier(round)),
                    "{rounds} {round}"
                );
            }
            let outside = [rounds.checked_sub(1), Some(last + 1), Some(u64::MAX)];
            for round in outside.into_iter().flatten() {
                let refused = SeedError::Round {
                    round,
                    first: rounds,
                    last,
                };
                assert_eq!(chain.drawing(round), Err(refused));
            }
        }
    }
}

/// [SEED-2] With L = 2 there are two chains: what round 1 fixed reaches the odd rounds and no even one.
#[test]
fn seeds_form_interleaved_chains() {
    let seeds = |first: Digest| {
        let mut chain = SeedChain::new(SeedSchedule::DEFAULT, &CHAIN).unwrap();
        chain.push(first, History::block(1));
        let mut seeds = vec![first];
        for round in 2..30 {
            let output = History::key(4).evaluate(&chain.input(&CHAIN).unwrap()).unwrap();
            let seed = chain.next(Contribution::Output(&output)).unwrap();
            chain.push(seed, History::block(round));
            seeds.push(seed);
        }
        seeds
    };
    let (one, other) = (seeds(Digest([8; 32])), seeds(Digest([9; 32])));
    for (at, (one, other)) in one.iter().zip(other).enumerate() {
        assert_eq!(*one != other, at % 2 == 0, "round {}", at + 1);
    }
}

/// [SEED-3] Without a contribution the seed is known as soon as the seed L rounds before is; each round has another.
#[test]
fn a_round_without_a_contribution_has_one_seed() {
    let history = History {
        lookback: 2,
        refresh: 80,
        proposer: |_| None,
    };
    let chain = history.chain(30);
    let twin = chain.clone();
    assert_eq!(
        chain.next(Contribution::Nothing),
        twin.next(Contribution::Nothing)
    );
    let seeds: std::collections::BTreeSet<Digest> = (0..=30).map(|round| history.seed(round)).collect();
    assert_eq!(seeds.len(), 31);
}

/// [SEED-4] A block reaches the seed of 2·R rounds later, and one that enters no seed changes nothing.
#[test]
fn an_old_block_changes_the_seed_it_enters() {
    let with = |changed: u64| {
        let mut chain = SeedChain::new(
            SeedSchedule {
                lookback: 2,
                refresh: 3,
            },
            &CHAIN,
        )
        .unwrap();
        let mut seeds = Vec::new();
        for round in 1..=14 {
            let seed = chain.next(Contribution::Nothing).unwrap();
            seeds.push(seed);
            let block = if round == changed {
                CHAIN
            } else {
                History::block(round)
            };
            chain.push(seed, block);
        }
        seeds
    };
    let first_change = |changed| {
        let (usual, other) = (with(0), with(changed));
        let at = usual.iter().zip(other).position(|(usual, other)| *usual != other);
        at.map(|at| at + 1)
    };
    // 7 = 1 mod 3 takes block 1; 8 = 2 mod 3 takes none; 9 and 10 take blocks 3 and 4.
    assert_eq!([1, 2, 3, 4].map(first_change), [Some(7), None, Some(9), Some(10)]);
}

/// [SEED-2] Distances out of their domain make no chain.
#[test]
fn distances_out_of_domain_are_refused() {
    for (lookback, refresh) in [(0, 80), (1, 80), (2, 0), (0, 0)] {
        let schedule = SeedSchedule { lookback, refresh };
        assert_eq!(SeedChain::new(schedule, &CHAIN), Err(SeedError::Schedule));
    }
}

/// [SEED-2] [SEED-4] Distances so long that no round looks back that far overflow nothing.
#[test]
fn the_longest_distances_are_followed() {
    let history = History {
        lookback: u64::MAX,
        refresh: u64::MAX,
        proposer: |_| None,
    };
    let chain = history.chain(5);
    assert_eq!(chain.drawing(5), chain.drawing(u64::MAX));
}
