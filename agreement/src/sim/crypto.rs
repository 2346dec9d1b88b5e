//! Keys of two kinds: real ones, and for bulk a keyed hash behind the same types.

use std::fmt;
use std::sync::Arc;

use klero_committee::sampling::vrf::{VrfError, VrfInput, VrfOutput, VrfProof, VrfSecretKey, VrfSuite};
use klero_committee::sampling::{Digest, Domain, bls};
use klero_committee::{Member, Role, RoundContext, Signer, ValidatorKeys, proposer_priority};
use serde::{Deserialize, Serialize};

/// What the draws and signatures of a run are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, borsh::BorshSerialize, Serialize, Deserialize)]
pub enum Crypto {
    /// What a node of the network uses.
    #[default]
    Real,
    /// A keyed hash in the place of the VRF, and one signature for all. Draws are as random as real ones, and nothing
    /// verifies.
    Hashed,
}

impl fmt::Display for Crypto {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Real => "real cryptography",
            Self::Hashed => "hashed cryptography",
        })
    }
}

/// The secrets of one validator, whatever they are made of.
pub(super) type Secrets = Arc<dyn Signer + Send + Sync>;

/// Makes the validators of one chain.
#[derive(Debug)]
pub(super) struct KeyMaker {
    chain: Digest,
    /// The draw key and the signature that all hashed validators share.
    shared: Option<(VrfSecretKey, bls::Signature)>,
}

impl KeyMaker {
    pub(super) fn new(crypto: Crypto, chain: Digest) -> Result<Self, VrfError> {
        let shared = match crypto {
            Crypto::Real => None,
            Crypto::Hashed => {
                // Keys of this suite shorten a proof by copying it, and ask nothing of its bytes.
                let keys = ValidatorKeys::from_seed(VrfSuite::Bls12381, chain.as_bytes())?;
                let signature = keys.vote.sign(bls::Purpose::Vote, &chain);
                Some((keys.vrf, signature))
            }
        };
        Ok(Self { chain, shared })
    }

    /// The suite of the keys.
    pub(super) const fn suite(&self) -> VrfSuite {
        match self.shared {
            None => VrfSuite::Sr25519,
            Some(_) => VrfSuite::Bls12381,
        }
    }

    /// The validator with a number, as others see it and with its secrets.
    pub(super) fn make(&self, number: u64, stake: u64) -> Result<(Member, Secrets), VrfError> {
        let secret = Domain::Keys.digest(&(self.chain, number));
        let (vote_key, vrf_key, secrets): (_, _, Secrets) = match &self.shared {
            None => {
                let keys = ValidatorKeys::from_seed(self.suite(), secret.as_bytes())?;
                (keys.vote.public(), keys.vrf.public(), Arc::new(keys))
            }
            Some((vrf, signature)) => {
                // Vote keys differ even here: no electorate takes one twice.
                let vote = bls::SecretKey::from_seed(secret.as_bytes());
                let vote = vote.map_err(|_| VrfError::BadKey(self.suite()))?;
                let signature = *signature;
                (
                    vote.public(),
                    vrf.public(),
                    Arc::new(Hashed { secret, signature }),
                )
            }
        };
        let member = Member {
            id: Domain::Genesis.digest(&(self.chain, number)),
            stake,
            vote_key,
            vrf_key,
        };
        Ok((member, secrets))
    }
}

/// A validator that draws by a hash of its secret and signs everything alike.
struct Hashed {
    secret: Digest,
    signature: bls::Signature,
}

impl Signer for Hashed {
    fn evaluate(&self, input: &VrfInput) -> Result<VrfOutput, VrfError> {
        let hasher = Domain::VrfOutput.hasher().bytes(self.secret.as_bytes());
        Ok(VrfOutput::simulated(hasher.bytes(input.as_bytes()).finish().0))
    }

    fn prove(&self, input: &VrfInput) -> Result<VrfProof, VrfError> {
        let mut bytes = [0; 48];
        let hasher = Domain::VrfKey.hasher().bytes(self.secret.as_bytes());
        hasher.bytes(input.as_bytes()).fill(&mut bytes);
        Ok(VrfProof::Bls12381(bytes))
    }

    fn sign(&self, _: bls::Purpose, _: &Digest) -> bls::Signature {
        self.signature
    }
}

/// How often a rank is drawn anew until it lies where it should; each time has a chance of a half or so.
const SEARCH: u64 = 4_096;

/// The hashed keys of a validator, with the draws of one role searched for a rank: the lowest quarter of all ranks is the
/// winner's, the rest is everyone else's. That nobody's draw could be chosen if it were real is what hashed draws
/// give up.
pub(super) struct Steered<'a> {
    keys: &'a dyn Signer,
    role: VrfInput,
    nonce: u64,
}

impl<'a> Steered<'a> {
    /// The keys of `proposer`, steered so that it has a seat and `winner` the lowest rank; `None` if no draw does that.
    pub(super) fn new(
        context: &RoundContext,
        role: Role,
        proposer: u32,
        keys: &'a dyn Signer,
        winner: u32,
    ) -> Option<Self> {
        let input = context.input(role);
        let mut steered = (0..SEARCH).map(|nonce| Self {
            keys,
            role: input,
            nonce,
        });
        steered.find(|steered| {
            let priority = proposer_priority(context, role, proposer, steered);
            priority.is_some_and(|rank| (rank.digest().0[0] < 0x40) == (proposer == winner))
        })
    }
}

impl Signer for Steered<'_> {
    fn evaluate(&self, input: &VrfInput) -> Result<VrfOutput, VrfError> {
        let drawn = self.keys.evaluate(input)?;
        if *input != self.role {
            return Ok(drawn);
        }
        let hasher = Domain::VrfOutput.hasher().bytes(drawn.as_bytes());
        Ok(VrfOutput::simulated(hasher.field(&self.nonce).finish().0))
    }

    fn prove(&self, input: &VrfInput) -> Result<VrfProof, VrfError> {
        self.keys.prove(input)
    }

    fn sign(&self, purpose: bls::Purpose, message: &Digest) -> bls::Signature {
        self.keys.sign(purpose, message)
    }
}
