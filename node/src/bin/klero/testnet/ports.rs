//! The ports of a test network: free ones that the system chooses, or a range from a first one on.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};

use anyhow::{Context, bail};

/// The sockets of a node, held until the node is started so that nobody else is given their ports.
#[derive(Debug)]
pub(crate) struct Ports {
    peers: UdpSocket,
    rpc: TcpListener,
    admin: TcpListener,
}

impl Ports {
    /// Reserves the ports of `nodes` nodes: two a node, first the one for peers (UDP) and of the admin API (TCP),
    /// then the one of the HTTP API (TCP).
    pub(crate) fn reserve(nodes: usize, base: Option<u16>) -> anyhow::Result<Vec<Self>> {
        let last = base.map(|base| usize::from(base) + 2 * nodes - 1);
        if let (Some(base), Some(last)) = (base, last)
            && (base == 0 || last > usize::from(u16::MAX))
        {
            bail!(
                "{nodes} nodes need ports {base} to {last}: choose --base-port 1 to {}",
                65_536 - 2 * nodes
            );
        }
        let mut numbers = (0..).map(|place: u16| base.map_or(0, |base| base.saturating_add(place)));
        let mut next = || numbers.next().unwrap_or_default();
        (0..nodes)
            .map(|_| {
                let (first, second) = (next(), next());
                let (peers, admin, rpc) = (loopback(first), loopback(first), loopback(second));
                Ok(Self {
                    peers: UdpSocket::bind(peers).with_context(|| refused(peers, "UDP"))?,
                    rpc: TcpListener::bind(rpc).with_context(|| refused(rpc, "TCP"))?,
                    admin: TcpListener::bind(admin).with_context(|| refused(admin, "TCP"))?,
                })
            })
            .collect()
    }

    /// Where the node listens for peers, as a multiaddress.
    pub(crate) fn peers(&self) -> anyhow::Result<String> {
        let address = self.peers.local_addr().context("a port that was just reserved")?;
        Ok(format!("/ip4/{}/udp/{}/quic-v1", address.ip(), address.port()))
    }

    /// Where the node serves its HTTP API.
    pub(crate) fn rpc(&self) -> anyhow::Result<SocketAddr> {
        self.rpc.local_addr().context("a port that was just reserved")
    }

    /// Where the node serves its admin API.
    pub(crate) fn admin(&self) -> anyhow::Result<SocketAddr> {
        self.admin.local_addr().context("a port that was just reserved")
    }
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

fn refused(address: SocketAddr, kind: &str) -> String {
    format!(
        "port {} ({kind}) cannot be used: give another --base-port, or none, so that the system chooses",
        address.port()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_chooses_different_ports() {
        let ports = Ports::reserve(3, None).unwrap();
        let mut numbers: Vec<_> = ports.iter().map(|ports| ports.rpc().unwrap().port()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 3);
        assert!(!numbers.contains(&0));
    }

    #[test]
    fn a_range_beyond_the_last_port_is_refused() {
        for base in [0, 65_530] {
            let error = Ports::reserve(4, Some(base)).unwrap_err().to_string();
            assert!(error.contains("--base-port 1 to 65528"), "{error}");
        }
    }

    #[test]
    fn a_port_in_use_is_named() {
        let taken = UdpSocket::bind(loopback(0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = format!("{:#}", Ports::reserve(1, Some(port)).unwrap_err());
        assert!(
            error.contains(&format!("port {port} (UDP)")) && error.contains("--base-port"),
            "{error}"
        );
    }
}
