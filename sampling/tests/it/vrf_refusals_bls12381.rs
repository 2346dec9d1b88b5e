//! What is no key and no proof of bls12381.

use blst::{BLST_ERROR, MultiPoint, min_sig};
use klero_sampling::vrf::{VrfClaim, VrfError, VrfProof, VrfPublicKey, VrfSuite, verify_batch};

use crate::vrf_world::{ENTROPY, changed, input, proof, secret, verify};

const SUITE: VrfSuite = VrfSuite::Bls12381;
const TAG: &[u8] = b"KLERO-V1-VRF_BLS12381G1_XMD:SHA-256_SSWU_RO_";

/// A point in its compressed form by its first and last byte, zeros between.
fn point<const N: usize>(flags: u8, x: u8) -> [u8; N] {
    let mut bytes = [0; N];
    (bytes[0], bytes[N - 1]) = (flags, x);
    bytes
}

fn key(bytes: &[u8; 96]) -> Result<VrfPublicKey, VrfError> {
    VrfPublicKey::from_bytes(SUITE, bytes)
}

fn refuses(bytes: [u8; 48]) -> bool {
    let key = secret(SUITE, 1).public();
    verify(&key, &input(1), &VrfProof::Bls12381(bytes)) == Err(VrfError::BadProof)
}

/// [ENC-3] The tag is that of the specification, and blst by itself accepts the proof under it.
#[test]
fn a_proof_is_a_signature_under_the_tag_of_vrfs() {
    let bytes = secret(SUITE, 3).public().to_bytes();
    let key = min_sig::PublicKey::uncompress(&bytes).unwrap();
    let signature = min_sig::Signature::uncompress(proof(SUITE, 3, &input(4)).as_bytes()).unwrap();
    let verdict = signature.verify(true, input(4).as_bytes(), TAG, &[], &key, true);
    assert_eq!(verdict, BLST_ERROR::BLST_SUCCESS);
}

/// [B4] The identity is refused as a key and as a proof, in its one encoding and in its sloppy ones.
#[test]
fn the_identity_is_refused() {
    for (flags, x) in [(0xc0, 0), (0xe0, 0), (0xc0, 1), (0x40, 0), (0xc1, 0)] {
        assert_eq!(key(&point(flags, x)), Err(VrfError::BadKey(SUITE)), "{flags:x}");
        assert!(refuses(point(flags, x)), "{flags:x}");
    }
}

/// [B4] Points of the curve outside the subgroup: on them a key has many signatures.
#[test]
fn points_outside_the_subgroup_are_refused() {
    let mut on_curve = 0;
    for x in 0..=255 {
        assert_eq!(key(&point(0x80, x)), Err(VrfError::BadKey(SUITE)));
        on_curve += usize::from(min_sig::Signature::uncompress(&point::<48>(0x80, x)).is_ok());
        assert!(refuses(point(0x80, x)));
    }
    // Every second x belongs to a point of the curve, of which none here is of the subgroup.
    assert!(on_curve > 80, "{on_curve}");
}

/// A point of the curve times the order r of the subgroup: what is left is of the cofactor's order.
fn torsion() -> min_sig::Signature {
    let order = "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001";
    let mut order = hex::decode(order).unwrap();
    order.reverse();
    let outside = (1..=255).find_map(|x| min_sig::Signature::uncompress(&point::<48>(0x80, x)).ok());
    [outside.unwrap()].mult(&order, 255).to_signature()
}

/// [B4] A valid proof plus a point outside the subgroup that pairings do not see: the equation holds, the output would be another one.
#[test]
fn a_proof_moved_out_of_the_subgroup_is_refused() {
    let (secret, input) = (secret(SUITE, 1), input(1));
    let valid = min_sig::Signature::uncompress(secret.prove(&input).unwrap().as_bytes()).unwrap();
    let sum = min_sig::AggregateSignature::aggregate(&[&valid, &torsion()], false).unwrap();
    let moved = sum.to_signature();
    // Without its group check the library accepts it.
    let key = min_sig::PublicKey::uncompress(&secret.public().to_bytes()).unwrap();
    let unchecked = moved.verify(false, input.as_bytes(), TAG, &[], &key, false);
    assert_eq!(unchecked, BLST_ERROR::BLST_SUCCESS);
    assert!(refuses(moved.compress()));
    assert!(refuses(torsion().compress()));
}

/// [B4] [ENC-2] Coordinates beyond the prime, points that do not say that they are compressed, and the other sign.
#[test]
fn other_encodings_of_a_point_are_refused() {
    let valid = proof(SUITE, 1, &input(1));
    for flags in [0x80, 0x40, 0x20] {
        let VrfProof::Bls12381(bytes) = changed(&valid, |bytes| bytes[0] ^= flags) else {
            panic!("a proof of the suite")
        };
        assert!(refuses(bytes), "{flags:x}");
    }
    assert!(refuses([0x9f; 48]));
    let mut bytes: [u8; 96] = secret(SUITE, 1).public().to_bytes().try_into().unwrap();
    assert_eq!(key(&[0x9f; 96]), Err(VrfError::BadKey(SUITE)));
    bytes[0] &= 0x7f;
    assert_eq!(key(&bytes), Err(VrfError::BadKey(SUITE)));
}

/// [B4] [COM-7] Large batches check the subgroup on sums: the one proof outside is found, the others stand.
#[test]
fn a_proof_outside_the_subgroup_is_found_in_a_large_batch() {
    let input = input(1);
    let keys: Vec<VrfPublicKey> = (0..=255).map(|index| secret(SUITE, index).public()).collect();
    let mut proofs: Vec<VrfProof> = (0..=255).map(|index| proof(SUITE, index, &input)).collect();
    let valid = min_sig::Signature::uncompress(proofs[200].as_bytes()).unwrap();
    let sum = min_sig::AggregateSignature::aggregate(&[&valid, &torsion()], false).unwrap();
    proofs[200] = VrfProof::Bls12381(sum.to_signature().compress());
    let claim = |(key, proof)| VrfClaim {
        key,
        input: &input,
        proof,
    };
    let claims: Vec<VrfClaim<'_>> = keys.iter().zip(&proofs).map(claim).collect();
    for (place, result) in verify_batch(&claims, &ENTROPY).into_iter().enumerate() {
        let expected = match place {
            200 => Err(VrfError::BadProof),
            _ => secret(SUITE, place).evaluate(&input),
        };
        assert_eq!(result, expected, "{place}");
    }
}
