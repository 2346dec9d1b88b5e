//! Asking peers [NET-4].

use std::collections::HashMap;
use std::time::Duration;

use libp2p::request_response::OutboundRequestId;
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{MAX_BLOCKS, Request, Response};
use crate::RequestError;

/// How long a request may take: an answer of 8 MiB needs 7 Mbit/s.
pub(crate) const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// How many requests may be under way; what is asked beyond is answered `Overloaded`.
const UNDER_WAY: usize = 256;

type Reply<T> = oneshot::Sender<Result<T, RequestError>>;

/// A question, and where its answer goes.
pub(crate) enum Question {
    Head(Reply<u64>),
    Blocks {
        from: u64,
        count: u32,
        reply: Reply<Vec<Vec<u8>>>,
    },
    Headers {
        from: u64,
        count: u32,
        reply: Reply<Vec<Vec<u8>>>,
    },
    /// Anything that is answered with one piece, or none.
    Piece {
        request: Request,
        reply: Reply<Option<Vec<u8>>>,
    },
}

impl Question {
    pub(crate) fn request(&self) -> Request {
        match self {
            Self::Head(_) => Request::Head,
            Self::Blocks { from, count, .. } => Request::Blocks {
                from: *from,
                count: (*count).min(MAX_BLOCKS),
            },
            Self::Headers { from, count, .. } => Request::Headers {
                from: *from,
                count: (*count).min(MAX_BLOCKS),
            },
            Self::Piece { request, .. } => *request,
        }
    }

    /// Tells the asker; whether what the peer said answers the question. The asker may have gone away.
    pub(crate) fn answer(self, response: Response) {
        let _gone = match (self, response) {
            (question, Response::Busy) => return question.fail(RequestError::Busy),
            (Self::Head(reply), Response::Head(round)) => reply.send(Ok(round)).is_err(),
            (
                Self::Blocks { count, reply, .. } | Self::Headers { count, reply, .. },
                Response::Blocks(blocks),
            ) if blocks.0.len() <= count as usize => reply.send(Ok(blocks.0)).is_err(),
            (Self::Piece { reply, .. }, Response::Body(body)) => reply.send(Ok(body)).is_err(),
            (question, _) => return question.fail(RequestError::BadAnswer),
        };
    }

    /// Tells the asker that there is no answer.
    pub(crate) fn fail(self, error: RequestError) {
        let _gone = match self {
            Self::Head(reply) => reply.send(Err(error)).is_err(),
            Self::Blocks { reply, .. } | Self::Headers { reply, .. } => reply.send(Err(error)).is_err(),
            Self::Piece { reply, .. } => reply.send(Err(error)).is_err(),
        };
    }
}

struct Pending {
    question: Question,
    deadline: Instant,
}

/// The questions under way.
#[derive(Default)]
pub(crate) struct Requests(HashMap<OutboundRequestId, Pending>);

impl Requests {
    pub(crate) fn has_room(&self) -> bool {
        self.0.len() < UNDER_WAY
    }

    pub(crate) fn begin(&mut self, id: OutboundRequestId, question: Question, now: Instant) {
        self.0.insert(
            id,
            Pending {
                question,
                deadline: now + REQUEST_TIMEOUT,
            },
        );
    }

    /// Takes a question that has been answered or has failed.
    pub(crate) fn end(&mut self, id: OutboundRequestId) -> Option<Question> {
        self.0.remove(&id).map(|pending| pending.question)
    }

    /// Fails the questions whose time is over. libp2p has a time-out of its own, which starts only when the
    /// stream is open.
    pub(crate) fn expire(&mut self, now: Instant) {
        let late = self.0.extract_if(|_, pending| pending.deadline <= now);
        late.for_each(|(_, pending)| pending.question.fail(RequestError::TimedOut));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::message::Blocks;

    #[test]
    fn only_what_answers_the_question_is_an_answer() {
        let (reply, answer) = oneshot::channel();
        Question::Head(reply).answer(Response::Body(None));
        assert_eq!(answer.blocking_recv().unwrap(), Err(RequestError::BadAnswer));

        let (reply, answer) = oneshot::channel();
        Question::Blocks {
            from: 1,
            count: 2,
            reply,
        }
        .answer(Response::Blocks(Blocks(vec![Vec::new(); 3])));
        assert_eq!(
            answer.blocking_recv().unwrap(),
            Err(RequestError::BadAnswer),
            "more than asked for"
        );

        let (reply, answer) = oneshot::channel();
        Question::Piece {
            request: Request::Manifest,
            reply,
        }
        .answer(Response::Busy);
        assert_eq!(answer.blocking_recv().unwrap(), Err(RequestError::Busy));
    }

    #[test]
    fn an_asker_that_went_away_is_no_trouble() {
        let (reply, answer) = oneshot::channel();
        drop(answer);
        Question::Head(reply).answer(Response::Head(7));
    }
}
