//! The parts of a snapshot, from several peers.

use std::time::{Duration, Instant};

use klero_finality::{Chain, ChainState, FinalBlock, Footprint, Header};
use klero_net::{MAX_BLOCKS, Network, PeerId};
use klero_sampling::Digest;
use klero_sampling::codec::Wire;
use tokio::task::JoinSet;

use super::{Joiner, Refused, root_of};
use crate::snapshot::{CHUNK, Manifest, Part, append_footprint, digest};
use crate::store::{Batch, Durability};

/// Chunks that are asked for at once, each from another peer where there are several.
const AT_ONCE: usize = 4;
/// How often each peer is asked for a chunk that it did not send.
const ROUNDS: usize = 3;
/// What a chunk may be longer: one entry of an application's state can be longer than the rest of it.
const SLACK: usize = 128 << 10;
/// How long the block after the snapshot's may take to become final.
const NEXT_WITHIN: Duration = Duration::from_secs(30);

/// A chunk, and the peers that sent another.
struct Fetched {
    part: Part,
    place: u32,
    bytes: Option<Vec<u8>>,
    liars: Vec<PeerId>,
}

/// Asks peers in turn for a chunk until one sends it.
async fn fetch(network: Network, round: u64, chunk: (Part, u32, Digest), peers: Vec<PeerId>) -> Fetched {
    let (part, place, expected) = chunk;
    let mut liars = Vec::new();
    for turn in 0..ROUNDS {
        for peer in &peers {
            let asked = network.chunk_from(*peer, part == Part::Entries, round, place);
            match asked.await {
                _ if liars.contains(peer) => {}
                Ok(Some(bytes)) if bytes.len() <= CHUNK + SLACK && digest(&bytes) == expected => {
                    let bytes = Some(bytes);
                    return Fetched {
                        part,
                        place,
                        bytes,
                        liars,
                    };
                }
                Ok(Some(_)) => liars.push(*peer),
                Ok(None) | Err(_) => {}
            }
        }
        tokio::time::sleep(Duration::from_millis(100 << turn)).await;
    }
    Fetched {
        part,
        place,
        bytes: None,
        liars,
    }
}

impl Joiner<'_> {
    /// Fetches all chunks into the store, several at once.
    pub(super) async fn fetch_chunks(&self, manifest: &Manifest, peers: &[PeerId]) -> Result<(), Refused> {
        let mut honest = peers.to_vec();
        let mut wanted = manifest.chunks();
        let mut under_way: JoinSet<Fetched> = JoinSet::new();
        let mut turn = 0_usize;
        loop {
            while under_way.len() < AT_ONCE
                && !honest.is_empty()
                && let Some(chunk) = wanted.next()
            {
                let mut order = honest.clone();
                let first = turn % order.len().max(1);
                order.rotate_left(first);
                turn = turn.wrapping_add(1);
                under_way.spawn(fetch(self.network.clone(), manifest.round, chunk, order));
            }
            let Some(fetched) = under_way.join_next().await else {
                break;
            };
            let fetched = fetched.map_err(|error| Refused::Gone(error.to_string()))?;
            for liar in fetched.liars {
                if honest.contains(&liar) {
                    self.expel(liar, "a chunk is not the one that it offered");
                    honest.retain(|peer| *peer != liar);
                }
            }
            let bytes = fetched
                .bytes
                .ok_or_else(|| Refused::Gone("nobody who offers it sends a chunk of it".into()))?;
            self.snapshots
                .keep(fetched.part, manifest.round, fetched.place, &bytes)?;
        }
        match wanted.next() {
            Some(_) => Err(Refused::Gone("nobody is left who offers it".into())),
            None => Ok(()),
        }
    }

    /// Fetches the headers up to a trusted one, from the last backwards: each is known by its digest before it comes.
    pub(super) async fn fetch_headers(
        &self,
        last: &Header,
        peers: &[PeerId],
    ) -> Result<Vec<Footprint>, Refused> {
        let first = ChainState::first_footprint(self.genesis, last.round);
        let (mut end, mut expected) = (last.round, last.digest());
        let mut pages: Vec<Vec<Footprint>> = Vec::new();
        while end >= first {
            let from = end.saturating_sub(u64::from(MAX_BLOCKS) - 1).max(first);
            let page = self.fetch_page(from, end, expected, peers).await?;
            let mut batch = Batch::default();
            page.iter()
                .for_each(|footprint| append_footprint(&mut batch, footprint));
            self.blocks.store().write(batch, Durability::Buffered)?;
            if let Some(footprint) = page.first() {
                expected = footprint.header.parent;
            }
            pages.push(page);
            end = from - 1;
        }
        pages.reverse();
        Ok(pages.concat())
    }

    async fn fetch_page(
        &self,
        from: u64,
        end: u64,
        expected: Digest,
        peers: &[PeerId],
    ) -> Result<Vec<Footprint>, Refused> {
        let count = u32::try_from(end - from + 1).unwrap_or(MAX_BLOCKS);
        for peer in peers {
            let Ok(encoded) = self.network.headers_from(*peer, from, count).await else {
                continue;
            };
            if encoded.len() < count as usize {
                continue;
            }
            let decoded: Result<Vec<Footprint>, _> =
                encoded.iter().map(|bytes| Footprint::decode(bytes)).collect();
            match decoded {
                Ok(page) if is_row(&page, from, expected) => return Ok(page),
                _ => self.expel(
                    *peer,
                    &format!("its headers from round {from} do not lead to the signed one"),
                ),
            }
        }
        Err(Refused::Gone(format!(
            "nobody has the headers from round {from} on"
        )))
    }

    /// The block of the snapshot, and the application's root after it, which the next block names.
    pub(super) async fn fetch_blocks(&self, chain: &Chain) -> Result<(FinalBlock, Digest), Refused> {
        let until = Instant::now() + NEXT_WITHIN;
        while Instant::now() < until {
            for peer in self.network.peers() {
                let Ok(encoded) = self.network.blocks_from(peer, chain.round(), 2).await else {
                    continue;
                };
                let decoded: Result<Vec<FinalBlock>, _> =
                    encoded.iter().map(|bytes| FinalBlock::decode(bytes)).collect();
                let checked = decoded.map_err(|error| error.to_string()).and_then(|blocks| {
                    let Ok([block, next]) = <[FinalBlock; 2]>::try_from(blocks) else {
                        return Ok(None);
                    };
                    let told = |error: klero_finality::ChainError| error.to_string();
                    chain.check_head(&block).map_err(told)?;
                    Ok(Some((root_of(chain, &next).map_err(told)?, block)))
                });
                match checked {
                    Ok(Some((root, block))) => return Ok((block, root)),
                    Ok(None) => {}
                    Err(error) => self.expel(peer, &format!("a block that is not final: {error}")),
                }
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        Err(Refused::Gone("nobody has the block after it".into()))
    }
}

/// Whether footprints are those of the rounds from one on, up to a header with a digest.
fn is_row(page: &[Footprint], from: u64, expected: Digest) -> bool {
    let pairs = page.iter().zip(page.iter().skip(1));
    let is_linked = pairs
        .into_iter()
        .all(|(one, next)| next.header.parent == one.header.digest());
    let rounds = (from..).zip(page);
    is_linked
        && rounds
            .into_iter()
            .all(|(round, it)| it.header.round == round && it.is_sound())
        && page.last().is_some_and(|last| last.header.digest() == expected)
}
