//! The stake desk: where clients read accounts and hand in operations, and testnets hand out stake.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use klero_net::Network;
use klero_sampling::Digest;
use klero_stake::{Operation, OperatorSecret, SignedOperation};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::keys::{KeyError, Secret};
use crate::operations::{OperationPool, WaitError};
use crate::view::{SharedView, View};
use crate::wire::Message;

/// The account from which a testnet hands out stake, as its file has it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Faucet {
    /// The seed of the account's operator key.
    pub operator: Secret,
    /// What one request gets.
    pub grant: u64,
}

/// Why a faucet gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum FaucetError {
    /// This node has none.
    #[error("this node hands out no stake")]
    None,
    /// The account has as much as the faucet gives.
    #[error("account {0} holds at least one grant already")]
    Served(Digest),
    /// The transfer does not wait.
    #[error("{0}")]
    Wait(#[from] WaitError),
}

impl Faucet {
    /// Reads a faucet's file, which only its owner can read.
    ///
    /// # Errors
    /// [`KeyError`] when it is missing, exposed or malformed.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        crate::keys::load_secret("faucet file", path)
    }

    /// Writes it to a new file.
    ///
    /// # Errors
    /// [`KeyError`] when it exists or cannot be written.
    pub fn create(&self, path: &Path) -> Result<PathBuf, KeyError> {
        crate::keys::create_secret("faucet file", self, path).map(|()| path.to_owned())
    }

    /// The operator key.
    pub fn secret(&self) -> OperatorSecret {
        OperatorSecret::from_seed(self.operator.expose())
    }
}

/// Reads the registry after the last final block, and takes operations. Cheap to clone.
#[derive(Clone)]
pub struct StakeDesk {
    view: SharedView,
    operations: OperationPool,
    network: Network,
    /// One request at a time: each takes the next nonce.
    faucet: Option<Arc<Mutex<Faucet>>>,
}

impl StakeDesk {
    pub(crate) fn new(
        view: SharedView,
        operations: OperationPool,
        network: Network,
        faucet: Option<Faucet>,
    ) -> Self {
        Self {
            view,
            operations,
            network,
            faucet: faucet.map(|faucet| Arc::new(Mutex::new(faucet))),
        }
    }

    pub(crate) fn view(&self) -> Arc<View> {
        self.view.get()
    }

    /// The nonce of an account's next operation, after those that wait here.
    pub fn next_nonce(&self, account: &Digest) -> u64 {
        self.operations
            .next_nonce(self.view.get().chain.registry(), account)
    }

    /// Takes an operation and sends it to the peers. Gives its digest.
    ///
    /// # Errors
    /// [`WaitError`] when it would take no effect, or there is no room for it.
    pub fn submit(&self, operation: SignedOperation) -> Result<Digest, WaitError> {
        let digest = self
            .operations
            .offer(&self.view.get().chain, operation.clone(), true)?;
        Message::Operation(Box::new(operation)).publish(&self.network, 0);
        Ok(digest)
    }

    /// Sends an account one grant, on testnets. An account that holds as much gets none.
    ///
    /// # Errors
    /// [`FaucetError`] when this node hands out none, or cannot now.
    pub fn grant(&self, to: Digest) -> Result<(u64, Digest), FaucetError> {
        let faucet = self.faucet.as_ref().ok_or(FaucetError::None)?;
        let faucet = faucet.lock().unwrap_or_else(PoisonError::into_inner);
        let view = self.view.get();
        let held = view
            .chain
            .registry()
            .account(&to)
            .map_or(0, |account| account.total());
        if held >= faucet.grant {
            return Err(FaucetError::Served(to));
        }
        let (secret, amount) = (faucet.secret(), faucet.grant);
        let nonce = self.next_nonce(&secret.public().account());
        let operation = Operation::Transfer { to, amount };
        let signed = SignedOperation::sign(&secret, view.chain.id(), nonce, operation);
        Ok((amount, self.submit(signed)?))
    }
}
