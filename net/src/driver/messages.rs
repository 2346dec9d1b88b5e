//! Gossip and its verdicts [NET-1] [NET-2], requests and their answers [NET-4].

use std::io;

use libp2p::PeerId;
use libp2p::gossipsub::{self, Message, MessageAcceptance, MessageId};
use libp2p::request_response::{self, InboundRequestId, OutboundFailure, ResponseChannel};
use tokio::time::Instant;

use super::Driver;
use crate::gate::LaneEvent;
use crate::handle::Command;
use crate::lane::Lane;
use crate::sync::{Answer, Question, Request, Response};
use crate::{Gossip, NetworkEvent, PeerRefusal, Receipt, Refusal, RequestError, Topic, Verdict, gossip};

impl Driver {
    pub(super) fn on_gossip(&mut self, LaneEvent { lane, event }: LaneEvent) {
        match event {
            gossipsub::Event::Message {
                propagation_source,
                message_id,
                message,
            } => {
                self.on_message(propagation_source, message_id, message);
            }
            gossipsub::Event::Subscribed { peer_id, .. } => {
                let behaviour = self.swarm.behaviour_mut();
                let in_every_lane = |lane| behaviour.gate(lane).has_subscriber(&peer_id);
                if Lane::ALL.into_iter().all(in_every_lane) {
                    self.peers.subscribed(&peer_id);
                    self.connect(peer_id);
                }
            }
            gossipsub::Event::SlowPeer {
                peer_id,
                failed_messages,
            } => {
                tracing::debug!(peer = %peer_id, lane = lane.name(), ?failed_messages, "slow to take messages");
                if lane == Lane::Votes && self.laggards.report(peer_id, Instant::now()) {
                    tracing::info!(peer = %peer_id, "takes no votes: disconnected");
                    let _gone_already = self.swarm.disconnect_peer_id(peer_id);
                }
            }
            gossipsub::Event::Unsubscribed { .. } | gossipsub::Event::GossipsubNotSupported { .. } => {}
        }
    }

    /// Hands a message to the node, or ignores it when the node has too many to judge already [NET-2].
    fn on_message(&mut self, peer: PeerId, id: MessageId, message: Message) {
        self.connect(peer);
        // Nothing of another topic comes out of a lane.
        let Some(&topic) = self.topics.get(&message.topic) else {
            return;
        };
        let share = self.allowance.take(topic, message.data.len());
        let Some(share) = share.filter(|_| self.peers.has_passed(&peer)) else {
            tracing::debug!(%peer, ?topic, "no room for a message");
            self.report(topic.lane(), &id, &peer, Refusal::Overloaded.verdict());
            return;
        };
        let receipt = Receipt {
            lane: topic.lane(),
            message: id,
            peer,
            _share: share,
        };
        let gossip = Gossip {
            receipt,
            topic,
            bytes: message.data,
            peer,
        };
        if let Some(NetworkEvent::Gossip(Gossip { receipt, .. })) = self.emit(NetworkEvent::Gossip(gossip)) {
            self.carry_out(&receipt, Refusal::Overloaded.verdict());
        }
    }

    pub(super) fn carry_out(&mut self, receipt: &Receipt, verdict: Verdict) {
        self.report(receipt.lane, &receipt.message, &receipt.peer, verdict);
        // [NET-2]: it counts against whoever sent it.
        if verdict == Verdict::Reject && self.scores.reject(receipt.peer, Instant::now()) {
            self.refuse(receipt.peer, PeerRefusal::Misbehaved);
        }
    }

    fn report(&mut self, lane: Lane, id: &MessageId, peer: &PeerId, verdict: Verdict) {
        let gossip = self.swarm.behaviour_mut().gate(lane).gossip();
        gossip.report_message_validation_result(id, peer, MessageAcceptance::from(verdict));
    }

    pub(super) fn obey(&mut self, command: Command) {
        match command {
            Command::Ask { peer, question } => self.ask(peer, question),
            Command::Expel(peer) => {
                self.scores.use_up(peer, Instant::now());
                self.refuse(peer, PeerRefusal::Misbehaved);
            }
        }
    }

    pub(super) fn publish(&mut self, topic: Topic, bytes: Vec<u8>) {
        let hash = gossip::ident(topic, &self.handshake.chain).hash();
        let gossip = self.swarm.behaviour_mut().gate(topic.lane()).gossip();
        if let Err(error) = gossip.publish(hash, bytes) {
            // The same bytes again, or nobody to send them to; both are in order.
            tracing::debug!(?topic, %error, "not published");
        }
    }

    fn ask(&mut self, peer: PeerId, question: Question) {
        if !self.peers.has_passed(&peer) {
            question.fail(RequestError::NotConnected);
        } else if !self.requests.has_room() {
            question.fail(RequestError::Overloaded);
        } else {
            let id = self
                .swarm
                .behaviour_mut()
                .sync
                .send_request(&peer, question.request());
            self.requests.begin(id, question, Instant::now());
        }
    }

    pub(super) fn on_sync(&mut self, event: request_response::Event<Request, Response>) {
        match event {
            request_response::Event::Message { peer, message, .. } => match message {
                request_response::Message::Request {
                    request_id,
                    request,
                    channel,
                } => {
                    self.on_request(peer, request_id, request, channel);
                }
                request_response::Message::Response { request_id, response } => {
                    if let Some(question) = self.requests.end(request_id) {
                        question.answer(response);
                    }
                }
            },
            request_response::Event::OutboundFailure {
                request_id, error, ..
            } => {
                if let Some(question) = self.requests.end(request_id) {
                    question.fail(cause(&error));
                }
            }
            request_response::Event::InboundFailure {
                peer,
                request_id,
                error,
                ..
            } => {
                tracing::debug!(%peer, %error, "a request stays without answer");
                self.answers.end(request_id);
            }
            request_response::Event::ResponseSent { request_id, .. } => self.answers.end(request_id),
        }
    }

    /// Peers that have passed the handshake are answered; who is still at it may try again; others are not.
    fn on_request(
        &mut self,
        peer: PeerId,
        id: InboundRequestId,
        request: Request,
        channel: ResponseChannel<Response>,
    ) {
        if self.peers.has_passed(&peer) {
            if let Some(busy) = self.answers.begin(peer, id, request, channel) {
                self.send(busy);
            }
        } else if self.peers.is_waiting(&peer) {
            self.send(Answer {
                channel,
                response: Response::Busy,
            });
        }
    }

    pub(super) fn send(&mut self, Answer { channel, response }: Answer) {
        // Fails when the peer has gone or its time is over; that was reported as a failure of its own.
        let _too_late = self.swarm.behaviour_mut().sync.send_response(channel, response);
    }
}

fn cause(failure: &OutboundFailure) -> RequestError {
    match failure {
        OutboundFailure::Timeout => RequestError::TimedOut,
        OutboundFailure::Io(error) if error.kind() == io::ErrorKind::InvalidData => RequestError::BadAnswer,
        _ => RequestError::Failed(failure.to_string()),
    }
}
