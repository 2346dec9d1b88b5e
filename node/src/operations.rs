//! Operations on the registry that wait for a block [STK-3].
//!
//! One pool for all who bring some: the API, the peers, the node itself. It holds what would take effect on top of the
//! last final block; a proposer takes what still does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use klero_finality::Chain;
use klero_sampling::Digest;
use klero_stake::{OperationError, Registry, Screen, SignedOperation, Transition, VerifiedOperation};
use thiserror::Error;

/// The most operations that wait.
pub(crate) const MAX_WAITING: usize = 4096;
/// The most operations of one account that wait.
pub(crate) const MAX_PER_ACCOUNT: u64 = 16;
/// How many rounds an operation waits that no block takes.
const PATIENCE: u64 = 1_000;
/// When what was handed in here is sent to the peers again.
const SENT_AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Why an operation does not wait here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WaitError {
    /// It would have no effect.
    #[error("{0}")]
    Refused(#[from] OperationError),
    /// Another operation of the account has its nonce.
    #[error("an operation of account {account} with nonce {nonce} waits already")]
    Known {
        /// The account.
        account: Digest,
        /// The nonce.
        nonce: u64,
    },
    /// Too many of one account.
    #[error("{MAX_PER_ACCOUNT} operations of account {0} wait already: wait for some blocks")]
    AccountFull(Digest),
    /// Too many.
    #[error("{MAX_WAITING} operations wait already: wait for some blocks")]
    Full,
    /// The chain is at its end, or this node is.
    #[error("this node takes no operations any more")]
    Ended,
}

/// The operations; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct OperationPool(Arc<Mutex<Waiting>>);

#[derive(Default)]
struct Waiting {
    by_place: BTreeMap<(Digest, u64), Entry>,
    arrived: u64,
    screen: Screen,
}

struct Entry {
    operation: VerifiedOperation,
    /// The order of arrival.
    arrived: u64,
    /// The final round when it came.
    since: u64,
    /// When it was last sent, if it was handed in here, and how often.
    sent: Option<(Instant, u32)>,
}

impl OperationPool {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes an operation in, if it would take effect after those of its account that wait. `is_own` says that it was
    /// handed in here, so that this node sends it to the peers until a block takes it. Gives its digest.
    ///
    /// # Errors
    /// [`WaitError`] when it does not wait here now.
    pub(crate) fn offer(
        &self,
        chain: &Chain,
        operation: SignedOperation,
        is_own: bool,
    ) -> Result<Digest, WaitError> {
        let digest = operation.message();
        let (account, nonce) = (operation.operator.account(), operation.nonce);
        // What costs nothing comes first: signatures and proofs of keys are for accounts that exist.
        let known = chain.registry().account(&account);
        let expected = known.ok_or(OperationError::UnknownAccount(account))?.nonce;
        if nonce < expected {
            let found = nonce;
            return Err(OperationError::Nonce { found, expected }.into());
        }
        self.waiting().has_room(account, nonce)?;
        let operation = operation.verify(chain.rules())?;
        let mut waiting = self.waiting();
        waiting.has_room(account, nonce)?;
        let mut transition = chain.transition().map_err(|_| WaitError::Ended)?;
        let Waiting { by_place, screen, .. } = &mut *waiting;
        for (_, before) in by_place.range((account, 0)..(account, nonce)) {
            // One that has no effect any more is found out when a block is made.
            let _left_out = screen.apply(&mut transition, &before.operation);
        }
        screen.apply(&mut transition, &operation)?;
        waiting.arrived += 1;
        let entry = Entry {
            operation,
            arrived: waiting.arrived,
            since: chain.round(),
            sent: is_own.then(|| (Instant::now(), 0)),
        };
        waiting.by_place.insert((account, nonce), entry);
        Ok(digest)
    }

    /// The nonce that an account's next operation is to have, after those that wait.
    pub(crate) fn next_nonce(&self, registry: &Registry, account: &Digest) -> u64 {
        let first = registry.account(account).map_or(0, |account| account.nonce);
        let waiting = self.waiting();
        let mut nonce = first;
        while waiting.by_place.contains_key(&(*account, nonce)) {
            nonce += 1;
        }
        nonce
    }

    /// Offers what waits to a block under way, in the order of arrival; those that have an effect are added to `taken`.
    pub(crate) fn fill(&self, transition: &mut Transition<'_>, taken: &mut Vec<SignedOperation>) {
        let mut waiting = self.waiting();
        let Waiting { by_place, screen, .. } = &mut *waiting;
        let mut left: Vec<&Entry> = by_place.values().collect();
        left.sort_by_key(|entry| entry.arrived);
        // An operation may wait for one of its account that came later.
        for _ in 0..MAX_PER_ACCOUNT {
            let before = taken.len();
            left.retain(|entry| match screen.apply(transition, &entry.operation) {
                Ok(()) => {
                    taken.push(entry.operation.signed().clone());
                    false
                }
                Err(_) => true,
            });
            if taken.len() == before || left.is_empty() {
                return;
            }
        }
    }

    /// Forgets what a block took, and what waited too long.
    pub(crate) fn prune(&self, registry: &Registry) {
        let round = registry.round();
        self.waiting().by_place.retain(|(account, nonce), entry| {
            let next = registry.account(account).map_or(0, |account| account.nonce);
            *nonce >= next && round.saturating_sub(entry.since) < PATIENCE
        });
    }

    /// What was handed in here and is to be sent again, with how often that was done.
    pub(crate) fn due_again(&self, now: Instant) -> Vec<(SignedOperation, u32)> {
        let mut due = Vec::new();
        for entry in self.waiting().by_place.values_mut() {
            if let Some((at, attempt)) = &mut entry.sent
                && now.duration_since(*at) >= SENT_AGAIN_AFTER
            {
                (*at, *attempt) = (now, attempt.saturating_add(1));
                due.push((entry.operation.signed().clone(), *attempt));
            }
        }
        due
    }
}

impl Waiting {
    fn has_room(&self, account: Digest, nonce: u64) -> Result<(), WaitError> {
        if self.by_place.contains_key(&(account, nonce)) {
            return Err(WaitError::Known { account, nonce });
        }
        let of_account = self.by_place.range((account, 0)..=(account, u64::MAX)).count();
        if of_account as u64 >= MAX_PER_ACCOUNT {
            return Err(WaitError::AccountFull(account));
        }
        if self.by_place.len() >= MAX_WAITING {
            return Err(WaitError::Full);
        }
        Ok(())
    }
}
