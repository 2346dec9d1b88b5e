//! ECVRF-P256-SHA256-TAI of draft 05, by the crate `vrf` over OpenSSL, held to this crate's rules.
//!
//! The library takes the secret 0, keys in every form that OpenSSL reads, and the scalar s above the order of
//! the group; all are refused here. It wants a mutable object, which is made for each call: that costs some
//! microseconds of several hundred. OpenSSL's arithmetic, as it is called, is not constant in time, and its
//! copies of the secret are freed without being erased.

use openssl::bn::BigNumContext;
use openssl::ec::{EcGroup, EcPoint};
use openssl::nid::Nid;
use vrf::VRF;
use vrf::openssl::{CipherSuite, ECVRF};
use zeroize::Zeroizing;

use super::{VrfError, VrfInput, VrfOutput, VrfSuite};
use crate::Domain;

const SUITE: VrfSuite = VrfSuite::EcvrfP256;

/// q, the order of the group, big-endian (SEC 2, secp256r1).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
    0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// The secret scalar, big-endian, 1 to q − 1; erased when dropped. The public key stands beside it.
#[derive(Clone)]
pub(super) struct Secret {
    scalar: Zeroizing<[u8; 32]>,
    public: Public,
}

/// A point of the curve other than infinity, in its compressed form.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Public([u8; 33]);

fn library() -> Result<ECVRF, VrfError> {
    ECVRF::from_suite(CipherSuite::P256_SHA256_TAI).map_err(|_| VrfError::Library(SUITE))
}

/// The first hash of the seed and a counter that is in the range of scalars; one hash in 2^32 is not.
fn scalar(seed: &[u8; 32]) -> Option<Zeroizing<[u8; 32]>> {
    (0..=u8::MAX).find_map(|counter| {
        let hasher = Domain::VrfKey.hasher().field(&SUITE).bytes(seed);
        let bytes = Zeroizing::new(hasher.bytes(&[counter]).finish().0);
        (*bytes != [0; 32] && is_reduced(&bytes)).then_some(bytes)
    })
}

impl Secret {
    pub(super) fn from_seed(seed: &[u8; 32]) -> Result<Self, VrfError> {
        let scalar = scalar(seed).ok_or(VrfError::BadKey(SUITE))?;
        Self::from_scalar(scalar)
    }

    fn from_scalar(scalar: Zeroizing<[u8; 32]>) -> Result<Self, VrfError> {
        let failed = VrfError::Library(SUITE);
        let bytes = library()?.derive_public_key(&*scalar).map_err(|_| failed)?;
        let public = Public(bytes.try_into().map_err(|_| failed)?);
        Ok(Self { scalar, public })
    }

    pub(super) fn public(&self) -> Public {
        self.public
    }

    pub(super) fn evaluate(&self, input: &VrfInput) -> Result<VrfOutput, VrfError> {
        let proof = self.prove(input)?;
        let beta = library()?.proof_to_hash(&proof);
        beta.map(|beta| VrfOutput::hash(SUITE, &beta))
            .map_err(|_| VrfError::Library(SUITE))
    }

    pub(super) fn prove(&self, input: &VrfInput) -> Result<[u8; 81], VrfError> {
        let failed = VrfError::Library(SUITE);
        let proof = library()?.prove(&*self.scalar, input.as_bytes());
        proof.map_err(|_| failed)?.try_into().map_err(|_| failed)
    }
}

impl Public {
    pub(super) fn from_bytes(bytes: &[u8; 33]) -> Result<Self, VrfError> {
        if is_compressed(bytes) && is_on_curve(bytes) {
            Ok(Self(*bytes))
        } else {
            Err(VrfError::BadKey(SUITE))
        }
    }

    pub(super) fn to_bytes(self) -> [u8; 33] {
        self.0
    }

    pub(super) fn verify(&self, input: &VrfInput, bytes: &[u8; 81]) -> Option<VrfOutput> {
        let beta = self.beta(input.as_bytes(), bytes)?;
        Some(VrfOutput::hash(SUITE, &beta))
    }

