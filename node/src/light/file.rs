//! A chain in a file: each final block in its canonical encoding, behind its length in four bytes,
//! least significant first.

use std::io::{self, Read, Write};

use klero_finality::FinalBlock;
use klero_sampling::codec::Wire;

use super::{Source, SourceError};

/// Reads a chain from a stream.
#[derive(Debug)]
pub struct FileSource<R> {
    stream: R,
}

impl<R: Read> FileSource<R> {
    /// A source over a stream that begins with round 1. Reads are small: give it a buffered one.
    pub const fn new(stream: R) -> Self {
        Self { stream }
    }

    /// The next block's bytes; `None` at the end of the stream.
    fn frame(&mut self) -> Result<Option<Vec<u8>>, SourceError> {
        let cut_off = || SourceError::Malformed("the file ends within a block".into());
        let Some(length) = read_up_to(&mut self.stream, 4)? else {
            return Ok(None);
        };
        let length = <[u8; 4]>::try_from(length).map_err(|_| cut_off())?;
        let length = u32::from_le_bytes(length) as usize;
        if length > FinalBlock::MAX_BYTES {
            let limit = FinalBlock::MAX_BYTES;
            return Err(SourceError::Malformed(format!(
                "a block of {length} bytes: at most {limit} are allowed"
            )));
        }
        let bytes = read_up_to(&mut self.stream, length)?.unwrap_or_default();
        if bytes.len() == length {
            Ok(Some(bytes))
        } else {
            Err(cut_off())
        }
    }
}

/// Reads `length` bytes, fewer at the end of the stream, `None` when not one is left.
fn read_up_to(stream: &mut impl Read, length: usize) -> Result<Option<Vec<u8>>, SourceError> {
    let mut bytes = Vec::new();
    let read = stream.take(length as u64).read_to_end(&mut bytes);
    read.map_err(|error| SourceError::Unavailable(format!("the file cannot be read: {error}")))?;
    Ok((!bytes.is_empty()).then_some(bytes))
}

impl FileSource<io::Empty> {
    /// Appends a block to a file that a [`FileSource`] is to read.
    ///
    /// # Errors
    /// The writer's own, and when the block is longer than any that is accepted.
    pub fn append(writer: &mut impl Write, block: &FinalBlock) -> io::Result<()> {
        let bytes = block.encode();
        let length = u32::try_from(bytes.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
        writer.write_all(&length.to_le_bytes())?;
        writer.write_all(&bytes)
    }
}

impl<R: Read> Source for FileSource<R> {
    fn head(&self) -> Option<u64> {
        None
    }

    fn final_block(&mut self, _round: u64) -> Result<Option<FinalBlock>, SourceError> {
        let Some(bytes) = self.frame()? else {
            return Ok(None);
        };
        FinalBlock::decode(&bytes)
            .map(Some)
            .map_err(|error| SourceError::Malformed(error.to_string()))
    }
}
