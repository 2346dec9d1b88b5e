//! An encrypted key file: the public part in the clear, each secret in a keystore of its own, all by one key.
//!
//! A validator's `vote` is a complete keystore of EIP-2335 that other programs read; the others have the same layout.

use klero_sampling::Digest;
use klero_sampling::vrf::VrfSuite;
use klero_stake::OperatorSecret;
use serde::{Deserialize, Serialize};

use super::keystore::{About, Opener};
use super::{Kdf, KeyEntry, KeyError, KeyFile, Keystore, KeystoreError, Password, Sealer, Secret};

/// The version of the envelope.
const VERSION: u32 = 1;

/// An encrypted key file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sealed {
    encrypted: u32,
    pub(super) network: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    node: Option<Keystore>,
    pub(super) validators: Vec<SealedEntry>,
    pub(super) operators: Vec<SealedOperator>,
}

/// One validator's keys.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedEntry {
    pub(super) id: Digest,
    pub(super) vrf: VrfSuite,
    pub(super) vote: Keystore,
    draw: Keystore,
}

/// The key that moves an account's stake.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedOperator {
    pub(super) account: Digest,
    key: Keystore,
}

/// Why secrets could not be sealed.
pub(super) enum SealError {
    Random(std::io::Error),
    Keystore(KeystoreError),
    Other(KeyError),
}

impl From<std::io::Error> for SealError {
    fn from(error: std::io::Error) -> Self {
        Self::Random(error)
    }
}

/// Encrypts all secrets anew, with a new salt.
pub(super) fn seal(keys: &KeyFile, password: &Password) -> Result<Sealed, SealError> {
    let sealer = Sealer::new(Kdf::random()?, password).map_err(SealError::Keystore)?;
    let network = &keys.network;
    let about = |what: &str, pubkey: String, path: String| About {
        description: format!("{what}, network {network}"),
        pubkey,
        path,
        uuid: String::new(),
    };
    let node = keys.node_seed.as_ref();
    let node =
        node.map(|seed| sealer.seal_random(seed, about("Klero node identity", String::new(), String::new())));
    let entry = |entry: &KeyEntry| {
        let public = entry.keys().map_err(|error| SealError::Other(error.into()))?;
        let vote = about("Klero vote key", vote_text(&public.vote), entry.path_of(0));
        let draw = about(
            "Klero VRF key",
            hex::encode(public.vrf.public().to_bytes()),
            entry.path_of(1),
        );
        Ok(SealedEntry {
            id: entry.id,
            vrf: entry.vrf,
            vote: sealer.seal_random(&entry.vote, vote)?,
            draw: sealer.seal_random(&entry.draw, draw)?,
        })
    };
    let operator = |secret: &Secret| {
        let public = OperatorSecret::from_seed(secret.expose()).public();
        let about = about(
            "Klero operator key",
            hex::encode(public.as_bytes()),
            String::new(),
        );
        Ok(SealedOperator {
            account: public.account(),
            key: sealer.seal_random(secret, about)?,
        })
    };
    Ok(Sealed {
        encrypted: VERSION,
        network: network.clone(),
        node: node.transpose()?,
        validators: keys
            .validators
            .iter()
            .map(entry)
            .collect::<Result<_, SealError>>()?,
        operators: keys
            .operators
            .iter()
            .map(operator)
            .collect::<Result<_, SealError>>()?,
    })
}

/// The vote key's public half as a keystore has it.
pub(super) fn vote_text(vote: &klero_sampling::bls::SecretKey) -> String {
    hex::encode(vote.public().to_bytes())
}

/// Decrypts all secrets, and sees that each is that of the public half beside it.
pub(super) fn open(sealed: &Sealed, password: &Password) -> Result<KeyFile, KeystoreError> {
    if sealed.encrypted != VERSION {
        let what = format!("version {} of encrypted key files", sealed.encrypted);
        return Err(KeystoreError::Unsupported(what));
    }
    let mut opener = Opener::new(password);
    let node_seed = sealed.node.as_ref().map(|node| opener.open(node)).transpose()?;
    let mut validators = Vec::new();
    for sealed in &sealed.validators {
        let entry = KeyEntry {
            id: sealed.id,
            vrf: sealed.vrf,
            vote: opener.open(&sealed.vote)?,
            draw: opener.open(&sealed.draw)?,
            path: sealed.vote.path.strip_suffix("/0").unwrap_or_default().to_owned(),
        };
        check(sealed, &entry)?;
        validators.push(entry);
    }
    let mut operators = Vec::new();
    for sealed in &sealed.operators {
        let secret = opener.open(&sealed.key)?;
        if OperatorSecret::from_seed(secret.expose()).public().account() != sealed.account {
            return Err(KeystoreError::OtherKey("operator key"));
        }
        operators.push(secret);
    }
    Ok(KeyFile {
        network: sealed.network.clone(),
        node_seed,
        validators,
        operators,
    })
}

fn check(sealed: &SealedEntry, entry: &KeyEntry) -> Result<(), KeystoreError> {
    let keys = entry
        .keys()
        .map_err(|error| KeystoreError::Unsupported(error.to_string()))?;
    if sealed.vote.pubkey != vote_text(&keys.vote) {
        return Err(KeystoreError::OtherKey("vote key"));
    }
    if sealed.draw.pubkey != hex::encode(keys.vrf.public().to_bytes()) {
        return Err(KeystoreError::OtherKey("VRF key"));
    }
    Ok(())
}
