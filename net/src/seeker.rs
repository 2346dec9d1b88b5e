//! Seeking peers: how many are wanted, whom to dial for them, and when to ask for more.
//!
//! A node keeps a number of connections that it made itself, because whom it chose nobody else chose for it \[D13\]. It
//! dials one peer at a time and a few at once, so that a thousand false addresses cost it no more than true ones.

use std::collections::HashMap;
use std::time::Duration;

use libp2p::swarm::ConnectionId;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use crate::address::{Group, Reach, ip_of, plain, reach_of};
use crate::book::{ADDRESSES, Book};

/// Dials under way at once.
const DIALS: usize = 8;

/// Between two dials.
const DIAL_EVERY: Duration = Duration::from_millis(250);

/// Between two lookups while peers are missing: the wait doubles up to the second.
const LOOKUP_EVERY: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(60));

/// Between two lookups while none are.
const LOOKUP_IDLE: Duration = Duration::from_secs(300);

/// What is to be done now.
pub(crate) enum Step {
    Dial(DialOpts),
    LookUp,
}

/// Of a node with discovery.
pub(crate) struct Seeker {
    pub(crate) book: Book,
    target: usize,
    /// How far the widest of this node's own addresses reaches: nearer ones of others lead elsewhere from here.
    reach: Option<Reach>,
    dialling: HashMap<ConnectionId, (PeerId, Option<Group>)>,
    next_dial: Instant,
    next_lookup: Instant,
    wait: Duration,
}

impl Seeker {
    pub(crate) fn new(book: Book, target: usize, external: &[Multiaddr], now: Instant) -> Self {
        Self {
            book,
            target,
            reach: external.iter().filter_map(reach_of).max(),
            dialling: HashMap::new(),
            next_dial: now,
            next_lookup: now,
            wait: LOOKUP_EVERY.0,
        }
    }

    /// The node listens here too.
    pub(crate) fn listens(&mut self, address: &Multiaddr) {
        self.reach = self.reach.max(reach_of(address));
    }

    /// What a peer is said to be at, as far as it can lead anywhere from here.
    pub(crate) fn believable(&self, peer: &PeerId, addresses: Vec<Multiaddr>) -> Vec<Multiaddr> {
        let own = self.reach.unwrap_or(Reach::Global);
        let mut found: Vec<Multiaddr> = Vec::new();
        for address in addresses.into_iter().filter_map(|address| plain(peer, address)) {
            let leads_there = reach_of(&address).is_some_and(|reach| reach >= own);
            if leads_there && !found.contains(&address) && found.len() < ADDRESSES {
                found.push(address);
            }
        }
        found
    }

    /// The next thing to do, given the peers that this node has connected to, and whom it need not dial.
    pub(crate) fn step(
        &mut self,
        now: Instant,
        outbound: &HashMap<PeerId, Option<Group>>,
        is_connected: impl Fn(&PeerId) -> bool,
    ) -> Option<Step> {
        let missing = self.target.saturating_sub(outbound.len() + self.dialling.len());
        if missing > 0 && self.dialling.len() < DIALS && self.next_dial <= now {
            let mut crowd: HashMap<Group, usize> = HashMap::new();
            let dialled = self.dialling.values().map(|(_, group)| *group);
            for group in outbound.values().copied().chain(dialled).flatten() {
                *crowd.entry(group).or_default() += 1;
            }
            let dialling = &self.dialling;
            let is_busy = |peer: &PeerId| is_connected(peer) || dialling.values().any(|(id, _)| id == peer);
            let crowd = |group| crowd.get(&group).copied().unwrap_or(0);
            if let Some((peer, addresses)) = self.book.pick(now, is_busy, crowd, self.target.div_ceil(2)) {
                self.next_dial = now + DIAL_EVERY;
                return Some(Step::Dial(self.dial(peer, addresses)));
            }
        }
        if self.next_lookup > now {
            return None;
        }
        if missing == 0 {
            self.next_lookup = now + LOOKUP_IDLE;
        } else {
            self.next_lookup = now + self.wait;
            self.wait = (self.wait * 2).min(LOOKUP_EVERY.1);
        }
        Some(Step::LookUp)
    }

    fn dial(&mut self, peer: PeerId, addresses: Vec<Multiaddr>) -> DialOpts {
        let group = addresses.first().and_then(ip_of).map(Group::of);
        // A port of its own for each dial, as for boot nodes.
        let dial = DialOpts::peer_id(peer)
            .condition(PeerCondition::DisconnectedAndNotDialing)
            .addresses(addresses)
            .allocate_new_port()
            .build();
        self.dialling.insert(dial.connection_id(), (peer, group));
        dial
    }

