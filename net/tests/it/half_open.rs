//! [E8] Two thousand connections that are begun and never finished: honest peers get in all the same, and memory
//! stays flat. The node is a process of its own, so that its memory is nobody else's.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures::StreamExt;
use klero_net::Multiaddr;
use libp2p::multiaddr::Protocol;
use libp2p::{SwarmBuilder, swarm};
use tokio::net::{TcpSocket, TcpStream, UdpSocket};

use crate::node::{Node, Over, config, patiently};

const ATTEMPTS: usize = 2000;

/// On loopback too an attacker has an address of its own.
const ATTACKER: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 66));

/// What the node's memory may grow by, in KiB, until so many were begun, and until three times as many were. A first
/// packet over QUIC costs some 33 KiB for the three seconds that the library remembers a connection that it closed.
const GROWTH: u64 = 128 << 10;
const FURTHER_GROWTH: u64 = 32 << 10;

/// Tells where it listens and lives until its standard input ends.
#[test]
#[ignore = "the node that the tests here start"]
fn the_node() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let nodes = Over::BOTH.map(|over| runtime.block_on(Node::start(config(over))));
    for node in &nodes {
        writeln!(std::io::stdout(), "\nlistens at {}", node.address).unwrap();
    }
    let _ended = std::io::stdin().read_to_end(&mut Vec::new());
}

struct Victim {
    process: Child,
    /// Over QUIC and over TCP.
    addresses: Vec<Multiaddr>,
}

impl Victim {
    fn start() -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["half_open::the_node", "--exact", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let addresses =
            lines.filter_map(|line| Some(line.unwrap().strip_prefix("listens at ")?.parse().unwrap()));
        let addresses = addresses.take(2).collect();
        Self { process, addresses }
    }

    fn socket(&self, over: Over) -> SocketAddr {
        let mut parts = self.addresses[usize::from(over == Over::Tcp)].iter();
        match (parts.next(), parts.next()) {
            (Some(Protocol::Ip4(ip)), Some(Protocol::Udp(port) | Protocol::Tcp(port))) => (ip, port).into(),
            _ => panic!("{:?}", self.addresses),
        }
    }

    /// Its memory, in KiB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// While `attack` goes on and after it has begun so many connections, honest peers come in over both transports.
async fn honest_peers_get_in(victim: &Victim, begun: &AtomicUsize, attack: tokio::task::JoinHandle<()>) {
    let before = victim.memory();
    reach(ATTEMPTS, begun).await;
    for over in Over::BOTH {
        let boot = victim.addresses[usize::from(over == Over::Tcp)].clone();
        for _ in 0..3 {
            let mut honest = Node::start(config(over).bootnode(boot.clone())).await;
            honest.peers(1).await;
        }
    }
    let after = victim.memory();
    assert!(after < before + GROWTH, "from {before} to {after} KiB");
    reach(3 * ATTEMPTS, begun).await;
    assert!(!attack.is_finished());
    attack.abort();
    let later = victim.memory();
    assert!(
        later < after + FURTHER_GROWTH,
        "from {before} to {after} and {later} KiB"
    );
}

async fn reach(count: usize, begun: &AtomicUsize) {
    patiently("attack", async {
        while begun.load(Ordering::Relaxed) < count {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
}

/// Connections that are kept and never speak; what the node closes is begun anew.
#[tokio::test(flavor = "multi_thread")]
async fn over_tcp() {
    let victim = Victim::start();
    let (target, begun) = (victim.socket(Over::Tcp), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&begun);
    let attack = tokio::spawn(async move {
        let one = || async {
            loop {
                let socket = TcpSocket::new_v4().unwrap();
                socket.bind((ATTACKER, 0).into()).unwrap();
                if let Ok(stream) = socket.connect(target).await {
                    count.fetch_add(1, Ordering::Relaxed);
                    until_closed(&stream).await;
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        futures::future::join_all((0..600).map(|_| one())).await;
    });
    honest_peers_get_in(&victim, &begun, attack).await;
}

/// Takes what the node says and answers nothing, until it hangs up.
async fn until_closed(stream: &TcpStream) {
    let mut buffer = [0; 512];
    while stream.readable().await.is_ok() {
        match stream.try_read(&mut buffer) {
            Ok(0) => return,
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return,
            _ => {}
        }
    }
}

/// First packets whose senders never answer what comes back.
#[tokio::test(flavor = "multi_thread")]
async fn over_quic() {
    let victim = Victim::start();
    let packets = first_packets(ATTEMPTS).await;
    let (target, begun) = (victim.socket(Over::Quic), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&begun);
    let attack = tokio::spawn(async move {
        let socket = UdpSocket::bind((ATTACKER, 0)).await.unwrap();
        for packet in packets.iter().cycle() {
            if socket.send_to(packet, target).await.is_ok() {
                count.fetch_add(1, Ordering::Relaxed);
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    honest_peers_get_in(&victim, &begun, attack).await;
}

/// The first packets of so many connections over QUIC, each with an id of its own.
async fn first_packets(count: usize) -> Vec<Vec<u8>> {
    let silent = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let port = silent.local_addr().unwrap().port();
    let mut packets: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    let start = Instant::now();
    while packets.len() < count {
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "{} packets",
            packets.len()
        );
        let mut swarm = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_quic()
            .with_behaviour(|_| swarm::dummy::Behaviour)
            .unwrap()
            .build();
        for _ in 0..100 {
            swarm
                .dial(
                    format!("/ip4/127.0.0.1/udp/{port}/quic-v1")
                        .parse::<Multiaddr>()
                        .unwrap(),
                )
                .unwrap();
        }
        let wanted = (packets.len() + 90).min(count);
        let mut buffer = [0; 2048];
        while packets.len() < wanted && start.elapsed() < Duration::from_secs(120) {
            tokio::select! {
                _ = swarm.select_next_some() => {}
                received = silent.recv_from(&mut buffer) => {
                    let packet = buffer[..received.unwrap().0].to_vec();
                    // A long header: flags, version, and the length of the connection's id before the id itself.
                    let id = packet[6..6 + usize::from(packet[5])].to_vec();
                    packets.entry(id).or_insert(packet);
                }
            }
        }
    }
    packets.into_values().collect()
}
