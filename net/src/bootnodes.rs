//! Boot nodes: dialled until they are there, and again whenever they are gone.

use std::time::Duration;

use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use crate::address::peer_in;
use crate::names::is_named;

/// The wait after a first failure. It doubles with each further one.
const FIRST_DELAY: Duration = Duration::from_millis(500);

/// The longest wait. A dial into a line that is cut takes five seconds more and asks in its first three only, so that a
/// line that is open again is found within some four seconds.
const LAST_DELAY: Duration = Duration::from_secs(2);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attempt {
    /// The system looks up its name.
    Resolving,
    Dialling(ConnectionId),
}

struct Bootnode {
    address: Multiaddr,
    /// Who answers there: from the address, or learned from the last connection.
    peer: Option<PeerId>,
    attempt: Option<Attempt>,
    /// Which of the addresses of its name is next, where the peer id does not tell the right one.
    turn: usize,
    /// When it may be dialled again.
    next: Instant,
    delay: Duration,
}

impl Bootnode {
    fn back_off(&mut self, now: Instant) {
        self.attempt = None;
        self.next = now + self.delay;
        self.delay = (self.delay * 2).min(LAST_DELAY);
    }
}

/// What is to be done to reach a boot node.
pub(crate) enum Call {
    /// Followed by [`Bootnodes::established`] or [`Bootnodes::failed`].
    Dial(DialOpts),
    /// Followed by [`Bootnodes::resolved`].
    Resolve(Multiaddr),
}

/// The boot nodes of the configuration.
pub(crate) struct Bootnodes(Vec<Bootnode>);

impl Bootnodes {
    pub(crate) fn new(mut addresses: Vec<Multiaddr>, now: Instant) -> Self {
        addresses.sort_unstable();
        addresses.dedup();
        let nodes = addresses.into_iter().map(|address| Bootnode {
            peer: peer_in(&address),
            address,
            attempt: None,
            turn: 0,
            next: now,
            delay: FIRST_DELAY,
        });
        Self(nodes.collect())
    }

    /// Whom to dial now.
    pub(crate) fn due(&mut self, now: Instant, is_connected: impl Fn(&PeerId) -> bool) -> Vec<Call> {
        let mut calls = Vec::new();
        for node in &mut self.0 {
            let connected = node.peer.as_ref().is_some_and(&is_connected);
            if node.attempt.is_some() || node.next > now || connected {
                continue;
            }
            if is_named(&node.address) {
                node.attempt = Some(Attempt::Resolving);
                calls.push(Call::Resolve(node.address.clone()));
            } else {
                let dial = dial(node, vec![node.address.clone()]);
                node.attempt = Some(Attempt::Dialling(dial.connection_id()));
                calls.push(Call::Dial(dial));
            }
        }
        calls
    }

    /// The system said what numbers an address with a name stands for, if any; how to dial one of them.
    pub(crate) fn resolved(
        &mut self,
        address: &Multiaddr,
        numbers: Vec<Multiaddr>,
        now: Instant,
    ) -> Option<DialOpts> {
        let node = self.0.iter_mut().find(|node| node.address == *address)?;
        let place = node.turn.checked_rem(numbers.len());
        let Some(one) = place.and_then(|place| numbers.get(place)).cloned() else {
            node.back_off(now);
            return None;
        };
        node.turn = node.turn.wrapping_add(1);
        let dial = dial(
            node,
            if peer_in(address).is_some() {
                numbers
            } else {
                vec![one]
            },
        );
        node.attempt = Some(Attempt::Dialling(dial.connection_id()));
        Some(dial)
    }

    /// A dial reached a peer. It still has to pass the handshake, so the back-off goes on.
    pub(crate) fn established(&mut self, connection: ConnectionId, peer: PeerId, now: Instant) {
        if let Some(node) = self
            .0
            .iter_mut()
            .find(|node| node.attempt == Some(Attempt::Dialling(connection)))
        {
            node.peer = Some(peer);
            node.back_off(now);
        }
    }

    /// A dial failed.
    pub(crate) fn failed(&mut self, connection: ConnectionId, now: Instant) {
        if let Some(node) = self
            .0
            .iter_mut()
            .find(|node| node.attempt == Some(Attempt::Dialling(connection)))
        {
            // Another node may answer there next time, unless the address says who has to.
            node.peer = peer_in(&node.address);
            node.back_off(now);
        }
    }

