//! Gossipsub as Klero uses it [NET-1].
//!
//! Messages are anonymous: what is in them carries its own signatures. The id of a message is a hash of its
//! topic and its bytes, so a copy with one bit changed is another message, and cannot keep the good one out.
//! Nothing is passed on before the node's explicit verdict. The scores of gossipsub are off: they punish honest
//! peers that speak rarely, and many nodes on one address. [`crate::scores`] counts what is provably wrong.

use std::collections::{HashMap, HashSet};
use std::io;
use std::time::Duration;

use klero_sampling::{Digest, Domain};
use libp2p::gossipsub::{
    Behaviour, ConfigBuilder, DataTransform, IdentTopic, MaxCountSubscriptionFilter, Message,
    MessageAuthenticity, MessageId, RawMessage, TopicHash, ValidationMode, WhitelistSubscriptionFilter,
};

use crate::lane::Lane;
use crate::{NetworkError, Topic};

pub(crate) type Gossipsub = Behaviour<Bounds, MaxCountSubscriptionFilter<WhitelistSubscriptionFilter>>;

/// Ids in one offer of messages; with [`MAX_CONTROL_BYTES`] above what they take at 34 bytes each, so that honest
/// nodes under load do not refuse each other's offers.
const MAX_OFFERED: usize = 1000;

/// Control messages and subscriptions in one frame, in bytes [D5].
pub(crate) const MAX_CONTROL_BYTES: usize = 48 << 10;

/// Messages in one frame. A node sends one.
const MAX_MESSAGES: usize = 64;

/// Offers of messages that are looked at in a heartbeat, of each peer [D5]. A node makes one for each topic.
const MAX_OFFERS: usize = 10;

const HEARTBEAT: Duration = Duration::from_millis(500);

/// How long a message can be passed on, and so how long its verdict may take: in heartbeats, ten seconds.
const HISTORY: usize = 20;

/// For how many heartbeats a message is offered to peers outside the mesh.
const OFFERED_FOR: usize = 6;

/// A lane of the gossip of a chain, subscribed to each of its topics.
pub(crate) fn build(chain: &Digest, lane: Lane) -> Result<Gossipsub, NetworkError> {
    let failed = |reason: String| NetworkError::Gossip { reason };
    let config = ConfigBuilder::default()
        .validation_mode(ValidationMode::Anonymous)
        .validate_messages()
        .message_id_fn(message_id)
        .flood_publish(true)
        .max_transmit_size(lane.max_frame_bytes())
        .max_publish_messages(MAX_MESSAGES)
        .max_control_message_size(MAX_CONTROL_BYTES)
        .max_control_messages_sent(MAX_OFFERED)
        .max_ihave_messages_heartbeat(MAX_OFFERS)
        .connection_handler_queue_len(lane.queue())
        // Two nodes form a mesh of two; hundreds, of eight.
        .mesh_n_low(6)
        .mesh_n(8)
        .mesh_n_high(12)
        .mesh_outbound_min(3)
        .heartbeat_initial_delay(Duration::from_millis(100))
        .heartbeat_interval(HEARTBEAT)
        .history_length(HISTORY)
        .history_gossip(OFFERED_FOR)
        // Peers hear early that a body is here already, and do not send it again.
        .idontwant_message_size_threshold(128 << 10)
        .build()
        .map_err(|error| failed(error.to_string()))?;
    let bounds = Bounds::new(chain, lane);
    let filter = MaxCountSubscriptionFilter {
        filter: WhitelistSubscriptionFilter(bounds.0.keys().cloned().collect::<HashSet<_>>()),
        max_subscribed_topics: lane.topics().count(),
        max_subscriptions_per_request: 4 * lane.topics().count(),
    };
    let authenticity = MessageAuthenticity::Anonymous;
    let mut gossip =
        Gossipsub::new_with_subscription_filter_and_transform(authenticity, config, filter, bounds)
            .map_err(|reason| failed(reason.to_owned()))?;
    for topic in lane.topics() {
        gossip
            .subscribe(&ident(topic, chain))
            .map_err(|error| failed(error.to_string()))?;
    }
    Ok(gossip)
}

