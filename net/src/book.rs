//! The book of addresses: where other peers are, as far as this node knows.
//!
//! An address is *proven* once this node has reached a peer of its chain there, and *heard* before that. Heard ones come
//! from peers, which may lie: each teller has so many places, and when all are taken, the teller with most of them
//! gives one up. Proven ones go to disk, by way of the node. When they are too many, the most crowded
//! [group](Group) gives one up, so that neither book is ever one operator's.
//!
//! Whom to dial next is a draw between the two, and in each among the groups with the fewest connections \[D13\].

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::time::Duration;

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use tokio::time::Instant;

use crate::address::{Group, ip_of, peer_in, plain, reach_of};

/// Proven peers that are kept.
pub(crate) const PROVEN: usize = 256;

/// Heard peers that are kept.
const HEARD: usize = 1024;

/// Heard peers of one teller.
pub(crate) const TOLD: usize = 64;

/// Addresses of one peer.
pub(crate) const ADDRESSES: usize = 4;

/// The first wait after a heard address failed; it doubles, and after the third failure the peer is struck out.
const HEARD_DELAY: Duration = Duration::from_secs(60);
const HEARD_FAILURES: u32 = 3;

/// A proven peer is dialled again after a twelfth of the time for which it has been gone, within these bounds: soon
/// after a short outage, and seldom when it does not come back.
const PROVEN_DELAY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(300));

#[derive(Debug)]
struct Entry {
    /// At least one, without peer id.
    addresses: Vec<Multiaddr>,
    group: Group,
    /// Who told of it: the peer itself when it is proven.
    teller: PeerId,
    /// When it was last heard of, or connected.
    seen: Instant,
    failures: u32,
    /// When it may be dialled again.
    next: Instant,
}

impl Entry {
    fn new(teller: PeerId, addresses: Vec<Multiaddr>, now: Instant) -> Option<Self> {
        let group = Group::of(ip_of(addresses.first()?)?);
        Some(Self {
            addresses,
            group,
            teller,
            seen: now,
            failures: 0,
            next: now,
        })
    }
}

/// Where other peers are. Both maps are bounded.
pub(crate) struct Book {
    local: PeerId,
    proven: HashMap<PeerId, Entry>,
    heard: HashMap<PeerId, Entry>,
    dice: Dice,
}

impl Book {
    /// With the addresses that an earlier run had proven.
    pub(crate) fn new(local: PeerId, known: &[Multiaddr], now: Instant) -> Self {
        let mut book = Self {
            local,
            proven: HashMap::new(),
            heard: HashMap::new(),
            dice: Dice::new(),
        };
        for whole in known {
            if let Some(peer) = peer_in(whole)
                && let Some(address) = plain(&peer, whole.clone())
                && reach_of(&address).is_some()
            {
                book.prove(peer, address, now);
            }
        }
        book
    }

    /// A teller says where a peer is. Nothing changes for one that is known better.
    pub(crate) fn hear(&mut self, teller: PeerId, peer: PeerId, mut addresses: Vec<Multiaddr>, now: Instant) {
        addresses.truncate(ADDRESSES);
        if peer == self.local || self.proven.contains_key(&peer) {
            return;
        }
        let is_better = match self.heard.get(&peer) {
            None => true,
            Some(known) => teller == peer && known.addresses != addresses,
        };
        let Some(entry) = Entry::new(teller, addresses, now).filter(|_| is_better) else {
            return;
        };
        self.heard.insert(peer, entry);
        if self.heard.values().filter(|entry| entry.teller == teller).count() > TOLD {
            strike_out_oldest(&mut self.heard, |entry| entry.teller == teller);
        }
        if self.heard.len() > HEARD
            && let Some(most) = most_frequent(self.heard.values().map(|entry| entry.teller))
        {
            strike_out_oldest(&mut self.heard, |entry| entry.teller == most);
        }
    }

    /// This node reached the peer there.
    pub(crate) fn prove(&mut self, peer: PeerId, address: Multiaddr, now: Instant) {
        if peer == self.local {
            return;
        }
        let before = self.heard.remove(&peer);
        let before = self.proven.remove(&peer).or(before);
        let others = before.into_iter().flat_map(|entry| entry.addresses);
        let others = others.filter(|other| *other != address);
        let addresses = std::iter::once(address.clone()).chain(others);
        if let Some(entry) = Entry::new(peer, addresses.take(ADDRESSES).collect(), now) {
            self.proven.insert(peer, entry);
        }
        if self.proven.len() > PROVEN
            && let Some(most) = most_frequent(self.proven.values().map(|entry| entry.group))
        {
            strike_out_oldest(&mut self.proven, |entry| entry.group == most);
        }
    }

    /// A peer that was connected is gone.
    pub(crate) fn lost(&mut self, peer: &PeerId, now: Instant) {
        if let Some(entry) = self.proven.get_mut(peer) {
            (entry.seen, entry.next) = (now, now + PROVEN_DELAY.0);
        }
    }

