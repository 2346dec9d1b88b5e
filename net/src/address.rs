//! Addresses: how far each one reaches, and which belong together.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};

/// From where an address can be reached, the nearest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reach {
    /// From this machine alone.
    Loopback,
    /// From a network that is not the public one: private, shared by a provider's customers, or of one link.
    Private,
    /// From anywhere.
    Global,
}

impl Reach {
    /// The reach of an address; none of one that nobody can be connected to.
    pub(crate) fn of(ip: IpAddr) -> Option<Self> {
        match ip.to_canonical() {
            IpAddr::V4(ip) => Self::of_v4(ip),
            IpAddr::V6(ip) => Self::of_v6(ip),
        }
    }

    fn of_v4(ip: Ipv4Addr) -> Option<Self> {
        let [first, second, ..] = ip.octets();
        match (first, second) {
            // "This network", multicast, and what is reserved.
            (0 | 224.., _) => None,
            (127, _) => Some(Self::Loopback),
            (10, _) | (172, 16..=31) | (192, 168) | (169, 254) | (100, 64..=127) => Some(Self::Private),
            _ => Some(Self::Global),
        }
    }

    fn of_v6(ip: Ipv6Addr) -> Option<Self> {
        if ip.is_unspecified() || ip.is_multicast() {
            None
        } else if ip.is_loopback() {
            Some(Self::Loopback)
        } else if ip.is_unique_local() || ip.is_unicast_link_local() {
            Some(Self::Private)
        } else {
            Some(Self::Global)
        }
    }

    /// Whether one party may own all addresses of this reach, so that nothing follows from their being many or few.
    pub(crate) fn is_local(self) -> bool {
        self != Self::Global
    }
}

/// Where a connection comes from: what one customer of a provider usually has, an IPv4 address or an IPv6 /64.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Origin(IpAddr);

impl Origin {
    pub(crate) fn of(ip: IpAddr) -> Self {
        Self(masked(ip, 32, 64))
    }

    /// Whether that is this machine or a private network, perhaps a proxy before this node.
    pub(crate) fn is_local(self) -> bool {
        Reach::of(self.0).is_none_or(Reach::is_local)
    }
}

/// Addresses that one operator may well have all of: an IPv4 /16 or an IPv6 /32 \[D13\].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Group(IpAddr);

impl Group {
    pub(crate) fn of(ip: IpAddr) -> Self {
        Self(masked(ip, 16, 32))
    }

    /// Whether it lies on this machine or in a private network.
    pub(crate) fn is_local(self) -> bool {
        Reach::of(self.0).is_none_or(Reach::is_local)
    }
}

/// The first bits of an address, the others 0.
fn masked(ip: IpAddr, v4: u32, v6: u32) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - v4).unwrap_or(0);
            IpAddr::V4(Ipv4Addr::from_bits(ip.to_bits() & mask))
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - v6).unwrap_or(0);
            IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() & mask))
        }
    }
}

/// The number that an address begins with, if it does.
pub(crate) fn ip_of(address: &Multiaddr) -> Option<IpAddr> {
    match address.iter().next()? {
        Protocol::Ip4(ip) => Some(ip.into()),
        Protocol::Ip6(ip) => Some(IpAddr::from(ip).to_canonical()),
        _ => None,
    }
}

/// The peer id that an address ends in, if it does.
pub(crate) fn peer_in(address: &Multiaddr) -> Option<PeerId> {
    match address.iter().last() {
        Some(Protocol::P2p(peer)) => Some(peer),
        _ => None,
    }
}