    /// A dial came to its end, for good or bad; whom it was to reach, if it was one of these.
    pub(crate) fn ended(&mut self, connection: ConnectionId) -> Option<PeerId> {
        self.dialling.remove(&connection).map(|(peer, _)| peer)
    }

    /// Peers came or went: there may be news.
    pub(crate) fn stir(&mut self, now: Instant) {
        self.wait = LOOKUP_EVERY.0;
        self.next_lookup = self.next_lookup.min(now + self.wait);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seeker(target: usize, own: &str) -> (Seeker, Instant) {
        let now = Instant::now();
        let mut seeker = Seeker::new(Book::new(PeerId::random(), &[], now), target, &[], now);
        seeker.listens(&own.parse().unwrap());
        (seeker, now)
    }

    /// Believed addresses of one peer.
    fn believed(own: &str, told: &[&str]) -> Vec<String> {
        let (seeker, _) = seeker(1, own);
        let told = told.iter().map(|text| text.parse().unwrap()).collect();
        let believed = seeker.believable(&PeerId::random(), told);
        believed.iter().map(ToString::to_string).collect()
    }

    const NEAR: &str = "/ip4/127.0.0.1/tcp/7";
    const HOME: &str = "/ip4/192.168.1.2/tcp/7";
    const FAR: &str = "/ip4/9.9.9.9/tcp/7";

    #[test]
    fn nearer_addresses_than_ones_own_are_not_believed() {
        let all = [NEAR, HOME, FAR, "/ip4/0.0.0.0/tcp/7"];
        assert_eq!(believed(NEAR, &all), [NEAR, HOME, FAR]);
        assert_eq!(believed(HOME, &all), [HOME, FAR]);
        assert_eq!(believed(FAR, &all), [FAR]);
        let many: Vec<String> = (1..=1000)
            .map(|port| format!("/ip4/9.9.9.9/tcp/{port}"))
            .collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        assert_eq!(believed(FAR, &many).len(), ADDRESSES);
    }

    #[test]
    fn a_thousand_false_addresses_are_dialled_a_few_at_a_time() {
        let (mut seeker, start) = seeker(16, FAR);
        for i in 0..1000 {
            let lie = format!("/ip4/{}.{}.1.1/tcp/7", 11 + i / 250, i % 250)
                .parse()
                .unwrap();
            seeker
                .book
                .hear(PeerId::random(), PeerId::random(), vec![lie], start);
        }
        let mut dials = 0;
        // For ten minutes, ten times a second; each dial fails after ten seconds.
        let mut open: Vec<(Instant, ConnectionId)> = Vec::new();
        for tick in 0..6000 {
            let now = start + Duration::from_millis(100) * tick;
            open.retain(|(since, connection)| {
                let is_over = now.saturating_duration_since(*since) >= Duration::from_secs(10);
                if is_over && let Some(peer) = seeker.ended(*connection) {
                    seeker.book.failed(&peer, now);
                }
                !is_over
            });
            if let Some(Step::Dial(dial)) = seeker.step(now, &HashMap::new(), |_| false) {
                dials += 1;
                open.push((now, dial.connection_id()));
            }
            assert!(open.len() <= DIALS);
        }
        assert!((400..=480).contains(&dials), "{dials}: eight in ten seconds");
    }

    #[test]
    fn with_enough_peers_nobody_is_dialled() {
        let (mut seeker, now) = seeker(2, FAR);
        seeker.book.hear(
            PeerId::random(),
            PeerId::random(),
            vec![FAR.parse().unwrap()],
            now,
        );
        let outbound = HashMap::from([(PeerId::random(), None), (PeerId::random(), None)]);
        assert!(matches!(
            seeker.step(now, &outbound, |_| false),
            Some(Step::LookUp)
        ));
        assert!(
            seeker
                .step(now + Duration::from_secs(299), &outbound, |_| false)
                .is_none()
        );
        let one = HashMap::from([(PeerId::random(), None)]);
        let later = now + Duration::from_secs(299);
        assert!(matches!(seeker.step(later, &one, |_| false), Some(Step::Dial(_))));
        assert!(
            seeker.step(later, &one, |_| false).is_none(),
            "one dial is enough for one that is missing"
        );
    }
}
