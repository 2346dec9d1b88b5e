//! Which snapshots peers have, and the way to the header of one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use klero_finality::{LightClient, SignedCheckpoint};
use klero_net::PeerId;
use klero_sampling::Digest;
use klero_sampling::codec::Wire;

use super::{Joiner, Refused, Signed};
use crate::BlockStore;
use crate::snapshot::Manifest;
use crate::store::{Batch, Durability};

/// How long a node waits for its first peer, and for others after it.
const PEER_WITHIN: Duration = Duration::from_secs(10);
const OTHERS_WITHIN: Duration = Duration::from_millis(700);
/// How many peers are asked what they have.
const MOST_ASKED: usize = 16;

impl Joiner<'_> {
    /// Waits for peers; says whether any came.
    pub(super) async fn peers_came(&self) -> bool {
        let until = Instant::now() + PEER_WITHIN;
        while self.network.peers().is_empty() {
            if Instant::now() >= until {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        tokio::time::sleep(OTHERS_WITHIN).await;
        true
    }

    /// The newest snapshot that a peer offers, of equals the one that most offer, with those peers. Claims of rounds
    /// that no checkpoint signs are found out when the way there is looked for.
    pub(super) async fn best_offer(
        &self,
        tried: &BTreeSet<Digest>,
        trusted: u64,
    ) -> Option<(Manifest, Vec<PeerId>)> {
        let mut offers: BTreeMap<Manifest, Vec<PeerId>> = BTreeMap::new();
        for peer in self.network.peers().into_iter().take(MOST_ASKED) {
            let Ok(Some(bytes)) = self.network.manifest_of(peer).await else {
                continue;
            };
            match Manifest::decode(&bytes) {
                Ok(manifest) if manifest.is_bounded() => offers.entry(manifest).or_default().push(peer),
                _ => self.expel(peer, "what it says of its snapshot is malformed"),
            }
        }
        let rules = &self.genesis.checkpoints;
        let is_fit = |manifest: &Manifest| {
            let is_signed = rules.number_at(manifest.round).is_some_and(|number| number > 0);
            is_signed && manifest.round >= trusted && !tried.contains(&manifest.id())
        };
        let fit = offers.into_iter().filter(|(manifest, _)| is_fit(manifest));
        fit.max_by_key(|(manifest, peers)| (manifest.round, peers.len()))
    }

    /// Hops by checkpoints to the header of a snapshot's block.
    pub(super) async fn hop_to(
        &self,
        round: u64,
        peers: &[PeerId],
        mut client: LightClient,
    ) -> Result<Signed, Refused> {
        let wanted = self.genesis.checkpoints.number_at(round).unwrap_or(0);
        let trusted = self
            .from
            .checkpoint
            .as_ref()
            .map(|trusted| trusted.header.clone());
        if let Some(header) = trusted.filter(|header| header.round == round) {
            let checkpoint = self
                .signed_by_any(wanted, peers, |signed| signed.header == header)
                .await;
            let checkpoint = checkpoint.map(|signed| (wanted, signed));
            return Ok(Signed { header, checkpoint });
        }
        while client.checkpoint() < wanted {
            let number = client.checkpoint() + 1;
            let hops = |signed: &SignedCheckpoint| client.clone().hop(signed).is_ok();
            let signed = self.signed_by_any(number, peers, hops).await;
            let signed = signed
                .ok_or_else(|| Refused::Gone(format!("nobody has checkpoint {number} on the way to it")))?;
            client
                .hop(&signed)
                .map_err(|error| Refused::Lie(error.to_string()))?;
            // Those on the way are kept, for whoever hops after this node.
            let mut batch = Batch::default();
            BlockStore::append_checkpoint(&mut batch, number, &signed, false);
            self.blocks.store().write(batch, Durability::Buffered)?;
            if number == wanted {
                return Ok(Signed {
                    header: signed.header.clone(),
                    checkpoint: Some((number, signed)),
                });
            }
        }
        Err(Refused::Gone(
            "its checkpoint is not after the one that is trusted".into(),
        ))
    }

    /// A checkpoint from the first peer that has one which is good. Those that send another are expelled.
    async fn signed_by_any(
        &self,
        number: u64,
        peers: &[PeerId],
        is_good: impl Fn(&SignedCheckpoint) -> bool,
    ) -> Option<SignedCheckpoint> {
        for peer in peers {
            let Ok(Some(bytes)) = self.network.checkpoint_from(*peer, number).await else {
                continue;
            };
            match SignedCheckpoint::decode(&bytes) {
                Ok(signed) if is_good(&signed) => return Some(signed),
                _ => self.expel(
                    *peer,
                    &format!("its checkpoint {number} is not signed by those who may"),
                ),
            }
        }
        None
    }
}
