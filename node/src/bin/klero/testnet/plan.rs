//! What a test network consists of before anything is on disk: genesis and keys.

use anyhow::{Context, ensure};
use klero_finality::Genesis;
use klero_node::Faucet;
use klero_node::keys::{KeyFile, Secret};
use klero_sampling::Domain;
use klero_stake::GenesisAccount;

use super::{profile, stakes};
use crate::genesis::{self, Scheme};

/// The name that the proofs of possession are for.
pub(crate) const NETWORK: &str = "klero-testnet";

/// Every so many rounds a checkpoint, so that one comes by while somebody watches.
const CHECKPOINT_INTERVAL: u32 = 50;
/// How many requests the faucet can serve. Each gets the mean stake of a validator.
const GRANTS: u64 = 1_000;
/// What a request gets at least: a validator begins with one unit and bonds another.
const LEAST_GRANT: u64 = 2;

/// One node to be.
#[derive(Debug)]
pub(crate) struct NodePlan {
    /// `node1`, `node2`, …
    pub(crate) name: String,
    /// Its keys.
    pub(crate) keys: KeyFile,
    /// The stake of its validators together.
    pub(crate) stake: u64,
    /// Whether it signs two values where it votes.
    pub(crate) equivocates: bool,
}

/// A network to be.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The genesis.
    pub(crate) genesis: Genesis,
    /// The nodes.
    pub(crate) nodes: Vec<NodePlan>,
    /// The account that hands out stake.
    pub(crate) faucet: Faucet,
}

/// What a network is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wish<'a> {
    /// Node processes.
    pub(crate) nodes: usize,
    /// Validators.
    pub(crate) validators: usize,
    /// Who votes.
    pub(crate) scheme: Scheme,
    /// What all keys follow from; without it they are random.
    pub(crate) seed: Option<&'a str>,
    /// Milliseconds since 1970.
    pub(crate) timestamp: u64,
    /// The nodes that sign two values, by their numbers from 1.
    pub(crate) equivocate: &'a [u16],
}

impl Plan {
    /// Makes genesis and keys. The same seed gives the same keys and stakes.
    pub(crate) fn new(wish: &Wish<'_>) -> anyhow::Result<Self> {
        ensure!(
            wish.nodes <= wish.validators,
            "{} nodes share {} validators: choose --validators {} or more, or fewer --nodes",
            wish.nodes,
            wish.validators,
            wish.nodes
        );
        let root = match wish.seed {
            Some(seed) => Secret::new(Domain::Keys.hasher().field(&seed).finish().0),
            None => Secret::random().context("the system has no randomness to give (/dev/urandom)")?,
        };
        let stakes = match wish.scheme {
            Scheme::Full => stakes::equal(wish.validators),
            Scheme::Quota => stakes::zipf(wish.validators),
        };
        let mut numbers = 0_u64..;
        let mut next = || root.child(numbers.next().unwrap_or_default());
        let mut nodes = Vec::new();
        let mut validators = Vec::new();
        for (place, hand) in stakes::deal(&stakes, wish.nodes).into_iter().enumerate() {
            let mut keys = KeyFile {
                network: NETWORK.into(),
                node_seed: Some(next()),
                validators: Vec::new(),
                operators: Vec::new(),
            };
            for validator in &hand {
                let entry = keys.add(&next())?;
                validators.push(entry.genesis_validator(NETWORK, stakes[*validator])?);
            }
            let stake = hand.iter().map(|validator| stakes[*validator]).sum();
            nodes.push(NodePlan {
                name: format!("node{}", place + 1),
                keys,
                stake,
                equivocates: wish
                    .equivocate
                    .iter()
                    .any(|number| usize::from(*number) == place + 1),
            });
        }
        let faucet = Faucet {
            operator: next(),
            grant: (stakes.iter().sum::<u64>() / stakes.len() as u64).max(LEAST_GRANT),
        };
        let profile = profile::of_testnet(wish.scheme)?;
        let mut genesis = genesis::of(NETWORK, wish.timestamp, profile, validators);
        genesis.checkpoints.interval = CHECKPOINT_INTERVAL;
        genesis.stake.slash_millionths = 1_000_000;
        genesis.accounts = vec![GenesisAccount {
            operator: faucet.secret().public(),
            free: faucet.grant.saturating_mul(GRANTS),
        }];
        genesis.validate().context("these validators make no genesis")?;
        Ok(Self {
            genesis,
            nodes,
            faucet,
        })
    }

    /// The stake of all validators.
    pub(crate) fn total(&self) -> u64 {
        self.nodes.iter().map(|node| node.stake).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(seed: Option<&str>) -> Plan {
        let wish = Wish {
            nodes: 3,
            validators: 7,
            scheme: Scheme::Quota,
            seed,
            timestamp: 1,
            equivocate: &[],
        };
        Plan::new(&wish).unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_network() {
        let chain = |seed| plan(seed).genesis.chain_id();
        assert_eq!(chain(Some("athens")), chain(Some("athens")));
        assert_ne!(chain(Some("athens")), chain(Some("sparta")));
        assert_ne!(chain(None), chain(None));
    }

    #[test]
    fn the_genesis_has_the_keys_of_the_nodes() {
        let plan = plan(None);
        let mut ids: Vec<_> = plan
            .nodes
            .iter()
            .flat_map(|node| &node.keys.validators)
            .map(|entry| entry.id)
            .collect();
        ids.sort_unstable();
        assert_eq!(
            ids,
            plan.genesis
                .validators
                .iter()
                .map(|validator| validator.id)
                .collect::<Vec<_>>()
        );
        assert_eq!(
            plan.total(),
            plan.genesis
                .validators
                .iter()
                .map(|validator| validator.stake)
                .sum::<u64>()
        );
    }

    #[test]
    fn more_nodes_than_validators_are_refused() {
        let wish = Wish {
            nodes: 4,
            validators: 3,
            scheme: Scheme::Full,
            seed: None,
            timestamp: 1,
            equivocate: &[],
        };
        let error = Plan::new(&wish).unwrap_err().to_string();
        assert!(error.contains("--validators 4"), "{error}");
    }
}
