//! Nothing in the pages of the API can be changed unseen: neither what is hashed nor what is only repeated.

use klero_node::api::{BlockPage, CertificatePage};
use klero_node::light::{RpcSource, verify};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::chains::{self, Finished, ROUNDS};
use crate::liar::Liar;
use crate::served::Served;

/// The pages of a chain as a node gives them, on a server that can change them.
struct Copy {
    chain: Finished,
    liar: Liar,
}

impl Copy {
    fn of(chain: Finished) -> Self {
        let (served, liar) = (Served::chain(&chain.blocks), Liar::new());
        let rounds = (1..=ROUNDS).flat_map(|round| [block_path(round), certificate_path(round)]);
        for path in rounds.chain(["/v1/status".to_owned()]) {
            liar.set(&path, served.get(&path).body);
        }
        Self { chain, liar }
    }

    fn verify(&self) -> Result<u64, (Option<u64>, String)> {
        let mut source = RpcSource::connect(&self.liar.url).unwrap();
        let verified = verify(&self.chain.genesis, &mut source, None, &mut |_| {});
        verified
            .map(|report| report.round)
            .map_err(|error| (error.round(), error.to_string()))
    }

    /// Puts another page in the place of one, and wants it refused.
    fn refuse(&self, path: &str, round: u64, what: &str, page: Vec<u8>) {
        let original = self.liar.set(path, page.clone()).unwrap();
        assert_ne!(original, page, "{what}: nothing was changed");
        let (found, cause) = self.verify().expect_err(what);
        assert_eq!(found, Some(round), "{what}: {cause}");
        self.liar.set(path, original);
    }

    fn page(&self, path: &str) -> Vec<u8> {
        let page = self.liar.set(path, Vec::new()).unwrap();
        self.liar.set(path, page.clone());
        page
    }
}

fn block_path(round: u64) -> String {
    format!("/v1/blocks/{round}")
}

fn certificate_path(round: u64) -> String {
    format!("/v1/certificates/{round}")
}

/// Copies of a value, each with one thing changed somewhere in it, and what it is.
fn mutants(value: &Json) -> Vec<(String, Json)> {
    let inner = |key: String, changed: Vec<(String, Json)>, put: &dyn Fn(Json) -> Json| {
        changed
            .into_iter()
            .map(|(what, changed)| (format!("{key}.{what}"), put(changed)))
            .collect::<Vec<_>>()
    };
    match value {
        Json::Null => vec![("null".into(), json!("00"))],
        Json::Bool(truth) => vec![("bool".into(), json!(!truth))],
        Json::Number(number) => vec![("number".into(), json!(number.as_u64().unwrap() + 1))],
        Json::String(text) => texts(text)
            .into_iter()
            .map(|text| (format!("text {text:.20}"), json!(text)))
            .collect(),
        Json::Array(items) => {
            let each = items.iter().enumerate().flat_map(|(place, item)| {
                inner(place.to_string(), mutants(item), &|changed| {
                    let mut items = items.clone();
                    items[place] = changed;
                    Json::Array(items)
                })
            });
            let shorter = items
                .split_last()
                .map(|(_, rest)| ("one less".into(), json!(rest)));
            let longer = items.last().map(|last| {
                (
                    "one twice".into(),
                    json!([items.as_slice(), std::slice::from_ref(last)].concat()),
                )
            });
            each.chain(shorter).chain(longer).collect()
        }
        Json::Object(fields) => {
            let each = fields.iter().flat_map(|(key, field)| {
                let removed = (Json::Null != *field).then(|| ("null instead".to_owned(), Json::Null));
                let changed = mutants(field).into_iter().chain(removed).collect();
                inner(key.clone(), changed, &|changed| {
                    let mut fields = fields.clone();
                    fields.insert(key.clone(), changed);
                    Json::Object(fields)
                })
            });
            each.collect()
        }
    }
}

/// The last letter of a text changed, to another digit where it is one, and the text cut short.
fn texts(text: &str) -> Vec<String> {
    let mut letters: Vec<char> = text.chars().collect();
    let Some(last) = letters.pop() else {
        return vec!["00".into()];
    };
    let cut: String = letters.iter().collect();
    letters.push(if last == '1' { '2' } else { '1' });
    vec![letters.into_iter().collect(), cut]
}

