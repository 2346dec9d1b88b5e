//! The OpenAPI document describes what is really served.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::chains;
use crate::served::Served;

fn document(served: &Served) -> Json {
    let answer = served.get("/v1/openapi.json");
    assert_eq!((answer.status, answer.kind.as_str()), (200, "application/json"));
    answer.json()
}

/// Method and path of everything that the document describes.
fn described(document: &Json) -> BTreeSet<(String, String)> {
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, methods)| {
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(move |method| (method.to_uppercase(), path.clone()))
        })
        .collect()
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let served = Served::chain(&[]);
    // The index is made of the list that the router is made of.
    let index = served.get("/v1").json();
    let text = |item: &Json, field: &str| item[field].as_str().unwrap().to_owned();
    let routes: BTreeSet<(String, String)> = index
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (text(item, "method"), text(item, "path")))
        .collect();
    assert_eq!(routes.len(), 26);
    assert_eq!(described(&document(&served)), routes);
}

#[test]
fn every_described_path_is_served() {
    let served = Served::chain(&[]);
    let nowhere = served.get("/nowhere").failure(404);
    for (method, path) in described(&document(&served)) {
        if path == "/v1/events" {
            // It has no end; its own tests listen to it.
            continue;
        }
        let path = path
            .replace("{round}", "1")
            .replace("{key}", "a")
            .replace("{file}", "page.js")
            .replace("{digest}", &"0".repeat(64));
        let answer = if method == "GET" {
            served.get(&path)
        } else {
            served.post(&path, b"set a 1")
        };
        assert_ne!(answer.status, 405, "{method} {path}");
        assert!(
            answer.status != 404 || answer.failure(404) != nowhere,
            "{method} {path}"
        );
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document(&Served::chain(&[]));
    let text = document.to_string();
    let mut references = 0;
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(document.pointer(pointer).is_some(), "{pointer}");
        references += 1;
    }
    assert!(references > 10, "{references}");
}

#[test]
fn routes_that_can_fail_describe_their_errors_as_pages_with_help() {
    let document = document(&Served::chain(&[]));
    let responses = |method: &str, path: &str| {
        let responses = document["paths"][path][method]["responses"]
            .as_object()
            .unwrap()
            .clone();
        for (status, response) in &responses {
            if !status.starts_with('2') {
                let schema = &response["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(schema, "#/components/schemas/ErrorPage", "{path} {status}");
            }
        }
        responses.keys().cloned().collect::<Vec<_>>().join(" ")
    };
    assert_eq!(responses("post", "/v1/transactions"), "202 400 409 413 500 503");
    for path in [
        "/v1/transactions/{digest}",
        "/v1/kv/{key}",
        "/v1/blocks/{round}",
        "/v1/headers/{round}",
        "/v1/certificates/{round}",
        "/v1/electorate/{round}",
    ] {
        assert_eq!(responses("get", path), "200 400 404 500 503", "{path}");
    }
}

/// Compares an object with the schema of its name, and what is in it with theirs.
fn compare(document: &Json, name: &str, page: &Json) {
    let schema = &document["components"]["schemas"][name]["properties"];
    let described: BTreeSet<&String> = schema.as_object().expect(name).keys().collect();
    let served: BTreeSet<&String> = page.as_object().unwrap().keys().collect();
    assert_eq!(described, served, "{name}");
    for (field, value) in page.as_object().unwrap() {
        let kind = schema[field]["type"].to_string();
        let fits = match value {
            Json::String(_) => kind.contains("string") || schema[field].get("type").is_none(),
            Json::Number(_) => kind.contains("integer"),
            Json::Array(_) => kind.contains("array"),
            _ => true,
        };
        assert!(fits, "{name}.{field} is described as {}", schema[field]);
    }
}

#[test]
fn what_is_served_has_the_fields_that_are_described() {
    let chain = chains::quota();
    let served = Served::chain(&chain.blocks);
    let document = document(&served);
    let block = served.get("/v1/blocks/5").json();
    compare(&document, "BlockPage", &block);
    compare(&document, "Header", &block["header"]);
    compare(&document, "Body", &block["body"]);
    compare(&document, "Certificate", &block["body"]["parent_certificate"]);
    compare(&document, "Role", &block["body"]["parent_certificate"]["role"]);
    compare(&document, "TransactionItem", &block["transactions"][0]);
    compare(
        &document,
        "CertificatePage",
        &served.get("/v1/certificates/5").json(),
    );
    compare(&document, "HeaderPage", &served.get("/v1/headers/5").json());
    compare(&document, "FaultsPage", &served.get("/v1/faults").json());
    compare(&document, "Status", &served.get("/v1/status").json());
    compare(&document, "ValuePage", &served.get("/v1/kv/key0").json());
    compare(&document, "IndexItem", &served.get("/v1").json()[0]);
    let digest = block["transactions"][0]["digest"].as_str().unwrap();
    compare(
        &document,
        "TransactionPage",
        &served.get(&format!("/v1/transactions/{digest}")).json(),
    );
    compare(
        &document,
        "SubmittedPage",
        &served.post("/v1/transactions", b"set a 1").json(),
    );
    compare(&document, "ErrorPage", &served.get("/nowhere").json());
}
