//! What the registry root commits to, and proofs of what is in a registry and what is not.
//!
//! The root is a hash over all parts of the state. Two of them are trees in the order of the ids: the validators that
//! may draw, with the sums of their stake, and all accounts, with the sums of all they hold. A proof names the other
//! parts by their digests and leads from leaves to the root. What is not there is shown by the two leaves between
//! which it would stand.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::{Digest, Domain};
use klero_committee::{MAX_MEMBERS, Member};

use crate::Registry;
use crate::account::Account;
use crate::registry::{MAX_ACCOUNTS, leaf};
use crate::sum_tree::{Leaf, Proof, SumTree};

/// The parts of a registry, each by its digest. Their hash is the root [STK-1].
#[derive(Debug, Clone, Copy, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Commitments {
    /// The round of the block.
    pub round: u64,
    /// The root of the tree over the validators that may draw.
    pub validators: Digest,
    /// The root of the tree over all accounts.
    pub accounts: Digest,
    /// The digest of the keys that were ever registered.
    pub used_keys: Digest,
    /// The digest of the offences that were punished and can still be reported.
    pub offences: Digest,
    /// What was burnt.
    pub burnt: u64,
    /// The sum of all stake at the genesis.
    pub supply: u64,
}

impl Commitments {
    /// The registry root.
    pub fn root(&self) -> Digest {
        Domain::Registry.digest(self)
    }
}

/// Something that stands in one of the trees under an id.
pub trait Entry: BorshSerialize + BorshDeserialize {
    /// Its greatest encoded length in bytes.
    const MAX_BYTES: usize;
    /// The greatest number of such entries.
    const MAX_COUNT: usize;

    /// The id by which entries are ordered.
    fn id(&self) -> Digest;
    /// Its leaf.
    fn leaf(&self) -> Leaf;
    /// The root of the tree that it stands in.
    fn tree(commitments: &Commitments) -> &Digest;
    /// All such entries of a registry, in order.
    fn all(registry: &Registry) -> Vec<Self>
    where
        Self: Sized;
}

impl Entry for Member {
    const MAX_BYTES: usize = 32 + 8 + 96 + 97;
    const MAX_COUNT: usize = MAX_MEMBERS;

    fn id(&self) -> Digest {
        self.id
    }

    fn leaf(&self) -> Leaf {
        leaf(self)
    }

    fn tree(commitments: &Commitments) -> &Digest {
        &commitments.validators
    }

    fn all(registry: &Registry) -> Vec<Self> {
        registry.members().collect()
    }
}

/// An account under its id.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct AccountEntry {
    /// The id.
    pub id: Digest,
    /// The account.
    pub account: Account,
}

fn account_leaf(id: &Digest, account: &Account) -> Leaf {
    Leaf {
        digest: Domain::AccountLeaf.hasher().field(id).field(account).finish(),
        stake: account.total(),
    }
}

impl Entry for AccountEntry {
    const MAX_BYTES: usize = 640;
    const MAX_COUNT: usize = MAX_ACCOUNTS;

    fn id(&self) -> Digest {
        self.id
    }

    fn leaf(&self) -> Leaf {
        account_leaf(&self.id, &self.account)
    }

    fn tree(commitments: &Commitments) -> &Digest {
        &commitments.accounts
    }

    fn all(registry: &Registry) -> Vec<Self> {
        let entry = |(id, account): (&Digest, &Account)| Self {
            id: *id,
            account: account.clone(),
        };
        registry.accounts().map(entry).collect()
    }
}

/// Proof that an entry is in a registry.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Presence<E> {
    /// The entry.
    pub entry: E,
    /// From its leaf to the root of its tree.
    pub path: Proof,
    /// From there to the registry root.
    pub commitments: Commitments,
}

/// Proof that no entry with an id is in a registry: the entries before and after the place where it would stand.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Absence<E> {
    /// The last entry with a lower id; none when the id would be the first.
    pub before: Option<(E, Proof)>,
    /// The first entry with a higher id; none when the id would be the last.
    pub after: Option<(E, Proof)>,
    /// From the tree to the registry root.
    pub commitments: Commitments,
}

