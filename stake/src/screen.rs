//! A pool's way to hear nobody out twice who presents false evidence.

use std::collections::BTreeSet;

use klero_committee::sampling::Digest;

use crate::evidence::EvidenceError;
use crate::operation::{OperationError, VerifiedOperation};
use crate::transition::Transition;

/// How many accounts a screen remembers.
const MAX_REMEMBERED: usize = 1 << 16;

/// Accounts that signed a report with a signature that is not the accused's. That costs a node two pairings and can
/// be nobody's mistake but theirs, so their further reports are refused unread: an account buys one such check from
/// each node, ever. The screen belongs to a node's pool and is no part of the registry: what stands in a block is
/// judged whoever signed it.
#[derive(Debug, Clone, Default)]
pub struct Screen {
    liars: BTreeSet<Digest>,
}

impl Screen {
    /// A screen that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Offers an operation to a transition, as [`Transition::apply`], unless it is a report of an account that lied.
    ///
    /// # Errors
    /// [`OperationError`]; [`OperationError::Liar`] for those refused unread.
    pub fn apply(
        &mut self,
        transition: &mut Transition<'_>,
        operation: &VerifiedOperation,
    ) -> Result<(), OperationError> {
        let account = *operation.account();
        if operation.is_report() && self.liars.contains(&account) {
            return Err(OperationError::Liar(account));
        }
        let verdict = transition.apply(operation);
        if let Err(OperationError::Evidence(EvidenceError::Signature(_))) = verdict {
            if self.liars.len() >= MAX_REMEMBERED {
                self.liars.clear();
            }
            self.liars.insert(account);
        }
        verdict
    }
}