    /// The draft's output for a message of any length.
    fn beta(&self, message: &[u8], bytes: &[u8; 81]) -> Option<[u8; 32]> {
        let (gamma, rest) = bytes.split_first_chunk::<33>()?;
        let s = rest.last_chunk::<32>()?;
        // Γ has one encoding, and s + q would be a second one of s.
        if !is_compressed(gamma) || !is_reduced(s) {
            return None;
        }
        library()
            .ok()?
            .verify(&self.0, bytes, message)
            .ok()?
            .try_into()
            .ok()
    }
}

/// Whether a number, big-endian, is below the order.
fn is_reduced(scalar: &[u8; 32]) -> bool {
    *scalar < ORDER
}

/// Whether a point is written in its compressed form, which the infinite one does not have.
fn is_compressed(bytes: &[u8; 33]) -> bool {
    matches!(bytes, [2 | 3, ..])
}

/// OpenSSL reads a compressed point only if its x is below the prime and has a y.
fn is_on_curve(bytes: &[u8; 33]) -> bool {
    let read = || {
        let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
        let mut context = BigNumContext::new()?;
        EcPoint::from_bytes(&group, bytes, &mut context)
    };
    read().is_ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn bytes<const N: usize>(value: &Value) -> [u8; N] {
        hex::decode(value.as_str().unwrap()).unwrap().try_into().unwrap()
    }

    /// The examples of appendix A.1 of draft 05.
    #[test]
    fn the_examples_of_draft_05_are_reproduced() {
        let file = include_str!("../../vectors/vrf-ecvrf-p256-draft05.json");
        let file: Value = serde_json::from_str(file).unwrap();
        let examples = file.as_array().unwrap();
        assert_eq!(examples.len(), 3);
        for example in examples {
            let secret = Secret::from_scalar(Zeroizing::new(bytes(&example["secret_key"]))).unwrap();
            let public = secret.public();
            assert_eq!(public.to_bytes(), bytes(&example["public_key"]));
            let alpha = hex::decode(example["alpha"].as_str().unwrap()).unwrap();
            let proof = bytes(&example["pi"]);
            assert_eq!(library().unwrap().prove(&*secret.scalar, &alpha).unwrap(), proof);
            assert_eq!(public.beta(&alpha, &proof), Some(bytes(&example["beta"])));
            assert_eq!(public.beta(b"another", &proof), None);
        }
    }

    /// Example 10 of RFC 9381, of the same key and message as the draft's first: another function's proof.
    #[test]
    fn a_proof_of_the_published_standard_is_none_of_the_draft() {
        let key = "0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6";
        let proof = "035b5c726e8c0e2c488a107c600578ee75cb702343c153cb1eb8dec77f4b5071b4a53f0a46f018bc2c\
                     56e58d383f2305e0975972c26feea0eb122fe7893c15af376b33edf7de17c6ea056d4d82de6bc02f";
        let public = Public::from_bytes(&bytes(&key.into())).unwrap();
        assert_eq!(public.beta(b"sample", &bytes(&proof.into())), None);
    }

    /// The library would take the secret 0; no seed leads to it or above q − 1.
    #[test]
    fn secrets_are_in_the_range_of_scalars() {
        for seed in 0..=255 {
            let found = scalar(&[seed; 32]).unwrap();
            assert!(*found != [0; 32] && *found < ORDER);
        }
        let (mut below, mut above) = (ORDER, ORDER);
        (below[31], above[31]) = (0x50, 0x52);
        assert!(is_reduced(&[0; 32]) && is_reduced(&below));
        assert!(!is_reduced(&ORDER) && !is_reduced(&above) && !is_reduced(&[0xff; 32]));
        // The library has no point for 0, or one whose encoding has another length.
        assert!(Secret::from_scalar(Zeroizing::new([0; 32])).is_err());
        assert!(Secret::from_scalar(Zeroizing::new(ORDER)).is_err());
    }
}
