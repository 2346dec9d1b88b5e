//! The file of known peers: it leads a node back into its network when its boot nodes are gone.
//!
//! It holds addresses where this node has reached peers, see [`Network::known_addresses`]. Nothing depends on it: a file
//! that is missing, damaged or of another chain is one without addresses, and is written anew.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use klero_net::{Multiaddr, Network};
use klero_sampling::Digest;
use serde::{Deserialize, Serialize};
use tokio::runtime::Runtime;

/// How often it is brought up to date.
const EVERY: Duration = Duration::from_secs(30);

/// Longer than any that a node writes: 256 addresses.
const MOST_BYTES: u64 = 1 << 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    chain: Digest,
    addresses: Vec<String>,
}

/// Where it is, and what it said when it was last read or written.
#[derive(Debug, Clone)]
pub(crate) struct PeerFile {
    /// None for a node that keeps nothing.
    path: Option<PathBuf>,
    chain: Digest,
    addresses: Vec<Multiaddr>,
}

impl PeerFile {
    /// Reads the file of a chain, if there is to be one.
    pub(crate) fn open(path: Option<PathBuf>, chain: Digest) -> Self {
        let addresses = path
            .as_deref()
            .map_or_else(Vec::new, |path| addresses_in(path, chain));
        Self {
            path,
            chain,
            addresses,
        }
    }

    /// The addresses that it holds.
    pub(crate) fn addresses(&self) -> Vec<Multiaddr> {
        self.addresses.clone()
    }

    /// Writes what the network knows, if that is news.
    pub(crate) fn save(&mut self, network: &Network) {
        let Some(path) = &self.path else {
            return;
        };
        let addresses = network.known_addresses();
        let set = |addresses: &[Multiaddr]| addresses.iter().cloned().collect::<BTreeSet<_>>();
        if addresses.is_empty() || set(&addresses) == set(&self.addresses) {
            return;
        }
        let contents = Contents {
            chain: self.chain,
            addresses: addresses.iter().map(ToString::to_string).collect(),
        };
        match write(path, &contents) {
            Ok(()) => self.addresses = addresses,
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "the file of known peers cannot be written");
            }
        }
    }

    /// Keeps the file up to date for as long as the runtime lives.
    pub(crate) fn keep(mut self, runtime: &Runtime, network: &Network) {
        if self.path.is_none() {
            return;
        }
        let network = network.clone();
        runtime.spawn(async move {
            loop {
                tokio::time::sleep(EVERY).await;
                let (mut file, network) = (self.clone(), network.clone());
                let saved = tokio::task::spawn_blocking(move || {
                    file.save(&network);
                    file
                });
                match saved.await {
                    Ok(file) => self = file,
                    // The runtime is shutting down.
                    Err(_) => return,
                }
            }
        });
    }
}

/// Those of the chain; none where the file is of no use.
fn addresses_in(path: &Path, chain: Digest) -> Vec<Multiaddr> {
    match read(path) {
        Ok(contents) if contents.chain == chain => {
            let addresses = contents.addresses.iter();
            addresses.filter_map(|address| address.parse().ok()).collect()
        }
        Ok(_) => Vec::new(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => {
            tracing::warn!(path = %path.display(), %error, "the file of known peers is of no use: it is written anew");
            Vec::new()
        }
    }
}

fn read(path: &Path) -> io::Result<Contents> {
    let mut text = String::new();
    File::open(path)?.take(MOST_BYTES).read_to_string(&mut text)?;
    serde_json::from_str(&text).map_err(io::Error::from)
}

/// Whoever reads it sees the old file or the new one, and never half of either.
fn write(path: &Path, contents: &Contents) -> io::Result<()> {
    let part = path.with_extension("json.part");
    let mut file = File::create(&part)?;
    file.write_all(&serde_json::to_vec_pretty(contents)?)?;
    file.sync_all()?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: Digest = Digest([7; 32]);
    const ADDRESS: &str = "/ip4/9.9.9.9/tcp/7/p2p/12D3KooWDpJ7As7BWAwRMfu1VU2WCqNjvq387JEYKDBj4kx6nXTN";

    fn contents(chain: Digest) -> Contents {
        Contents {
            chain,
            addresses: vec![ADDRESS.into(), "no address".into()],
        }
    }

    #[test]
    fn what_is_written_is_read_back_for_that_chain_only() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("peers.json");
        assert!(addresses_in(&path, CHAIN).is_empty());
        write(&path, &contents(CHAIN)).unwrap();
        assert_eq!(addresses_in(&path, CHAIN), [ADDRESS.parse().unwrap()]);
        assert!(addresses_in(&path, Digest([8; 32])).is_empty());
        let files: Vec<_> = fs::read_dir(directory.path()).unwrap().collect();
        assert_eq!(files.len(), 1, "the part is gone");
    }

    #[test]
    fn a_damaged_file_is_one_without_addresses() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("peers.json");
        write(&path, &contents(CHAIN)).unwrap();
        let whole = fs::read(&path).unwrap();
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert!(addresses_in(&path, CHAIN).is_empty(), "cut at {length}");
        }
        fs::write(&path, [0xff; 100]).unwrap();
        assert!(addresses_in(&path, CHAIN).is_empty());
    }
}
