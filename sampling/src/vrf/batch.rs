//! Many proofs together, of any suites.

use super::keys::Public;
use super::{VrfError, VrfInput, VrfOutput, VrfProof, VrfPublicKey, VrfShortProof};
use super::{bls12381, sr25519};

/// One proof to verify: key, input, proof.
#[derive(Debug, Clone, Copy)]
pub struct VrfClaim<'a> {
    /// Whose proof it claims to be.
    pub key: &'a VrfPublicKey,
    /// What it claims to be evaluated on.
    pub input: &'a VrfInput,
    /// The proof.
    pub proof: &'a VrfProof,
}

/// Verifies proofs together, with one result each in the order given; accepts exactly what
/// [`VrfPublicKey::verify`] accepts [COM-7]. A batch that fails is halved until the bad ones are known.
///
/// `entropy` is fresh randomness that no peer could know. `sr25519` adds the system's, `ecvrf-p256` has no batch
/// equation and is verified one by one.
pub fn verify_batch(claims: &[VrfClaim<'_>], entropy: &[u8; 32]) -> Vec<Result<VrfOutput, VrfError>> {
    let mut sr25519 = Group::default();
    let mut bls12381 = Group::default();
    let mut results: Vec<Result<VrfOutput, VrfError>> = Vec::with_capacity(claims.len());
    for (place, VrfClaim { key, input, proof }) in claims.iter().enumerate() {
        results.push(match (&key.0, proof) {
            (Public::Sr25519(key), VrfProof::Sr25519(bytes)) => sr25519.add(place, key.attach(input, bytes)),
            (Public::Bls12381(key), VrfProof::Bls12381(bytes)) => {
                bls12381.add(place, key.attach(input, bytes))
            }
            _ => key.verify(input, proof),
        });
    }
    let verdicts = sr25519::verify_each(&sr25519.claims);
    sr25519.settle(&verdicts, &mut results, sr25519::Attached::output);
    let verdicts = bls12381::verify_each(&bls12381.claims, entropy);
    bls12381.settle(&verdicts, &mut results, bls12381::Attached::output);
    results
}

/// One proof of a certificate to verify: key, input, proof.
#[derive(Debug, Clone, Copy)]
pub struct VrfShortClaim<'a> {
    /// Whose proof it claims to be.
    pub key: &'a VrfPublicKey,
    /// What it claims to be evaluated on.
    pub input: &'a VrfInput,
    /// The proof.
    pub proof: &'a VrfShortProof,
}

/// Verifies short proofs together, with one result each in the order given; accepts exactly what
/// [`VrfPublicKey::verify_short`] accepts [COM-7]. Only `bls12381` has a batch equation for them: the short form of
/// the other suites is short because it lacks the points that one takes.
///
/// `entropy` is fresh randomness that no peer could know.
pub fn verify_short_batch(
    claims: &[VrfShortClaim<'_>],
    entropy: &[u8; 32],
) -> Vec<Result<VrfOutput, VrfError>> {
    let mut bls12381 = Group::default();
    let mut results: Vec<Result<VrfOutput, VrfError>> = Vec::with_capacity(claims.len());
    for (place, VrfShortClaim { key, input, proof }) in claims.iter().enumerate() {
        results.push(match (&key.0, proof) {
            (Public::Bls12381(key), VrfShortProof::Bls12381(bytes)) => {
                bls12381.add(place, key.attach(input, bytes))
            }
            _ => key.verify_short(input, proof),
        });
    }
    let verdicts = bls12381::verify_each(&bls12381.claims, entropy);
    bls12381.settle(&verdicts, &mut results, bls12381::Attached::output);
    results
}

/// The decoded claims of one suite with their places among all.
struct Group<T> {
    places: Vec<usize>,
    claims: Vec<T>,
}

impl<T> Default for Group<T> {
    fn default() -> Self {
        Self {
            places: Vec::new(),
            claims: Vec::new(),
        }
    }
}

impl<T> Group<T> {
    /// Takes a claim that decoded; its result until its verdict is known.
    fn add(&mut self, place: usize, claim: Option<T>) -> Result<VrfOutput, VrfError> {
        if let Some(claim) = claim {
            self.places.push(place);
            self.claims.push(claim);
        }
        Err(VrfError::BadProof)
    }

    /// Writes the outputs of the good claims into their places.
    fn settle(
        &self,
        verdicts: &[bool],
        results: &mut [Result<VrfOutput, VrfError>],
        output: impl Fn(&T) -> VrfOutput,
    ) {
        for ((place, claim), is_good) in self.places.iter().zip(&self.claims).zip(verdicts) {
            if let (true, Some(result)) = (*is_good, results.get_mut(*place)) {
                *result = Ok(output(claim));
            }
        }
    }
}
