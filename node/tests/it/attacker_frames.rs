//! Frames as gossipsub has them on the wire, in protobuf, and some that it does not.

use klero_net::Topic;
use klero_node::Digest;

/// The topics of a lane.
pub(crate) fn topics(chain: &Digest, lane: &str) -> Vec<String> {
    let topics = Topic::ALL.into_iter().filter(|topic| match topic {
        Topic::Votes | Topic::Certificates | Topic::Evidence => lane == "votes",
        Topic::Proposals => lane == "blocks",
        Topic::Transactions => lane == "transactions",
    });
    topics.map(|topic| topic.path(chain)).collect()
}

/// Bytes behind their length, which has seven bits in each byte, the last ones first.
pub(crate) fn length_first(bytes: &[u8]) -> Vec<u8> {
    [&varint(bytes.len() as u64)[..], bytes].concat()
}

pub(crate) fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number > 127 {
        bytes.push(u8::try_from(number % 128).unwrap() | 128);
        number /= 128;
    }
    bytes.push(u8::try_from(number).unwrap());
    bytes
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2][..], &length_first(bytes)].concat()
}

fn subscription(topic: &str, is_on: bool) -> Vec<u8> {
    field(
        1,
        &[&[1 << 3, u8::from(is_on)][..], &field(2, topic.as_bytes())].concat(),
    )
}

/// Subscribes to each topic of a lane.
pub(crate) fn subscriptions(chain: &Digest, lane: &str) -> Vec<u8> {
    let fields = topics(chain, lane)
        .iter()
        .map(|topic| subscription(topic, true))
        .collect::<Vec<_>>();
    length_first(&fields.concat())
}

/// A message.
pub(crate) fn message(topic: &str, bytes: &[u8]) -> Vec<u8> {
    length_first(&field(2, &[field(2, bytes), field(4, topic.as_bytes())].concat()))
}

fn control(fields: &[u8]) -> Vec<u8> {
    length_first(&field(3, fields))
}

/// Joins the mesh of a topic.
pub(crate) fn graft(topic: &str) -> Vec<u8> {
    control(&field(3, &field(1, topic.as_bytes())))
}

fn ids(seed: u64, count: u64, number: u8) -> Vec<u8> {
    let id = |i: u64| {
        let digest = blake3::hash(&[seed.to_le_bytes(), i.to_le_bytes()].concat());
        field(number, digest.as_bytes())
    };
    (0..count).flat_map(id).collect()
}

/// The most control messages that a frame can have, of one kind after the other.
pub(crate) fn flood_of_control(topic: &str, number: u64) -> Vec<u8> {
    let topic_field = field(1, topic.as_bytes());
    match number % 7 {
        // Offers of messages that nobody has, requests for them, and refusals of them.
        0 => control(&field(1, &[topic_field, ids(number, 2000, 2)].concat())),
        1 => control(&field(2, &ids(number, 2000, 1))),
        2 => control(&field(5, &ids(number, 2000, 1))),
        // In and out of the mesh, and empty control messages by the ten thousand.
        3 => control(&field(3, &topic_field).repeat(500)),
        4 => control(&field(4, &topic_field).repeat(500)),
        5 => control(&[3 << 3 | 2, 0].repeat(40_000)),
        _ => {
            let on_and_off = [subscription(topic, false), subscription(topic, true)].concat();
            length_first(&on_and_off.repeat(6))
        }
    }
}

/// A length of 2^32, and then bytes of it.
pub(crate) fn oversize(number: u64) -> Vec<u8> {
    match number {
        0 => varint(1 << 32),
        _ => vec![0x12; 64 << 10],
    }
}
