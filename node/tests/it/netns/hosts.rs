//! Four hosts and the router between them, where trouble is made.

use super::relay::Relay;
use super::space::Space;

/// Where every node listens for peers.
pub(super) const PORT: u16 = 30_303;
/// Bytes that a slow link takes at once, and how long the rest may wait in its queue before it is dropped.
const SLOW_QUEUE: &str = "burst 16kb latency 400ms";

/// A router with hosts on links of their own.
pub(super) struct Hosts {
    router: Space,
    hosts: Vec<Space>,
    /// What delays packets where the kernel cannot.
    relay: Option<Relay>,
}

/// The address of a host.
pub(super) fn address(host: usize) -> String {
    format!("10.77.{}.2", host + 1)
}

impl Hosts {
    pub(super) fn new(count: usize) -> Self {
        let router = Space::new();
        router.set("ip_forward", 1);
        let hosts: Vec<Space> = (0..count).map(|_| Space::new()).collect();
        for (number, host) in hosts.iter().enumerate() {
            let (near, pid) = (format!("10.77.{}.1", number + 1), host.pid());
            router.run(&format!(
                "ip link add h{number} type veth peer name eth0 netns {pid}"
            ));
            router.run(&format!("ip addr add {near}/24 dev h{number}"));
            router.run(&format!("ip link set h{number} up"));
            host.run(&format!("ip addr add {}/24 dev eth0", address(number)));
            host.run("ip link set eth0 up");
            host.run(&format!("ip route add default via {near}"));
        }
        Self {
            router,
            hosts,
            relay: None,
        }
    }

    /// The namespace of a host.
    pub(super) fn host(&self, number: usize) -> &Space {
        &self.hosts[number]
    }

    /// Nothing passes from one host to another, in this direction.
    pub(super) fn cut(&self, from: usize, to: usize) {
        let (from, to) = (address(from), address(to));
        self.router
            .run(&format!("iptables -w -A FORWARD -s {from} -d {to} -j DROP"));
    }

    /// Nothing passes between two groups of hosts.
    pub(super) fn part(&self, one: &[usize], other: &[usize]) {
        for (a, b) in one.iter().flat_map(|a| other.iter().map(move |b| (*a, *b))) {
            self.cut(a, b);
            self.cut(b, a);
        }
    }

    /// So many of a hundred packets get lost, whoever sent them.
    pub(super) fn lose(&self, percent: u32) {
        let share = f64::from(percent) / 100.0;
        self.router.run(&format!(
            "iptables -w -t mangle -A PREROUTING -p udp -m statistic --mode random --probability {share} -j DROP"
        ));
    }

    /// The link of a host carries so many kilobits a second, each way.
    pub(super) fn slow(&self, host: usize, kilobits: u32) {
        let rate =
            |device: &str| format!("tc qdisc add dev {device} root tbf rate {kilobits}kbit {SLOW_QUEUE}");
        self.router.run(&rate(&format!("h{host}")));
        self.hosts[host].run(&rate("eth0"));
    }

    /// Has packets pass what can delay them, from the first one on; says what that is.
    pub(super) fn prepare_delay(&mut self) -> &'static str {
        if self.router.tries("tc qdisc add dev h0 root netem delay 1ms") {
            self.router.run("tc qdisc del dev h0 root");
            return "netem";
        }
        let addresses = (0..self.hosts.len()).map(|host| format!("{}:{PORT}", address(host)));
        self.relay = Some(Relay::start(&self.router, addresses));
        for host in 0..self.hosts.len() {
            let (to, relay) = (address(host), Relay::port(host));
            self.router.run(&format!(
                "iptables -w -t nat -A PREROUTING -p udp -d {to} --dport {PORT} -j REDIRECT --to-ports {relay}"
            ));
        }
        // What does not go by the relay would not be late.
        self.router.run("iptables -w -P FORWARD DROP");
        "a relay"
    }

    /// Packets arrive so many milliseconds late.
    pub(super) fn delay(&mut self, milliseconds: u32) {
        match &mut self.relay {
            Some(relay) => relay.delay(milliseconds),
            None => (0..self.hosts.len()).for_each(|host| {
                let line =
                    format!("tc qdisc replace dev h{host} root netem delay {milliseconds}ms limit 100000");
                self.router.run(&line);
            }),
        }
    }

    /// Everything passes again as if nothing had been.
    pub(super) fn heal(&mut self) {
        self.router.run("iptables -w -F FORWARD");
        self.router.run("iptables -w -t mangle -F PREROUTING");
        if let Some(relay) = &mut self.relay {
            relay.delay(0);
        }
        for (number, host) in self.hosts.iter().enumerate() {
            // Links that were not slowed have nothing to take away.
            let _was_fast = self.router.tries(&format!("tc qdisc del dev h{number} root"));
            let _was_fast = host.tries("tc qdisc del dev eth0 root");
        }
    }

    /// The bytes that a host has received and sent.
    pub(super) fn bytes(&self, host: usize) -> (u64, u64) {
        let output = self.hosts[host]
            .command("cat")
            .arg("/proc/net/dev")
            .output()
            .expect("nsenter");
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find_map(|line| line.trim().strip_prefix("eth0:"));
        let words: Vec<u64> = line
            .unwrap_or("")
            .split_whitespace()
            .map_while(|word| word.parse().ok())
            .collect();
        (words[0], words[8])
    }
}
