//! A node that answers with whatever pages it is given.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

type Pages = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A server of fixed pages.
pub(crate) struct Liar {
    pub(crate) url: String,
    pages: Pages,
}

impl Liar {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let pages = Pages::default();
        let served = Arc::clone(&pages);
        // The thread ends with the test binary.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let served = Arc::clone(&served);
                std::thread::spawn(move || answer_all(&stream, &served));
            }
        });
        Self { url, pages }
    }

    /// Sets a page and gives back the one before.
    pub(crate) fn set(&self, path: &str, page: Vec<u8>) -> Option<Vec<u8>> {
        self.pages.lock().unwrap().insert(path.to_owned(), page)
    }
}

fn answer_all(mut stream: &TcpStream, pages: &Pages) -> Option<()> {
    let mut lines = BufReader::new(stream).lines();
    loop {
        let request = lines.next()?.ok()?;
        while !lines.next()?.ok()?.is_empty() {}
        let path = request.split(' ').nth(1)?;
        let page = pages.lock().unwrap().get(path).cloned();
        let status = if page.is_some() { "200 OK" } else { "404 Not Found" };
        let page = page.unwrap_or_default();
        let mut answer = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", page.len()).into_bytes();
        answer.extend(page);
        stream.write_all(&answer).ok()?;
    }
}
