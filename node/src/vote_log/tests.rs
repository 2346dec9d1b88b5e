//! What the log keeps and what it is worth.

use klero_agreement::Entry as EnteredBy;
use klero_committee::{BundledVote, Role, Step, Value};

use super::*;
use crate::store::MemoryStore;

pub(super) fn snapshot(period: u32) -> Snapshot {
    Snapshot {
        round: 7,
        period,
        entry: EnteredBy::RoundStart,
        k: 0,
        first_deadline_passed: false,
        spoken: vec![(Step::Soft, Value::Block(Digest([1; 32])))],
        staged: None,
        previous_value: None,
        previous_bottom: false,
        alarm: None,
    }
}

pub(super) fn bundle(period: u32) -> VoteBundle {
    VoteBundle {
        role: Role::new(7, period, Step::Soft),
        value: Value::Block(Digest([1; 32])),
        votes: vec![BundledVote {
            voter: 3,
            proof: None,
            signature: [4; 48],
        }],
    }
}

fn entry(period: u32, votes: &[VoteBundle]) -> Entry<'_> {
    Entry {
        snapshot: snapshot(period),
        votes,
        proposal: None,
        certificates: Vec::new(),
        blocks: Vec::new(),
    }
}

/// [BA-9]
#[test]
fn what_was_signed_is_read_back_byte_for_byte() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let mut log = VoteLog::new(Arc::clone(&store));
    log.append(&entry(0, &[bundle(0)])).unwrap();
    log.append(&entry(1, &[bundle(1)])).unwrap();
    let recovered = VoteLog::new(store).recover().unwrap();
    assert_eq!(recovered.snapshot, Some(snapshot(1)));
    assert_eq!(recovered.votes, [bundle(0), bundle(1)]);
}

#[test]
fn the_log_of_a_round_goes_with_its_block() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    VoteLog::new(Arc::clone(&store))
        .append(&entry(0, &[bundle(0)]))
        .unwrap();
    // Another life of the node: what an earlier one wrote goes too.
    let mut log = VoteLog::new(Arc::clone(&store));
    log.recover().unwrap();
    let mut batch = Batch::default();
    log.clear(&mut batch);
    store.write(batch, Durability::Synced).unwrap();
    let recovered = VoteLog::new(store).recover().unwrap();
    assert_eq!((recovered.snapshot, recovered.votes.len()), (None, 0));
}

#[test]
fn a_damaged_record_is_an_error_and_not_an_empty_log() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let mut batch = Batch::default();
    batch.put(Column::Log, [SNAPSHOT], [1, 2, 3]);
    store.write(batch, Durability::Synced).unwrap();
    let error = VoteLog::new(store).recover().unwrap_err();
    assert!(error.to_string().contains("vote log record"), "{error}");
}

/// [BA-13]
#[test]
fn an_alarm_outlives_the_round_and_the_process() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let mut log = VoteLog::new(Arc::clone(&store));
    log.append(&entry(0, &[bundle(0)])).unwrap();
    log.raise_alarm("two quorums", &[]).unwrap();
    let mut batch = Batch::default();
    log.clear(&mut batch);
    store.write(batch, Durability::Synced).unwrap();
    assert_eq!(
        VoteLog::new(store).alarm().unwrap().as_deref(),
        Some("two quorums")
    );
}

/// [BA-9]
#[test]
fn keys_speak_where_their_log_is_or_where_they_never_voted() {
    let mut log = VoteLog::new(Arc::new(MemoryStore::default()));
    let (ours, moved) = (Digest([1; 32]), Digest([2; 32]));
    assert_eq!(log.standing([ours].into_iter()).unwrap(), Standing::Elsewhere);
    log.mark_never_voted([ours].into_iter()).unwrap();
    assert_eq!(log.standing([ours].into_iter()).unwrap(), Standing::NeverVoted);
    assert_eq!(
        log.standing([ours, moved].into_iter()).unwrap(),
        Standing::Elsewhere
    );
    log.begin([ours].into_iter()).unwrap();
    assert_eq!(log.standing([ours].into_iter()).unwrap(), Standing::Kept);
    assert_eq!(
        log.standing([ours, moved].into_iter()).unwrap(),
        Standing::Elsewhere
    );
}

/// [C4] A log that is not the only one of its keys is worth as much as none.
#[test]
fn keys_whose_log_ended_begin_as_those_from_elsewhere() {
    let mut log = VoteLog::new(Arc::new(MemoryStore::default()));
    let ids = || [Digest([1; 32]), Digest([2; 32])].into_iter();
    log.begin(ids()).unwrap();
    assert_eq!(log.standing(ids()).unwrap(), Standing::Kept);
    log.end(ids().take(1)).unwrap();
    assert_eq!(log.standing(ids()).unwrap(), Standing::Elsewhere);
    assert_eq!(log.standing(ids().skip(1)).unwrap(), Standing::Kept);
}

/// [E3] A store that went back while the witness did not: the end of the log is lost.
#[test]
fn a_log_that_lost_its_end_is_doubtful() {
    let directory = tempfile::tempdir().unwrap();
    let witness = || Some(Witness::open(&directory.path().join("witness")).unwrap());
    let ids = || [Digest([1; 32])].into_iter();
    let (old, new): (Arc<dyn Store>, Arc<dyn Store>) =
        (Arc::new(MemoryStore::default()), Arc::new(MemoryStore::default()));
    VoteLog::new(Arc::clone(&old)).begin(ids()).unwrap();
    let mut log = VoteLog::new(Arc::clone(&new)).witnessed_by(witness());
    log.begin(ids()).unwrap();
    log.append(&entry(0, &[bundle(0)])).unwrap();

    let standing = |store: &Arc<dyn Store>| {
        let mut log = VoteLog::new(Arc::clone(store)).witnessed_by(witness());
        log.standing(ids()).unwrap()
    };
    assert_eq!(standing(&new), Standing::Kept);
    assert_eq!(
        standing(&old),
        Standing::Doubtful(Doubt::Behind { log: 1, witness: 2 })
    );
    std::fs::remove_file(directory.path().join("witness")).unwrap();
    assert_eq!(standing(&new), Standing::Doubtful(Doubt::NoWitness));
}
