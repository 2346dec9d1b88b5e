//! A restart reads the newest good state snapshot and replays the blocks since, however long the chain is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use klero_committee::{Role, Step, UnverifiedCertificate, ValidatorKeys, Value, cast_vote, certificate};
use klero_node::Digest;
use klero_node::finality::{Block, Chain, Draft, FinalBlock, Genesis, Profile};
use klero_node::keys::KeyFile;
use klero_node::store::{Batch, Column, Durability, MemoryStore, Store, StoreError};
use klero_node::{BlockStore, Node, NodeBuilder, NodeError, Restart};

use crate::cluster::quick;

const EVERY: u64 = 50;
const LONG: Duration = Duration::from_secs(120);

/// A chain of one validator, in a store that outlives its node.
struct Alone {
    genesis: Genesis,
    keys: KeyFile,
    store: Arc<dyn Store>,
}

impl Alone {
    fn new() -> Self {
        let keys = KeyFile::generate("alone", 1).unwrap();
        let mut profile = quick(Profile::full());
        (profile.propose, profile.timing.filter_min) = (1_000, 1);
        let validators = keys.genesis_validators(1_000).unwrap();
        Self {
            genesis: Genesis::new("alone", 1, profile, validators),
            keys,
            store: Arc::new(MemoryStore::default()),
        }
    }

    /// After so many rounds that nobody took part in: blocks without snapshots, as if all of those had been lost. Only the
    /// last certificate is one, which the next block needs.
    fn grown(rounds: u64) -> Self {
        let alone = Self::new();
        let keys = alone.keys.validators[0].keys().unwrap();
        let mut chain = Chain::new(&alone.genesis).unwrap();
        let blocks = BlockStore::new(Arc::clone(&alone.store));
        blocks.begin(chain.id(), chain.registry()).unwrap();
        let mut last: Option<UnverifiedCertificate> = None;
        for round in 1..=rounds {
            let draft = Draft {
                period: 0,
                proposer: 0,
                parent_certificate: last.clone(),
                operations: Vec::new(),
                application_root: Digest::ZERO,
                payload: Vec::new(),
                now: 2_000 + round,
            };
            let block = draft.into_block(&chain, &keys).unwrap();
            let certificate = match last.take().filter(|_| round < rounds) {
                Some(any) => any,
                None => certify(&chain, &block, &keys),
            };
            chain.advance(&block).unwrap();
            last = Some(certificate.clone());
            let mut batch = Batch::default();
            BlockStore::append(&mut batch, &FinalBlock { block, certificate });
            alone.store.write(batch, Durability::Synced).unwrap();
        }
        alone
    }

    /// After so many rounds and more.
    fn after(rounds: u64) -> Self {
        let alone = Self::new();
        let keys = alone.keys.clone();
        let node = alone
            .builder(Arc::clone(&alone.store))
            .new_keys(keys)
            .start()
            .unwrap();
        assert!(node.wait_for_round(rounds, LONG), "{:?}", node.status());
        node.stop().unwrap();
        alone
    }

    fn builder(&self, store: Arc<dyn Store>) -> NodeBuilder {
        let builder = Node::builder(self.genesis.clone())
            .store(store)
            .snapshot_every(EVERY);
        builder.key_value().unwrap()
    }

    fn head(&self) -> u64 {
        BlockStore::new(Arc::clone(&self.store)).head().unwrap()
    }

    /// Starts once more without keys, and tells how.
    fn restart(&self) -> Result<Restart, NodeError> {
        let node = self.builder(Arc::clone(&self.store)).start()?;
        assert_eq!(node.status().final_round, self.head());
        let restart = node.restart();
        node.stop()?;
        Ok(restart)
    }

    fn newest(&self) -> u64 {
        self.head() / EVERY * EVERY
    }

    fn key(round: u64, part: u8, place: u32) -> Vec<u8> {
        [&round.to_be_bytes()[..], &[part], &place.to_be_bytes()].concat()
    }

    fn change(&self, column: Column, key: &[u8], change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = self.store.get(column, key).unwrap().expect("the record is there");
        change(&mut bytes);
        let mut batch = Batch::default();
        batch.put(column, key, bytes);
        self.store.write(batch, Durability::Synced).unwrap();
    }
}

fn certify(chain: &Chain, block: &Block, keys: &ValidatorKeys) -> UnverifiedCertificate {
    let (context, round) = (chain.context(block.header.round).unwrap(), block.header.round);
    let (role, value) = (
        Role::new(round, 0, Step::Cert),
        Value::Block(block.header.digest()),
    );
    let vote = cast_vote(&context, role, value, 0, keys).unwrap();
    let certificate = certificate::assemble(&context, role, value, &[vote]).unwrap();
    certificate.as_unverified().clone()
}

