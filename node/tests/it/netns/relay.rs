//! A relay that holds every datagram for a while: a delay for kernels that have none.
//!
//! It runs in the router, so it has to be a process of its own: this test binary, started again for its one test
//! below. Commands come on its standard input, and it ends with that.

use std::collections::HashMap;
use std::io::{BufRead, Write};
use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::space::Space;

/// Tells the process that it is the relay, and for whom.
const FOR: &str = "KLERO_TEST_RELAY_FOR";
/// The relay's port for the first host; the others follow.
const FIRST_PORT: u16 = 40_000;
/// Datagrams that wait for their time in one direction; more are dropped, as a queue does.
const QUEUE: usize = 8_192;
/// The most flows to one host.
const FLOWS: usize = 256;

/// The running relay.
pub(super) struct Relay {
    process: Child,
}

impl Relay {
    /// The port where datagrams for a host are to arrive.
    pub(super) fn port(host: usize) -> u16 {
        FIRST_PORT + u16::try_from(host).expect("few hosts")
    }

    pub(super) fn start(space: &Space, hosts: impl Iterator<Item = String>) -> Self {
        let hosts: Vec<String> = hosts.collect();
        let program = std::env::current_exe().expect("this program");
        let process = space
            .command(program.to_str().expect("a path in UTF-8"))
            .args([
                "--exact",
                "netns::relay::a_datagram_is_held_each_way",
                "--nocapture",
            ])
            .env(FOR, hosts.join(","))
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nsenter");
        Self { process }
    }

    /// Holds every datagram that comes from now on so long.
    pub(super) fn delay(&mut self, milliseconds: u32) {
        let pipe = self.process.stdin.as_mut().expect("a pipe");
        writeln!(pipe, "{milliseconds}").expect("the relay runs");
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _status = self.process.wait();
    }
}

type Held = (Instant, SocketAddr, Vec<u8>);

/// Takes datagrams at `socket` for `host`, and brings back what it answers, each after the delay.
fn carry(socket: UdpSocket, host: SocketAddr, delay: &Arc<AtomicU64>) {
    let socket = Arc::new(socket);
    let mut flows: HashMap<SocketAddr, SyncSender<Held>> = HashMap::new();
    receive(&socket.clone(), delay, |from, held| {
        if flows.len() >= FLOWS && !flows.contains_key(&from) {
            return;
        }
        let flow = flows
            .entry(from)
            .or_insert_with(|| open(&socket, host, from, delay));
        // A full queue drops.
        let _dropped = flow.try_send((held.0, host, held.1));
    });
}

/// A flow: a socket to the host, on which its answers come back.
fn open(
    socket: &Arc<UdpSocket>,
    host: SocketAddr,
    client: SocketAddr,
    delay: &Arc<AtomicU64>,
) -> SyncSender<Held> {
    let own = Arc::new(UdpSocket::bind("0.0.0.0:0").expect("a port"));
    let (there, waiting) = sync_channel(QUEUE);
    let (back, answers) = sync_channel(QUEUE);
    let (out, socket, delay) = (Arc::clone(&own), Arc::clone(socket), Arc::clone(delay));
    std::thread::spawn(move || pass(&out, &waiting));
    std::thread::spawn(move || pass(&socket, &answers));
    std::thread::spawn(move || {
        receive(&own, &delay, |from, (due, bytes)| {
            if from == host {
                let _dropped = back.try_send((due, client, bytes));
            }
        });
    });
    there
}

fn receive(socket: &UdpSocket, delay: &AtomicU64, mut each: impl FnMut(SocketAddr, (Instant, Vec<u8>))) {
    let mut bytes = vec![0; 65_536];
    loop {
        // An error tells of a host that refused an earlier datagram.
        if let Ok((length, from)) = socket.recv_from(&mut bytes) {
            let due = Instant::now() + Duration::from_millis(delay.load(Ordering::Relaxed));
            each(from, (due, bytes[..length].to_vec()));
        }
    }
}

/// Sends each datagram when its time has come. All wait equally long, so they keep their order.
fn pass(socket: &UdpSocket, waiting: &Receiver<Held>) {
    for (due, to, bytes) in waiting {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let _lost = socket.send_to(&bytes, to);
    }
}

/// What the process does that is the relay.
fn serve(hosts: &str) {
    let delay = Arc::new(AtomicU64::new(0));
    for (number, host) in hosts.split(',').enumerate() {
        let socket = UdpSocket::bind(("0.0.0.0", Relay::port(number))).expect("its port");
        let (host, delay) = (host.parse().expect("an address"), Arc::clone(&delay));
        std::thread::spawn(move || carry(socket, host, &delay));
    }
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        delay.store(line.parse().expect("milliseconds"), Ordering::Relaxed);
    }
}

/// There and back it takes twice the delay, and what was sent first arrives first.
#[test]
fn a_datagram_is_held_each_way() {
    if let Ok(hosts) = std::env::var(FOR) {
        return serve(&hosts);
    }
    let (relay, host, client) = (local(), local(), local());
    let (entry, target) = (relay.local_addr().unwrap(), host.local_addr().unwrap());
    let delay = Arc::new(AtomicU64::new(80));
    std::thread::spawn(move || carry(relay, target, &delay));
    std::thread::spawn(move || {
        let mut bytes = [0; 16];
        while let Ok((length, from)) = host.recv_from(&mut bytes) {
            host.send_to(&bytes[..length], from).unwrap();
        }
    });
    let sent = Instant::now();
    for word in [b"one", b"two"] {
        client.send_to(word, entry).unwrap();
    }
    for word in [b"one", b"two"] {
        let mut bytes = [0; 16];
        let (length, from) = client.recv_from(&mut bytes).unwrap();
        assert_eq!((&bytes[..length], from), (&word[..], entry));
        assert!(
            sent.elapsed() >= Duration::from_millis(160),
            "{:?}",
            sent.elapsed()
        );
    }
}

fn local() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket
}
