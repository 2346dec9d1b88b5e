//! How quickly a node catches up that is far behind: rounds a second over a chain of 200 validators, made here with
//! real keys, draws, votes and certificates, from one peer on the same machine, beside the rate at which such a chain
//! comes into being.
//!
//! Arguments: `rounds N validators V`; without them 2000 and 200.

#![allow(clippy::print_stdout, reason = "an example prints its figures")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use klero_committee::{
    QuorumCertificate, Role, RoundContext, Step, ValidatorKeys, Value, Vote, cast_vote, certificate,
};
use klero_node::finality::{Chain, Draft, FinalBlock, Genesis, Profile};
use klero_node::keys::KeyFile;
use klero_node::store::{Batch, Durability, RocksStore, Store};
use klero_node::{BlockStore, Node};
use klero_sampling::codec::Wire;
use klero_sampling::{Digest, Domain};

/// A round of a testnet of 200 validators takes so long in the median, as `make bench` prints it.
const ROUND: Duration = Duration::from_millis(286);

type Outcome<T> = Result<T, Box<dyn Error>>;

struct Plan {
    rounds: u64,
    validators: usize,
}

fn plan() -> Outcome<Plan> {
    let mut plan = Plan {
        rounds: 2000,
        validators: 200,
    };
    let words: Vec<String> = std::env::args().skip(1).collect();
    for pair in words.chunks(2) {
        match pair {
            [name, value] if name == "rounds" => plan.rounds = value.parse()?,
            [name, value] if name == "validators" => plan.validators = value.parse()?,
            other => return Err(format!("{other:?}: write `rounds N validators V`").into()),
        }
    }
    Ok(plan)
}

/// Stakes like 1/i and the committees of `klero testnet`.
fn genesis(plan: &Plan) -> Outcome<(Genesis, Vec<ValidatorKeys>)> {
    // The committees of a test network, whose targets a node checks before it starts.
    let profile: Profile = toml::from_str(include_str!("../../profiles/testnet.toml"))?;
    let file = KeyFile::generate("behind", plan.validators)?;
    let mut entries: Vec<_> = file.validators.iter().collect();
    entries.sort_by_key(|entry| entry.id);
    let stakes = (1_u64..).map(|rank| 1_000_000_000 / rank);
    let validators = entries
        .iter()
        .zip(stakes)
        .map(|(entry, stake)| entry.genesis_validator("behind", stake));
    let genesis = Genesis::new("behind", 1_000, profile, validators.collect::<Result<_, _>>()?);
    let keys: Result<Vec<_>, _> = entries.iter().map(|entry| entry.keys()).collect();
    Ok((genesis, keys?))
}

/// The smallest certificate of the first period in which those who are there reach a quorum: three of four, other ones
/// each time, so that certificates carry proofs as those of a real network do.
fn quorum(context: &RoundContext, block: Digest, keys: &[ValidatorKeys]) -> Option<QuorumCertificate> {
    (0..64).find_map(|period| {
        let (role, value) = (
            Role::new(context.round(), period, Step::Cert),
            Value::Block(block),
        );
        let is_there = |voter: u32| {
            !Domain::Draw.digest(&(context.round(), period, voter)).as_bytes()[0].is_multiple_of(4)
        };
        let cast = |(voter, keys): (u32, &ValidatorKeys)| {
            is_there(voter)
                .then(|| cast_vote(context, role, value, voter, keys))
                .flatten()
        };
        let votes: Vec<Vote> = (0..).zip(keys).filter_map(cast).collect();
        certificate::assemble(context, role, value, &votes)
    })
}

/// Makes a chain and stores it; gives the mean length of its certificates in bytes.
fn grow(plan: &Plan, genesis: &Genesis, keys: &[ValidatorKeys], directory: &Path) -> Outcome<u64> {
    let store: Arc<dyn Store> = Arc::new(RocksStore::open(&directory.join("db"))?);
    let mut chain = Chain::new(genesis)?;
    BlockStore::new(Arc::clone(&store)).begin(chain.id(), chain.registry())?;
    let (mut parent, mut bytes) = (None, 0);
    for round in 1..=plan.rounds {
        let proposer = usize::try_from(round)? % keys.len();
        let draft = Draft {
            period: 0,
            proposer: u32::try_from(proposer)?,
            parent_certificate: parent,
            operations: Vec::new(),
            application_root: Digest::ZERO,
            payload: Vec::new(),
            now: 2_000 + round,
        };
        let block = draft.into_block(&chain, &keys[proposer]).ok_or("no block")?;
        let context = chain.context(round).ok_or("no committees")?;
        let certificate = quorum(&context, block.header.digest(), keys).ok_or("no quorum")?;
        let certificate = certificate.as_unverified().clone();
        bytes += certificate.encode().len() as u64;
        chain.advance(&block)?;
        parent = Some(certificate.clone());
        let mut batch = Batch::default();
        BlockStore::append(&mut batch, &FinalBlock { block, certificate });
        store.write(batch, Durability::Buffered)?;
    }
    Ok(bytes / plan.rounds.max(1))
}

fn start(genesis: &Genesis, directory: &Path, peer: Option<String>) -> Outcome<Node> {
    let mut builder = Node::builder(genesis.clone())
        .data(directory)?
        .listen("/ip4/127.0.0.1/udp/0/quic-v1".parse()?)
        .key_value()?;
    if let Some(peer) = peer {
        builder = builder.bootnode(peer.parse()?);
    }
    Ok(builder.start()?)
}

/// The processor time that this process has used so far, in seconds; both nodes are in it. Linux tells it in hundredths.
fn processor_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, numbers) = text.rsplit_once(')')?;
    let ticks = numbers.split_whitespace().skip(11).take(2);
    let ticks: Vec<f64> = ticks.filter_map(|ticks| ticks.parse().ok()).collect();
    (ticks.len() == 2).then(|| ticks.iter().sum::<f64>() / 100.0)
}

fn main() -> Outcome<()> {
    let plan = plan()?;
    let directory = tempfile::tempdir()?;
    let (ahead, behind) = (directory.path().join("ahead"), directory.path().join("behind"));
    std::fs::create_dir_all(&ahead)?;
    let (genesis, keys) = genesis(&plan)?;
    let began = Instant::now();
    let bytes = grow(&plan, &genesis, &keys, &ahead)?;
    println!(
        "made        {} rounds of {} validators in {:.0} s; a certificate has {bytes} bytes",
        plan.rounds,
        plan.validators,
        began.elapsed().as_secs_f64()
    );
    let serving = start(&genesis, &ahead, None)?;
    let (began, used) = (Instant::now(), processor_seconds());
    let following = start(&genesis, &behind, serving.addresses().first().cloned())?;
    if !following.wait_for_round(plan.rounds, Duration::from_secs(3600)) {
        return Err(format!("it did not catch up: {:?}", following.status()).into());
    }
    let seconds = began.elapsed().as_secs_f64();
    let rate = plan.rounds as f64 / seconds;
    println!("caught up   in {seconds:.1} s, {rate:.0} rounds a second");
    if let Some((before, after)) = used.zip(processor_seconds()) {
        let of_one = plan.rounds as f64 / (after - before).max(0.01);
        println!(
            "processor   {:.1} s of both nodes together, {of_one:.0} rounds a second of one processor's time",
            after - before
        );
    }
    println!(
        "as quick as {:.0} such chains, at {} ms a round",
        rate * ROUND.as_secs_f64(),
        ROUND.as_millis()
    );
    following.stop()?;
    serving.stop()?;
    Ok(())
}
