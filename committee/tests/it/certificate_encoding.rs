//! Certificates as bytes and as text.

use klero_committee::certificate::assemble;
use klero_committee::sampling::Digest;
use klero_committee::sampling::codec::{DecodeError, Wire};
use klero_committee::sampling::vrf::VrfShortProof;
use klero_committee::{MAX_MEMBERS, Role, SignerSet, Step, UnverifiedCertificate, Value};

use crate::world::{BLOCK, CERT, World};

fn certificate(world: &World) -> UnverifiedCertificate {
    let made = assemble(&world.context, CERT, BLOCK, &world.votes(CERT, BLOCK)).unwrap();
    made.as_unverified().clone()
}

#[test]
fn a_certificate_is_read_from_what_it_writes() {
    for world in [World::quota(), World::full()] {
        let certificate = certificate(&world);
        assert_eq!(
            UnverifiedCertificate::decode(&certificate.encode()),
            Ok(certificate.clone())
        );
        let text = serde_json::to_string(&certificate).unwrap();
        assert_eq!(
            serde_json::from_str::<UnverifiedCertificate>(&text).unwrap(),
            certificate
        );
    }
}

#[test]
fn text_with_an_unknown_field_is_refused() {
    let text = serde_json::to_string(&certificate(&World::full())).unwrap();
    let extended = text.replacen('{', "{\"seats\":3,", 1);
    assert!(serde_json::from_str::<UnverifiedCertificate>(&extended).is_err());
}

/// [A8] [COM-5] [ENC-2] No bit of a valid certificate may be another: what still decodes does not verify.
#[test]
fn every_flipped_bit_is_refused() {
    let world = World::quota();
    let fine = certificate(&world);
    let bytes = fine.encode();
    // Proof bytes cost a curve operation each; one bit of each is flipped, and every bit of all others.
    let proofs = bytes.len() - 48 - 97 * fine.proofs.len()..bytes.len() - 48;
    for place in 0..bytes.len() {
        for bit in 0..8 {
            if proofs.contains(&place) && bit != place % 8 {
                continue;
            }
            let mut flipped = bytes.clone();
            flipped[place] ^= 1 << bit;
            let verdict = UnverifiedCertificate::decode(&flipped);
            if let Ok(changed) = verdict {
                assert!(changed.verify(&world.context).is_err(), "{place} {bit}");
                assert_ne!(changed.digest(), fine.digest());
            }
        }
    }
}

/// [A6] [ENC-2] [ENC-4] A byte too many, one too few, and a length field that claims more than there is.
#[test]
fn what_is_no_certificate_is_refused() {
    let bytes = certificate(&World::quota()).encode();
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(UnverifiedCertificate::decode(&longer).is_err());
    for length in 0..bytes.len() {
        assert!(UnverifiedCertificate::decode(&bytes[..length]).is_err());
    }
    let mut claims = bytes;
    claims[46..50].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(
        UnverifiedCertificate::decode(&claims),
        Err(DecodeError::Malformed(_))
    ));
}

/// [ENC-4] The layout of the specification, and a limit that the largest certificate keeps.
#[test]
fn a_certificate_has_the_layout_of_the_specification() {
    let mut signers = SignerSet::empty(12);
    assert!(signers.insert(0) && signers.insert(9));
    let mut proven = SignerSet::empty(12);
    assert!(proven.insert(9));
    let certificate = UnverifiedCertificate {
        role: Role::new(2, 3, Step::Cert),
        value: Value::Block(Digest([4; 32])),
        signers,
        proven,
        proofs: vec![VrfShortProof::Sr25519([5; 96])],
        signature: [6; 48],
    };
    let mut expected = vec![2, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 2, 1];
    expected.extend([4; 32]);
    expected.extend([2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 0, 2, 1, 0, 0, 0, 0]);
    expected.extend([5; 96]);
    expected.extend([6; 48]);
    assert_eq!(certificate.encode(), expected);
    let largest = UnverifiedCertificate {
        role: Role::new(u64::MAX, u32::MAX, Step::Next(u32::MAX)),
        signers: SignerSet::empty(MAX_MEMBERS),
        proven: SignerSet::empty(MAX_MEMBERS),
        proofs: vec![VrfShortProof::Sr25519([5; 96]); 8192],
        ..certificate
    };
    assert!(largest.encode().len() <= UnverifiedCertificate::MAX_BYTES);
}
