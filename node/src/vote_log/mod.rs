//! The vote log: what a node must know after a crash so that it never says another thing in one role [BA-9].
//!
//! Before a vote or proposal leaves, its signed bytes and all that later votes of the period depend on are
//! written here and synced. The log of a round is dropped with the write that stores the round's block.

#[cfg(test)]
mod damage;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use borsh::BorshDeserialize;
use klero_agreement::Snapshot;
use klero_committee::{UnverifiedCertificate, VoteBundle};
use klero_finality::Block;
use klero_sampling::Digest;
use klero_sampling::codec::Wire;

use crate::store::{Batch, Column, Durability, Store, StoreError};
use crate::wire::{Envelope, Message, ProposalMessage};
use crate::witness::{Doubt, Witness};

const SNAPSHOT: u8 = b's';
const VOTES: u8 = b'v';
const PROPOSAL: u8 = b'p';
const CERTIFICATE: u8 = b'c';
const BLOCK: u8 = b'b';
const BEGUN: &[u8] = b"log begun";
const NEVER_VOTED: &[u8] = b"never voted";
const ALARM: &[u8] = b"alarm";
const LAST_ENTRY: &[u8] = b"log entry";
const ALARM_EVIDENCE: &[u8] = b"alarm evidence ";

/// The log of the round under way.
pub(crate) struct VoteLog {
    store: Arc<dyn Store>,
    written: BTreeSet<Vec<u8>>,
    /// The number of the last entry, counted from the first that was ever written here.
    entry: u64,
    witness: Option<Witness>,
}

/// What the log is worth to keys that are to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The keys never voted.
    NeverVoted,
    /// Their log was kept here, and is whole as far as one can see from within.
    Kept,
    /// Some of them come from elsewhere and may have voted there.
    Elsewhere,
    /// Their log was kept here, but is not the newest, or may not be.
    Doubtful(Doubt),
}

/// What the log holds.
#[derive(Debug, Default)]
pub(crate) struct Recovered {
    /// Where the machine was.
    pub(crate) snapshot: Option<Snapshot>,
    /// The votes that were signed.
    pub(crate) votes: Vec<VoteBundle>,
    /// The proposals that were signed.
    pub(crate) proposals: Vec<ProposalMessage>,
    /// The certificates that votes depend on.
    pub(crate) certificates: Vec<UnverifiedCertificate>,
    /// The blocks that votes depend on.
    pub(crate) blocks: Vec<Block>,
}

/// One entry: everything that is to be durable before the next message leaves.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    /// Where the machine is.
    pub(crate) snapshot: Snapshot,
    /// Votes signed just now.
    pub(crate) votes: &'a [VoteBundle],
    /// A proposal signed just now.
    pub(crate) proposal: Option<&'a ProposalMessage>,
    /// Certificates that later votes depend on.
    pub(crate) certificates: Vec<&'a UnverifiedCertificate>,
    /// Blocks that later votes depend on, with their digests.
    pub(crate) blocks: Vec<(Digest, &'a Block)>,
}

impl VoteLog {
    /// The log in a store.
    pub(crate) fn new(store: Arc<dyn Store>) -> Self {
        Self {
            store,
            written: BTreeSet::new(),
            entry: 0,
            witness: None,
        }
    }

    /// With a witness beside it, which tells whether it is the newest of its keys.
    #[must_use]
    pub(crate) fn witnessed_by(mut self, witness: Option<Witness>) -> Self {
        self.witness = witness;
        self
    }