/// A path has a sibling a level: 40 bytes each, at most 20 levels.
const PATH_BYTES: usize = 12 + 20 * 40;

impl<E: Entry> Wire for Presence<E> {
    const MAX_BYTES: usize = E::MAX_BYTES + PATH_BYTES + 256;
}

impl<E: Entry> Wire for Absence<E> {
    const MAX_BYTES: usize = 2 * (1 + E::MAX_BYTES + PATH_BYTES) + 256;
}

impl<E: Entry> Presence<E> {
    /// Whether the entry is in the registry with this root.
    pub fn verify(&self, root: &Digest) -> bool {
        let Self {
            entry,
            path,
            commitments,
        } = self;
        commitments.root() == *root && path.verify(&entry.leaf(), E::tree(commitments))
    }
}

impl<E: Entry> Absence<E> {
    /// Whether no entry with the id is in the registry with this root.
    pub fn verify(&self, id: &Digest, root: &Digest) -> bool {
        let tree = E::tree(&self.commitments);
        let holds = |(entry, path): &(E, Proof)| path.verify(&entry.leaf(), tree);
        let ends = [&self.before, &self.after];
        if self.commitments.root() != *root || !ends.into_iter().flatten().all(holds) {
            return false;
        }
        let is_before = |entry: &E| entry.id() < *id;
        let is_after = |entry: &E| entry.id() > *id;
        match (&self.before, &self.after) {
            (None, None) => *tree == SumTree::new(Vec::new()).root(),
            (None, Some((after, path))) => path.index == 0 && is_after(after),
            (Some((before, path)), None) => {
                path.index.checked_add(1) == Some(path.count) && is_before(before)
            }
            (Some((before, left)), Some((after, right))) => {
                left.index.checked_add(1) == Some(right.index) && is_before(before) && is_after(after)
            }
        }
    }
}

fn tree<E: Entry>(entries: &[E]) -> SumTree {
    SumTree::new(entries.iter().map(Entry::leaf).collect())
}

impl Registry {
    /// The digests of all parts. The work is linear in the whole state; nodes ask once a block.
    pub fn commitments(&self) -> Commitments {
        let accounts = self.accounts().map(|(id, account)| account_leaf(id, account));
        Commitments {
            round: self.round,
            validators: SumTree::new(self.members().map(|member| leaf(&member)).collect()).root(),
            accounts: SumTree::new(accounts.collect()).root(),
            used_keys: Domain::UsedKeys.digest(&self.used_keys),
            offences: Domain::Offences.digest(&self.offences),
            burnt: self.burnt,
            supply: self.supply(),
        }
    }

    /// The root that headers carry [STK-1].
    pub fn root(&self) -> Digest {
        self.commitments().root()
    }

    /// The proof that there is an entry with an id; `None` where there is none.
    pub fn presence<E: Entry>(&self, id: &Digest) -> Option<Presence<E>> {
        let mut entries = E::all(self);
        let place = entries.binary_search_by(|entry| entry.id().cmp(id)).ok()?;
        let path = tree(&entries).proof(u32::try_from(place).ok()?)?;
        Some(Presence {
            entry: entries.swap_remove(place),
            path,
            commitments: self.commitments(),
        })
    }

    /// The proof that there is no entry with an id; `None` where there is one.
    pub fn absence<E: Entry>(&self, id: &Digest) -> Option<Absence<E>> {
        let mut entries = E::all(self);
        let place = entries.binary_search_by(|entry| entry.id().cmp(id)).err()?;
        let tree = tree(&entries);
        let path = |place: usize| tree.proof(u32::try_from(place).ok()?);
        let (after_path, before_path) = (path(place), place.checked_sub(1).and_then(path));
        let after = entries.split_off(place).into_iter().next().zip(after_path);
        Some(Absence {
            before: entries.pop().zip(before_path),
            after,
            commitments: self.commitments(),
        })
    }
}
