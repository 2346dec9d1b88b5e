//! Making the next block.

use klero_finality::PROTOCOL_VERSION;
use klero_finality::stake::committee::sampling::Digest;

use crate::network::Network;

/// [FIN-1] What is drafted in any period, by any member, is a block that the chain accepts.
#[test]
fn a_drafted_block_is_accepted() {
    for network in [Network::of_four(0), Network::of_four(9), Network::of_twenty(4)] {
        for period in [0, 1, 7, u32::MAX] {
            for proposer in 0..network.keys.len() as u32 {
                let mut draft = network.draft(period);
                draft.proposer = proposer;
                let signer = &network.keys[proposer as usize];
                let block = draft.into_block(&network.chain, signer).unwrap();
                assert_eq!(
                    network.chain.check_block(&block).map(drop),
                    Ok(()),
                    "{period} {proposer}"
                );
            }
        }
    }
}

/// [FIN-1] The header holds what the draft and the chain say.
#[test]
fn a_draft_fills_the_header() {
    let network = Network::of_four(3);
    let draft = network.draft(0);
    let block = network.block(0);
    let header = &block.header;
    assert_eq!(
        (header.version, header.round, header.original_period),
        (PROTOCOL_VERSION, 4, 0)
    );
    assert_eq!(
        (header.chain, header.parent),
        (*network.chain.id(), *network.chain.head())
    );
    assert_eq!(
        (header.proposer, header.application_root),
        (3, draft.application_root)
    );
    assert_eq!(
        header.parent_certificate,
        network.certificate.as_ref().unwrap().digest()
    );
    assert_eq!(block.body.parent_certificate, network.certificate);
    assert_eq!(block.body.payload, draft.payload);
    assert_eq!(header.payload_length as usize, draft.payload.len());
    let after = network.chain.check_block(&block).unwrap().registry;
    assert_eq!(header.registry_root, after.root());
    let first = Network::of_four(0).block(0).header;
    assert_eq!(first.parent_certificate, Digest::ZERO);
    assert_eq!(first.parent, first.chain);
}

/// [COM-8] Whoever is not in the electorate has nothing to propose.
#[test]
fn a_stranger_drafts_nothing() {
    let network = Network::of_four(1);
    for proposer in [4, u32::MAX] {
        let mut draft = network.draft(0);
        draft.proposer = proposer;
        assert_eq!(draft.into_block(&network.chain, &network.keys[0]), None);
    }
}

/// A draft signed with the keys of somebody else is no valid block.
#[test]
fn a_draft_with_other_keys_is_refused() {
    let network = Network::of_four(1);
    let block = network
        .draft(0)
        .into_block(&network.chain, &network.keys[3])
        .unwrap();
    assert!(network.chain.check_block(&block).is_err());
}
