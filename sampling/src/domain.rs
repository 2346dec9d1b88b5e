//! Domains: a hash made for one purpose is worthless for every other.

use borsh::BorshSerialize;

use crate::Digest;

/// The purposes for which Klero hashes [ENC-1]. Each is a BLAKE3 key derivation context of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// The genesis; its digest is the chain id.
    Genesis,
    /// The name of a network, to which the proofs of possession in its genesis are bound.
    Network,
    /// A block header; the value that is voted on.
    Header,
    /// A payload.
    Payload,
    /// A quorum certificate.
    Certificate,
    /// What the committee of a checkpoint signs.
    Checkpoint,
    /// In the place of the chain id, in all that the committees of checkpoints draw with and sign.
    CheckpointChain,
    /// What a validator's VRF is evaluated on, for a role.
    Sortition,
    /// A draw: VRF output and validator id.
    Draw,
    /// One ticket of a proposer.
    Priority,
    /// The message of a vote.
    Vote,
    /// The message of a proposal.
    Proposal,
    /// What a proposer's VRF is evaluated on, for the seed.
    SeedInput,
    /// The seed of a round, from a proposer's VRF output.
    Seed,
    /// The seed of a round whose block was first proposed in a later period.
    SeedFallback,
    /// The first seed, from the genesis keys.
    SeedGenesis,
    /// A proof of possession of a vote key.
    Possession,
    /// A leaf of the registry's Merkle sum tree.
    MerkleLeaf,
    /// An inner node of the registry's Merkle sum tree.
    MerkleNode,
    /// The root of the registry's Merkle sum tree, with its count.
    MerkleRoot,
    /// The root of an electorate, with the parameters of its committees.
    Electorate,
    /// The state root of an application.
    Application,
    /// A transaction.
    Transaction,
    /// The content address of a gossiped message.
    Message,
    /// Coefficients of a batch verification.
    BatchCoefficients,
    /// A validator's keys, from the seed that its owner keeps.
    Keys,
    /// The secret scalar of a VRF key whose suite has no key generation of its own.
    VrfKey,
    /// The output of a VRF, from the value that is unique to key and input.
    VrfOutput,
    /// What a VRF is evaluated on to prove that its secret is known.
    VrfPossession,
    /// The id of an account, from its operator key.
    Account,
    /// A leaf of the registry's tree of accounts.
    AccountLeaf,
    /// The message of an operation on the registry.
    Operation,
    /// The operations of a block.
    Operations,
    /// A key that was registered once.
    UsedKey,
    /// All keys that were ever registered.
    UsedKeys,
    /// The offences that were punished and may still be reported.
    Offences,
    /// The root of the registry, over everything in it.
    Registry,
    /// The parts of a state snapshot.
    Snapshot,
    /// An entry of the state of the key-value application.
    StateEntry,
    /// A record of the witness of a vote log.
    Witness,
}

impl Domain {
    const fn context(self) -> &'static str {
        match self {
            Self::Genesis => "klero v1 genesis",
            Self::Network => "klero v1 network",
            Self::Header => "klero v1 header",
            Self::Payload => "klero v1 payload",
            Self::Certificate => "klero v1 certificate",
            Self::Checkpoint => "klero v1 checkpoint",
            Self::CheckpointChain => "klero v1 checkpoint chain",
            Self::Sortition => "klero v1 sortition",
            Self::Draw => "klero v1 draw",
            Self::Priority => "klero v1 priority",
            Self::Vote => "klero v1 vote",
            Self::Proposal => "klero v1 proposal",
            Self::SeedInput => "klero v1 seed-input",
            Self::Seed => "klero v1 seed",
            Self::SeedFallback => "klero v1 seed-fallback",
            Self::SeedGenesis => "klero v1 seed-genesis",
            Self::Possession => "klero v1 possession",
            Self::MerkleLeaf => "klero v1 merkle-leaf",
            Self::MerkleNode => "klero v1 merkle-node",
            Self::MerkleRoot => "klero v1 merkle-root",
            Self::Electorate => "klero v1 electorate",
            Self::Application => "klero v1 application",
            Self::Transaction => "klero v1 transaction",
            Self::Message => "klero v1 message",
            Self::BatchCoefficients => "klero v1 batch-coefficients",
            Self::Keys => "klero v1 keys",
            Self::VrfKey => "klero v1 vrf-key",
            Self::VrfOutput => "klero v1 vrf-output",
            Self::VrfPossession => "klero v1 vrf-possession",
            Self::Account => "klero v1 account",
            Self::AccountLeaf => "klero v1 account-leaf",
            Self::Operation => "klero v1 operation",
            Self::Operations => "klero v1 operations",
            Self::UsedKey => "klero v1 used-key",
            Self::UsedKeys => "klero v1 used-keys",
            Self::Offences => "klero v1 offences",
            Self::Registry => "klero v1 registry",
            Self::Snapshot => "klero v1 snapshot",
            Self::StateEntry => "klero v1 state-entry",
            Self::Witness => "klero v1 witness",
        }
    }

    /// A hasher for this purpose.
    pub fn hasher(self) -> Hasher {
        Hasher(blake3::Hasher::new_derive_key(self.context()))
    }

    /// The digest of one value in its canonical encoding [ENC-2].
    pub fn digest(self, value: &impl BorshSerialize) -> Digest {
        self.hasher().field(value).finish()
    }

    /// The digest of raw bytes.
    pub fn digest_bytes(self, bytes: &[u8]) -> Digest {
        self.hasher().bytes(bytes).finish()
    }
}

/// A hash under way.
#[derive(Clone)]
pub struct Hasher(blake3::Hasher);

impl Hasher {
    /// Adds bytes as they are. Their length must be fixed by the purpose, or be hashed before them.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update(bytes);
        self
    }

    /// Adds a value in its canonical encoding, which says its own length.
    pub fn field(mut self, value: &impl BorshSerialize) -> Self {
        // Writing into a hasher never fails: the sink has no error of its own.
        let _infallible = value.serialize(&mut Sink(&mut self.0));
        self
    }

    /// The digest.
    pub fn finish(self) -> Digest {
        Digest(*self.0.finalize().as_bytes())
    }

    /// As many pseudorandom bytes as `buffer` holds.
    pub fn fill(self, buffer: &mut [u8]) {
        self.0.finalize_xof().fill(buffer);
    }
}

struct Sink<'a>(&'a mut blake3::Hasher);

impl borsh::io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> borsh::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> borsh::io::Result<()> {
        Ok(())
    }
}
