//! Who is connected, and how far each has come with the handshake [NET-5].
//!
//! A peer is *waiting* until it has said who it is, *passed* until its gossip subscriptions are known, and then
//! *connected*; or it is *refused*, and lingers a moment so that it hears who this node is and can name the
//! reason on its own side.
//!
//! A peer introduces itself to gossip on its first connection only. Where a connection died unnoticed on its side,
//! the next one is its second, and this node never learns what it subscribes to: it is *mute*, and met afresh.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::PeerId;
use tokio::time::Instant;

/// How long a peer may take to say who it is.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait for the subscriptions of a peer, which are the first thing that it sends.
const SUBSCRIPTION_TIMEOUT: Duration = Duration::from_secs(3);

/// How long a refused peer stays connected, to hear why.
const LINGER: Duration = Duration::from_millis(500);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Waiting,
    Passed,
    Connected,
    Refused,
}

#[derive(Debug)]
struct Peer {
    standing: Standing,
    /// Until when it may stay in this standing.
    until: Instant,
    subscribed: bool,
    /// The agent that it says it is: another one each time it starts.
    life: Option<String>,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Due {
    /// It never said who it is.
    Silent(PeerId),
    /// It passed the handshake and subscribed to nothing.
    Mute(PeerId),
    /// It was refused and has had its time.
    Disconnect(PeerId),
}

/// The peers with at least one connection.
#[derive(Debug, Default)]
pub(crate) struct Peers(HashMap<PeerId, Peer>);

impl Peers {
    /// The first connection to a peer.
    pub(crate) fn opened(&mut self, peer: PeerId, now: Instant) {
        let until = now + HANDSHAKE_TIMEOUT;
        self.0.entry(peer).or_insert(Peer {
            standing: Standing::Waiting,
            until,
            subscribed: false,
            life: None,
        });
    }

    /// The last connection to a peer is gone; whether it had counted as connected.
    pub(crate) fn closed(&mut self, peer: &PeerId) -> bool {
        self.0
            .remove(peer)
            .is_some_and(|peer| peer.standing == Standing::Connected)
    }

    /// Whether the peer has started again since it last said which agent it is. Then the connections of its former
    /// life are dead, which may take long to show, and what gossip knows of it is no longer true.
    pub(crate) fn is_new_life(&mut self, peer: &PeerId, agent: &str) -> bool {
        let Some(peer) = self.0.get_mut(peer) else {
            return false;
        };
        let known = peer.life.get_or_insert_with(|| agent.to_owned());
        known != agent
    }

    /// The peer passed the handshake; whether that is news.
    pub(crate) fn passed(&mut self, peer: &PeerId, now: Instant) -> bool {
        match self.0.get_mut(peer) {
            Some(peer) if peer.standing == Standing::Waiting => {
                peer.standing = Standing::Passed;
                peer.until = now + SUBSCRIPTION_TIMEOUT;
                true
            }
            _ => false,
        }
    }

    /// The peer's subscriptions are known.
    pub(crate) fn subscribed(&mut self, peer: &PeerId) {
        if let Some(peer) = self.0.get_mut(peer) {
            peer.subscribed = true;
        }
    }

    /// The peer takes part in gossip; whether it counts as connected from now on.
    pub(crate) fn connected(&mut self, peer: &PeerId) -> bool {
        match self.0.get_mut(peer) {
            Some(peer) if peer.standing == Standing::Passed => {
                peer.standing = Standing::Connected;
                true
            }
            _ => false,
        }
    }

    /// The peer is refused: the standing it had, told apart only as far as it matters.
    pub(crate) fn refused(&mut self, peer: &PeerId, now: Instant) -> Refused {
        match self.0.get_mut(peer) {
            Some(peer) if peer.standing != Standing::Refused => {
                let was_connected = peer.standing == Standing::Connected;
                peer.standing = Standing::Refused;
                peer.until = now + LINGER;
                if was_connected {
                    Refused::WasConnected
                } else {
                    Refused::Now
                }
            }
            _ => Refused::Already,
        }
    }

    /// Whether the peer has passed the handshake.
    pub(crate) fn has_passed(&self, peer: &PeerId) -> bool {
        let standing = self.0.get(peer).map(|peer| peer.standing);
        matches!(standing, Some(Standing::Passed | Standing::Connected))
    }

