//! Verifiable random functions: a validator's secret lottery, checkable by everyone.
//!
//! [`VrfSecretKey::evaluate`] gives the output for an input; only who won a seat needs
//! [`VrfSecretKey::prove`]. Proofs come in two forms: a *vote* carries the batchable [`VrfProof`], a
//! *certificate* the shorter [`VrfShortProof`]. Both yield the same [`VrfOutput`], and only verifying yields
//! it, so that an output in hand is a checked one. For each key and input there is one output that verifies.
//!
//! The genesis chooses a [`VrfSuite`]; keys and proofs carry theirs, and those of another suite are refused
//! ([`VrfError::OtherSuite`]).
//!
//! | suite | built on | key | proof in a vote | in a certificate |
//! |---|---|---|---|---|
//! | `sr25519` | schnorrkel: Ristretto255 | 32 bytes | 128 | 96 |
//! | `bls12381` | blst: unique BLS signatures in G1 | 96 | 48 | 48 |
//! | `ecvrf-p256` | crate `vrf` over OpenSSL: P-256 | 33 | 81 | 81 |
//!
//! `ecvrf-p256` needs the cargo feature `ecvrf`; without it each use of such a key is
//! [`VrfError::NotBuilt`]. Encodings do not depend on the feature. The suite is P256-SHA256-TAI as draft 05 of
//! the ECVRF specification has it: the published RFC 9381 hashes to the curve and to the challenge in another
//! way, so its test vectors do not apply, and neither do its proofs. OpenSSL's arithmetic as the crate calls it
//! is not constant in time.
//!
//! ```
//! use klero_sampling::Digest;
//! use klero_sampling::vrf::{VrfInput, VrfSecretKey, VrfSuite};
//!
//! let secret = VrfSecretKey::from_seed(VrfSuite::Bls12381, &[7; 32])?;
//! let (chain, seed) = (Digest([1; 32]), Digest([2; 32]));
//! let input = VrfInput::role(&chain, &seed, 5, 0, [1, 0, 0, 0, 0]);
//! let output = secret.evaluate(&input)?;
//! let proof = secret.prove(&input)?;
//! assert_eq!(secret.public().verify(&input, &proof), Ok(output));
//! # Ok::<(), klero_sampling::vrf::VrfError>(())
//! ```

mod batch;
mod bls12381;
#[cfg(feature = "ecvrf")]
mod ecvrf_p256;
#[cfg(not(feature = "ecvrf"))]
#[path = "ecvrf_p256_absent.rs"]
mod ecvrf_p256;
mod input;
mod keys;
mod proof;
mod sr25519;
mod suite;
mod text;

pub use batch::{VrfClaim, VrfShortClaim, verify_batch, verify_short_batch};
pub use input::{VrfInput, VrfOutput};
pub use keys::{VrfPublicKey, VrfSecretKey};
pub use proof::{VrfProof, VrfShortProof};
pub use suite::{ParseSuiteError, VrfError, VrfSuite};
