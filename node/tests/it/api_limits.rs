//! Slow, silent and greedy clients lose their connection and hold nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use klero_finality::MAX_PAYLOAD;
use klero_node::Submitter;
use klero_node::app::pack;

use crate::chains;
use crate::served::Served;

/// What the server sends until it closes the connection, and after how long.
fn read_to_end(mut stream: &TcpStream) -> (Vec<u8>, Duration) {
    let started = Instant::now();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let mut answer = Vec::new();
    // A reset is an end too.
    let _end = stream.read_to_end(&mut answer);
    (answer, started.elapsed())
}

/// The clients wait at the same time, each for its own server.
#[test]
fn slow_clients_are_cut_off() {
    std::thread::scope(|scope| {
        let clients: [fn(); 5] = [
            a_client_that_sends_nothing,
            a_client_that_dribbles_its_headers,
            a_body_that_never_comes,
            an_application_that_never_answers,
            more_clients_than_places,
        ];
        for client in clients {
            scope.spawn(client);
        }
    });
}

fn a_client_that_sends_nothing() {
    let served = Served::chain(&[]);
    let stream = TcpStream::connect(served.address).unwrap();
    let (answer, after) = read_to_end(&stream);
    assert!(answer.is_empty());
    assert!(after < Duration::from_secs(20), "{after:?}");
}

/// A byte now and then is no progress.
fn a_client_that_dribbles_its_headers() {
    let served = Served::chain(&[]);
    let mut stream = TcpStream::connect(served.address).unwrap();
    let started = Instant::now();
    stream
        .write_all(b"GET / HTTP/1.1\r\nhost: a\r\nx-slow: ")
        .unwrap();
    while stream.write_all(b"a").is_ok() {
        assert!(started.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(
        started.elapsed() > Duration::from_secs(5),
        "a client may be slow for some seconds"
    );
}

fn a_body_that_never_comes() {
    let served = Served::chain(&[]);
    let mut stream = TcpStream::connect(served.address).unwrap();
    let head =
        b"POST /v1/transactions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 20\r\n\r\nset a";
    stream.write_all(head).unwrap();
    let (answer, after) = read_to_end(&stream);
    let answer = String::from_utf8(answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("more than 15 s"),
        "{answer}"
    );
    assert!(after < Duration::from_secs(30), "{after:?}");
}

fn an_application_that_never_answers() {
    // Nobody takes submissions, and the queue has room for one.
    let (submitter, queue) = Submitter::channel(1);
    let served = Served::without_kv(submitter);
    let (error, _) = served.post("/v1/transactions", b"anything").failure(503);
    assert!(error.contains("more than 15 s"), "{error}");
    drop(queue);
}

/// The last ones wait until the first ones have lost their places.
fn more_clients_than_places() {
    let served = Served::chain(&[]);
    let silent: Vec<TcpStream> = (0..300)
        .map(|_| TcpStream::connect(served.address).unwrap())
        .collect();
    let started = Instant::now();
    assert_eq!(served.get("/v1/status").status, 200);
    assert!(started.elapsed() > Duration::from_secs(2), "there was no place");
    drop(silent);
}

#[test]
fn silent_clients_leave_the_others_their_places() {
    let served = Served::chain(&[]);
    let silent: Vec<TcpStream> = (0..200)
        .map(|_| TcpStream::connect(served.address).unwrap())
        .collect();
    let started = Instant::now();
    assert_eq!(served.get("/v1/status").status, 200);
    assert!(started.elapsed() < Duration::from_secs(5));
    drop(silent);
}

/// Blocks of transactions that are long as text, for clients that ask and do not read.
#[test]
fn answers_that_nobody_takes_are_bounded() {
    let mut block = chains::full().block(1).clone();
    let transactions = vec![vec![1; 60_000]; 17];
    block.block.body.payload = pack(&mut transactions.iter().map(Vec::as_slice), MAX_PAYLOAD);
    let served = Served::chain(&[block]);
    let length = served.get("/v1/blocks/1").body.len();
    assert!(length > 8_000_000, "{length}");
    // Each client asks for more than the system keeps for it.
    let request = b"GET /v1/blocks/1 HTTP/1.1\r\nhost: a\r\n\r\n".repeat(8);
    let mut greedy = Vec::new();
    while served.get("/v1/blocks/1").status == 200 {
        let mut stream = TcpStream::connect(served.address).unwrap();
        stream.write_all(&request).unwrap();
        greedy.push(stream);
        assert!(greedy.len() < 60, "every client is given all it asks for");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(greedy.len() > 4, "some large answers at a time are fine");
    let (error, _) = served.get("/v1/blocks/1").failure(503);
    assert!(error.contains("not taken"), "{error}");
    assert_eq!(served.get("/v1/status").status, 200, "small answers are given");
    drop(greedy);
    let started = Instant::now();
    while served.get("/v1/blocks/1").status != 200 {
        assert!(
            started.elapsed() < Duration::from_secs(10),
            "what was not taken is free again"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn an_announced_length_beyond_the_limit_is_refused_without_reading_it() {
    let served = Served::chain(&[]);
    let mut stream = TcpStream::connect(served.address).unwrap();
    let head = b"POST /v1/transactions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 1000000000\r\n\r\n";
    stream.write_all(head).unwrap();
    let (answer, after) = read_to_end(&stream);
    assert!(
        answer.starts_with(b"HTTP/1.1 413"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
    assert!(after < Duration::from_secs(5), "{after:?}");
}

#[test]
fn a_chunked_body_beyond_the_limit_is_refused_where_it_passes_it() {
    let served = Served::chain(&[]);
    let mut stream = TcpStream::connect(served.address).unwrap();
    stream
        .write_all(b"POST /v1/transactions HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n")
        .unwrap();
    let chunk = [b"8000\r\n".as_slice(), &[b'v'; 0x8000], b"\r\n"].concat();
    // The server may close before everything was written.
    let _refused = (0..3).try_for_each(|_| stream.write_all(&chunk));
    let (answer, _) = read_to_end(&stream);
    assert!(
        answer.starts_with(b"HTTP/1.1 413"),
        "{}",
        String::from_utf8_lossy(&answer)
    );
}