    /// A peer could not be reached.
    pub(crate) fn failed(&mut self, peer: &PeerId, now: Instant) {
        if let Some(entry) = self.proven.get_mut(peer) {
            let gone = now.saturating_duration_since(entry.seen);
            entry.next = now + (gone / 12).clamp(PROVEN_DELAY.0, PROVEN_DELAY.1);
        } else if let Some(entry) = self.heard.get_mut(peer) {
            entry.failures += 1;
            entry.next = now + HEARD_DELAY * 2_u32.saturating_pow(entry.failures - 1);
            if entry.failures >= HEARD_FAILURES {
                self.heard.remove(peer);
            }
        }
    }

    /// The peer is none of this chain's, or is not at all what it was said to be.
    pub(crate) fn strike_out(&mut self, peer: &PeerId) {
        self.proven.remove(peer);
        self.heard.remove(peer);
    }

    /// Whom to dial, and where. `crowd` tells how many connections a group has; those with `most` get no more, unless
    /// they are local.
    pub(crate) fn pick(
        &mut self,
        now: Instant,
        is_busy: impl Fn(&PeerId) -> bool,
        crowd: impl Fn(Group) -> usize,
        most: usize,
    ) -> Option<(PeerId, Vec<Multiaddr>)> {
        let may = |(peer, entry): &(&PeerId, &Entry)| {
            entry.next <= now && !is_busy(peer) && (entry.group.is_local() || crowd(entry.group) < most)
        };
        let proven: Vec<_> = self.proven.iter().filter(may).collect();
        let mut heard: Vec<_> = self.heard.iter().filter(may).collect();
        // Each teller is as likely as the others, however much it tells.
        let mut tellers: Vec<_> = heard.iter().map(|(_, entry)| entry.teller).collect();
        tellers.sort_unstable();
        tellers.dedup();
        if let Some(teller) = self.dice.among(&tellers) {
            heard.retain(|(_, entry)| entry.teller == *teller);
        }
        let takes_proven = heard.is_empty() || (!proven.is_empty() && self.dice.roll(2) == 0);
        let mut candidates = if takes_proven { proven } else { heard };
        let fewest = candidates.iter().map(|(_, entry)| crowd(entry.group)).min()?;
        candidates.retain(|(_, entry)| crowd(entry.group) == fewest);
        let (peer, entry) = self.dice.among(&candidates)?;
        Some((**peer, entry.addresses.clone()))
    }

    /// The proven addresses, the latest first, each with its peer id.
    pub(crate) fn known(&self) -> Vec<Multiaddr> {
        let mut proven: Vec<_> = self.proven.iter().collect();
        proven.sort_unstable_by_key(|(peer, entry)| (std::cmp::Reverse(entry.seen), **peer));
        let whole = proven.into_iter().filter_map(|(peer, entry)| {
            let address = entry.addresses.first()?.clone();
            Some(address.with(Protocol::P2p(*peer)))
        });
        whole.collect()
    }

    /// How many are proven, and how many heard.
    #[cfg(test)]
    fn len(&self) -> (usize, usize) {
        (self.proven.len(), self.heard.len())
    }
}

fn strike_out_oldest(entries: &mut HashMap<PeerId, Entry>, of: impl Fn(&Entry) -> bool) {
    let candidates = entries.iter().filter(|(_, entry)| of(entry));
    let oldest = candidates
        .min_by_key(|(_, entry)| entry.seen)
        .map(|(peer, _)| *peer);
    if let Some(peer) = oldest {
        entries.remove(&peer);
    }
}