    /// Whether the peer is still to say who it is.
    pub(crate) fn is_waiting(&self, peer: &PeerId) -> bool {
        self.0
            .get(peer)
            .is_some_and(|peer| peer.standing == Standing::Waiting)
    }

    /// The peers that count as connected, in order.
    pub(crate) fn list(&self) -> Vec<PeerId> {
        let connected = self
            .0
            .iter()
            .filter(|(_, peer)| peer.standing == Standing::Connected);
        let mut list: Vec<_> = connected.map(|(id, _)| *id).collect();
        list.sort_unstable();
        list
    }

    /// Whose time in its standing has run out.
    pub(crate) fn due(&self, now: Instant) -> Vec<Due> {
        let late = self.0.iter().filter(|(_, peer)| peer.until <= now);
        late.filter_map(|(id, peer)| match peer.standing {
            Standing::Waiting => Some(Due::Silent(*id)),
            Standing::Passed | Standing::Connected => (!peer.subscribed).then_some(Due::Mute(*id)),
            Standing::Refused => Some(Due::Disconnect(*id)),
        })
        .collect()
    }
}

/// What a refusal changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// It had not counted as connected.
    Now,
    /// It had, and does no more.
    WasConnected,
    /// Nothing: it was refused before, or is not there.
    Already,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silent_and_mute_peers_are_due() {
        let (mut peers, start) = (Peers::default(), Instant::now());
        let [silent, mute, whole] = std::array::from_fn(|_| PeerId::random());
        for peer in [silent, mute, whole] {
            peers.opened(peer, start);
        }
        for peer in [mute, whole] {
            assert!(peers.passed(&peer, start));
            assert!(!peers.passed(&peer, start), "once");
        }
        peers.subscribed(&whole);
        assert!(peers.connected(&whole));
        assert_eq!(peers.due(start), []);

        assert_eq!(peers.due(start + SUBSCRIPTION_TIMEOUT), [Due::Mute(mute)]);
        // Gossip of it alone does not tell what it subscribes to.
        assert!(peers.connected(&mute));
        assert_eq!(peers.due(start + SUBSCRIPTION_TIMEOUT), [Due::Mute(mute)]);
        assert!(peers.closed(&mute));
        assert_eq!(peers.due(start + HANDSHAKE_TIMEOUT), [Due::Silent(silent)]);
        assert_eq!(peers.list(), [whole]);
    }

    #[test]
    fn a_refused_peer_cannot_come_back_on_the_same_connection() {
        let (mut peers, start) = (Peers::default(), Instant::now());
        let peer = PeerId::random();
        peers.opened(peer, start);
        assert_eq!(peers.refused(&peer, start), Refused::Now);
        assert_eq!(peers.refused(&peer, start), Refused::Already);
        peers.opened(peer, start);
        assert!(!peers.passed(&peer, start) && !peers.connected(&peer) && !peers.has_passed(&peer));
        assert_eq!(peers.due(start + LINGER), [Due::Disconnect(peer)]);
        assert!(!peers.closed(&peer), "it never counted");
    }

    #[test]
    fn another_agent_is_a_new_life() {
        let (mut peers, start) = (Peers::default(), Instant::now());
        let peer = PeerId::random();
        assert!(!peers.is_new_life(&peer, "first"), "not there");
        peers.opened(peer, start);
        assert!(!peers.is_new_life(&peer, "first"));
        peers.opened(peer, start);
        assert!(!peers.is_new_life(&peer, "first"), "on a second connection");
        assert!(peers.is_new_life(&peer, "second"));
        peers.closed(&peer);
        peers.opened(peer, start);
        assert!(!peers.is_new_life(&peer, "second"), "there was none before");
    }

    #[test]
    fn who_changes_its_mind_no_longer_counts() {
        let (mut peers, start) = (Peers::default(), Instant::now());
        let peer = PeerId::random();
        peers.opened(peer, start);
        assert!(peers.passed(&peer, start) && peers.connected(&peer));
        assert_eq!(peers.refused(&peer, start), Refused::WasConnected);
        assert_eq!(peers.list(), []);
    }
}
