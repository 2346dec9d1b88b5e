//! The node's validators: drawing and signing with all of their keys at once.

use std::collections::BTreeMap;

use klero_committee::{
    Electorate, Role, RoundContext, Step, ValidatorKeys, Value, Vote, cast_vote, proposer_priority,
};
use klero_sampling::{Digest, Priority, bls};
use klero_stake::OperatorSecret;

/// Fewer keys than this are not worth another thread.
const KEYS_A_THREAD: usize = 8;

/// The keys of the node's validators.
#[derive(Debug, Default)]
pub(crate) struct OwnKeys {
    validators: Vec<OwnValidator>,
    operators: BTreeMap<Digest, OperatorSecret>,
    threads: usize,
}

/// The keys of a validator. One whose keys are being replaced has two such entries: which of them the electorate of a
/// round knows is seen round by round.
#[derive(Debug)]
struct OwnValidator {
    id: Digest,
    vote_key: bls::PublicKey,
    keys: ValidatorKeys,
}

impl OwnKeys {
    /// Keys by validator id.
    pub(crate) fn new(validators: Vec<(Digest, ValidatorKeys)>) -> Self {
        let own = |(id, keys): (Digest, ValidatorKeys)| OwnValidator {
            id,
            vote_key: keys.vote.public(),
            keys,
        };
        Self {
            validators: validators.into_iter().map(own).collect(),
            operators: BTreeMap::new(),
            threads: std::thread::available_parallelism().map_or(1, usize::from),
        }
    }

    /// With the operator keys of accounts, for reports and signs of life.
    pub(crate) fn with_operators(mut self, secrets: impl IntoIterator<Item = OperatorSecret>) -> Self {
        let accounts = secrets
            .into_iter()
            .map(|secret| (secret.public().account(), secret));
        self.operators.extend(accounts);
        self
    }

    /// The operator key of an account, if this node has it.
    pub(super) fn operator(&self, account: &Digest) -> Option<&OperatorSecret> {
        self.operators.get(account)
    }

    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.validators.is_empty()
    }

    /// The validators' ids.
    pub(crate) fn ids(&self) -> impl Iterator<Item = Digest> + Clone + '_ {
        self.validators.iter().map(|own| own.id)
    }

    /// The number of validators.
    pub(crate) fn len(&self) -> usize {
        self.validators.len()
    }

    /// The keys of those in an electorate, with their indices.
    pub(super) fn in_electorate<'a>(&'a self, electorate: &Electorate) -> Vec<(u32, &'a ValidatorKeys)> {
        let indexed = |own: &'a OwnValidator| {
            let index = electorate.index_of(&own.id)?;
            let is_known = electorate.member(index)?.vote_key == own.vote_key;
            is_known.then_some((index, &own.keys))
        };
        self.validators.iter().filter_map(indexed).collect()
    }

    /// How many of the keys the electorate knows.
    pub(super) fn drawing(&self, electorate: &Electorate) -> usize {
        self.in_electorate(electorate).len()
    }

    /// The votes of all keys that draw a seat.
    pub(super) fn cast(&self, context: &RoundContext, role: Role, value: Value) -> Vec<Vote> {
        self.each(context, |voter, keys| {
            cast_vote(context, role, value, voter, keys)
        })
    }

    /// The keys of a member of the electorate.
    pub(super) fn of_member(&self, electorate: &Electorate, index: u32) -> Option<&ValidatorKeys> {
        let member = electorate.member(index)?;
        let is_of = |own: &&OwnValidator| own.id == member.id && own.vote_key == member.vote_key;
        self.validators.iter().find(is_of).map(|own| &own.keys)
    }

    /// The member whose key draws the lowest rank as a proposer.
    pub(super) fn best_proposer(&self, context: &RoundContext, period: u32) -> Option<u32> {
        let role = Role::new(context.round(), period, Step::Propose);
        let ranks: Vec<(Priority, u32)> = self.each(context, |proposer, keys| {
            proposer_priority(context, role, proposer, keys).map(|priority| (priority, proposer))
        });
        ranks.into_iter().min().map(|(_, best)| best)
    }

    /// What `act` gives for the keys, computed by several threads where there are many.
    fn each<T: Send>(
        &self,
        context: &RoundContext,
        act: impl Fn(u32, &ValidatorKeys) -> Option<T> + Sync,
    ) -> Vec<T> {
        let keys = self.in_electorate(context.electorate());
        let threads = self.threads.min(keys.len() / KEYS_A_THREAD).max(1);
        let work = |part: &[(u32, &ValidatorKeys)]| -> Vec<T> {
            part.iter()
                .filter_map(|(index, keys)| act(*index, keys))
                .collect()
        };
        if threads == 1 {
            return work(&keys);
        }
        std::thread::scope(|scope| {
            let parts = keys.chunks(keys.len().div_ceil(threads));
            let running: Vec<_> = parts.map(|part| scope.spawn(|| work(part))).collect();
            // A thread that panicked has no votes; the others' are good.
            running
                .into_iter()
                .flat_map(|thread| thread.join().unwrap_or_default())
                .collect()
        })
    }
}
