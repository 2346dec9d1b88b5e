//! The light client accepts what is true, from a node and from a file, and says where it arrived.

use klero_node::light::{FileSource, Progress, RpcSource, SourceError, VerifyError, verify};
use klero_sampling::codec::Wire;

use crate::chains::{self, Finished, ROUNDS};
use crate::served::Served;

fn file(chain: &Finished) -> Vec<u8> {
    let mut file = Vec::new();
    for block in &chain.blocks {
        FileSource::append(&mut file, block).unwrap();
    }
    file
}

// [FIN-3]: certificates are verified from the genesis on, with nothing else given.
#[test]
fn a_chain_is_verified_from_a_nodes_api() {
    for chain in [chains::full(), chains::quota()] {
        let served = Served::chain(&chain.blocks);
        let mut source = RpcSource::connect(&format!("{}/", served.url())).unwrap();
        let mut heard = Vec::new();
        let report = verify(&chain.genesis, &mut source, None, &mut |progress| {
            heard.push(progress);
        })
        .unwrap();
        let head = chain.block(ROUNDS);
        assert_eq!(report.network, chain.genesis.network);
        assert_eq!(report.chain, chain.genesis.chain_id());
        assert_eq!((report.round, report.certificates), (ROUNDS, ROUNDS));
        assert_eq!(report.block, head.block.header.digest());
        assert_eq!(report.timestamp, 2_000 + 17 * ROUNDS);
        let bytes: usize = chain
            .blocks
            .iter()
            .map(|block| block.certificate.encode().len())
            .sum();
        assert_eq!(report.certificate_bytes, bytes as u64);
        let expected: Vec<Progress> = (1..=ROUNDS)
            .map(|round| Progress {
                round,
                last: Some(ROUNDS),
            })
            .collect();
        assert_eq!(heard, expected);
    }
}

#[test]
fn a_file_gives_the_same_report_as_a_node() {
    let chain = chains::quota();
    let served = Served::chain(&chain.blocks);
    let mut node = RpcSource::connect(&served.url()).unwrap();
    let from_node = verify(&chain.genesis, &mut node, None, &mut |_| {}).unwrap();
    let bytes = file(&chain);
    let from_file = verify(
        &chain.genesis,
        &mut FileSource::new(bytes.as_slice()),
        None,
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(from_node, from_file);
}

#[test]
fn verifying_ends_at_the_round_that_is_asked_for() {
    let chain = chains::full();
    let bytes = file(&chain);
    let report = verify(
        &chain.genesis,
        &mut FileSource::new(bytes.as_slice()),
        Some(4),
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(
        (report.round, report.block),
        (4, chain.block(4).block.header.digest())
    );
}

#[test]
fn a_source_that_ends_too_early_is_an_error() {
    let chain = chains::full();
    let bytes = file(&chain);
    let refused = verify(
        &chain.genesis,
        &mut FileSource::new(bytes.as_slice()),
        Some(ROUNDS + 2),
        &mut |_| {},
    );
    assert_eq!(
        refused,
        Err(VerifyError::Ended {
            round: ROUNDS + 1,
            wanted: ROUNDS + 2
        })
    );
}

#[test]
fn an_empty_source_leaves_the_client_at_the_genesis() {
    let chain = chains::full();
    let report = verify(&chain.genesis, &mut FileSource::new(&[][..]), None, &mut |_| {}).unwrap();
    assert_eq!((report.round, report.block), (0, chain.genesis.chain_id()));
}

#[test]
fn a_chain_of_another_genesis_is_refused_at_its_first_round() {
    let (chain, mut other) = (chains::full(), chains::full().genesis);
    other.timestamp += 1;
    let bytes = file(&chain);
    let refused = verify(&other, &mut FileSource::new(bytes.as_slice()), None, &mut |_| {}).unwrap_err();
    assert_eq!(refused.round(), Some(1));
    assert!(refused.to_string().contains("of chain"), "{refused}");
}

#[test]
fn a_genesis_that_contradicts_itself_is_refused() {
    let mut genesis = chains::full().genesis;
    genesis.network.push('x');
    let refused = verify(&genesis, &mut FileSource::new(&[][..]), None, &mut |_| {}).unwrap_err();
    assert_eq!(refused.round(), None);
    assert!(refused.to_string().contains("proof of possession"), "{refused}");
}

#[test]
fn a_node_that_is_not_there_is_named_with_what_helps() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let SourceError::Unavailable(cause) = RpcSource::connect(&url).unwrap_err() else {
        panic!("nothing was there to lie");
    };
    assert!(
        cause.contains(&url) && cause.contains("is a node running there"),
        "{cause}"
    );
}
