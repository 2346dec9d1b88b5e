//! Blocks as bytes and as text.

use klero_finality::stake::committee::sampling::codec::{DecodeError, Wire};
use klero_finality::{Block, FinalBlock, Header};

use crate::network::Network;

/// [ENC-2] Headers, blocks and final blocks are read from what they write, with every byte used.
#[test]
fn blocks_are_read_from_what_they_write() {
    let mut network = Network::of_twenty(1);
    for period in [0, 1] {
        let made = network.extend(period);
        let (header, block) = (&made.block.header, &made.block);
        assert_eq!(Header::decode(&header.encode()).as_ref(), Ok(header));
        assert_eq!(Block::decode(&block.encode()).as_ref(), Ok(block));
        assert_eq!(FinalBlock::decode(&made.encode()).as_ref(), Ok(&made));
        let longer = [made.encode(), vec![0]].concat();
        assert!(FinalBlock::decode(&longer).is_err());
        let text = serde_json::to_string(block).unwrap();
        assert_eq!(serde_json::from_str::<Block>(&text).unwrap(), *block);
        let extended = text.replacen('{', "{\"more\":1,", 1);
        assert!(serde_json::from_str::<Block>(&extended).is_err());
    }
}

/// [ENC-4] The largest header keeps its limit, and longer input is not decoded.
#[test]
fn sizes_are_bounded() {
    let header = Network::of_twenty(1).block(0).header;
    assert!(header.seed_proof.is_some());
    assert!(header.encode().len() <= Header::MAX_BYTES);
    let far = vec![0; Header::MAX_BYTES + 1];
    assert!(matches!(Header::decode(&far), Err(DecodeError::TooLong { .. })));
    let far = vec![0; FinalBlock::MAX_BYTES + 1];
    assert!(matches!(
        FinalBlock::decode(&far),
        Err(DecodeError::TooLong { .. })
    ));
}

/// [FIN-1] [ENC-1] The value voted on is the hash of the header's encoding.
#[test]
fn a_header_is_named_by_the_hash_of_its_encoding() {
    let header = Network::of_four(1).block(0).header;
    let hash = blake3::derive_key("klero v1 header", &header.encode());
    assert_eq!(header.digest().0, hash);
}

/// [FIN-1] The layout of a header: fields in their order, integers little-endian.
#[test]
fn a_header_has_the_layout_of_the_specification() {
    let header = Network::of_four(1).block(1).header;
    let mut expected = vec![1, 0];
    expected.extend(header.chain.0);
    expected.extend([2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0]);
    for digest in [header.parent, header.parent_certificate, header.seed] {
        expected.extend(digest.0);
    }
    expected.push(0);
    for digest in [
        header.operations,
        header.registry_root,
        header.application_root,
        header.payload,
    ] {
        expected.extend(digest.0);
    }
    expected.extend(header.payload_length.to_le_bytes());
    expected.extend(header.timestamp.to_le_bytes());
    expected.extend(header.next_electorate.0);
    expected.extend(header.next_seed.0);
    assert_eq!(header.encode(), expected);
}

/// The simulator of the agreement has blocks without most of their fields, and counts them at their length here.
#[test]
fn the_simulator_knows_how_long_headers_are() {
    let mut header = Network::of_four(8).block(0).header;
    header.seed_proof = None;
    assert_eq!(header.encode().len(), klero_agreement::sim::HEADER_BYTES);
}