/// The topics of a chain by their hashes on the wire.
pub(crate) fn topics(chain: &Digest) -> HashMap<TopicHash, Topic> {
    Topic::ALL
        .into_iter()
        .map(|topic| (ident(topic, chain).hash(), topic))
        .collect()
}

/// The topic of a kind in a chain.
pub(crate) fn ident(topic: Topic, chain: &Digest) -> IdentTopic {
    IdentTopic::new(topic.path(chain))
}

/// The content address of a message [NET-1]: topics of the same bytes have different ids.
fn message_id(message: &Message) -> MessageId {
    let digest = Domain::Message
        .hasher()
        .field(&message.topic.as_str())
        .bytes(&message.data)
        .finish();
    MessageId::new(digest.as_bytes())
}

/// Drops what belongs to no topic of this lane and chain, or is too long for its own, before anything else is done with
/// it: it is not remembered, not offered and not delivered. Nothing is decompressed [D9].
pub(crate) struct Bounds(HashMap<TopicHash, Topic>);

impl Bounds {
    fn new(chain: &Digest, lane: Lane) -> Self {
        Self(
            lane.topics()
                .map(|topic| (ident(topic, chain).hash(), topic))
                .collect(),
        )
    }

    fn check(&self, topic: &TopicHash, length: usize) -> io::Result<()> {
        match self.0.get(topic) {
            None => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "no topic of this chain and lane",
            )),
            Some(topic) if length > topic.max_bytes() => Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "longer than its kind may be",
            )),
            Some(_) => Ok(()),
        }
    }
}

impl DataTransform for Bounds {
    fn inbound_transform(&self, raw: RawMessage) -> io::Result<Message> {
        self.check(&raw.topic, raw.data.len())?;
        Ok(Message {
            source: raw.source,
            data: raw.data,
            sequence_number: raw.sequence_number,
            topic: raw.topic,
        })
    }

    fn outbound_transform(&self, topic: &TopicHash, data: Vec<u8>) -> io::Result<Vec<u8>> {
        self.check(topic, data.len())?;
        Ok(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: Topic, data: &[u8]) -> Message {
        let topic = ident(topic, &Digest([1; 32])).hash();
        Message {
            source: None,
            data: data.to_vec(),
            sequence_number: None,
            topic,
        }
    }

    #[test]
    fn ids_depend_on_topic_and_bytes_only() {
        let vote = message_id(&message(Topic::Votes, b"bytes"));
        assert_eq!(vote, message_id(&message(Topic::Votes, b"bytes")));
        assert_ne!(vote, message_id(&message(Topic::Votes, b"bytez")));
        assert_ne!(vote, message_id(&message(Topic::Evidence, b"bytes")));
    }

    #[test]
    fn bounds_hold_at_the_byte_and_in_the_topics_own_lane() {
        let chain = Digest([1; 32]);
        for (topic, lane) in Topic::ALL
            .into_iter()
            .flat_map(|topic| Lane::ALL.map(|lane| (topic, lane)))
        {
            let bounds = Bounds::new(&chain, lane);
            let hash = ident(topic, &chain).hash();
            assert_eq!(
                bounds.check(&hash, topic.max_bytes()).is_ok(),
                topic.lane() == lane
            );
            assert!(bounds.check(&hash, topic.max_bytes() + 1).is_err());
            assert!(
                bounds.check(&ident(topic, &Digest([2; 32])).hash(), 1).is_err(),
                "another chain's"
            );
        }
    }

    #[test]
    fn the_settings_are_accepted() {
        for lane in Lane::ALL {
            assert!(build(&Digest([1; 32]), lane).is_ok(), "{lane:?}");
        }
    }
}