/// Whether an address leads somewhere over a transport of this node: `head` judges its first part.
pub(crate) fn leads(address: &Multiaddr, head: impl Fn(&Protocol<'_>) -> bool) -> bool {
    let mut parts = address.iter();
    if !parts.next().is_some_and(|part| head(&part)) {
        return false;
    }
    let transport = match parts.next() {
        Some(Protocol::Tcp(port)) => port != 0,
        Some(Protocol::Udp(port)) => port != 0 && parts.next() == Some(Protocol::QuicV1),
        _ => false,
    };
    let ends = match parts.next() {
        None => true,
        Some(Protocol::P2p(_)) => parts.next().is_none(),
        Some(_) => false,
    };
    transport && ends
}

/// What `peer` is told to be at, as numbers and without its id; nothing else is believed of strangers: a name would
/// make this node ask name servers on their behalf.
pub(crate) fn plain(peer: &PeerId, mut address: Multiaddr) -> Option<Multiaddr> {
    if !leads(&address, |part| {
        matches!(part, Protocol::Ip4(_) | Protocol::Ip6(_))
    }) {
        return None;
    }
    match peer_in(&address) {
        Some(id) if id != *peer => None,
        Some(_) => {
            address.pop();
            Some(address)
        }
        None => Some(address),
    }
}

/// How far an address reaches; none if it is no number, or leads nowhere.
pub(crate) fn reach_of(address: &Multiaddr) -> Option<Reach> {
    Reach::of(ip_of(address)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn how_far_addresses_reach() {
        for (text, reach) in [
            ("127.0.0.1", Some(Reach::Loopback)),
            ("127.200.3.4", Some(Reach::Loopback)),
            ("::1", Some(Reach::Loopback)),
            ("::ffff:127.0.0.1", Some(Reach::Loopback)),
            ("10.1.2.3", Some(Reach::Private)),
            ("172.16.0.1", Some(Reach::Private)),
            ("172.31.255.255", Some(Reach::Private)),
            ("192.168.0.1", Some(Reach::Private)),
            ("100.64.0.1", Some(Reach::Private)),
            ("169.254.169.254", Some(Reach::Private)),
            ("fd00::1", Some(Reach::Private)),
            ("fe80::1", Some(Reach::Private)),
            ("172.32.0.1", Some(Reach::Global)),
            ("100.128.0.1", Some(Reach::Global)),
            ("8.8.8.8", Some(Reach::Global)),
            ("2001:4860::8888", Some(Reach::Global)),
            ("0.0.0.0", None),
            ("224.0.0.1", None),
            ("255.255.255.255", None),
            ("::", None),
            ("ff02::1", None),
        ] {
            assert_eq!(Reach::of(ip(text)), reach, "{text}");
        }
    }

    #[test]
    fn what_belongs_together() {
        assert_eq!(Group::of(ip("8.8.1.1")), Group::of(ip("8.8.200.7")));
        assert_ne!(Group::of(ip("8.8.1.1")), Group::of(ip("8.9.1.1")));
        assert_eq!(Group::of(ip("2001:db8::1")), Group::of(ip("2001:db8:ffff::1")));
        assert_ne!(Group::of(ip("2001:db8::1")), Group::of(ip("2001:db9::1")));
        assert_ne!(Origin::of(ip("8.8.1.1")), Origin::of(ip("8.8.1.2")));
        assert_eq!(Origin::of(ip("2001:db8::1")), Origin::of(ip("2001:db8::ffff:1")));
        assert_ne!(Origin::of(ip("2001:db8::1")), Origin::of(ip("2001:db8:0:1::1")));
        assert_eq!(Origin::of(ip("::ffff:8.8.1.1")), Origin::of(ip("8.8.1.1")));
        assert!(Origin::of(ip("192.168.1.1")).is_local() && Group::of(ip("127.0.0.1")).is_local());
        assert!(!Origin::of(ip("9.9.9.9")).is_local() && !Group::of(ip("9.9.9.9")).is_local());
    }

    #[test]
    fn strangers_tell_numbers_only() {
        let peer = PeerId::random();
        let other = PeerId::random();
        for good in [
            "/ip4/9.9.9.9/tcp/1",
            "/ip4/9.9.9.9/udp/1/quic-v1",
            "/ip6/2001:db8::1/tcp/1",
        ] {
            let address: Multiaddr = good.parse().unwrap();
            assert_eq!(plain(&peer, address.clone()), Some(address.clone()));
            let whole = address.clone().with(Protocol::P2p(peer));
            assert_eq!(plain(&peer, whole), Some(address.clone()));
            assert_eq!(plain(&peer, address.with(Protocol::P2p(other))), None);
        }
        for bad in [
            "/dns4/example.org/tcp/1",
            "/ip4/9.9.9.9/tcp/0",
            "/ip4/9.9.9.9/udp/1",
            "/ip4/9.9.9.9/tcp/1/ws",
            "/ip4/9.9.9.9",
            "/tcp/1",
        ] {
            assert_eq!(plain(&peer, bad.parse().unwrap()), None, "{bad}");
        }
    }
}
