//! Events by server-sent events: told once, in order, to clients that keep up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use klero_node::Status;
use klero_node::events::NodeEvent;
use serde_json::Value as Json;

use crate::served::Served;

/// A client that listens.
struct Listener(BufReader<TcpStream>);

impl Listener {
    fn start(served: &Served, path: &str) -> Self {
        let mut stream = TcpStream::connect(served.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nhost: a\r\n\r\n").unwrap();
        Self(BufReader::new(stream))
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    /// The status, when the headers were read.
    fn status(&mut self) -> u16 {
        let status = self.line().split(' ').nth(1).unwrap().parse().unwrap();
        while !self.line().is_empty() {}
        status
    }

    /// The kind and data of the next event.
    fn event(&mut self) -> (String, Json) {
        loop {
            let line = self.line();
            if let Some(kind) = line.strip_prefix("event: ") {
                let data = self.line();
                let json = serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap();
                return (kind.to_owned(), json);
            }
        }
    }
}

fn alarm(cause: &str) -> NodeEvent {
    NodeEvent::Alarm { cause: cause.into() }
}

fn stall_over(round: u64) -> NodeEvent {
    NodeEvent::StallOver { round, seconds: 12 }
}

#[test]
fn events_are_told_in_their_order() {
    let served = Served::chain(&[]);
    let mut listener = Listener::start(&served, "/v1/events");
    assert_eq!(listener.status(), 200);
    served.feed.tell(&stall_over(3));
    served.feed.tell(&alarm("two quorums"));
    let (kind, data) = listener.event();
    assert_eq!(
        (kind.as_str(), &data["round"], &data["seconds"]),
        ("stall_over", &3.into(), &12.into())
    );
    let (kind, data) = listener.event();
    assert_eq!((kind.as_str(), &data["cause"]), ("alarm", &"two quorums".into()));
}

#[test]
fn a_client_hears_the_kinds_that_it_asked_for() {
    let served = Served::chain(&[]);
    let mut listener = Listener::start(&served, "/v1/events?kinds=alarm,status");
    assert_eq!(listener.status(), 200);
    let (kind, data) = listener.event();
    assert_eq!((kind.as_str(), &data["name"]), ("status", &"served".into()));
    served.feed.tell(&stall_over(3));
    served.feed.tell(&alarm("two quorums"));
    assert_eq!(listener.event().0, "alarm");
    served.status.update(|status: &mut Status| status.round = 9);
    let (kind, data) = listener.event();
    assert_eq!((kind.as_str(), &data["round"]), ("status", &9.into()));
}

#[test]
fn what_is_no_kind_is_malformed() {
    let served = Served::chain(&[]);
    for query in ["kinds=finals", "kinds=", "kinds=final,,fork", "kind=final"] {
        let (_, help) = served.get(&format!("/v1/events?{query}")).failure(400);
        assert!(help.contains("final"), "{help}");
    }
}

/// What the system keeps for the connection fills up, then the queue runs over.
#[test]
fn a_client_that_reads_too_slowly_is_told_and_dropped() {
    let served = Served::chain(&[]);
    let mut listener = Listener::start(&served, "/v1/events");
    assert_eq!(listener.status(), 200);
    let cause = "x".repeat(64 << 10);
    for _ in 0..600 {
        served.feed.tell(&alarm(&cause));
    }
    let mut told = 0;
    let reason = loop {
        let (kind, data) = listener.event();
        match kind.as_str() {
            "alarm" => told += 1,
            "dropped" => break data["reason"].as_str().unwrap().to_owned(),
            other => panic!("{other}"),
        }
    };
    assert!(told < 600 && reason.contains("too slowly"), "{told}; {reason}");
    assert_eq!(listener.line(), "", "nothing follows");
}

/// A client that reads nothing at all holds its place only as long as any other answer may take.
#[test]
fn a_client_that_never_reads_loses_its_connection() {
    let served = Served::chain(&[]);
    let listener = Listener::start(&served, "/v1/events");
    std::thread::sleep(Duration::from_millis(300));
    let cause = "x".repeat(64 << 10);
    let started = Instant::now();
    let mut stream = listener.0.into_inner();
    loop {
        for _ in 0..200 {
            served.feed.tell(&alarm(&cause));
        }
        // A byte that is written to a connection that was closed is answered by its end.
        if stream.write_all(b"\n").is_err() {
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(60), "it is still there");
        std::thread::sleep(Duration::from_millis(500));
    }
    assert!(
        started.elapsed() > Duration::from_secs(5),
        "some seconds are fine"
    );
}

#[test]
fn only_so_many_clients_listen() {
    let served = Served::chain(&[]);
    let mut listeners: Vec<Listener> = (0..64).map(|_| Listener::start(&served, "/v1/events")).collect();
    for listener in &mut listeners {
        assert_eq!(listener.status(), 200);
    }
    let (error, _) = served.get("/v1/events").failure(503);
    assert!(error.contains("64 clients"), "{error}");
    assert_eq!(
        served.get("/v1/status").status,
        200,
        "the others have their places"
    );
    listeners.truncate(60);
    let until = Instant::now() + Duration::from_secs(40);
    loop {
        // An end that nobody reads shows when something is written.
        served.feed.tell(&stall_over(1));
        if Listener::start(&served, "/v1/events").status() == 200 {
            break;
        }
        assert!(Instant::now() < until, "places become free");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// An idle stream shows that it lives, and lasts longer than an answer otherwise may.
#[test]
fn a_quiet_stream_stays_open() {
    let served = Served::chain(&[]);
    let mut listener = Listener::start(&served, "/v1/events");
    assert_eq!(listener.status(), 200);
    let started = Instant::now();
    let mut comments = 0;
    while started.elapsed() < Duration::from_secs(35) {
        comments += usize::from(listener.line().starts_with(": "));
    }
    assert!(comments >= 3, "{comments}");
    served.feed.tell(&stall_over(1));
    assert_eq!(listener.event().0, "stall_over");
}

#[test]
fn a_server_that_stops_ends_the_streams() {
    let served = Served::chain(&[]);
    let mut listener = Listener::start(&served, "/v1/events");
    assert_eq!(listener.status(), 200);
    let started = Instant::now();
    served.stop();
    assert!(started.elapsed() < Duration::from_secs(3), "nobody is waited for");
    assert_eq!(listener.event().0, "end");
    let mut rest = String::new();
    listener.0.read_to_string(&mut rest).unwrap();
}
