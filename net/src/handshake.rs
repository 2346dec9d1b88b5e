//! The handshake: who does not speak this protocol version on this chain is told so and disconnected [NET-5].
//!
//! It rides on libp2p's identify protocol, whose free text says `klero/<version>/<chain>`. It keeps nodes of
//! different networks apart; it is no defence against a liar, whose messages fail on their signatures instead.

use klero_sampling::Digest;
use thiserror::Error;

/// Why a peer was disconnected [NET-5].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PeerRefusal {
    /// It follows another chain.
    #[error("it is on chain {theirs}, this node on {ours}: compare the genesis files")]
    OtherChain {
        /// Its chain id.
        theirs: Digest,
        /// This node's.
        ours: Digest,
    },
    /// It speaks another version of the protocol.
    #[error("it speaks protocol version {theirs}, this node {ours}: update the older one")]
    OtherVersion {
        /// Its version.
        theirs: u16,
        /// This node's.
        ours: u16,
    },
    /// It says that it is something else.
    #[error("it is no Klero node, but {protocol:?}")]
    NotKlero {
        /// What it says, the first 80 characters.
        protocol: String,
    },
    /// It did not say who it is in time.
    #[error("it did not identify itself in time")]
    Silent,
    /// Too many of its messages were provably wrong [NET-2].
    #[error("too many of its messages were rejected; it may come back in half a minute")]
    Misbehaved,
}

/// What this node says of itself, and what it wants to hear.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Handshake {
    pub(crate) version: u16,
    pub(crate) chain: Digest,
}

impl Handshake {
    /// The text that says so.
    pub(crate) fn text(&self) -> String {
        format!("klero/{}/{}", self.version, self.chain)
    }

    /// Judges the text of a peer. Where chain and version both differ, the chain is named.
    pub(crate) fn judge(&self, theirs: &str) -> Result<(), PeerRefusal> {
        if theirs == self.text() {
            return Ok(());
        }
        match parse(theirs) {
            Some((_, chain)) if chain != self.chain => Err(PeerRefusal::OtherChain {
                theirs: chain,
                ours: self.chain,
            }),
            Some((version, _)) if version != self.version => Err(PeerRefusal::OtherVersion {
                theirs: version,
                ours: self.version,
            }),
            _ => Err(PeerRefusal::NotKlero {
                protocol: theirs.chars().take(80).collect(),
            }),
        }
    }
}

fn parse(text: &str) -> Option<(u16, Digest)> {
    let (version, chain) = text.strip_prefix("klero/")?.split_once('/')?;
    Some((version.parse().ok()?, chain.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: Handshake = Handshake {
        version: 1,
        chain: Digest([7; 32]),
    };

    #[test]
    fn the_same_chain_and_version_pass() {
        assert_eq!(OURS.judge(&OURS.text()), Ok(()));
    }

    #[test]
    fn a_difference_is_named() {
        let other = Handshake {
            chain: Digest([8; 32]),
            ..OURS
        };
        let chain = PeerRefusal::OtherChain {
            theirs: other.chain,
            ours: OURS.chain,
        };
        assert_eq!(OURS.judge(&other.text()), Err(chain));

        let newer = Handshake { version: 2, ..OURS };
        let version = PeerRefusal::OtherVersion { theirs: 2, ours: 1 };
        assert_eq!(OURS.judge(&newer.text()), Err(version));
    }

    #[test]
    fn anything_else_is_not_klero() {
        let spelled_otherwise = OURS.text().replace("/1/", "/01/");
        let long = "é".repeat(4096);
        for text in [
            "",
            "klero",
            "klero/1",
            "klero//",
            "klero/1/00",
            "ipfs/0.1.0",
            &spelled_otherwise,
            &long,
        ] {
            let refusal = OURS.judge(text);
            assert!(
                matches!(&refusal, Err(PeerRefusal::NotKlero { protocol }) if protocol.len() <= 160),
                "{text}"
            );
        }
    }
}
