//! Names of boot nodes, resolved by the system: it knows the hosts file and the name servers of the network it is in.

use std::io;
use std::net::IpAddr;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

/// Addresses of one name that are tried.
const MOST: usize = 8;

/// Whether an address begins with a name.
pub(crate) fn is_named(address: &Multiaddr) -> bool {
    let first = address.iter().next();
    matches!(
        first,
        Some(Protocol::Dns(_) | Protocol::Dns4(_) | Protocol::Dns6(_))
    )
}

/// The address with numbers in place of its name, in the system's order.
pub(crate) async fn resolve(address: Multiaddr) -> io::Result<Vec<Multiaddr>> {
    let (name, fits): (String, fn(&IpAddr) -> bool) = match address.iter().next() {
        Some(Protocol::Dns(name)) => (name.into_owned(), |_| true),
        Some(Protocol::Dns4(name)) => (name.into_owned(), IpAddr::is_ipv4),
        Some(Protocol::Dns6(name)) => (name.into_owned(), IpAddr::is_ipv6),
        _ => return Ok(vec![address]),
    };
    let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
    let mut numbers: Vec<IpAddr> = Vec::new();
    for ip in found.map(|socket| socket.ip()).filter(fits) {
        if !numbers.contains(&ip) {
            numbers.push(ip);
        }
    }
    if numbers.is_empty() {
        return Err(io::Error::new(
            io::ErrorKind::NotFound,
            "the name has no address of this kind",
        ));
    }
    let with = |ip: IpAddr| {
        let head = match ip {
            IpAddr::V4(ip) => Protocol::Ip4(ip),
            IpAddr::V6(ip) => Protocol::Ip6(ip),
        };
        std::iter::once(head).chain(address.iter().skip(1)).collect()
    };
    Ok(numbers.into_iter().take(MOST).map(with).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn localhost_is_this_machine() {
        let named: Multiaddr = "/dns4/localhost/udp/7/quic-v1".parse().unwrap();
        assert!(is_named(&named));
        let found = resolve(named).await.unwrap();
        assert_eq!(found, ["/ip4/127.0.0.1/udp/7/quic-v1".parse().unwrap()]);
    }

    #[tokio::test]
    async fn a_name_that_is_none_is_an_error_and_a_number_is_itself() {
        assert!(
            resolve("/dns/nobody.invalid/tcp/7".parse().unwrap())
                .await
                .is_err()
        );
        let plain: Multiaddr = "/ip4/9.9.9.9/tcp/7".parse().unwrap();
        assert!(!is_named(&plain));
        assert_eq!(resolve(plain.clone()).await.unwrap(), [plain]);
    }
}
