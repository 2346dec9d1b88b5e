//! Chains made with real keys, of everyone or of sampled committees.

use klero_finality::stake::Parameters;
use klero_finality::stake::committee::certificate::assemble;
use klero_finality::stake::committee::sampling::bls::possession;
use klero_finality::stake::committee::sampling::seed::SeedSchedule;
use klero_finality::stake::committee::sampling::vrf::VrfSuite;
use klero_finality::stake::committee::sampling::{Digest, SeatScheme};
use klero_finality::stake::committee::{
    CommitteeSize, Profile, Ratio, Role, Step, Targets, Timing, UnverifiedCertificate, ValidatorKeys, Value,
    Vote, cast_vote,
};
use klero_finality::{Block, Chain, CheckpointRules, Draft, FinalBlock, Genesis, GenesisValidator, Header};

pub(crate) const NAME: &str = "north";
pub(crate) const START: u64 = 1_000_000;

/// Old blocks enter the seeds of rounds 7, 9, 10, 12, 13, …
pub(crate) const SEEDS: SeedSchedule = SeedSchedule {
    lookback: 2,
    refresh: 3,
};

/// A chain with its validators' keys, at its last block.
pub(crate) struct Network {
    pub(crate) genesis: Genesis,
    pub(crate) keys: Vec<ValidatorKeys>,
    pub(crate) chain: Chain,
    /// A certificate of the last block.
    pub(crate) certificate: Option<UnverifiedCertificate>,
}

fn profile(scheme: SeatScheme, expected: u32, threshold: u64) -> Profile {
    let size = CommitteeSize { expected, threshold };
    Profile {
        scheme,
        vrf: VrfSuite::Sr25519,
        propose: 5,
        soft: size,
        cert: size,
        next: size,
        catch_up: 1,
        k_max: 64,
        seeds: SEEDS,
        timing: Timing::default(),
        targets: Targets {
            honest: Ratio {
                numerator: 4,
                denominator: 5,
            },
            safety: 20,
            live: 20,
        },
    }
}

pub(crate) fn keys(index: usize) -> ValidatorKeys {
    ValidatorKeys::from_seed(VrfSuite::Sr25519, &[index as u8; 32]).unwrap()
}

pub(crate) fn validator(network: &str, index: usize, stake: u64) -> GenesisValidator {
    let (keys, id) = (keys(index), Digest([index as u8; 32]));
    let binding = possession::genesis_binding(network);
    GenesisValidator {
        id,
        stake,
        vote_key: keys.vote.public(),
        possession: possession::prove(&keys.vote, &binding, &id),
        vrf_key: keys.vrf.public(),
    }
}

fn genesis(stakes: &[u64], profile: Profile) -> Genesis {
    let validators = stakes.iter().enumerate();
    Genesis {
        network: NAME.to_owned(),
        timestamp: START,
        checkpoints: CheckpointRules {
            interval: 4,
            committee: CommitteeSize {
                expected: profile.cert.expected + 10,
                threshold: profile.cert.threshold + 8,
            },
        },
        stake: Parameters::beside(&profile.seeds),
        accounts: Vec::new(),
        profile,
        validators: validators
            .map(|(index, stake)| validator(NAME, index, *stake))
            .collect(),
    }
}

/// Four equal members, all in every committee.
pub(crate) fn genesis_of_four() -> Genesis {
    genesis(&[1; 4], profile(SeatScheme::Full, 40, 30))
}

/// Twenty members whose stakes fall like 1/i. 22 of 30 seats are guaranteed; a quorum takes 25.
pub(crate) fn genesis_of_twenty() -> Genesis {
    let stakes: Vec<u64> = (1..=20).map(|rank| 100_000 / rank).collect();
    genesis(&stakes, profile(SeatScheme::Quota, 30, 25))
}

impl Network {
    pub(crate) fn new(genesis: Genesis) -> Self {
        let keys = (0..genesis.validators.len()).map(keys).collect();
        let chain = Chain::new(&genesis).unwrap();
        Self {
            genesis,
            keys,
            chain,
            certificate: None,
        }
    }

    /// Four equal members, after some blocks.
    pub(crate) fn of_four(rounds: u64) -> Self {
        let mut network = Self::new(genesis_of_four());
        (0..rounds).for_each(|_| drop(network.extend(0)));
        network
    }

    /// Twenty members with quota seats, after some blocks.
    pub(crate) fn of_twenty(rounds: u64) -> Self {
        let mut network = Self::new(genesis_of_twenty());
        (0..rounds).for_each(|_| drop(network.extend(0)));
        network
    }

    /// Members with these stakes under a scheme, before the first block.
    pub(crate) fn of_stakes(scheme: SeatScheme, stakes: &[u64]) -> Self {
        Self::new(genesis(stakes, profile(scheme, 30, 25)))
    }

    pub(crate) fn proposer(&self) -> u32 {
        (self.chain.round() as usize % self.keys.len()) as u32
    }

    pub(crate) fn draft(&self, period: u32) -> Draft {
        let round = self.chain.round() + 1;
        Draft {
            period,
            proposer: self.proposer(),
            parent_certificate: self.certificate.clone(),
            operations: Vec::new(),
            application_root: Digest([round as u8; 32]),
            payload: format!("set round {round}").into_bytes(),
            now: START + round * 1000,
        }
    }

    /// The next block, first proposed in a period.
    pub(crate) fn block(&self, period: u32) -> Block {
        let signer = &self.keys[self.proposer() as usize];
        self.draft(period).into_block(&self.chain, signer).unwrap()
    }

    /// The Cert votes of all members for a header, in a period.
    pub(crate) fn votes(&self, header: &Header, period: u32) -> Vec<Vote> {
        let context = self.chain.context(header.round).unwrap();
        let role = Role::new(header.round, period, Step::Cert);
        let value = Value::Block(header.digest());
        (0..)
            .zip(&self.keys)
            .filter_map(|(voter, keys)| cast_vote(&context, role, value, voter, keys))
            .collect()
    }

    /// The smallest certificate of a header in a period; in a later one when the draws of the period give no quorum.
    pub(crate) fn certify(&self, header: &Header, period: u32) -> UnverifiedCertificate {
        let context = self.chain.context(header.round).unwrap();
        let made = (period..period + 10).find_map(|period| {
            let role = Role::new(header.round, period, Step::Cert);
            let votes = self.votes(header, period);
            assemble(&context, role, Value::Block(header.digest()), &votes)
        });
        made.unwrap().as_unverified().clone()
    }

    /// Makes the next block final.
    pub(crate) fn extend(&mut self, period: u32) -> FinalBlock {
        self.finish(self.block(period))
    }

    /// Makes a block final, in the period in which it was first proposed.
    pub(crate) fn finish(&mut self, block: Block) -> FinalBlock {
        let certificate = self.certify(&block.header, block.header.original_period);
        self.chain.accept(&block, &certificate).unwrap();
        self.certificate = Some(certificate.clone());
        FinalBlock { block, certificate }
    }
}
