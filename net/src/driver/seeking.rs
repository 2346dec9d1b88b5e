//! Discovery: what peers tell of others, and whom to dial for it.

use std::sync::Arc;

use libp2p::swarm::{ConnectionId, DialError};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use super::Driver;
use crate::address::{Reach, ip_of, plain};
use crate::discovery::Rumour;
use crate::seeker::Step;

impl Driver {
    /// Dials one more peer, or asks for others, if that is due.
    pub(super) fn seek(&mut self, now: Instant) {
        let Some(seeker) = &mut self.seeker else {
            return;
        };
        let outbound = self.links.outbound();
        match seeker.step(now, &outbound, |peer| self.swarm.is_connected(peer)) {
            Some(Step::Dial(dial)) => self.dial(dial),
            Some(Step::LookUp) => {
                if let Some(discovery) = self.swarm.behaviour_mut().discovery.as_mut() {
                    discovery.look_up();
                }
            }
            None => {}
        }
    }

    /// A peer told of another.
    pub(super) fn on_rumour(&mut self, rumour: Rumour) {
        if let Some(seeker) = &mut self.seeker {
            let addresses = seeker.believable(&rumour.peer, rumour.addresses);
            seeker
                .book
                .hear(rumour.teller, rumour.peer, addresses, Instant::now());
        }
    }

    /// A peer of this chain says where it can be reached. That it is there itself is believed where its connection
    /// comes from there, or nobody else can: others are told then. Where it says to be elsewhere too, this node may
    /// try one day.
    pub(super) fn learn(&mut self, peer: PeerId, listen: Vec<Multiaddr>) {
        let Some(seeker) = &mut self.seeker else {
            return;
        };
        let claims = seeker.believable(&peer, listen);
        let ips = self.links.ips_of(&peer);
        let is_local = ips.iter().any(|ip| Reach::of(*ip).is_some_and(Reach::is_local));
        let reached = self.links.reached(&peer);
        let mut sure: Vec<Multiaddr> = reached.clone().into_iter().collect();
        for claim in &claims {
            let is_there = ip_of(claim).is_some_and(|ip| ips.contains(&ip));
            if (is_there || is_local) && !sure.contains(claim) {
                sure.push(claim.clone());
            }
        }
        let now = Instant::now();
        seeker.book.hear(peer, peer, claims, now);
        if let Some(address) = reached {
            seeker.book.prove(peer, address, now);
            self.known.send_replace(Arc::from(seeker.book.known()));
        }
        seeker.stir(now);
        if let Some(discovery) = self.swarm.behaviour_mut().discovery.as_mut() {
            discovery.admit(peer);
            discovery.enter(&peer, &sure);
        }
    }

    /// The peer is not to be dialled, and others are not to be told of it.
    pub(super) fn unlearn(&mut self, peer: &PeerId) {
        if let Some(seeker) = &mut self.seeker {
            seeker.book.strike_out(peer);
        }
        if let Some(discovery) = self.swarm.behaviour_mut().discovery.as_mut() {
            discovery.strike_out(peer);
        }
    }

    /// A dial of the seeker's failed; whether it was one.
    pub(super) fn on_found_nobody(&mut self, connection: ConnectionId, error: &DialError) -> bool {
        let Some(seeker) = &mut self.seeker else {
            return false;
        };
        let Some(peer) = seeker.ended(connection) else {
            return false;
        };
        let now = Instant::now();
        match error {
            // It is there by now, or about to be.
            DialError::DialPeerConditionFalse(_) => {}
            DialError::LocalPeerId { .. } => seeker.book.strike_out(&peer),
            DialError::WrongPeerId { obtained, address } => {
                seeker.book.strike_out(&peer);
                let there = plain(obtained, address.clone()).or_else(|| plain(&peer, address.clone()));
                seeker
                    .book
                    .hear(*obtained, *obtained, there.into_iter().collect(), now);
            }
            _ => {
                tracing::debug!(%peer, %error, "a peer is not where it was said to be");
                seeker.book.failed(&peer, now);
            }
        }
        true
    }
}
