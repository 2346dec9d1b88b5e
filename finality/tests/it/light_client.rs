//! A header is enough to check the certificate of the next round.

use std::sync::Arc;

use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::{CertificateError, Committees, Electorate, Member, RoundContext};
use klero_finality::stake::{electorate_root, electorate_tree};
use klero_finality::{FinalBlock, Genesis, Header};

use crate::network::{Network, genesis_of_twenty};

/// The entries as somebody hands them over, without any proof of being right.
fn entries(genesis: &Genesis) -> Vec<Member> {
    let entry = |validator: &klero_finality::GenesisValidator| Member {
        id: validator.id,
        stake: validator.stake,
        vote_key: validator.vote_key,
        vrf_key: validator.vrf_key,
    };
    genesis.validators.iter().map(entry).collect()
}

/// The context of the round after a trusted header, if the entries are those that it commits to.
fn context(genesis: &Genesis, trusted: &Header, entries: Vec<Member>) -> Option<RoundContext> {
    let committees = committees(genesis, entries)?;
    if electorate_root(&committees) != trusted.next_electorate {
        return None;
    }
    let (chain, round) = (trusted.chain, trusted.round + 1);
    Some(RoundContext::of(chain, round, trusted.next_seed, committees))
}

fn committees(genesis: &Genesis, entries: Vec<Member>) -> Option<Arc<Committees>> {
    let electorate = Electorate::new(entries).ok()?;
    let profile = Arc::new(genesis.profile.clone());
    Committees::new(Arc::new(electorate), profile).ok().map(Arc::new)
}

/// Blocks 1 to 8 with their certificates.
fn blocks() -> (Genesis, Vec<FinalBlock>) {
    let mut network = Network::new(genesis_of_twenty());
    let blocks = (0..8).map(|period| network.extend(period % 3)).collect();
    (network.genesis, blocks)
}

/// [FIN-5] From header r − 1 alone, with the electorate's entries, the certificate of block r is verified.
#[test]
fn a_header_is_enough_to_verify_the_next_certificate() {
    let (genesis, blocks) = blocks();
    for pair in blocks.windows(2) {
        let context = context(&genesis, &pair[0].block.header, entries(&genesis)).unwrap();
        let verified = pair[1].certificate.verify(&context).unwrap();
        assert_eq!(verified.value().block(), Some(&pair[1].block.header.digest()));
    }
}

/// [FIN-5] [FIN-1] Entries that are not those of the header are found out before anything is verified with them.
#[test]
fn other_entries_do_not_match_the_header() {
    let (genesis, blocks) = blocks();
    let trusted = &blocks[3].block.header;
    for place in [0, 7, 19] {
        let mut richer = entries(&genesis);
        richer[place].stake += 1;
        assert!(context(&genesis, trusted, richer).is_none());
        let mut fewer = entries(&genesis);
        fewer.remove(place);
        assert!(context(&genesis, trusted, fewer).is_none());
    }
    let mut easier = genesis.clone();
    easier.profile.cert.threshold -= 1;
    assert!(context(&easier, trusted, entries(&genesis)).is_none());
}

/// [FIN-5] With a seed that is not the header's the proofs in the certificate are worth nothing.
#[test]
fn another_seed_refuses_the_certificate() {
    let (genesis, blocks) = blocks();
    let mut trusted = blocks[3].block.header.clone();
    trusted.next_seed = Digest([1; 32]);
    let context = context(&genesis, &trusted, entries(&genesis)).unwrap();
    let refused = blocks[4].certificate.verify(&context).unwrap_err();
    assert!(matches!(refused, CertificateError::Proof { .. }));
}

/// [FIN-5] [STK-1] The root in the header is the one under which each signer's entry has a Merkle proof.
#[test]
fn every_entry_has_a_proof_under_the_root_of_the_header() {
    let (genesis, blocks) = blocks();
    let committees = committees(&genesis, entries(&genesis)).unwrap();
    let tree = electorate_tree(&committees);
    let mut bytes = tree.root().0.to_vec();
    bytes.extend(borsh::to_vec(&genesis.profile).unwrap());
    // Nobody is permanent in Soft, Cert and Next [SEAT-3].
    bytes.extend([0; 3]);
    let root = Digest(blake3::derive_key("klero v1 electorate", &bytes));
    assert!(
        blocks
            .iter()
            .all(|made| made.block.header.next_electorate == root)
    );
    for signer in blocks[4].certificate.signers.iter() {
        let proof = tree.proof(signer).unwrap();
        assert_eq!((proof.index, proof.count), (signer, 20));
    }
}
