//! A link of a limited rate, made of a relay with little room: what comes faster waits with its sender.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use klero_net::Multiaddr;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use crate::node::Over;

/// Bytes a second, each way.
pub(crate) const RATE: u32 = 1 << 20;

/// What waits in the relay, roughly: as in a router, little beside a body.
const ROOM: u32 = 64 << 10;

/// Where the link to a node begins.
pub(crate) async fn slow_link(to: &Multiaddr, over: Over) -> Multiaddr {
    let text = to.to_string();
    let port = text.split('/').nth(4).unwrap().parse().unwrap();
    let to = SocketAddr::from(([127, 0, 0, 1], port));
    match over {
        Over::Tcp => format!("/ip4/127.0.0.1/tcp/{}", tcp(to)),
        Over::Quic => format!("/ip4/127.0.0.1/udp/{}/quic-v1", udp(to).await),
    }
    .parse()
    .unwrap()
}

/// Lets bytes through one after the other.
struct Gap(Instant);

impl Gap {
    async fn pass(&mut self, bytes: usize) {
        let time = Duration::from_secs(1) * u32::try_from(bytes).unwrap() / RATE;
        self.0 = self.0.max(Instant::now()) + time;
        sleep_until(self.0).await;
    }
}

fn small_socket() -> TcpSocket {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(ROOM).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

fn tcp(to: SocketAddr) -> u16 {
    let socket = small_socket();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let listener = socket.listen(8).unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far: TcpStream = small_socket().connect(to).await.unwrap();
            let ((near_in, near_out), (far_in, far_out)) = (near.into_split(), far.into_split());
            tokio::spawn(carry(near_in, far_out));
            tokio::spawn(carry(far_in, near_out));
        }
    });
    port
}

async fn carry(from: OwnedReadHalf, to: OwnedWriteHalf) -> io::Result<()> {
    let (mut bytes, mut gap) = ([0; 4096], Gap(Instant::now()));
    loop {
        from.readable().await?;
        let mut left = match from.try_read(&mut bytes) {
            Ok(0) => return Ok(()),
            Ok(length) => &bytes[..length],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => continue,
            Err(error) => return Err(error),
        };
        gap.pass(left.len()).await;
        while !left.is_empty() {
            to.writable().await?;
            match to.try_write(left) {
                Ok(length) => left = &left[length..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    }
}

/// Datagrams beyond the room of the relay are lost, as on any link.
async fn udp(to: SocketAddr) -> u16 {
    let near = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
    let port = near.local_addr().unwrap().port();
    tokio::spawn(async move {
        let mut clients = HashMap::new();
        let mut bytes = [0; 2048];
        while let Ok((length, client)) = near.recv_from(&mut bytes).await {
            if let Entry::Vacant(new) = clients.entry(client) {
                let far = Arc::new(UdpSocket::bind("127.0.0.1:0").await.unwrap());
                new.insert(queue(Arc::clone(&far), to));
                tokio::spawn(carry_back(far, queue(Arc::clone(&near), client)));
            }
            let _no_room = clients[&client].try_send(bytes[..length].to_vec());
        }
    });
    port
}

async fn carry_back(far: Arc<UdpSocket>, back: mpsc::Sender<Vec<u8>>) {
    let mut bytes = [0; 2048];
    while let Ok(length) = far.recv(&mut bytes).await {
        let _no_room = back.try_send(bytes[..length].to_vec());
    }
}

fn queue(out: Arc<UdpSocket>, to: SocketAddr) -> mpsc::Sender<Vec<u8>> {
    let (queue, mut queued) = mpsc::channel::<Vec<u8>>((ROOM / 1280) as usize);
    tokio::spawn(async move {
        let mut gap = Gap(Instant::now());
        while let Some(bytes) = queued.recv().await {
            gap.pass(bytes.len()).await;
            let _gone = out.send_to(&bytes, to).await;
        }
    });
    queue
}
