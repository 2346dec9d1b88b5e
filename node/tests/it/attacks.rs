//! The attacks of peers on four nodes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use klero_committee::{BundledVote, Role, Step, Value, VoteBundle, vote_message};
use klero_finality::{Block, Body, Header};
use klero_net::{Multiaddr, Topic};
use klero_node::Digest;
use klero_node::keys::KeyFile;
use klero_node::wire::{Envelope, Message};
use klero_sampling::bls::Purpose;
use klero_sampling::codec::Wire;

use crate::attacker::Manner;
use crate::attacker_frames::{flood_of_control, graft, message, oversize, topics};

/// What attackers know: the chain, its round, where the nodes are and, one of them, the keys of a validator.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) chain: Digest,
    pub(crate) round: Arc<AtomicU64>,
    pub(crate) nodes: Vec<Multiaddr>,
    pub(crate) keys: Arc<KeyFile>,
    /// Who those keys are in the electorate.
    pub(crate) voter: u32,
}

/// An attack: its name with the attacks it answers, how many peers, and what they do.
pub(crate) type Kind = (&'static str, usize, fn(&Target) -> Manner);

pub(crate) const ATTACKS: [Kind; 6] = [
    // [D8]
    ("frames of 2^32 bytes", 4, |_| {
        manner(|_, number| Some(oversize(number)))
    }),
    // [D5]
    ("floods of control messages", 4, control),
    // [C3]
    ("far votes of a member", 1, far_votes),
    // [D12]
    ("bodies and transactions", 4, bodies),
    // [D7]
    ("forty that graft and drop", 40, graft_and_drop),
    ("forty that read nothing", 40, |_| Manner {
        frames: Arc::new(|_, _| None),
        reads: false,
    }),
];

fn manner(frames: impl Fn(&str, u64) -> Option<Vec<u8>> + Send + Sync + 'static) -> Manner {
    Manner {
        frames: Arc::new(frames),
        reads: true,
    }
}

/// Another number each time, for envelopes that differ.
fn attempt() -> u32 {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Control messages on each lane [D5].
fn control(target: &Target) -> Manner {
    let chain = target.chain;
    manner(move |lane, number| {
        let topics = topics(&chain, lane);
        let topic = &topics[usize::try_from(number).unwrap() % topics.len()];
        Some(flood_of_control(topic, number))
    })
}

/// Votes of a validator with good signatures, one for each role of the next round that it may ever vote in, and of the
/// rounds after it up to a million on [C3]. The same vote in another envelope is another message.
fn far_votes(target: &Target) -> Manner {
    let Target {
        chain,
        round,
        keys,
        voter,
        ..
    } = target.clone();
    let topic = Topic::Votes.path(&chain);
    let key = keys.validators[0].keys().unwrap().vote;
    manner(move |lane, number| {
        if lane != "votes" {
            return None;
        }
        let next = round.load(Ordering::Relaxed) + 1;
        let ahead = if number % 2 == 0 {
            0
        } else {
            1 + number % 1_000_000
        };
        // The honest node of these keys seldom votes so late: nobody is to be convicted here.
        let k = u32::try_from(3 + number % 60).unwrap();
        let (role, value) = (Role::new(next + ahead, 0, Step::Next(k)), Value::Bottom);
        let signature = key
            .sign(Purpose::Vote, &vote_message(&chain, role, &value))
            .to_bytes();
        let proof = None;
        let votes = vec![BundledVote {
            voter,
            proof,
            signature,
        }];
        let bundle = VoteBundle { role, value, votes };
        let envelope = Envelope {
            attempt: attempt(),
            message: Message::Votes(bundle),
        };
        Some(message(&topic, &envelope.encode()))
    })
}

/// Blocks of the round under way that nobody needs, and transactions that nobody can execute, as large as they may
/// be and each another one: nothing of this can be held against who sends it.
fn bodies(target: &Target) -> Manner {
    let Target { chain, round, .. } = target.clone();
    manner(move |lane, _| {
        let (topic, content) = match lane {
            "blocks" => (
                Topic::Proposals,
                Message::Block(Box::new(junk(chain, round.load(Ordering::Relaxed) + 1))),
            ),
            "transactions" => (Topic::Transactions, Message::Transaction(vec![0xfe; 60 << 10])),
            _ => return None,
        };
        let envelope = Envelope {
            attempt: attempt(),
            message: content,
        };
        Some(message(&topic.path(&chain), &envelope.encode()))
    })
}

/// A block of a megabyte that is well formed, and no more.
fn junk(chain: Digest, round: u64) -> Block {
    let none = Digest::ZERO;
    let body = Body {
        parent_certificate: None,
        operations: Vec::new(),
        payload: vec![0xee; 1 << 20],
    };
    let header = Header {
        version: 1,
        chain,
        round,
        original_period: 0,
        proposer: 0,
        parent: none,
        parent_certificate: none,
        seed: none,
        seed_proof: None,
        operations: none,
        registry_root: none,
        application_root: none,
        payload: Body::payload_digest(&body.payload),
        payload_length: 1 << 20,
        timestamp: round,
        next_electorate: none,
        next_seed: none,
    };
    Block { header, body }
}

/// Members of every mesh that pass nothing on [D7].
fn graft_and_drop(target: &Target) -> Manner {
    let chain = target.chain;
    manner(move |lane, number| {
        let topics = topics(&chain, lane);
        topics
            .get(usize::try_from(number).unwrap())
            .map(|topic| graft(topic))
    })
}
