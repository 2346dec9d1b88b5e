//! An account whose operator key is at hand: from its key file to a signed operation at a node.

use std::path::Path;

use anyhow::{Context, bail, ensure};
use klero_node::api::{AccountPage, RegistryPage};
use klero_node::keys::{KeyEntry, KeyFile, Password};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use klero_sampling::vrf::VrfSuite;
use klero_stake::{Operation, OperatorSecret, ProvenKeys, SignedOperation};
use serde_json::Value;

use super::args::{Files, Signing, Who};
use super::sent::Sent;
use super::wait::{Outcome, Waiting, Wanted};
use crate::password::PasswordArgs;
use crate::rpc::{Refused, Rpc};
use crate::{genesis, output};

/// How often an operation is signed before this wallet gives up against others of the same account.
const MOST_TRIES: u32 = 16;

/// An account, the key that speaks for it, and the node that is asked.
pub(crate) struct Wallet<'a> {
    signing: &'a Signing,
    rpc: Rpc,
    operator: OperatorSecret,
    keys: Option<Opened<'a>>,
    registry: RegistryPage,
    page: AccountPage,
}

impl<'a> Wallet<'a> {
    /// Reads the key file, then asks the node about chain and account.
    pub(crate) fn open(signing: &'a Signing) -> anyhow::Result<Self> {
        let (keys, operators) = open(&signing.files)?;
        let Some(holder) = operators.as_ref().or(keys.as_ref()) else {
            bail!("say whose account: --keys FILE or --operator FILE");
        };
        let account = choose(&holder.file.accounts(), holder.path, signing.account)?;
        let operator = holder.file.operator(&account).with_context(|| {
            format!(
                "{} has no operator key of account {account}, which alone moves its stake: give --operator the file that \
                 has it; `klero keys new` makes one beside each key file",
                holder.path.display()
            )
        })?;
        let rpc = Rpc::new(&signing.connection.rpc);
        let registry: RegistryPage = rpc.get("/v1/registry")?;
        if let Some(path) = &signing.genesis {
            let chain = genesis::load(path)?.chain_id();
            ensure!(
                registry.chain == chain,
                "{} runs chain {}, and {} is of chain {chain}: ask a node of that chain",
                rpc.url(),
                registry.chain,
                path.display()
            );
        }
        let page = rpc.get(&format!("/v1/accounts/{account}"))?;
        Ok(Self {
            signing,
            rpc,
            operator,
            keys,
            registry,
            page,
        })
    }

    /// The account as the node knows it.
    pub(crate) const fn page(&self) -> &AccountPage {
        &self.page
    }

    /// What the command was called with.
    pub(crate) const fn signing(&self) -> &'a Signing {
        self.signing
    }

    /// The suite of the chain's VRF keys.
    pub(crate) fn suite(&self) -> anyhow::Result<VrfSuite> {
        Ok(self.registry.vrf.parse()?)
    }

    /// The key file of the account's validator.
    pub(crate) fn keys(&self) -> anyhow::Result<&Opened<'a>> {
        self.keys
            .as_ref()
            .context("this needs the validator's keys as well: give their file with --keys")
    }

    /// The account's last entry in the key file: its newest keys.
    pub(crate) fn newest(&self) -> anyhow::Result<&KeyEntry> {
        let keys = self.keys()?;
        newest(&keys.file, &self.page.account).with_context(|| {
            format!(
                "{} has no keys of account {}; `klero keys inspect {}` lists those that it has",
                keys.path.display(),
                self.page.account,
                output::shell(keys.path)
            )
        })
    }

    /// The public halves of keys, with the proofs of possession that the registry asks for.
    pub(crate) fn prove(&self, entry: &KeyEntry) -> anyhow::Result<ProvenKeys> {
        let suite = self.suite()?;
        ensure!(
            entry.vrf == suite,
            "the keys in {} draw with {}, and this chain with {suite}: make a key file with `klero keys new --vrf \
             {suite}`",
            self.keys()?.path.display(),
            entry.vrf
        );
        let keys = entry.keys()?;
        let (chain, account) = (&self.registry.chain, &self.page.account);
        ProvenKeys::prove(&keys, &keys.vote.public(), &keys.vrf.public(), chain, account)
            .context("possession of the VRF key cannot be proven")
    }

    /// Signs an operation, hands it in, waits for it if asked to, and prints what follows.
    pub(crate) fn send(&self, operation: Operation) -> anyhow::Result<()> {
        let mut waiting = Waiting::after(self.registry.round, &self.rpc, &self.signing.patience);
        let mut tries = MOST_TRIES;
        let (signed, round) = loop {
            let signed = self.hand_in(&operation, &mut tries)?;
            let wanted = Wanted {
                digest: signed.message(),
                place: Some((self.page.account, signed.nonce)),
            };
            match waiting
                .as_mut()
                .map(|waiting| waiting.look_for(wanted))
                .transpose()?
            {
                None => break (signed, None),
                Some(Outcome::Taken(round)) => break (signed, Some(round)),
                Some(Outcome::Overtaken) => eprintln!(
                    "a block took another operation of the account with nonce {}: signing anew",
                    signed.nonce
                ),
            }
        };
        let sent = Sent::new(
            &signed.operation,
            &self.page,
            &self.registry,
            (signed.nonce, signed.message()),
            round,
        );
        if self.signing.connection.json {
            return output::json_line(&sent);
        }
        let keys = self
            .signing
            .files
            .keys
            .as_deref()
            .unwrap_or(Path::new("keys.json"));
        output::write(&sent.text(&signed.operation, &self.registry, keys))
    }

    /// Signs an operation with the account's next nonce and hands it in. Others who act for the account may be first with
    /// that nonce, such as another wallet or a node that reports an offence: then it is signed anew. That is done only after
    /// a plain refusal. Where the answer is missing, the node may have taken it, and two signatures would be two operations.
    fn hand_in(&self, operation: &Operation, tries: &mut u32) -> anyhow::Result<SignedOperation> {
        let (chain, account) = (&self.registry.chain, &self.page.account);
        let next_nonce = || -> anyhow::Result<u64> {
            let page: AccountPage = self.rpc.get(&format!("/v1/accounts/{account}"))?;
            Ok(page.next_nonce)
        };
        let mut nonce = next_nonce()?;
        loop {
            let signed = SignedOperation::sign(&self.operator, chain, nonce, operation.clone());
            let Err(error) = self.rpc.post::<Value>("/v1/operations", &signed.encode()) else {
                return Ok(signed);
            };
            *tries = tries.saturating_sub(1);
            let is_refused = error.downcast_ref::<Refused>().is_some_and(Refused::is_final);
            if !is_refused {
                return Err(error.context(format!(
                    "the node may have taken the operation with nonce {nonce}, or not: `{} stake show` tells what the \
                     account has",
                    output::program()
                )));
            }
            let next = next_nonce()?;
            if next == nonce || *tries == 0 {
                return Err(error);
            }
            nonce = next;
        }
    }
}

