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
        (*bytes != [0; 32] && *bytes < ORDER).then_some(bytes)
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
        if !is_compressed(gamma) || *s >= ORDER {
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
