//! The checkpoints that a chain comes by, until they are signed.

use std::collections::BTreeMap;
use std::sync::Arc;

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::sampling::Digest;
use klero_committee::sampling::codec::Wire;
use klero_committee::{
    CertificateError, Committees, Electorate, MAX_MEMBERS, Member, Profile, QuorumCertificate, RoundContext,
    UnverifiedCertificate,
};
use klero_stake::{SignerEntries, electorate_root};

use crate::ChainError;
use crate::block::Header;
use crate::checkpoint::{Checkpoint, CheckpointRules, SignedCheckpoint, checkpoint_context};

/// A checkpoint whose committee does not sign while the chain makes so many more is given up: a light client walks
/// over the rounds between.
const KEPT: usize = 8;

/// What one checkpoint says, and what the next one's committee is drawn from.
#[derive(Debug, Clone)]
struct Base {
    /// None for the genesis.
    header: Option<Header>,
    seed: Digest,
    committees: Arc<Committees>,
    root: Digest,
}

/// The last checkpoints by number.
#[derive(Debug, Clone)]
pub(crate) struct Checkpoints {
    rules: CheckpointRules,
    bases: BTreeMap<u64, Base>,
}

/// The checkpoints before the head as a node keeps them beside a state of its chain, so that it can still sign them
/// after a restart. Nothing commits to them; a node that takes a state from others does without.
#[derive(Debug, Clone, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct OlderCheckpoints(Vec<(u64, Option<Header>, Option<Vec<Member>>)>);

impl Wire for OlderCheckpoints {
    const MAX_BYTES: usize = KEPT * (Header::MAX_BYTES + MAX_MEMBERS * 256);
}

impl Checkpoints {
    /// Those of rounds before `round`, each with its electorate unless it is the same as that of the one before.
    pub(crate) fn older(&self, round: u64) -> OlderCheckpoints {
        let mut last: Option<&Arc<Electorate>> = None;
        let older = self
            .bases
            .iter()
            .filter(|(number, _)| self.rules.round_of(**number) < round);
        let records = older.map(|(number, base)| {
            let electorate = base.committees.electorate();
            let is_same = last.is_some_and(|last| last == electorate);
            last = Some(electorate);
            let members = (!is_same).then(|| electorate.members().to_vec());
            (*number, base.header.clone(), members)
        });
        OlderCheckpoints(records.collect())
    }

    /// Takes back what [`Checkpoints::older`] gave. What cannot be used is left out: those checkpoints are not signed.
    pub(crate) fn resume(&mut self, older: OlderCheckpoints, profile: &Profile) {
        let genesis = self.bases.remove(&0);
        let mut last: Option<Arc<Electorate>> = None;
        for (number, header, members) in older.0.into_iter().take(KEPT) {
            if let Some(members) = members {
                last = Electorate::new(members).ok().map(Arc::new);
            }
            match (header, &last, &genesis) {
                (Some(header), Some(electorate), _) => self.push(&header, electorate, profile),
                (None, _, Some(genesis)) if number == 0 => {
                    self.bases.insert(0, genesis.clone());
                }
                _ => {}
            }
        }
    }

    /// Of a chain that begins with this electorate and seed.
    pub(crate) fn new(
        rules: CheckpointRules,
        seed: Digest,
        electorate: &Arc<Electorate>,
        profile: &Profile,
    ) -> Result<Self, ChainError> {
        let committees = rules.committees(electorate, profile)?;
        let root = electorate_root(&committees);
        let base = Base {
            header: None,
            seed,
            committees,
            root,
        };
        Ok(Self {
            rules,
            bases: BTreeMap::from([(0, base)]),
        })
    }

    pub(crate) const fn rules(&self) -> &CheckpointRules {
        &self.rules
    }

    /// Takes in a final header, with the electorate of its round.
    pub(crate) fn push(&mut self, header: &Header, electorate: &Arc<Electorate>, profile: &Profile) {
        let Some(number) = self.rules.number_at(header.round) else {
            return;
        };
        let last = self.bases.values().next_back();
        let same = last.filter(|last| **last.committees.electorate() == **electorate);
        let committees = match same {
            Some(last) => Ok(Arc::clone(&last.committees)),
            None => self.rules.committees(electorate, profile),
        };
        // Rules that suit the genesis may not suit an electorate of less stake than they draw seats; such a checkpoint
        // and the next one are not made.
        let Ok(committees) = committees else { return };
        let base = Base {
            header: Some(header.clone()),
            seed: header.seed,
            root: electorate_root(&committees),
            committees,
        };
        self.bases.insert(number, base);
        while self.bases.len() > KEPT {
            self.bases.pop_first();
        }
    }

    pub(crate) fn due(&self, chain: &Digest, number: u64) -> Option<DueCheckpoint> {
        let (before, base) = (self.bases.get(&number.checked_sub(1)?)?, self.bases.get(&number)?);
        let header = base.header.clone()?;
        let committees = Arc::clone(&before.committees);
        Some(DueCheckpoint {
            statement: Checkpoint {
                number,
                header: header.digest(),
                next_electorate: base.root,
            },
            context: checkpoint_context(chain, number, before.seed, committees),
            header,
        })
    }
}

/// A checkpoint whose block is final, and which its committee may sign.
#[derive(Debug, Clone)]
pub struct DueCheckpoint {
    statement: Checkpoint,
    header: Header,
    context: RoundContext,
}

impl DueCheckpoint {
    /// What is signed.
    pub const fn statement(&self) -> &Checkpoint {
        &self.statement
    }

    /// What votes for it are drawn, signed and verified with.
    pub const fn context(&self) -> &RoundContext {
        &self.context
    }

    /// The checkpoint with a certificate, as light clients take it.
    ///
    /// # Errors
    /// [`ChainError`] when the certificate is not one for it.
    pub fn signed(&self, certificate: &UnverifiedCertificate) -> Result<SignedCheckpoint, ChainError> {
        let role = certificate.role;
        if role != self.statement.role(role.period) || certificate.value != self.statement.value() {
            return Err(ChainError::OtherValue(role));
        }
        let verified: QuorumCertificate = certificate.verify(&self.context)?;
        let certificate = verified.as_unverified().clone();
        let signers = SignerEntries::of(self.context.committees(), &certificate.signers);
        Ok(SignedCheckpoint {
            header: self.header.clone(),
            next_electorate: self.statement.next_electorate,
            // Who signed a verified certificate is in the electorate.
            signers: signers.ok_or(CertificateError::SetLength)?,
            certificate,
        })
    }
}