/// A changed page in the text that a node would give it; where it is no page any more, as it is.
fn write<T: Serialize + DeserializeOwned>(value: &Json) -> Vec<u8> {
    match T::deserialize(value) {
        Ok(page) => serde_json::to_vec(&page).unwrap(),
        Err(_) => serde_json::to_vec(value).unwrap(),
    }
}

/// Changes everything in both pages of a round; counts what was refused.
fn refuse_all(copy: &Copy, round: u64) -> usize {
    let mut refused = 0;
    let (block, certificate) = (block_path(round), certificate_path(round));
    for (what, value) in mutants(&serde_json::from_slice(&copy.page(&block)).unwrap()) {
        copy.refuse(&block, round, &what, write::<BlockPage>(&value));
        refused += 1;
    }
    for (what, value) in mutants(&serde_json::from_slice(&copy.page(&certificate)).unwrap()) {
        copy.refuse(&certificate, round, &what, write::<CertificatePage>(&value));
        refused += 1;
    }
    refused
}

#[test]
fn every_field_of_the_pages_counts_when_everyone_is_a_member() {
    let copy = Copy::of(chains::full());
    assert_eq!(copy.verify(), Ok(ROUNDS));
    let refused = refuse_all(&copy, 4) + refuse_all(&copy, ROUNDS);
    assert!(refused >= 100, "{refused}");
    assert_eq!(copy.verify(), Ok(ROUNDS));
}

#[test]
fn every_field_of_the_pages_counts_when_certificates_carry_proofs() {
    let copy = Copy::of(chains::quota());
    assert_eq!(copy.verify(), Ok(ROUNDS));
    let refused = refuse_all(&copy, 4) + refuse_all(&copy, ROUNDS);
    assert!(refused >= 100, "{refused}");
    assert_eq!(copy.verify(), Ok(ROUNDS));
}

/// A page has one text: what a JSON reader would overlook is refused too.
#[test]
fn the_same_value_in_another_text_is_refused() {
    let copy = Copy::of(chains::full());
    for path in [block_path(5), certificate_path(5)] {
        let text = String::from_utf8(copy.page(&path)).unwrap();
        let (start, rest) = text.split_at(1);
        let variants = [
            ("a blank", format!("{start} {rest}")),
            ("the end of a line", format!("{text}\n")),
            ("an unknown field", format!("{start}\"more\":1,{rest}")),
            ("a field twice", format!("{start}\"round\":5,{rest}")),
            ("digits in upper case", upper_digest(&text)),
            ("an escaped letter", text.replacen("round", "\\u0072ound", 1)),
            (
                "a number as a fraction",
                text.replacen("\"round\":5", "\"round\":5.0", 1),
            ),
        ];
        for (what, variant) in variants {
            copy.refuse(&path, 5, what, variant.into_bytes());
        }
    }
}

/// The first text of 64 digits in upper case.
fn upper_digest(text: &str) -> String {
    let digest = text.split('"').find(|part| part.len() == 64).unwrap();
    text.replacen(digest, &digest.to_uppercase(), 1)
}

#[test]
fn pages_of_another_round_are_refused() {
    let copy = Copy::of(chains::full());
    copy.refuse(
        &block_path(5),
        5,
        "the block of round 6",
        copy.page(&block_path(6)),
    );
    copy.refuse(
        &certificate_path(5),
        5,
        "the certificate of round 4",
        copy.page(&certificate_path(4)),
    );
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let copy = Copy::of(chains::full());
    copy.refuse(&block_path(2), 2, "17 MiB", vec![b' '; 17 << 20]);
}

#[test]
fn a_page_that_the_node_does_not_have_names_the_round_and_the_answer() {
    let copy = Copy::of(chains::full());
    let status = json!({ "final_round": ROUNDS + 1 });
    copy.liar.set("/v1/status", serde_json::to_vec(&status).unwrap());
    let (round, cause) = copy.verify().unwrap_err();
    assert_eq!(round, Some(ROUNDS + 1));
    assert!(cause.contains("404"), "{cause}");
}
