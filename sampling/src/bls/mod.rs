//! BLS12-381 votes in the small-signature variant: signatures of 48 bytes, public keys of 96.
//!
//! Every public key and signature here is a point of the right subgroup and not the identity; the only way to
//! have one is to decode it with those checks. A key is used for votes only after its proof of possession was
//! checked ([`possession`]). Many signatures on one message are checked together ([`verify_each`]) and
//! added to one ([`aggregate`]).

mod batch;
mod keys;
pub(crate) mod one_message;
pub mod possession;
pub(crate) mod subgroup;

pub(crate) use batch::is_identity;
pub use batch::{VoteClaim, aggregate, decode_signatures, verify_aggregate, verify_each};
pub use keys::{BlsError, PublicKey, SecretKey, Signature};

/// What a signature is for; each purpose hashes to the curve under a tag of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A vote for a value in a role.
    Vote,
    /// A proposal of a block.
    Proposal,
    /// A proof that the owner of a key knows its secret.
    Possession,
}

impl Purpose {
    /// The domain separation tag of RFC 9380 for hashing to G1.
    const fn tag(self) -> &'static [u8] {
        match self {
            Self::Vote => b"KLERO-V1-VOTE_BLS12381G1_XMD:SHA-256_SSWU_RO_",
            Self::Proposal => b"KLERO-V1-PROPOSAL_BLS12381G1_XMD:SHA-256_SSWU_RO_",
            Self::Possession => b"KLERO-V1-POSSESSION_BLS12381G1_XMD:SHA-256_SSWU_RO_",
        }
    }
}