/// A key file that is read, with the password of one that is encrypted.
pub(crate) struct Opened<'a> {
    pub(crate) path: &'a Path,
    pub(crate) file: KeyFile,
    pub(crate) password: Option<Password>,
}

impl<'a> Opened<'a> {
    fn new(path: &'a Path, password: &PasswordArgs) -> anyhow::Result<Self> {
        let password = password.of(path)?;
        let file = KeyFile::open(path, password.as_ref())?;
        Ok(Self { path, file, password })
    }
}

/// The key file and the file of operator keys, as far as they were given.
fn open(files: &Files) -> anyhow::Result<(Option<Opened<'_>>, Option<Opened<'_>>)> {
    let Files {
        keys,
        operator,
        password,
        operator_password_file,
    } = files;
    let of_operator = PasswordArgs {
        password_file: operator_password_file
            .clone()
            .or_else(|| password.password_file.clone()),
    };
    let keys = keys.as_deref().map(|path| Opened::new(path, password));
    let operators = operator.as_deref().map(|path| Opened::new(path, &of_operator));
    Ok((keys.transpose()?, operators.transpose()?))
}

/// The last entry of an account.
pub(crate) fn newest<'f>(file: &'f KeyFile, account: &Digest) -> Option<&'f KeyEntry> {
    file.validators.iter().rfind(|entry| entry.id == *account)
}

/// The account that a command is about.
pub(crate) fn account(who: &Who) -> anyhow::Result<Digest> {
    match (&who.keys, who.account) {
        (Some(path), wanted) => {
            let public = KeyFile::public_part(path)?;
            let validators = public.validators.iter().map(|(id, ..)| *id);
            let mut accounts: Vec<Digest> = validators.chain(public.operators).collect();
            accounts.sort_unstable();
            accounts.dedup();
            choose(&accounts, path, wanted)
        }
        (None, Some(account)) => Ok(account),
        (None, None) => bail!("say whose account: --keys FILE or --account ID"),
    }
}

/// The account of a key file, or the one of several that is wanted.
fn choose(accounts: &[Digest], path: &Path, wanted: Option<Digest>) -> anyhow::Result<Digest> {
    let inspect = || format!("`klero keys inspect {}` lists them", output::shell(path));
    match (wanted, accounts) {
        (Some(wanted), all) => {
            let shown = path.display();
            ensure!(
                all.contains(&wanted),
                "{shown} has no keys of account {wanted}; {}",
                inspect()
            );
            Ok(wanted)
        }
        (None, [only]) => Ok(*only),
        (None, []) => bail!(
            "{} has no accounts; make keys with `klero keys new`",
            path.display()
        ),
        (None, all) => bail!(
            "{} has {} accounts: choose one with --account; {}",
            path.display(),
            all.len(),
            inspect()
        ),
    }
}
