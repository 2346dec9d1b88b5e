//! Connections with an end: at most so many, each with a deadline that only progress moves.
//!
//! The HTTP server's own timer for headers cannot be switched on from here, and a timer for each read would not
//! stop a client that sends a byte at a time. A deadline of the connection itself does: it has 10 s for the
//! first request's headers, then each request renews it, and each answer.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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

/// When a connection ends unless something moves it, and what its answer holds; shared with the requests on it.
#[derive(Clone, Debug)]
pub(super) struct Deadline(Arc<Mutex<Tenure>>);

#[derive(Debug)]
struct Tenure {
    until: Instant,
    held: Option<Held>,
}

/// The memory that a large answer is counted with, until it is taken or its connection ends.
#[derive(Clone, Debug)]
pub(super) struct Held(#[allow(dead_code, reason = "dropping it is its use")] Arc<OwnedSemaphorePermit>);

impl Held {
    pub(super) fn new(permit: OwnedSemaphorePermit) -> Self {
        Self(Arc::new(permit))
    }
}

impl Deadline {
    fn after(time: Duration) -> Self {
        Self(Arc::new(Mutex::new(Tenure {
            until: Instant::now() + time,
            held: None,
        })))
    }

    fn tenure(&self) -> MutexGuard<'_, Tenure> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn at(&self) -> Instant {
        self.tenure().until
    }

    /// Moves the deadline to `time` from now, for a request.
    pub(super) fn extend(&self, time: Duration) {
        self.tenure().until = Instant::now() + time;
    }

    /// Gives the client time to take an answer, which holds memory until then.
    pub(super) fn answer(&self, held: Option<Held>) {
        *self.tenure() = Tenure {
            until: Instant::now() + ANSWER_TIME,
            held,
        };
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
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        if flushed.is_ready() {
            // The server flushes when it has written everything: the answer is with the system now.
            this.deadline.tenure().held = None;
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
