//! The one binary encoding: borsh, checked to be canonical and bounded [ENC-2] [ENC-4].

use borsh::{BorshDeserialize, BorshSerialize};
use thiserror::Error;

/// Why bytes were not accepted as an encoding.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DecodeError {
    /// More bytes than the type may ever have; nothing was allocated.
    #[error("{length} bytes where at most {limit} are allowed")]
    TooLong {
        /// Length of the input in bytes.
        length: usize,
        /// Greatest length of the type in bytes.
        limit: usize,
    },
    /// The bytes do not follow the type's layout, or a field is out of its domain.
    #[error("malformed encoding: {0}")]
    Malformed(String),
    /// The bytes decode to a value whose encoding is another.
    #[error("not the canonical encoding of its value")]
    NotCanonical,
}

/// A type that crosses a wire or a disk, with its greatest encoded size [ENC-4].
pub trait Wire: BorshSerialize + BorshDeserialize {
    /// Greatest length of an encoding in bytes.
    const MAX_BYTES: usize;

    /// The canonical encoding.
    fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        // A Vec takes every write.
        let _infallible = self.serialize(&mut bytes);
        bytes
    }

    /// Decodes exactly the canonical encoding of a value: every byte is consumed, and encoding the value
    /// again gives the same bytes.
    ///
    /// # Errors
    /// [`DecodeError`] for anything else.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(DecodeError::TooLong {
                length: bytes.len(),
                limit: Self::MAX_BYTES,
            });
        }
        let value = Self::try_from_slice(bytes).map_err(|error| DecodeError::Malformed(error.to_string()))?;
        if value.encode() == bytes {
            Ok(value)
        } else {
            Err(DecodeError::NotCanonical)
        }
    }
}

/// An input error in borsh's own type, for hand-written decoders.
pub fn invalid(reason: impl Into<String>) -> borsh::io::Error {
    borsh::io::Error::new(borsh::io::ErrorKind::InvalidData, reason.into())
}