fn most_frequent<T: Copy + Eq + Hash>(items: impl Iterator<Item = T>) -> Option<T> {
    let mut counts: HashMap<T, usize> = HashMap::new();
    for item in items {
        *counts.entry(item).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .map(|(item, _)| item)
}

/// Picks that others cannot foresee.
struct Dice {
    keys: RandomState,
    rolls: u64,
}

impl Dice {
    fn new() -> Self {
        Self {
            keys: RandomState::new(),
            rolls: 0,
        }
    }

    /// A number below `sides`, which is not 0.
    fn roll(&mut self, sides: usize) -> usize {
        self.rolls += 1;
        let number = usize::try_from(self.keys.hash_one(self.rolls) >> 33).unwrap_or(0);
        number.checked_rem(sides).unwrap_or(0)
    }

    fn among<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let place = self.roll(items.len());
        items.get(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Multiaddr {
        format!("/ip4/{text}/tcp/7").parse().unwrap()
    }

    fn book() -> (Book, Instant) {
        let now = Instant::now();
        (Book::new(PeerId::random(), &[], now), now)
    }

    fn free(_: &PeerId) -> bool {
        false
    }

    #[test]
    fn a_liar_has_so_many_places_and_no_more() {
        let (mut book, now) = book();
        let (honest, liar) = (PeerId::random(), PeerId::random());
        let truth = PeerId::random();
        book.hear(honest, truth, vec![address("9.9.9.9")], now);
        for i in 0..1000 {
            let lie = address(&format!("{}.{}.1.1", 11 + i / 250, i % 250));
            book.hear(liar, PeerId::random(), vec![lie], now);
        }
        assert_eq!(book.len(), (0, 1 + TOLD));
        // One draw in two is of the honest teller's.
        let truths = (0..1000)
            .filter(|_| book.pick(now, free, |_| 0, 8).unwrap().0 == truth)
            .count();
        assert!((350..650).contains(&truths), "{truths} of 1000");
    }

    #[test]
    fn a_crowd_of_liars_leaves_the_honest_their_places() {
        let (mut book, now) = book();
        let honest = PeerId::random();
        for i in 0..8 {
            book.hear(
                honest,
                PeerId::random(),
                vec![address(&format!("9.{i}.9.9"))],
                now,
            );
        }
        for _ in 0..40 {
            let liar = PeerId::random();
            for i in 0..TOLD {
                let lie = vec![address(&format!("11.{i}.1.1"))];
                book.hear(liar, PeerId::random(), lie, now + Duration::from_secs(1));
            }
        }
        assert_eq!(book.len(), (0, HEARD));
        let kept = book.heard.values().filter(|entry| entry.teller == honest).count();
        assert_eq!(kept, 8);
    }

    /// [D13] Many good addresses of one group do not push out those of others.
    #[test]
    fn proven_peers_stay_spread_over_groups() {
        let (mut book, now) = book();
        for i in 0..10 {
            book.prove(PeerId::random(), address(&format!("9.{i}.9.9")), now);
        }
        for i in 0..1000_u64 {
            let later = now + Duration::from_secs(i);
            book.prove(
                PeerId::random(),
                address(&format!("11.11.{}.{}", i / 250, i % 250)),
                later,
            );
        }
        assert_eq!(book.len(), (PROVEN, 0));
        let one = Group::of("11.11.0.0".parse().unwrap());
        assert_eq!(
            book.proven.values().filter(|entry| entry.group != one).count(),
            10
        );
    }

    /// [D13]
    #[test]
    fn the_emptiest_group_is_dialled_and_a_full_one_never() {
        let (mut book, now) = book();
        let crowded = Group::of("11.11.0.0".parse().unwrap());
        let local = Group::of("10.0.0.0".parse().unwrap());
        let other = PeerId::random();
        for i in 1..50 {
            book.prove(PeerId::random(), address(&format!("11.11.1.{i}")), now);
        }
        book.prove(other, address("9.9.9.9"), now);
        let crowd = |group| if group == crowded || group == local { 8 } else { 0 };
        for _ in 0..100 {
            assert_eq!(book.pick(now, free, crowd, 16).unwrap().0, other);
        }
        let taken = |peer: &PeerId| *peer == other;
        assert!(book.pick(now, taken, crowd, 9).is_some(), "room for one more");
        assert_eq!(book.pick(now, taken, crowd, 8), None);
        book.prove(PeerId::random(), address("10.0.0.1"), now);
        assert!(
            book.pick(now, taken, crowd, 8).is_some(),
            "local ones are one's own"
        );
    }

    #[test]
    fn who_fails_waits_and_a_heard_one_is_struck_out() {
        let (mut book, mut now) = book();
        let peer = PeerId::random();
        book.hear(peer, peer, vec![address("9.9.9.9")], now);
        for minutes in [1, 2] {
            book.failed(&peer, now);
            let wait = Duration::from_secs(60 * minutes);
            assert_eq!(
                book.pick(now + wait - Duration::from_secs(1), free, |_| 0, 8),
                None
            );
            now += wait;
            assert!(book.pick(now, free, |_| 0, 8).is_some());
        }
        book.failed(&peer, now);
        assert_eq!(book.len(), (0, 0));

        book.prove(peer, address("9.9.9.9"), now);
        for (gone, wait) in [(0, 1), (12, 1), (120, 10), (3600, 300), (86_400, 300)] {
            let late = now + Duration::from_secs(gone);
            book.failed(&peer, late);
            let until = late + Duration::from_secs(wait);
            assert_eq!(book.pick(until - Duration::from_millis(1), free, |_| 0, 8), None);
            assert!(book.pick(until, free, |_| 0, 8).is_some(), "gone for {gone} s");
        }
    }

    #[test]
    fn what_is_known_survives() {
        let (mut book, now) = book();
        let (old, new) = (PeerId::random(), PeerId::random());
        book.prove(old, address("9.9.9.9"), now);
        book.prove(new, address("8.8.8.8"), now + Duration::from_secs(1));
        let known = book.known();
        assert_eq!(known[0], address("8.8.8.8").with(Protocol::P2p(new)));
        let later = now + Duration::from_secs(9);
        let again = Book::new(PeerId::random(), &known, later);
        assert_eq!(again.known().len(), 2);
        let own = Book::new(old, &known, later);
        assert_eq!(own.known().len(), 1, "this node itself is no peer");
        let junk = [
            address("9.9.9.9"),
            "/dns4/x/tcp/1".parse().unwrap(),
            Multiaddr::empty(),
        ];
        assert_eq!(Book::new(old, &junk, later).len(), (0, 0));
    }
}
