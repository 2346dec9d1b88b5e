//! What a VRF is evaluated on, and what it gives.

use super::VrfSuite;
use crate::{Digest, Domain};

/// What a VRF is evaluated on: a digest under one of three domains.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VrfInput(Digest);

impl VrfInput {
    /// The input for a role [SORT-1] [ENC-3]: chain id, seed, round, period and the step's five bytes.
    pub fn role(chain: &Digest, seed: &Digest, round: u64, period: u32, step: [u8; 5]) -> Self {
        let hasher = Domain::Sortition
            .hasher()
            .bytes(chain.as_bytes())
            .bytes(seed.as_bytes());
        Self(
            hasher
                .bytes(&round.to_be_bytes())
                .bytes(&period.to_be_bytes())
                .bytes(&step)
                .finish(),
        )
    }

    /// The input for the seed of a round [SEED-2]: the seed L rounds before, and the round.
    pub fn seed(chain: &Digest, earlier: &Digest, round: u64) -> Self {
        let hasher = Domain::SeedInput
            .hasher()
            .bytes(chain.as_bytes())
            .bytes(earlier.as_bytes());
        Self(hasher.bytes(&round.to_be_bytes()).finish())
    }

    /// The input whose proof shows that the secret of a VRF key is known, to one chain and for one validator: of no
    /// use for drawing, nor for anyone else [STK-3].
    pub fn possession(chain: &Digest, validator: &Digest) -> Self {
        let hasher = Domain::VrfPossession.hasher().bytes(chain.as_bytes());
        Self(hasher.bytes(validator.as_bytes()).finish())
    }

    /// The 32 bytes that the suites take as their message.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }
}

/// The random value that a key gives for an input; exists only where it was computed or verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VrfOutput([u8; 32]);

impl VrfOutput {
    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// An output that no key gave and no proof shows: what a simulation without cryptography draws with.
    ///
    /// Only the simulator calls this, under a cargo feature that no node turns on; `tidy` checks both. Were the
    /// feature on by the unification of a build, an output made here would still be worth nothing to others: no
    /// proof of it verifies.
    #[cfg(feature = "simulated")]
    pub const fn simulated(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(super) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The output that a suite's unique value stands for: `H(vrf-output; suite, value)`. A suite's values have
    /// one length.
    pub(super) fn hash(suite: VrfSuite, value: &[u8]) -> Self {
        Self(Domain::VrfOutput.hasher().field(&suite).bytes(value).finish().0)
    }
}
