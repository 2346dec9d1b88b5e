//! The admin API: nothing without the token, and a pause that is one.

use std::path::Path;
use std::time::{Duration, Instant};

use klero_committee::Step;
use klero_finality::Profile;
use klero_node::AdminConfig;
use serde_json::{Value as Json, json};

use crate::cluster::{Cluster, quick};

/// A client of the admin API of one node.
struct Operator {
    url: String,
    token: String,
    agent: ureq::Agent,
}

impl Operator {
    fn new(cluster: &Cluster, node: usize) -> Self {
        let address = cluster.node(node).admin().unwrap();
        let token = std::fs::read_to_string(token_file(&cluster.data(node))).unwrap();
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(Duration::from_secs(20)))
            .build();
        Self {
            url: format!("http://{address}"),
            token: token.trim().to_owned(),
            agent: ureq::Agent::new_with_config(config),
        }
    }

    fn get_as(&self, path: &str, authorization: Option<&str>) -> (u16, Json) {
        let request = self.agent.get(format!("{}{path}", self.url));
        let request = match authorization {
            Some(text) => request.header("authorization", text),
            None => request,
        };
        read(request.call().unwrap())
    }

    fn get(&self, path: &str) -> (u16, Json) {
        self.get_as(path, Some(&format!("Bearer {}", self.token)))
    }

    fn put(&self, path: &str, body: &str) -> (u16, Json) {
        let request = self.agent.put(format!("{}{path}", self.url));
        let request = request
            .header("authorization", format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        read(request.send(body).unwrap())
    }
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> (u16, Json) {
    let text = answer.body_mut().read_to_string().unwrap();
    (answer.status().as_u16(), serde_json::from_str(&text).unwrap())
}

fn token_file(data: &Path) -> std::path::PathBuf {
    data.with_extension("token")
}

/// Nodes of which the last has an admin API.
fn cluster(nodes: usize) -> Cluster {
    let mut cluster = Cluster::new(nodes, 1, quick(Profile::full()));
    for node in 0..nodes {
        let token = token_file(&cluster.data(node));
        let is_last = node + 1 == nodes;
        cluster.start_as(node, |builder| {
            let listen = "127.0.0.1:0".parse().unwrap();
            if is_last {
                builder.admin(AdminConfig { listen, token })
            } else {
                builder
            }
        });
    }
    cluster.wait_for(3, Duration::from_secs(60));
    cluster
}

/// [E9]
#[test]
fn nothing_is_served_without_the_token() {
    let cluster = cluster(1);
    let operator = Operator::new(&cluster, 0);
    let token = &operator.token;
    assert_eq!(token.len(), 64);
    let wrong = format!("Bearer {}", "0".repeat(64));
    let basic = format!("Basic {token}");
    let cut = format!("Bearer {}", &token[..62]);
    let longer = format!("Bearer {token}00");
    let attempts = [
        None,
        Some(""),
        Some("Bearer "),
        Some(&wrong),
        Some(&basic),
        Some(&cut),
        Some(&longer),
    ];
    let paths = [
        "peers",
        "log",
        "voting",
        "evidence",
        "diagnostics",
        "openapi.json",
        "nothing",
    ];
    for path in paths {
        let path = format!("/v1/admin/{path}");
        for attempt in attempts {
            let (status, page) = operator.get_as(&path, attempt);
            assert_eq!(status, 401, "{path} {attempt:?}");
            assert!(page["help"].as_str().unwrap().contains("Bearer"), "{page}");
            assert!(!page.to_string().contains(token), "{page}");
        }
        let expected = if path.ends_with("log") || path.ends_with("nothing") {
            404
        } else {
            200
        };
        assert_eq!(operator.get(&path).0, expected, "{path}");
    }
    // Nor can anything be changed.
    let url = format!("{}/v1/admin/voting", operator.url);
    let answer = operator.agent.put(url).send("{\"paused\":true}").unwrap();
    assert_eq!(answer.status(), 401);
    assert!(!cluster.node(0).status().paused);
}

/// [E9] Neither under a foreign name nor from a page of another site, with the token or without.
#[test]
fn foreign_hosts_and_pages_are_refused() {
    let cluster = cluster(1);
    let operator = Operator::new(&cluster, 0);
    let port = cluster.node(0).admin().unwrap().port();
    let ask = |host: &str, origin: Option<&str>, is_authorized: bool| {
        let request = operator.agent.get(format!("{}/v1/admin/voting", operator.url));
        let mut request = request.header("host", host);
        if let Some(origin) = origin {
            request = request.header("origin", origin);
        }
        if is_authorized {
            request = request.header("authorization", format!("Bearer {}", operator.token));
        }
        read(request.call().unwrap())
    };
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("192.0.2.7:{port}"),
    ] {
        for is_authorized in [false, true] {
            let (status, page) = ask(&host, None, is_authorized);
            assert_eq!(status, 403, "{host}: {page}");
            assert!(page["help"].as_str().unwrap().contains("`listen`"), "{page}");
        }
    }
    let own = format!("localhost:{port}");
    for origin in ["http://evil.example", "null", "http://localhost:1"] {
        assert_eq!(ask(&own, Some(origin), true).0, 403, "{origin}");
    }
    assert_eq!(ask(&own, None, true).0, 200);
    assert_eq!(ask(&own, Some(&format!("http://{own}")), true).0, 200);
    assert_eq!(ask(&format!("127.0.0.1:{port}"), None, true).0, 200);
    assert_eq!(ask(&own, None, false).0, 401);
    // Nor can a page change anything.
    let answer = operator
        .agent
        .put(format!("{}/v1/admin/voting", operator.url))
        .header("origin", "http://evil.example")
        .header("content-type", "text/plain")
        .header("authorization", format!("Bearer {}", operator.token))
        .send("{\"paused\":true}")
        .unwrap();
    assert_eq!(answer.status(), 403);
    assert!(!cluster.node(0).status().paused);
}

