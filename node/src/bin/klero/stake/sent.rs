//! What became of an operation, and what follows from it.

use std::path::Path;

use klero_node::api::{AccountPage, RegistryPage};
use klero_sampling::Digest;
use klero_stake::Operation;
use serde::Serialize;

use crate::output;

/// An operation that a node took.
#[derive(Debug, Serialize)]
pub(crate) struct Sent {
    operation: &'static str,
    account: Digest,
    nonce: u64,
    digest: Digest,
    /// The round of its block, if it was waited for.
    round: Option<u64>,
    /// The first round whose electorate knows of it [STK-6].
    in_force: Option<u64>,
    /// The round whose block makes free what it unbonds.
    free_in: Option<u64>,
}

impl Sent {
    pub(crate) fn new(
        operation: &Operation,
        page: &AccountPage,
        registry: &RegistryPage,
        (nonce, digest): (u64, Digest),
        round: Option<u64>,
    ) -> Self {
        let in_rounds = |rounds: u64| round.map(|round| round.saturating_add(rounds));
        let is_drawn = !matches!(operation, Operation::Transfer { .. } | Operation::Report { .. });
        let unbonds = matches!(operation, Operation::Unbond { .. } | Operation::Leave);
        Self {
            operation: name(operation),
            account: page.account,
            nonce,
            digest,
            round,
            in_force: is_drawn.then(|| in_rounds(registry.lookback)).flatten(),
            free_in: unbonds
                .then(|| in_rounds(registry.parameters.unbonding_rounds))
                .flatten(),
        }
    }

    /// For people.
    pub(crate) fn text(&self, operation: &Operation, registry: &RegistryPage, keys: &Path) -> String {
        let place = match self.round {
            Some(round) => format!("in block {round}"),
            None => format!("waits for a block; digest {}", self.digest),
        };
        let what_follows = self.what_follows(operation, registry, keys);
        format!("{}: {place}\n{what_follows}\n", self.operation)
    }

    fn what_follows(&self, operation: &Operation, registry: &RegistryPage, keys: &Path) -> String {
        let at = |round: Option<u64>, rounds: u64| match round {
            Some(round) => format!("round {round}"),
            None => format!("{rounds} rounds after its block"),
        };
        let force = at(self.in_force, registry.lookback);
        let free = at(self.free_in, registry.parameters.unbonding_rounds);
        match operation {
            Operation::Register { .. } => format!(
                "the validator draws from {force} on; have a node run with {} by then: `klero init --genesis GENESIS \
                 --keys {} --dir DIR`, then `klero node`",
                keys.display(),
                output::shell(keys)
            ),
            Operation::Bond { .. } => format!("it counts from {force} on"),
            Operation::Unbond { .. } => format!("it counts until {force}, and is free from {free} on"),
            Operation::Rotate { .. } => format!(
                "the new keys draw from {force} on, the old ones until then: a node that was started with {} has both",
                keys.display()
            ),
            Operation::Leave => format!(
                "the validator draws until {force}: keep its node running. Its stake is free from {free} on"
            ),
            Operation::Heartbeat => format!("a validator that was suspended draws again from {force} on"),
            Operation::Transfer { .. } | Operation::Report { .. } => {
                "the receiver has it from then on".into()
            }
        }
    }
}

const fn name(operation: &Operation) -> &'static str {
    match operation {
        Operation::Transfer { .. } => "transfer",
        Operation::Register { .. } => "register",
        Operation::Bond { .. } => "bond",
        Operation::Unbond { .. } => "unbond",
        Operation::Rotate { .. } => "rotate",
        Operation::Leave => "leave",
        Operation::Report { .. } => "report",
        Operation::Heartbeat => "heartbeat",
    }
}
