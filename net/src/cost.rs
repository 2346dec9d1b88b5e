//! What a frame of a peer takes of this node's memory, roughly; the measure of all that peers may take of it.

use libp2p::swarm::THandlerOutEvent;

use crate::gossip::Gossipsub;

/// What a peer sends on its streams, decoded.
pub(crate) type Received = THandlerOutEvent<Gossipsub>;

/// What a frame takes beside its messages.
const FRAME_BYTES: usize = 256;

/// What an empty control message takes.
const CONTROL_BYTES: usize = 160;

/// What the ids in the control messages of a frame take at most: each is some 32 bytes on the wire, and twice that here.
const IDS_BYTES: usize = 3 * crate::gossip::MAX_CONTROL_BYTES;

/// The memory that an event takes, roughly.
pub(crate) fn bytes_of(event: &Received) -> usize {
    let Received::Message {
        rpc,
        invalid_messages,
    } = event
    else {
        return FRAME_BYTES;
    };
    let invalid = invalid_messages.iter().map(|(message, _)| message);
    let messages = rpc.messages.iter().chain(invalid);
    let messages = messages.map(|message| {
        let key = message.key.as_ref().map_or(0, Vec::len);
        FRAME_BYTES + message.data.len() + message.topic.as_str().len() + key
    });
    let topics = rpc.subscriptions.iter();
    let topics = topics.map(|subscription| FRAME_BYTES + subscription.topic_hash.as_str().len());
    // The decoder adds one of its own to every frame.
    let control = match rpc.control_msgs.len() {
        0 | 1 => 0,
        count => IDS_BYTES + count * CONTROL_BYTES,
    };
    FRAME_BYTES + messages.sum::<usize>() + topics.sum::<usize>() + control
}