    /// What the log is worth to these validators.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    pub(crate) fn standing(
        &mut self,
        validators: impl Iterator<Item = Digest>,
    ) -> Result<Standing, StoreError> {
        let mut is_kept = false;
        for id in validators {
            let has = |mark| Ok::<bool, StoreError>(self.store.get(Column::Meta, &of(mark, &id))?.is_some());
            let is_begun = has(BEGUN)?;
            if !is_begun && !has(NEVER_VOTED)? {
                return Ok(Standing::Elsewhere);
            }
            is_kept |= is_begun;
        }
        if !is_kept {
            return Ok(Standing::NeverVoted);
        }
        self.entry = self.last_entry()?;
        let doubt = self
            .witness
            .as_ref()
            .and_then(|witness| witness.doubt(self.entry));
        Ok(doubt.map_or(Standing::Kept, Standing::Doubtful))
    }

    fn last_entry(&self) -> Result<u64, StoreError> {
        let Some(bytes) = self.store.get(Column::Meta, LAST_ENTRY)? else {
            return Ok(0);
        };
        let bytes = <[u8; 8]>::try_from(bytes);
        bytes.map(u64::from_be_bytes).map_err(|_| StoreError::Corrupt {
            what: "number of the last entry of the vote log".into(),
        })
    }

    /// Marks validators whose keys were made together with this store: they never voted. One whose log was kept
    /// here before stays as it is.
    ///
    /// # Errors
    /// [`StoreError`] when writing fails.
    pub(crate) fn mark_never_voted(
        &self,
        validators: impl Iterator<Item = Digest>,
    ) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for id in validators {
            batch.put(Column::Meta, of(NEVER_VOTED, &id), [1]);
        }
        self.store.write(batch, Durability::Synced)
    }

    /// Notes, durably, that the log of these validators is kept from now on; takes the marks off.
    ///
    /// # Errors
    /// [`StoreError`] when writing fails.
    pub(crate) fn begin(&mut self, validators: impl Iterator<Item = Digest>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for id in validators {
            batch.put(Column::Meta, of(BEGUN, &id), [1]);
            batch.delete(Column::Meta, of(NEVER_VOTED, &id));
        }
        // With the mark, so that a log of no entry differs from one that lost all of them.
        self.entry = self.last_entry()?.saturating_add(1);
        batch.put(Column::Meta, LAST_ENTRY, self.entry.to_be_bytes());
        self.store.write(batch, Durability::Synced)?;
        self.testify()
    }

    /// Writes nothing new, and syncs: whether the disk takes writes.
    ///
    /// # Errors
    /// [`StoreError`] when it does not.
    pub(crate) fn probe(&self) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.put(Column::Meta, LAST_ENTRY, self.entry.to_be_bytes());
        self.store.write(batch, Durability::Synced)
    }

    /// Tells the witness of the last entry.
    fn testify(&mut self) -> Result<(), StoreError> {
        match &mut self.witness {
            Some(witness) => witness.note(self.entry),
            None => Ok(()),
        }
    }

    /// Notes, durably, that the log of these validators is not the only one: keys with another voice begin anew as those
    /// that come from elsewhere.
    ///
    /// # Errors
    /// [`StoreError`] when writing fails.
    pub(crate) fn end(&self, validators: impl Iterator<Item = Digest>) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        for id in validators {
            batch.delete(Column::Meta, of(BEGUN, &id));
        }
        self.store.write(batch, Durability::Synced)
    }

    /// Notes, durably and beyond the end of the round, why this node votes no more in this chain, with the
    /// certificates that show it [BA-13].
    ///
    /// # Errors
    /// [`StoreError`] when writing fails.
    pub(crate) fn raise_alarm(
        &self,
        cause: &str,
        evidence: &[&UnverifiedCertificate],
    ) -> Result<(), StoreError> {
        let mut batch = Batch::default();
        batch.put(Column::Meta, ALARM, cause);
        for (number, certificate) in (0_u8..).zip(evidence) {
            batch.put(
                Column::Meta,
                [ALARM_EVIDENCE, &[number]].concat(),
                certificate.encode(),
            );
        }
        self.store.write(batch, Durability::Synced)
    }

    /// Why this node votes no more in this chain, if it does not [BA-13].
    ///
    /// # Errors
    /// [`StoreError`] when reading fails.
    pub(crate) fn alarm(&self) -> Result<Option<String>, StoreError> {
        let cause = self.store.get(Column::Meta, ALARM)?;
        Ok(cause.map(|cause| String::from_utf8_lossy(&cause).into_owned()))
    }

    /// Reads everything back after a restart.
    ///
    /// # Errors
    /// [`StoreError`] when reading fails or a record is damaged; the node must not vote then.
    pub(crate) fn recover(&mut self) -> Result<Recovered, StoreError> {
        let mut recovered = Recovered::default();
        for (key, bytes) in self.store.scan(Column::Log, &[], usize::MAX)? {
            let corrupt = || StoreError::Corrupt {
                what: "vote log record".into(),
            };
            match key.first() {
                Some(&SNAPSHOT) => {
                    recovered.snapshot = Some(Snapshot::try_from_slice(&bytes).map_err(|_| corrupt())?);
                }
                Some(&VOTES) => recovered
                    .votes
                    .push(VoteBundle::decode(&bytes).map_err(|_| corrupt())?),
                Some(&PROPOSAL) => match Envelope::decode(&bytes).map_err(|_| corrupt())?.message {
                    Message::Proposal(proposal) => recovered.proposals.push(*proposal),
                    _ => return Err(corrupt()),
                },
                Some(&CERTIFICATE) => {
                    let certificate = UnverifiedCertificate::decode(&bytes).map_err(|_| corrupt())?;
                    recovered.certificates.push(certificate);
                }
                Some(&BLOCK) => recovered
                    .blocks
                    .push(Block::decode(&bytes).map_err(|_| corrupt())?),
                _ => return Err(corrupt()),
            }
            self.written.insert(key);
        }
        Ok(recovered)
    }

    /// Appends and syncs; only then may what was signed leave. Returns how long it took.
    ///
    /// # Errors
    /// [`StoreError`] when writing fails; then nothing may leave.
    pub(crate) fn append(&mut self, entry: &Entry<'_>) -> Result<Duration, StoreError> {
        let started = Instant::now();
        let mut batch = Batch::default();
        let mut written = Vec::new();
        let snapshot =
            borsh::to_vec(&entry.snapshot).map_err(|error| StoreError::Failed(error.to_string()))?;
        written.push(vec![SNAPSHOT]);
        batch.put(Column::Log, [SNAPSHOT], snapshot);
        let mut put_new = |key: Vec<u8>, value: &dyn Fn() -> Vec<u8>| {
            if !self.written.contains(&key) {
                batch.put(Column::Log, key.clone(), value());
                written.push(key);
            }
        };
        for bundle in entry.votes {
            let first = bundle.votes.first().map_or(0, |vote| vote.voter);
            put_new(key(VOTES, &(bundle.role, bundle.value, first)), &|| {
                bundle.encode()
            });
        }
        if let Some(proposal) = entry.proposal {
            let message = Message::Proposal(Box::new(proposal.clone()));
            let place = (proposal.proposal.period, proposal.proposal.proposer);
            put_new(key(PROPOSAL, &place), &|| {
                Envelope {
                    attempt: 0,
                    message: message.clone(),
                }
                .encode()
            });
        }
        for certificate in &entry.certificates {
            put_new(key(CERTIFICATE, &(certificate.role, certificate.value)), &|| {
                certificate.encode()
            });
        }
        for (digest, block) in &entry.blocks {
            put_new(key(BLOCK, digest), &|| block.encode());
        }
        let number = self.entry.saturating_add(1);
        batch.put(Column::Meta, LAST_ENTRY, number.to_be_bytes());
        self.store.write(batch, Durability::Synced)?;
        self.entry = number;
        self.testify()?;
        self.written.extend(written);
        Ok(started.elapsed())
    }

    /// Adds the removal of everything to the batch that stores the round's block.
    pub(crate) fn clear(&self, batch: &mut Batch) {
        for key in &self.written {
            batch.delete(Column::Log, key.as_slice());
        }
    }

    /// That batch is written.
    pub(crate) fn cleared(&mut self) {
        self.written.clear();
    }
}

/// The key of a mark for one validator.
fn of(mark: &[u8], validator: &Digest) -> Vec<u8> {
    [mark, validator.as_bytes()].concat()
}

fn key(kind: u8, place: &impl borsh::BorshSerialize) -> Vec<u8> {
    let mut key = vec![kind];
    // A Vec takes every write.
    let _infallible = place.serialize(&mut key);
    key
}
