//! TCP with little in the system's hands.
//!
//! What the system has taken for sending can no longer be overtaken: on a slow link it would take megabytes, and a
//! vote would wait behind them whatever its lane [NET-3]. So it is told to take no more while that much is unsent.

use std::io;

use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::identity::Keypair;
use libp2p::{PeerId, Transport, noise, tcp, yamux};

/// Unsent bytes beyond which the system takes no more: enough to keep a fast link busy.
const MOST_UNSENT: u32 = 128 << 10;

/// TCP, encrypted and authenticated by Noise, with yamux streams.
pub(crate) fn transport(key: &Keypair) -> Result<Boxed<(PeerId, StreamMuxerBox)>, noise::Error> {
    let sockets = tcp::tokio::Transport::new(tcp::Config::new().nodelay(true));
    let sockets = sockets.map(|socket, _| {
        if let Err(error) = limit(&socket.0) {
            tracing::debug!(%error, "votes may wait behind what the system has taken for sending");
        }
        socket
    });
    let streams = sockets
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(key)?)
        .multiplex(yamux::Config::default());
    let boxed = streams.map(|(peer, muxer), _| (peer, StreamMuxerBox::new(muxer)));
    Ok(boxed.boxed())
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn limit(socket: &tokio::net::TcpStream) -> io::Result<()> {
    socket2::SockRef::from(socket).set_tcp_notsent_lowat(MOST_UNSENT)
}

/// Other systems have no such setting, or another name for it.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn limit(_: &tokio::net::TcpStream) -> io::Result<()> {
    let _not_limited = MOST_UNSENT;
    Ok(())
}
