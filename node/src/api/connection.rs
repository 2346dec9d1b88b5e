//! Connections with an end: at most so many, each with a deadline that only progress moves.
//!
//! The HTTP server's own timer for headers cannot be switched on from here, and a timer for each read would not
//! stop a client that sends a byte at a time. A deadline of the connection itself does: it has 10 s for the
//! first request's headers, then each request renews it, and each answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{self, AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, Sleep};

/// Connections at a time; further ones wait in the system's queue.
const CONNECTIONS: usize = 256;
/// From the start of a connection to the end of its first request's headers.
const HEADER_TIME: Duration = Duration::from_secs(10);
/// To take an answer and to send the headers of the next request.
pub(super) const ANSWER_TIME: Duration = Duration::from_secs(30);

/// A listener that lets in no more connections than it has places.
pub(super) struct LimitedListener {
    listener: TcpListener,
    places: Arc<Semaphore>,
}

impl LimitedListener {
    pub(super) fn new(listener: std::net::TcpListener) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let listener = TcpListener::from_std(listener)?;
        Ok(Self {
            listener,
            places: Arc::new(Semaphore::new(CONNECTIONS)),
        })
    }
}

impl Listener for LimitedListener {
    type Io = Connection;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // The semaphore is never closed; without a permit the connection would only be uncounted.
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        let (stream, address) = Listener::accept(&mut self.listener).await;
        let deadline = Deadline::after(HEADER_TIME);
        let timer = Box::pin(tokio::time::sleep_until(deadline.at()));
        (
            Connection {
                stream,
                deadline,
                timer,
                _place: place,
            },
            address,
        )
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// When a connection ends unless something moves it; shared with the requests on it.
#[derive(Clone, Debug)]
pub(super) struct Deadline(Arc<Mutex<Instant>>);

impl Deadline {
    fn after(time: Duration) -> Self {
        Self(Arc::new(Mutex::new(Instant::now() + time)))
    }

    fn at(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves the deadline to `time` from now.
    pub(super) fn extend(&self, time: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + time;
    }
}

impl Connected<IncomingStream<'_, LimitedListener>> for Deadline {
    fn connect_info(stream: IncomingStream<'_, LimitedListener>) -> Self {
        stream.io().deadline.clone()
    }
}

/// A connection that fails once its deadline has passed.
pub(super) struct Connection {
    stream: TcpStream,
    deadline: Deadline,
    timer: Pin<Box<Sleep>>,
    _place: Option<OwnedSemaphorePermit>,
}

impl Connection {
    /// Ready when the deadline has passed; otherwise the task wakes up for it.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<io::Error> {
        loop {
            let at = self.deadline.at();
            if self.timer.deadline() != at {
                self.timer.as_mut().reset(at);
            }
            if self.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            if self.deadline.at() == at {
                return Poll::Ready(io::ErrorKind::TimedOut.into());
            }
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if let Poll::Ready(late) = this.poll_deadline(context) {
            return Poll::Ready(Err(late));
        }
        Pin::new(&mut this.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if let Poll::Ready(late) = this.poll_deadline(context) {
            return Poll::Ready(Err(late));
        }
        Pin::new(&mut this.stream).poll_write(context, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
