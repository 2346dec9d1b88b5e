//! Numbers out of range, and texts that nobody means, in every place of every request that the API's own description names:
//! each is answered with a status of 4xx and a reason, and the node goes on.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use klero_node::Faucet;
use klero_node::finality::Profile;
use klero_node::keys::Secret;
use klero_stake::GenesisAccount;
use serde_json::Value;

use crate::cluster::{Cluster, quick};

/// None of them is a round, a count, a digest, or a name of anything.
fn hostile() -> Vec<String> {
    let texts = [
        "-1",
        "-0",
        "-9223372036854775808",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551616",
        "340282366920938463463374607431768211456",
        "1e400",
        "1.5",
        "NaN",
        "Infinity",
        "0x10",
        "１２",
        "\u{0}",
        "1\u{0}",
        "\n",
        " ",
        "%",
        "../../etc/passwd",
        "'; --",
        "\u{202e}\u{1f511}",
        "null",
        "true",
        "[]",
        "{}",
    ];
    let long = ["9".repeat(10_000), "f".repeat(10_000), "é".repeat(2_000)];
    texts.into_iter().map(str::to_owned).chain(long).collect()
}

/// Every byte but letters and digits by its number.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

/// A node with everything that the API can show.
fn cluster() -> Cluster {
    let mut cluster = Cluster::new(1, 1, quick(Profile::full()));
    let faucet = Faucet {
        operator: Secret::new([3; 32]),
        grant: 5,
    };
    cluster.genesis.accounts = vec![GenesisAccount {
        operator: faucet.secret().public(),
        free: 5_000,
    }];
    cluster.start_as(0, |builder| builder.faucet(faucet));
    cluster.wait_for(3, Duration::from_secs(60));
    cluster
}

struct Client(ureq::Agent, String);

impl Client {
    fn new(cluster: &Cluster) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(40)))
            .build();
        Self(ureq::Agent::new_with_config(config), cluster.rpc(0))
    }

    fn get(&self, path: &str) -> (u16, String) {
        read(self.0.get(format!("{}{path}", self.1)).call().unwrap())
    }

    fn post(&self, path: &str, body: &[u8]) -> (u16, String) {
        read(self.0.post(format!("{}{path}", self.1)).send(body).unwrap())
    }

    fn document(&self) -> Value {
        serde_json::from_str(&self.get("/v1/openapi.json").1).unwrap()
    }
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> (u16, String) {
    let status = answer.status().as_u16();
    (status, answer.body_mut().read_to_string().unwrap())
}

fn assert_refused(what: &str, (status, text): (u16, String)) {
    let shown = what.get(..200).unwrap_or(what);
    assert!((400..500).contains(&status), "{shown}: {status} {text}");
    let page: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{shown}: {text}"));
    for field in ["error", "help"] {
        assert!(!page[field].as_str().unwrap().is_empty(), "{shown}: {page}");
    }
}

/// A path with something that is there in each place but one.
fn path_with(path: &str, hostile: (&str, &str)) -> String {
    let right = [
        ("round", "1"),
        ("number", "1"),
        ("digest", &"0".repeat(64)),
        ("account", &"0".repeat(64)),
        ("key", "a"),
        ("file", "page.js"),
    ];
    let mut path = path.replace(&format!("{{{}}}", hostile.0), hostile.1);
    for (name, value) in right {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    assert!(
        !path.contains('{'),
        "{path} has a place that this test does not know"
    );
    path
}

/// \[E11\] Every parameter of every route.
#[test]
fn parameters_out_of_range_are_refused_with_a_reason() {
    let cluster = cluster();
    let client = Client::new(&cluster);
    let document = client.document();
    let mut places = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(parameters) = methods.get("get").and_then(|get| get["parameters"].as_array()) else {
            continue;
        };
        for parameter in parameters {
            let name = parameter["name"].as_str().unwrap();
            places += 1;
            for text in hostile() {
                let text = encoded(&text);
                let request = match parameter["in"].as_str().unwrap() {
                    "path" => {
                        assert!(
                            path.contains(&format!("{{{name}}}")),
                            "{path} has no place for {name}"
                        );
                        path_with(path, (name, &text))
                    }
                    "query" => format!("{}?{name}={text}", path_with(path, ("", ""))),
                    other => panic!("{other}"),
                };
                assert_refused(&request, client.get(&request));
            }
        }
    }
    assert!(places >= 14, "{places}");
    assert_healthy(&cluster, &client);
}

/// [E11] What no route takes, and what every route that takes something does not.
#[test]
fn bodies_that_nobody_means_are_refused_with_a_reason() {
    let cluster = cluster();
    let client = Client::new(&cluster);
    let document = client.document();
    let mut routes = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("post").is_none() {
            continue;
        }
        routes += 1;
        let binary = [&[][..], &[0xff; 64], &[0; 4096], &[0xff; 65_536], &[0xff; 65_537]];
        let texts = hostile();
        for body in texts.iter().map(String::as_bytes).chain(binary) {
            let what = format!("{path} {}", String::from_utf8_lossy(body));
            assert_refused(&what, client.post(path, body));
        }
    }
    assert_eq!(routes, 3);
    assert_healthy(&cluster, &client);
}

/// [E11] What no client library sends.
#[test]
fn lines_that_are_no_request_end_the_connection_and_nothing_else() {
    let cluster = cluster();
    let client = Client::new(&cluster);
    let long = format!(
        "GET /v1/blocks/{} HTTP/1.1\r\nHost: a\r\n\r\n",
        "9".repeat(70_000)
    );
    let many = format!("GET /v1 HTTP/1.1\r\nHost: a\r\n{}\r\n", "x: y\r\n".repeat(1_000));
    for request in [
        "GET /v1/blocks/\u{0} HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /v1/blocks/é HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        "POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n",
        "POST /v1/transactions HTTP/1.1\r\nHost: a\r\nContent-Length: NaN\r\n\r\n",
        &long,
        &many,
    ] {
        let mut stream = TcpStream::connect(client.1.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        // It may be refused before its end.
        let _closed_early = stream.write_all(request.as_bytes());
        let mut answer = [0; 12];
        let length = stream.read(&mut answer).unwrap_or(0);
        let shown = request.get(..60).unwrap_or_default();
        let is_refused = length == 0 || answer.starts_with(b"HTTP/1.1 4");
        assert!(is_refused, "{shown:?}: {}", String::from_utf8_lossy(&answer));
    }
    assert_healthy(&cluster, &client);
}

/// It serves, finalizes, and has answered nothing with 5xx.
fn assert_healthy(cluster: &Cluster, client: &Client) {
    let (status, metrics) = client.get("/metrics");
    assert_eq!(status, 200);
    assert!(
        !metrics.contains("klero_http_answers_total{status=\"5xx\"}"),
        "{metrics}"
    );
    let round = cluster.node(0).status().final_round;
    cluster.wait_for(round + 3, Duration::from_secs(60));
}
