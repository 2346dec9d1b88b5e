//! The root by which a header names the next electorate, and the proof that some members stand in it.

use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::codec::Wire;
use klero_committee::sampling::{Digest, Domain, LotteryError, Split};
use klero_committee::{Committees, MAX_MEMBERS, Member, PartialElectorate, Profile, SignerSet, Step};
use thiserror::Error;

use crate::registry::leaf;
use crate::sum_tree::{Leaf, MultiProof, SumTree};

/// The steps whose splits a root names.
const STEPS: [Step; 3] = [Step::Soft, Step::Cert, Step::Next(0)];

type Splits = [Option<(u32, u64)>; 3];

/// The tree over an electorate: a leaf a member, in the order of their indices. A leaf is that of the registry and
/// the member's place in stake order [SEAT-3].
pub fn electorate_tree(committees: &Committees) -> SumTree {
    let members = committees.electorate().members().iter();
    let leaves = members.zip(committees.places());
    SumTree::new(
        leaves
            .map(|(member, place)| electorate_leaf(member, *place))
            .collect(),
    )
}

fn electorate_leaf(member: &Member, place: u32) -> Leaf {
    let digest = Domain::MerkleLeaf
        .hasher()
        .field(&leaf(member).digest)
        .field(&place)
        .finish();
    Leaf {
        digest,
        stake: member.stake,
    }
}

/// The root by which a header names the next electorate: it commits to the members and their places, their number
/// and total stake, the parameters of the committees [FIN-1], and where the permanent members of Soft, Cert and
/// Next end [SEAT-3].
pub fn electorate_root(committees: &Committees) -> Digest {
    let tree = electorate_tree(committees).root();
    root_of(&tree, committees.profile(), &splits_of(committees))
}

fn splits_of(committees: &Committees) -> Splits {
    STEPS.map(|step| {
        let split = committees.lottery(step).split();
        split.map(|Split { permanent, rest }| (permanent, rest))
    })
}

fn root_of(tree: &Digest, profile: &Profile, splits: &Splits) -> Digest {
    let hasher = Domain::Electorate.hasher().field(tree).field(profile);
    hasher.field(splits).finish()
}

/// The members that signed a certificate, and the proof that they stand in an electorate [FIN-5].
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SignerEntries {
    /// By ascending index: each signer and its place in stake order.
    entries: Vec<(u32, Member, u32)>,
    proof: MultiProof,
    splits: Splits,
}

impl Wire for SignerEntries {
    const MAX_BYTES: usize = 128 + MAX_MEMBERS * 320;
}

/// Why entries tell nothing about an electorate. Whoever sent them is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EntriesError {
    /// The proof leads to another root, or to none.
    #[error("the signers' entries do not belong to the electorate that the trusted header names")]
    Root,
    /// An electorate of no size that is allowed.
    #[error("{0} members: an electorate has 1 to 65536")]
    Size(u32),
    /// Committees that cannot be of such an electorate.
    #[error("committees: {0}")]
    Lottery(#[from] LotteryError),
}

impl SignerEntries {
    /// The entries of these signers; `None` unless they are a set over this electorate, with at least one member.
    pub fn of(committees: &Committees, signers: &SignerSet) -> Option<Self> {
        let indices: Vec<u32> = signers.iter().collect();
        let entry = |index: &u32| {
            let member = committees.electorate().member(*index)?.clone();
            let place = committees.places().get(usize::try_from(*index).ok()?)?;
            Some((*index, member, *place))
        };
        let entries: Vec<_> = indices.iter().map(entry).collect::<Option<_>>()?;
        let proof = electorate_tree(committees).multi_proof(&indices)?;
        let splits = splits_of(committees);
        (!entries.is_empty()).then_some(Self {
            entries,
            proof,
            splits,
        })
    }

    /// The part of an electorate that the entries show, if the electorate is the one with this root.
    ///
    /// # Errors
    /// [`EntriesError`] when it is not.
    pub fn verify(&self, root: &Digest, profile: &Arc<Profile>) -> Result<PartialElectorate, EntriesError> {
        let size = self.proof.count;
        if usize::try_from(size).map_or(true, |size| size == 0 || size > MAX_MEMBERS) {
            return Err(EntriesError::Size(size));
        }
        let shown = |(index, member, place): &(u32, Member, u32)| (*index, electorate_leaf(member, *place));
        let leaves: Vec<(u32, Leaf)> = self.entries.iter().map(shown).collect();
        let (tree, total) = self.proof.root(&leaves).ok_or(EntriesError::Root)?;
        if root_of(&tree, profile, &self.splits) != *root {
            return Err(EntriesError::Root);
        }
        let splits = self
            .splits
            .map(|split| split.map(|(permanent, rest)| Split { permanent, rest }));
        let mut part = PartialElectorate::new(size, total, Arc::clone(profile), &splits)?;
        for (index, member, place) in &self.entries {
            part.insert(*index, member.clone(), *place);
        }
        Ok(part)
    }
}