    /// The address of this dial is this node's own: it is not a boot node.
    pub(crate) fn is_self(&mut self, connection: ConnectionId) {
        self.0
            .retain(|node| node.attempt != Some(Attempt::Dialling(connection)));
    }

    /// A peer passed the handshake: when it is lost, it is dialled at once.
    pub(crate) fn passed(&mut self, peer: &PeerId) {
        for node in self.0.iter_mut().filter(|node| node.peer.as_ref() == Some(peer)) {
            node.delay = FIRST_DELAY;
        }
    }
}

fn dial(node: &Bootnode, mut addresses: Vec<Multiaddr>) -> DialOpts {
    // A port of its own for each dial: the listening port would give a restarted node the very connection,
    // ports and all, that the peer's kernel still remembers.
    match peer_in(&node.address) {
        Some(peer) => DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses)
            .allocate_new_port()
            .build(),
        None => DialOpts::unknown_peer_id()
            .address(addresses.pop().unwrap_or_else(|| node.address.clone()))
            .allocate_new_port()
            .build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dials(nodes: &mut Bootnodes, now: Instant) -> Vec<DialOpts> {
        let dial = |call| match call {
            Call::Dial(dial) => dial,
            Call::Resolve(address) => panic!("{address} is no name"),
        };
        nodes.due(now, |_| false).into_iter().map(dial).collect()
    }

    fn one() -> (Bootnodes, Instant) {
        let now = Instant::now();
        (
            Bootnodes::new(vec!["/ip4/127.0.0.1/tcp/9".parse().unwrap()], now),
            now,
        )
    }

    #[test]
    fn the_wait_doubles_up_to_two_seconds() {
        let (mut nodes, mut now) = one();
        for wait in [500, 1000, 2000, 2000, 2000] {
            let dials = dials(&mut nodes, now);
            assert_eq!(dials.len(), 1);
            assert!(nodes.due(now, |_| false).is_empty(), "one dial at a time");
            nodes.failed(dials[0].connection_id(), now);
            let wait = Duration::from_millis(wait);
            assert!(
                nodes
                    .due(now + wait - Duration::from_millis(1), |_| false)
                    .is_empty()
            );
            now += wait;
        }
    }

    #[test]
    fn a_lost_peer_is_dialled_at_once_and_a_connected_one_never() {
        let (mut nodes, now) = one();
        let peer = PeerId::random();
        let dials = dials(&mut nodes, now);
        nodes.established(dials[0].connection_id(), peer, now);
        nodes.passed(&peer);
        let later = now + Duration::from_secs(60);
        assert!(nodes.due(later, |id| *id == peer).is_empty());
        assert_eq!(nodes.due(later, |_| false).len(), 1);
    }

    #[test]
    fn a_node_does_not_dial_itself_twice() {
        let (mut nodes, now) = one();
        let dials = dials(&mut nodes, now);
        nodes.is_self(dials[0].connection_id());
        assert!(nodes.due(now + Duration::from_secs(60), |_| false).is_empty());
    }
    #[test]
    fn a_name_is_resolved_anew_for_each_attempt_and_its_addresses_take_turns() {
        let named: Multiaddr = "/dns4/example.org/tcp/9".parse().unwrap();
        let mut now = Instant::now();
        let mut nodes = Bootnodes::new(vec![named.clone()], now);
        let numbers: Vec<Multiaddr> = ["/ip4/9.9.9.9/tcp/9", "/ip4/8.8.8.8/tcp/9"]
            .map(|text| text.parse().unwrap())
            .into();
        for turn in 0..4 {
            let calls = nodes.due(now, |_| false);
            assert!(matches!(&calls[..], [Call::Resolve(address)] if *address == named));
            assert!(nodes.due(now, |_| false).is_empty(), "one at a time");
            let dial = nodes.resolved(&named, numbers.clone(), now).unwrap();
            assert!(
                format!("{dial:?}").contains(&numbers[turn % 2].to_string()),
                "{dial:?}"
            );
            assert!(nodes.due(now, |_| false).is_empty());
            nodes.failed(dial.connection_id(), now);
            now += LAST_DELAY;
        }
        assert_eq!(nodes.due(now, |_| false).len(), 1);
        assert!(nodes.resolved(&named, Vec::new(), now).is_none());
        assert!(
            nodes.due(now + FIRST_DELAY, |_| false).is_empty(),
            "it waits as after a failed dial"
        );
        assert_eq!(nodes.due(now + LAST_DELAY, |_| false).len(), 1);
    }
}
