//! No field of header, body or certificate can be changed unseen, even when everything that repeats or depends
//! on it in the same block is changed along.

use klero_committee::{SignerSet, Step, UnverifiedCertificate, Value};
use klero_finality::{Block, Body, FinalBlock, Header};
use klero_node::app::pack;
use klero_node::light::{FileSource, verify};
use klero_sampling::Digest;
use klero_sampling::vrf::VrfShortProof;

use crate::chains::{self, Finished, ROUNDS};

type Change<T> = (&'static str, fn(&mut T));

fn flip(digest: &mut Digest) {
    digest.0[17] ^= 4;
}

const HEADER: [Change<Header>; 20] = [
    ("version", |header| header.version += 1),
    ("chain", |header| flip(&mut header.chain)),
    ("a later round", |header| header.round += 1),
    ("an earlier round", |header| header.round -= 1),
    ("original period", |header| header.original_period += 1),
    ("another proposer", |header| header.proposer ^= 1),
    ("an unknown proposer", |header| header.proposer += 1000),
    ("parent", |header| flip(&mut header.parent)),
    ("parent certificate", |header| {
        flip(&mut header.parent_certificate);
    }),
    ("seed", |header| flip(&mut header.seed)),
    ("seed proof", |header| match &mut header.seed_proof {
        Some(VrfShortProof::Sr25519(bytes)) => bytes[40] ^= 1,
        other => *other = Some(VrfShortProof::Sr25519([7; 96])),
    }),
    ("no seed proof", |header| match header.seed_proof.take() {
        Some(_) => {}
        None => header.original_period = 0,
    }),
    ("registry root", |header| flip(&mut header.registry_root)),
    ("application root", |header| flip(&mut header.application_root)),
    ("payload digest", |header| flip(&mut header.payload)),
    ("payload length", |header| header.payload_length += 1),
    ("a later timestamp", |header| header.timestamp += 1),
    ("an earlier timestamp", |header| header.timestamp -= 1),
    ("next electorate", |header| flip(&mut header.next_electorate)),
    ("next seed", |header| flip(&mut header.next_seed)),
];

const CERTIFICATE: [Change<UnverifiedCertificate>; 17] = [
    ("a later round", |it| it.role.round += 1),
    ("an earlier round", |it| it.role.round -= 1),
    ("period", |it| it.role.period += 1),
    ("Soft", |it| it.role.step = Step::Soft),
    ("Next", |it| it.role.step = Step::Next(0)),
    ("Propose", |it| it.role.step = Step::Propose),
    ("another block", |it| it.value = Value::Block(Digest([9; 32]))),
    ("no block", |it| it.value = Value::Bottom),
    ("a signer more", |it| {
        let stranger = (0..).find(|index| !it.signers.contains(*index)).unwrap();
        if !it.signers.insert(stranger) {
            it.signers = SignerSet::empty(4);
        }
    }),
    ("a signer less", |it| it.signers = without_first(&it.signers)),
    ("nobody", |it| it.signers = SignerSet::empty(0)),
    ("a longer signer set", |it| it.signers = resized(&it.signers, 200)),
    ("a longer proven set", |it| it.proven = resized(&it.proven, 200)),
    ("a proof too many", |it| {
        it.proofs.push(VrfShortProof::Sr25519([1; 96]));
    }),
    ("another signature", |it| it.signature[20] ^= 1),
    ("a signature of zeros", |it| it.signature = [0; 48]),
    ("the signature of infinity", |it| {
        it.signature = [0; 48];
        it.signature[0] = 0xc0;
    }),
];

/// Changes that need a certificate with proofs.
const PROVEN: [Change<UnverifiedCertificate>; 6] = [
    ("another proof", |it| {
        let VrfShortProof::Sr25519(bytes) = &mut it.proofs[0] else {
            panic!("the chain is of sr25519")
        };
        bytes[40] ^= 1;
    }),
    ("another pre-output", |it| {
        let VrfShortProof::Sr25519(bytes) = &mut it.proofs[0] else {
            panic!("the chain is of sr25519")
        };
        bytes[0] ^= 1;
    }),
    ("a proof less", |it| it.proofs.truncate(it.proofs.len() - 1)),
    ("proofs in another order", |it| it.proofs.reverse()),
    ("one proven less", |it| it.proven = without_first(&it.proven)),
    ("a proof less, and its signer unproven", |it| {
        it.proven = without_first(&it.proven);
        it.proofs.remove(0);
    }),
];

const BODY: [Change<Body>; 5] = [
    ("a letter of the payload", |body| match body.payload.last_mut() {
        Some(last) => *last ^= 1,
        None => body.payload.push(0),
    }),
    ("a longer payload", |body| body.payload.push(b'!')),
    ("another payload", |body| {
        body.payload = pack(&mut [b"set key stolen".as_slice()].into_iter(), 1_000);
    }),
    ("no parent certificate", |body| body.parent_certificate = None),
    ("another signer in the parent certificate", |body| {
        let parent = body.parent_certificate.as_mut().unwrap();
        parent.signers = without_first(&parent.signers);
    }),
];

fn resized(set: &SignerSet, members: usize) -> SignerSet {
    let mut resized = SignerSet::empty(members);
    for index in set.iter() {
        resized.insert(index);
    }
    resized
}

fn without_first(set: &SignerSet) -> SignerSet {
    // The chains here have four or twelve members.
    let members = if set.fits(4) { 4 } else { 12 };
    let mut rest = SignerSet::empty(members);
    for index in set.iter().skip(1) {
        rest.insert(index);
    }
    rest
}

/// The round at fault when one round's block is another.
fn refused_at(chain: &Finished, round: u64, changed: FinalBlock) -> (Option<u64>, String) {
    let mut file = Vec::new();
    for block in &chain.blocks {
        let is_changed = block == chain.block(round);
        FileSource::append(&mut file, if is_changed { &changed } else { block }).unwrap();
    }
    let refused = verify(
        &chain.genesis,
        &mut FileSource::new(file.as_slice()),
        None,
        &mut |_| {},
    );
    let error = refused.expect_err("a changed chain is refused");
    (error.round(), error.to_string())
}

/// Changes a round's block; counts the refusals, all of which name the round.
fn refuse(chain: &Finished, round: u64, what: &str, change: impl FnOnce(&mut FinalBlock)) -> usize {
    let original = chain.block(round);
    let mut changed = original.clone();
    change(&mut changed);
    assert_ne!(changed, *original, "round {round}, {what}: nothing was changed");
    let (found, cause) = refused_at(chain, round, changed);
    assert_eq!(found, Some(round), "{what}: {cause}");
    1
}

/// Makes header and certificate follow what was changed in the body or header.
fn follow(FinalBlock { block, certificate }: &mut FinalBlock) {
    let Block { header, body } = block;
    header.payload = Body::payload_digest(&body.payload);
    header.payload_length = u32::try_from(body.payload.len()).unwrap();
    header.parent_certificate = body
        .parent_certificate
        .as_ref()
        .map_or(Digest::ZERO, UnverifiedCertificate::digest);
    certificate.value = Value::Block(header.digest());
}

/// Rounds with and without a seed proof, with and without transactions, and the last one.
const TRIED: [u64; 4] = [2, 4, 6, ROUNDS];

fn refuse_all(chain: &Finished) -> usize {
    let mut refused = 0;
    for round in TRIED {
        for (what, change) in HEADER {
            refused += refuse(chain, round, what, |it| change(&mut it.block.header));
            refused += refuse(chain, round, what, |it| {
                change(&mut it.block.header);
                it.certificate.value = Value::Block(it.block.header.digest());
            });
        }
        for (what, change) in CERTIFICATE {
            refused += refuse(chain, round, what, |it| change(&mut it.certificate));
            refused += refuse(chain, round, what, |it| {
                change(it.block.body.parent_certificate.as_mut().unwrap());
                follow(it);
            });
        }
        for (what, change) in BODY {
            refused += refuse(chain, round, what, |it| change(&mut it.block.body));
            refused += refuse(chain, round, what, |it| {
                change(&mut it.block.body);
                follow(it);
            });
        }
        let other = chain.block(round - 1).certificate.clone();
        refused += refuse(chain, round, "the parent's certificate", |it| {
            it.certificate = other;
        });
    }
    refused
}

// [FIN-1] [FIN-3] [COM-5]: at least a hundred copies of a chain, each with one thing changed.
#[test]
fn every_field_counts_when_everyone_is_a_member() {
    assert!(refuse_all(&chains::full()) >= 100);
}

#[test]
fn every_field_counts_when_certificates_carry_proofs() {
    let chain = chains::quota();
    assert!(refuse_all(&chain) >= 100);
    for round in TRIED {
        for (what, change) in PROVEN {
            let proofs = chain.block(round).certificate.proofs.len();
            if proofs > 1 || what != "proofs in another order" {
                refuse(&chain, round, what, |it| change(&mut it.certificate));
            }
        }
    }
}
