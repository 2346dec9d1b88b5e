//! A disk that is full, and one that fails.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use klero_node::finality::Profile;
use klero_node::store::{Batch, Column, Durability, MemoryStore, RocksStore, Store, StoreError};

use crate::cluster::{Cluster, quick};
use crate::testnet_launch::get;

const LONG: Duration = Duration::from_secs(60);

/// A store whose disk can be full or broken.
#[derive(Clone, Default)]
struct Disk {
    store: Arc<MemoryStore>,
    is_full: Arc<AtomicBool>,
    is_broken: Arc<AtomicBool>,
    refused: Arc<AtomicUsize>,
}

impl Store for Disk {
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
        let (is_full, is_broken) = (&self.is_full, &self.is_broken);
        if is_full.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::Full("no space".into()));
        }
        if is_broken.load(Ordering::SeqCst) {
            self.refused.fetch_add(1, Ordering::SeqCst);
            return Err(StoreError::Failed("input/output error".into()));
        }
        self.store.write(batch, durability)
    }
}

fn four_with(disk: &Disk) -> Cluster {
    let mut cluster = Cluster::new(4, 1, quick(Profile::full()));
    for node in 0..3 {
        cluster.start(node);
    }
    let store: Arc<dyn Store> = Arc::new(disk.clone());
    cluster.start_as(3, |builder| builder.store(store).key_value().unwrap());
    cluster.wait_for(3, LONG);
    cluster
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let until = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// [E5]
#[test]
fn a_node_with_a_full_disk_serves_and_votes_again_when_there_is_space() {
    let disk = Disk::default();
    let mut cluster = four_with(&disk);
    disk.is_full.store(true, Ordering::SeqCst);
    eventually("the node says that its disk is full", || {
        let silent = cluster.node(3).status().silent.unwrap_or_default();
        // Whether the core or the application writes first is chance.
        silent.contains("the disk is full (no space)") && silent.contains("votes again by itself")
    });
    let stuck = cluster.node(3).status().final_round;
    let goal = cluster.node(0).status().final_round + 5;
    assert!(cluster.node(0).wait_for_round(goal, LONG), "three of four go on");
    assert_eq!(
        cluster.node(3).status().final_round,
        stuck,
        "final is what is stored [C18]"
    );
    let (code, page) = get(&format!("{}/v1/blocks/{stuck}", cluster.rpc(3))).unwrap();
    assert_eq!(code, 200, "it serves what it has: {page}");

    disk.is_full.store(false, Ordering::SeqCst);
    eventually("the node votes", || cluster.node(3).status().silent.is_none());
    cluster.stop(0);
    let goal = cluster.node(1).status().final_round + 3;
    for node in 1..4 {
        assert!(
            cluster.node(node).wait_for_round(goal, LONG),
            "the three need each other"
        );
    }
}

/// [E4] What a failed sync left behind nobody knows: nothing is tried again.
#[test]
fn a_node_whose_disk_fails_stops_at_once() {
    let disk = Disk::default();
    let cluster = four_with(&disk);
    disk.is_broken.store(true, Ordering::SeqCst);
    let why = cluster.node(3).wait_failed(LONG).unwrap();
    assert!(why.contains("the database failed: input/output error"), "{why}");
    let refused = disk.refused.load(Ordering::SeqCst);
    // The core and the application have a thread each.
    assert!((1..=2).contains(&refused), "{refused} writes");
    std::thread::sleep(Duration::from_millis(500));
    assert!(disk.refused.load(Ordering::SeqCst) <= 2);
}

/// Runs one of the ignored tests below in a mount namespace of its own, where a small file system is mounted at a
/// directory. Without the right to make one, nothing is tested, which is said.
fn on_a_small_disk(name: &str) {
    let directory = tempfile::tempdir().unwrap();
    let script = r#"mount -t tmpfs -o size=256m tmpfs "$KLERO_SMALL_DISK" && exec "$0" --exact "$1" --ignored --nocapture"#;
    let test = format!("disk_full::{name}");
    let output = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", script])
        .arg(std::env::current_exe().unwrap())
        .arg(&test)
        .env("KLERO_SMALL_DISK", directory.path())
        .output();
    let Ok(output) = output else {
        return skip("there is no program unshare");
    };
    let text =
        String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    if text.contains("unshare failed") || text.contains("permission denied") {
        return skip(&text);
    }
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
fn skip(why: &str) {
    eprintln!("SKIPPED: no file system of its own for a full disk: {why}");
}

fn small_disk() -> PathBuf {
    std::env::var_os("KLERO_SMALL_DISK").map(PathBuf::from).unwrap()
}

/// Takes all the space that is left.
fn fill(directory: &Path) -> PathBuf {
    use std::io::Write as _;
    let path = directory.join("filler");
    let mut file = std::fs::File::create(&path).unwrap();
    for length in [1 << 20, 1 << 12] {
        while file.write_all(&vec![7; length]).is_ok() {}
    }
    path
}

/// Text that does not compress: RocksDB would find space for what does.
fn noise(seed: u64, length: usize) -> String {
    let mut state = seed;
    let letter = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(b'A' + u8::try_from((state >> 33) % 58).unwrap())
    };
    (0..length).map(letter).collect()
}

fn write(store: &RocksStore, number: u32, length: usize) -> Result<(), StoreError> {
    let mut batch = Batch::default();
    batch.put(
        Column::Log,
        number.to_be_bytes(),
        noise(u64::from(number), length),
    );
    store.write(batch, Durability::Synced)
}

/// [E5]
#[test]
fn the_database_takes_writes_again_when_there_is_space() {
    on_a_small_disk("database_on_a_small_disk");
}

#[test]
#[ignore = "on a small disk only: the test above mounts it"]
fn database_on_a_small_disk() {
    let directory = small_disk();
    let store = RocksStore::open(&directory.join("db")).unwrap();
    write(&store, 0, 100).unwrap();
    let filler = fill(&directory);
    // RocksDB has set some space aside.
    let full = (1..1_000).find_map(|number| Some((number, write(&store, number, 1 << 20).err()?)));
    let (last, error) = full.unwrap();
    assert!(matches!(error, StoreError::Full(_)), "{error}");
    assert_eq!(
        store.get(Column::Log, &0_u32.to_be_bytes()).unwrap(),
        Some(noise(0, 100).into_bytes())
    );
    std::fs::remove_file(filler).unwrap();
    eventually("writes go on", || write(&store, 5_000, 100).is_ok());
    drop(store);
    let store = RocksStore::open(&directory.join("db")).unwrap();
    for number in 0..last {
        assert!(
            store.get(Column::Log, &number.to_be_bytes()).unwrap().is_some(),
            "{number} was synced"
        );
    }
    assert!(
        store
            .get(Column::Log, &5_000_u32.to_be_bytes())
            .unwrap()
            .is_some()
    );
}

/// [E5]
#[test]
fn a_chain_on_a_full_disk_goes_on_when_there_is_space() {
    on_a_small_disk("chain_on_a_small_disk");
}

#[test]
#[ignore = "on a small disk only: the test above mounts it"]
fn chain_on_a_small_disk() {
    let directory = small_disk();
    let mut cluster = Cluster::new(1, 1, quick(Profile::full()));
    cluster.start_as(0, |builder| {
        builder.data(&directory).unwrap().key_value().unwrap()
    });
    cluster.wait_for(3, LONG);
    let filler = fill(&directory);
    let node = cluster.node(0);
    let mut number = 0;
    eventually_mut("the node says that its disk is full", || {
        // Blocks full of transactions use up what RocksDB has set aside.
        for _ in 0..20 {
            number += 1;
            let _pool_may_be_full =
                node.submit(format!("set key{number} {}", noise(number, 20_000)).into_bytes());
        }
        node.status()
            .silent
            .is_some_and(|silent| silent.contains("the disk is full"))
    });
    let stuck = node.status().final_round;
    let (code, page) = get(&format!("{}/v1/blocks/{stuck}", cluster.rpc(0))).unwrap();
    assert_eq!(code, 200, "{page}");
    std::fs::remove_file(filler).unwrap();
    assert!(node.wait_for_round(stuck + 3, LONG), "{:?}", node.status());
    eventually("the node votes", || node.status().silent.is_none());
}

fn eventually_mut(what: &str, mut holds: impl FnMut() -> bool) {
    let until = Instant::now() + LONG;
    while !holds() {
        assert!(Instant::now() < until, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
