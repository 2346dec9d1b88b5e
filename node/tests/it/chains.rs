//! Chains made with real keys: every vote drawn and signed, every certificate assembled.

use klero_committee::{
    CommitteeSize, Profile, QuorumCertificate, Role, RoundContext, Step, ValidatorKeys, Value, Vote,
    cast_vote, certificate,
};
use klero_finality::{Chain, Draft, FinalBlock, Genesis};
use klero_node::app::pack;
use klero_node::keys::{KeyEntry, Secret};
use klero_sampling::vrf::VrfSuite;
use klero_sampling::{Digest, Domain, SeatScheme};

/// The rounds of the chains here.
pub(crate) const ROUNDS: u64 = 9;

/// A chain with its genesis, from round 1 on.
pub(crate) struct Finished {
    pub(crate) genesis: Genesis,
    pub(crate) blocks: Vec<FinalBlock>,
}

impl Finished {
    pub(crate) fn block(&self, round: u64) -> &FinalBlock {
        &self.blocks[usize::try_from(round).unwrap() - 1]
    }
}

/// Four equal validators who are all members; certificates carry no proofs.
pub(crate) fn full() -> Finished {
    grow(&[10; 4], Profile::full(), ROUNDS)
}

/// Twelve unequal validators of whom the small ones draw; every certificate carries proofs.
pub(crate) fn quota() -> Finished {
    let size = CommitteeSize {
        expected: 12,
        threshold: 9,
    };
    let profile = Profile {
        scheme: SeatScheme::Quota,
        soft: size,
        cert: size,
        next: size,
        catch_up: 5,
        ..Profile::full()
    };
    let chain = grow(&[60, 40, 30, 20, 15, 12, 10, 8, 6, 5, 4, 3], profile, ROUNDS);
    assert!(
        chain
            .blocks
            .iter()
            .all(|block| !block.certificate.proofs.is_empty())
    );
    chain
}

fn grow(stakes: &[u64], profile: Profile, rounds: u64) -> Finished {
    let network = "made-in-a-test";
    let mut entries: Vec<(KeyEntry, u64)> = (0_u64..)
        .zip(stakes)
        .map(|(number, stake)| (entry(number), *stake))
        .collect();
    entries.sort_by_key(|(entry, _)| entry.id);
    let validators = entries
        .iter()
        .map(|(entry, stake)| entry.genesis_validator(network, *stake).unwrap());
    let genesis = Genesis::new(network, 1_000, profile, validators.collect());
    let keys: Vec<ValidatorKeys> = entries.iter().map(|(entry, _)| entry.keys().unwrap()).collect();
    let mut chain = Chain::new(&genesis).unwrap();
    let mut blocks: Vec<FinalBlock> = Vec::new();
    for _ in 0..rounds {
        let next = decide(&chain, &keys, blocks.last());
        chain.accept(&next.block, &next.certificate).unwrap();
        blocks.push(next);
    }
    Finished { genesis, blocks }
}

fn entry(number: u64) -> KeyEntry {
    let seed = Domain::Keys.digest(&("node tests", number));
    let id = Domain::Genesis.digest(&("node tests", number));
    KeyEntry::of_seed(id, VrfSuite::Sr25519, &Secret::new(*seed.as_bytes())).unwrap()
}

/// The next round: in the first period whose Cert committee reaches a quorum, every fourth round in a later one.
fn decide(chain: &Chain, keys: &[ValidatorKeys], parent: Option<&FinalBlock>) -> FinalBlock {
    let round = chain.round() + 1;
    let context = chain.context(round).unwrap();
    let first = u32::from(round.is_multiple_of(4));
    let proposer = u32::try_from(round).unwrap() % u32::try_from(keys.len()).unwrap();
    let certified = (first..first + 64).find_map(|period| {
        let draft = Draft {
            period,
            proposer,
            parent_certificate: parent.map(|parent| parent.certificate.clone()),
            operations: Vec::new(),
            application_root: Digest([u8::try_from(round).unwrap(); 32]),
            payload: payload(round),
            now: 2_000 + 17 * round,
        };
        let block = draft.into_block(chain, &keys[proposer as usize]).unwrap();
        let certificate = quorum(&context, period, block.header.digest(), keys)?;
        Some(FinalBlock {
            block,
            certificate: certificate.as_unverified().clone(),
        })
    });
    certified.expect("one of 64 committees reaches its quorum")
}

fn quorum(
    context: &RoundContext,
    period: u32,
    block: Digest,
    keys: &[ValidatorKeys],
) -> Option<QuorumCertificate> {
    let role = Role::new(context.round(), period, Step::Cert);
    let value = Value::Block(block);
    let votes = (0_u32..)
        .zip(keys)
        .filter_map(|(voter, keys)| cast_vote(context, role, value, voter, keys));
    let votes: Vec<Vote> = votes.collect();
    certificate::assemble(context, role, value, &votes)
}

/// Two transactions in most rounds, none in every third.
fn payload(round: u64) -> Vec<u8> {
    let count = if round.is_multiple_of(3) { 0 } else { 2 };
    let transactions: Vec<Vec<u8>> = (0..count)
        .map(|number| format!("set key{number} of round {round}").into_bytes())
        .collect();
    pack(&mut transactions.iter().map(Vec::as_slice), 10_000)
}