#[test]
fn a_restart_after_thousands_of_rounds_replays_few_of_them() {
    let alone = Alone::grown(3_010);
    // A chain without snapshots is replayed once, and has them then.
    let restart = alone.restart().unwrap();
    assert_eq!((restart.snapshot, restart.replayed), (None, 3_010));
    let (head, newest) = (alone.head(), alone.newest());
    let restart = alone.restart().unwrap();
    assert_eq!(restart.snapshot, Some(newest));
    assert_eq!(restart.replayed, head - newest);
    assert!(restart.replayed < EVERY, "{restart:?}");
    // What is kept does not grow with the chain.
    let kept = alone.store.scan(Column::Snapshots, &[], 10_000).unwrap();
    let mut rounds: Vec<u64> = kept
        .iter()
        .map(|(key, _)| u64::from_be_bytes(key[..8].try_into().unwrap()))
        .collect();
    rounds.dedup();
    assert_eq!(rounds, [newest - 2 * EVERY, newest - EVERY, newest]);

    // With its keys it goes on.
    let keys = alone.keys.clone();
    let node = alone
        .builder(Arc::clone(&alone.store))
        .new_keys(keys)
        .start()
        .unwrap();
    assert!(node.wait_for_round(head + EVERY, LONG));
    node.stop().unwrap();
    assert_eq!(alone.restart().unwrap().snapshot, Some(alone.newest()));
}

#[test]
fn a_damaged_or_cut_snapshot_is_passed_over_for_an_older_one() {
    let alone = Alone::after(4 * EVERY + 10);
    let newest = alone.newest();
    for (part, what) in [(1, "the state"), (2, "the checkpoints"), (0, "the index")] {
        let key = Alone::key(newest, part, 0);
        let whole = alone.store.get(Column::Snapshots, &key).unwrap().unwrap();
        let changes: [fn(&mut Vec<u8>); 3] = [
            |bytes| *bytes.last_mut().unwrap() ^= 1,
            |bytes| bytes.truncate(bytes.len() / 2),
            Vec::clear,
        ];
        for change in changes {
            alone.change(Column::Snapshots, &key, change);
            let restart = alone.restart().unwrap();
            assert_eq!(restart.snapshot, Some(newest - EVERY), "{what}");
            assert!(restart.replayed < 2 * EVERY, "{what}: {restart:?}");
            alone.change(Column::Snapshots, &key, |bytes| *bytes = whole.clone());
        }
    }
    // The blocks that were replayed made it anew.
    assert_eq!(alone.restart().unwrap().snapshot, Some(newest));
}

#[test]
fn without_any_good_snapshot_every_block_is_replayed_and_they_are_made_anew() {
    let alone = Alone::after(4 * EVERY + 10);
    let newest = alone.newest();
    for round in [newest - 2 * EVERY, newest - EVERY, newest] {
        alone.change(Column::Snapshots, &Alone::key(round, 1, 0), |bytes| {
            bytes[20] ^= 8;
        });
    }
    let restart = alone.restart().unwrap();
    assert_eq!(
        restart,
        Restart {
            snapshot: None,
            replayed: alone.head()
        }
    );
    assert_eq!(alone.restart().unwrap().snapshot, Some(newest));

    // A header that is damaged takes the snapshots after it along.
    alone.change(Column::Footprints, &(newest - 5).to_be_bytes(), |bytes| {
        bytes[40] ^= 1;
    });
    let restart = alone.restart().unwrap();
    assert_eq!(restart.snapshot, Some(newest - EVERY));
}

/// A store whose machine dies: from some write on nothing is written any more.
struct Dying {
    store: Arc<dyn Store>,
    left: AtomicI64,
}

impl Store for Dying {
    fn get(&self, column: Column, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.get(column, key)
    }

    fn scan(
        &self,
        column: Column,
        start: &[u8],
        limit: usize,
    ) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        self.store.scan(column, start, limit)
    }

    fn write(&self, batch: Batch, durability: Durability) -> Result<(), StoreError> {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            return Err(StoreError::Failed("no such machine".into()));
        }
        self.store.write(batch, durability)
    }
}

/// [E1] At whichever write a node dies, there is the old state or the new one.
#[test]
fn a_node_that_dies_at_any_write_starts_again_from_a_whole_snapshot() {
    let keys = |alone: &Alone| alone.keys.clone();
    let every = 3;
    for writes in (1..34).chain([50]) {
        let alone = Alone::new();
        let dying: Arc<dyn Store> = Arc::new(Dying {
            store: Arc::clone(&alone.store),
            left: AtomicI64::new(writes),
        });
        match alone
            .builder(dying)
            .snapshot_every(every)
            .new_keys(keys(&alone))
            .start()
        {
            Ok(node) => {
                assert!(
                    node.wait_failed(LONG).is_some(),
                    "the node goes on without its disk"
                );
                assert!(node.stop().is_err());
            }
            // It died before it began.
            Err(_) => assert!(writes < 5, "{writes}"),
        }
        let head = alone.head();
        let node = alone
            .builder(Arc::clone(&alone.store))
            .snapshot_every(every)
            .start()
            .unwrap();
        let restart = node.restart();
        node.stop().unwrap();
        assert_eq!(
            restart.snapshot,
            (head >= every).then_some(head / every * every),
            "{writes}: {head}"
        );
        assert_eq!(restart.replayed, head % every, "{writes}");
    }
}