#[test]
fn the_admin_api_is_on_its_own_listener_alone() {
    let cluster = cluster(1);
    let node = cluster.node(0);
    assert_ne!(node.admin(), node.rpc());
    let operator = Operator::new(&cluster, 0);
    let url = format!("{}/v1/admin/voting", cluster.rpc(0));
    let bearer = format!("Bearer {}", operator.token);
    let answer = operator
        .agent
        .get(url)
        .header("authorization", bearer)
        .call()
        .unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(operator.get("/v1/status").0, 404);
}

/// The votes that a node says it cast, from its metrics.
fn cast(cluster: &Cluster, node: usize) -> u64 {
    let (_, page) = crate::testnet_launch::get(&format!("{}/metrics", cluster.rpc(node))).unwrap();
    let lines = page
        .lines()
        .filter(|line| line.starts_with("klero_votes_cast_total"));
    lines
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum()
}

/// Whether a node's validator signed the certificate of a round that another node holds.
fn signed(cluster: &Cluster, node: usize, round: u64) -> bool {
    // The electorate is that of the genesis, in the order of the ids.
    let id = |node: usize| cluster.keys(node).validators[0].id;
    let place = (0..4).filter(|other| id(*other) < id(node)).count();
    let certificate = cluster.node(0).blocks().certificate(round).unwrap().unwrap();
    assert_eq!(certificate.role.step, Step::Cert);
    certificate.signers.contains(u32::try_from(place).unwrap())
}

/// The paused node casts no vote of any kind, the other three go on without it, and after the end of the pause it takes
/// part again.
#[test]
fn a_paused_node_casts_no_vote_until_it_is_resumed() {
    let cluster = cluster(4);
    let operator = Operator::new(&cluster, 3);
    let (status, page) = operator.put("/v1/admin/voting", "{\"paused\":true}");
    assert_eq!((status, &page["paused"]), (200, &json!(true)));
    let before = cast(&cluster, 3);
    assert!(before > 0);
    let from = cluster.node(0).status().final_round + 2;
    cluster.wait_for(from + 10, Duration::from_secs(60));
    assert_eq!(cast(&cluster, 3), before, "no vote was cast");
    let status = cluster.node(3).status();
    assert!(status.paused && status.silent.unwrap().contains("operator paused voting"));
    assert!((from..from + 10).all(|round| !signed(&cluster, 3, round)));

    let (status, page) = operator.put("/v1/admin/voting", "{\"paused\":false}");
    assert_eq!(
        (status, &page["paused"], &page["silent"]),
        (200, &json!(false), &Json::Null)
    );
    let until = Instant::now() + Duration::from_secs(60);
    let mut round = cluster.node(0).status().final_round + 1;
    loop {
        cluster.wait_for(round, Duration::from_secs(60));
        // Certificates leave signers out: some round has this one.
        if signed(&cluster, 3, round) {
            break;
        }
        assert!(Instant::now() < until, "it never votes again");
        round += 1;
    }
    assert!(cast(&cluster, 3) > before);
}

#[test]
fn what_is_no_choice_is_malformed() {
    let cluster = cluster(1);
    let operator = Operator::new(&cluster, 0);
    for body in [
        "",
        "{}",
        "{\"paused\":1}",
        "{\"paused\":true,\"for\":\"ever\"}",
        "true",
    ] {
        let (status, page) = operator.put("/v1/admin/voting", body);
        assert_eq!(status, 400, "{body}: {page}");
        assert!(
            page["help"].as_str().unwrap().contains("{\"paused\":true}"),
            "{page}"
        );
    }
    let long = format!("{{\"paused\":true,\"why\":\"{}\"}}", "x".repeat(5_000));
    assert_eq!(operator.put("/v1/admin/voting", &long).0, 413);
    assert!(!cluster.node(0).status().paused);
    assert_eq!(operator.put("/v1/admin/peers", "{}").0, 405);
}

#[test]
fn every_admin_route_is_described() {
    let cluster = cluster(1);
    let operator = Operator::new(&cluster, 0);
    let (_, document) = operator.get("/v1/admin/openapi.json");
    let paths = document["paths"].as_object().unwrap();
    assert_eq!(paths.len(), 6);
    for (path, methods) in paths {
        for method in methods.as_object().unwrap().keys() {
            let (status, _) = match method.as_str() {
                "get" => operator.get(path),
                "put" => operator.put(path, "nothing"),
                other => panic!("{other}"),
            };
            assert_ne!(status, 405, "{method} {path}");
        }
    }
    let text = document.to_string();
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
    }
}
