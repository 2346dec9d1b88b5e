//! The framing of the sync protocol.

use std::io;

use futures::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use klero_sampling::codec::Wire;
use libp2p::StreamProtocol;
use libp2p::request_response::Codec;

use super::{Request, Response};

/// Reads and writes the messages with their lengths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct SyncCodec;

/// Reads a length and a message. The length is checked first, and memory grows with the bytes that arrive, not
/// with those that are announced [D8].
async fn read<M: Wire, T: AsyncRead + Unpin + Send>(io: &mut T) -> io::Result<M> {
    let malformed = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let mut prefix = [0; 4];
    io.read_exact(&mut prefix).await?;
    let length = u64::from(u32::from_le_bytes(prefix));
    if length > M::MAX_BYTES as u64 {
        return Err(malformed(format!(
            "{length} bytes where at most {} are allowed",
            M::MAX_BYTES
        )));
    }
    let mut bytes = Vec::new();
    io.take(length).read_to_end(&mut bytes).await?;
    if bytes.len() as u64 != length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    M::decode(&bytes).map_err(|error| malformed(error.to_string()))
}

async fn write<M: Wire, T: AsyncWrite + Unpin + Send>(io: &mut T, message: M) -> io::Result<()> {
    let bytes = message.encode();
    drop(message);
    let length = u32::try_from(bytes.len())
        .ok()
        .filter(|_| bytes.len() <= M::MAX_BYTES);
    let length = length.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "message too long"))?;
    io.write_all(&length.to_le_bytes()).await?;
    io.write_all(&bytes).await
}

impl Codec for SyncCodec {
    type Protocol = StreamProtocol;
    type Request = Request;
    type Response = Response;

    async fn read_request<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Request>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn read_response<T>(&mut self, _: &StreamProtocol, io: &mut T) -> io::Result<Response>
    where
        T: AsyncRead + Unpin + Send,
    {
        read(io).await
    }

    async fn write_request<T>(&mut self, _: &StreamProtocol, io: &mut T, request: Request) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, request).await
    }

    async fn write_response<T>(
        &mut self,
        _: &StreamProtocol,
        io: &mut T,
        response: Response,
    ) -> io::Result<()>
    where
        T: AsyncWrite + Unpin + Send,
    {
        write(io, response).await
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::io::Cursor;

    use super::*;

    fn read_bytes<M: Wire>(bytes: &[u8]) -> io::Result<M> {
        block_on(read(&mut Cursor::new(bytes)))
    }

    #[test]
    fn what_is_written_is_read() {
        let mut stream = Cursor::new(Vec::new());
        let request = Request::Blocks { from: 3, count: 9 };
        block_on(write(&mut stream, request)).unwrap();
        assert_eq!(read_bytes::<Request>(stream.get_ref()).unwrap(), request);
    }

    #[test]
    fn a_length_beyond_the_limit_is_refused_unread() {
        // D8: lengths up to 2^32, with nothing behind them.
        for length in [65, 1 << 23, u32::MAX] {
            let error = read_bytes::<Request>(&length.to_le_bytes()).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::InvalidData, "{length}");
        }
        let error = read_bytes::<Response>(&((8 << 20) + 1_u32).to_le_bytes()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn a_message_that_breaks_off_is_an_error() {
        for bytes in [&[][..], &[9], &[9, 0, 0, 0], &[13, 0, 0, 0, 1, 2]] {
            let error = read_bytes::<Request>(bytes).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof, "{bytes:?}");
        }
        assert!(
            read_bytes::<Request>(&[2, 0, 0, 0, 0, 0]).is_err(),
            "a byte too many"
        );
    }
}
