//! A validator's keys on their way into the registry, and the memory of those that were there.

use borsh::{BorshDeserialize, BorshSerialize};
use klero_committee::Signer;
use klero_committee::sampling::vrf::{VrfInput, VrfPublicKey, VrfShortProof, VrfSuite};
use klero_committee::sampling::{Digest, Domain, bls};
use thiserror::Error;

/// Two keys with proofs that their secrets are known, bound to the chain and the account: a proof that was seen
/// elsewhere is of no use [COM-6]. The vote key travels as bytes, so that nobody pays for checking its point before
/// the operator's signature was checked.
#[derive(Debug, Clone, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ProvenKeys {
    /// The vote key's bytes.
    pub vote_key: [u8; 96],
    /// The proof of possession of the vote key.
    pub vote_possession: [u8; 48],
    /// The VRF key.
    pub vrf_key: VrfPublicKey,
    /// The VRF's proof on the chain and the account, see [`VrfInput::possession`].
    pub vrf_possession: VrfShortProof,
}

/// Why keys were refused. Whoever signed the operation is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum KeysError {
    /// The vote key's bytes are no key.
    #[error("vote key: {0}")]
    VoteKey(bls::BlsError),
    /// The proof is of another key, account or chain.
    #[error("the proof of possession is not of this vote key, account and chain")]
    VotePossession,
    /// The proof is of another key, account or chain.
    #[error("the proof of possession is not of this VRF key, account and chain")]
    VrfPossession,
    /// A VRF key of another suite than the chain's.
    #[error("the VRF key is of suite {found}, but this chain draws with {expected}")]
    Suite {
        /// The key's suite.
        found: VrfSuite,
        /// The chain's.
        expected: VrfSuite,
    },
}

/// Keys whose possession was proven.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct KeyPair {
    pub(crate) vote: bls::PublicKey,
    pub(crate) vrf: VrfPublicKey,
}

impl ProvenKeys {
    /// Proves possession of one's own keys; `None` when the signer cannot.
    pub fn prove(
        signer: &dyn Signer,
        vote_key: &bls::PublicKey,
        vrf_key: &VrfPublicKey,
        chain: &Digest,
        account: &Digest,
    ) -> Option<Self> {
        let input = VrfInput::possession(chain, account);
        let proof = signer.prove(&input).ok()?;
        let message = bls::possession::message(chain, account, vote_key);
        Some(Self {
            vote_key: vote_key.to_bytes(),
            vote_possession: signer.sign(bls::Purpose::Possession, &message).to_bytes(),
            vrf_key: *vrf_key,
            vrf_possession: vrf_key.shorten(&input, &proof).ok()?,
        })
    }

    /// Checks both keys and both proofs, the cheaper ones first.
    pub(crate) fn verify(
        &self,
        chain: &Digest,
        account: &Digest,
        suite: VrfSuite,
    ) -> Result<KeyPair, KeysError> {
        if self.vrf_key.suite() != suite {
            return Err(KeysError::Suite {
                found: self.vrf_key.suite(),
                expected: suite,
            });
        }
        self.vrf_key
            .verify_short(&VrfInput::possession(chain, account), &self.vrf_possession)
            .map_err(|_| KeysError::VrfPossession)?;
        let vote = bls::PublicKey::from_bytes(&self.vote_key).map_err(KeysError::VoteKey)?;
        bls::Signature::from_bytes(&self.vote_possession)
            .and_then(|proof| bls::possession::verify(&vote, chain, account, &proof))
            .map_err(|_| KeysError::VotePossession)?;
        Ok(KeyPair {
            vote,
            vrf: self.vrf_key,
        })
    }
}

/// What the registry remembers of a vote key: the same for a key and its negation, which would cancel [COM-6].
pub(crate) fn of_vote_key(key: &bls::PublicKey) -> Digest {
    of_point(key.to_bytes())
}

/// What the registry remembers of a VRF key. A key of `bls12381` is a point like a vote key, and counts as one.
pub(crate) fn of_vrf_key(key: &VrfPublicKey) -> Digest {
    let bytes = key.to_bytes();
    match <[u8; 96]>::try_from(bytes.as_slice()) {
        Ok(point) => of_point(point),
        Err(_) => Domain::UsedKey.digest_bytes(&bytes),
    }
}

fn of_point(mut bytes: [u8; 96]) -> Digest {
    if let Some(first) = bytes.first_mut() {
        // The bit of a compressed point that tells it from its negation.
        *first &= !0x20;
    }
    Domain::UsedKey.digest_bytes(&bytes)
}
