//! States of a chain: whoever takes one goes on as if it had followed every block, and every lie in it is refused.

use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::{GenesisAccount, Operation, OperatorSecret, ProvenKeys, SignedOperation};
use klero_finality::{Block, Chain, ChainState, Footprint, Genesis, OlderCheckpoints, StateError};

use crate::network::{Network, genesis_of_twenty, keys};

/// K is 12 with the seeds of these networks, so a state after round 30 covers rounds 13 to 30.
const EVIDENCE_AGE: u64 = 5;
const ROUNDS: u64 = 44;

fn operator(number: u8) -> OperatorSecret {
    OperatorSecret::from_seed(&[number; 32])
}

/// What a node kept of each block, and its chain after each.
struct Kept {
    genesis: Genesis,
    footprints: Vec<Footprint>,
    blocks: Vec<Block>,
    chains: Vec<Chain>,
}

impl Kept {
    /// A chain of twenty, in which an operator registers and changes its stake time and again.
    fn new() -> Self {
        let mut genesis = genesis_of_twenty();
        (genesis.stake.evidence_age, genesis.stake.unbonding_rounds) = (EVIDENCE_AGE, 40);
        genesis.stake.activity_window = 1_000;
        genesis.accounts = vec![GenesisAccount {
            operator: operator(77).public(),
            free: 5_000,
        }];
        let mut network = Network::new(genesis.clone());
        let mut kept = Self {
            genesis,
            footprints: Vec::new(),
            blocks: Vec::new(),
            chains: vec![network.chain.clone()],
        };
        for round in 1..=ROUNDS {
            let mut draft = network.draft(u32::from(round.is_multiple_of(7)));
            draft.operations = operation(&network, round).into_iter().collect();
            let proposer = draft.proposer as usize;
            let block = draft.into_block(&network.chain, &network.keys[proposer]).unwrap();
            network.finish(block.clone());
            kept.footprints.push(Footprint {
                header: block.header.clone(),
                registry: *network.chain.commitments(),
            });
            kept.blocks.push(block);
            kept.chains.push(network.chain.clone());
        }
        kept
    }

    fn chain(&self, round: u64) -> &Chain {
        &self.chains[usize::try_from(round).unwrap()]
    }

    fn window(&self, round: u64) -> &[Footprint] {
        let first = ChainState::first_footprint(&self.genesis, round);
        let from = usize::try_from(first).unwrap() - 1;
        &self.footprints[from..usize::try_from(round).unwrap()]
    }

    fn state(&self, round: u64) -> (ChainState, OlderCheckpoints) {
        self.chain(round).state().unwrap()
    }

    fn resume(&self, round: u64) -> Result<Chain, StateError> {
        let (state, older) = self.state(round);
        let (state, older) = (
            ChainState::decode(&state.encode()).unwrap(),
            OlderCheckpoints::decode(&older.encode()).unwrap(),
        );
        Chain::resume(&self.genesis, state, older, self.window(round))
    }
}

fn newcomer(chain: &Digest, account: &Digest) -> ProvenKeys {
    let keys = keys(99);
    let (vote_key, vrf_key) = (keys.vote.public(), keys.vrf.public());
    ProvenKeys::prove(&keys, &vote_key, &vrf_key, chain, account).unwrap()
}

/// Registers in round 3 and bonds or unbonds in every fifth round after.
fn operation(network: &Network, round: u64) -> Option<SignedOperation> {
    let secret = operator(77);
    let account = secret.public().account();
    let nonce = network.chain.registry().account(&account).unwrap().nonce;
    let operation = match round {
        3 => Operation::Register {
            keys: Box::new(newcomer(network.chain.id(), &account)),
            bond: 1_000,
        },
        round if round > 3 && round.is_multiple_of(10) => Operation::Unbond { amount: 50 },
        round if round > 3 && round.is_multiple_of(5) => Operation::Bond { amount: 100 },
        _ => return None,
    };
    Some(SignedOperation::sign(
        &secret,
        network.chain.id(),
        nonce,
        operation,
    ))
}

/// [STK-6] [SEED-4] [FIN-4] Whatever a chain knows, it knows again: every field is the same, and so is every next round.
#[test]
fn a_chain_from_its_state_is_the_chain_itself() {
    let kept = Kept::new();
    for round in 1..=ROUNDS {
        let mut resumed = kept
            .resume(round)
            .unwrap_or_else(|error| panic!("round {round}: {error}"));
        let described = |chain: &Chain| format!("{chain:#?}");
        assert_eq!(
            described(&resumed),
            described(kept.chain(round)),
            "after round {round}"
        );
        for block in kept.blocks.iter().skip(usize::try_from(round).unwrap()).take(3) {
            resumed.replay(block).unwrap();
        }
        let last = (round + 3).min(ROUNDS);
        assert_eq!(
            described(&resumed),
            described(kept.chain(last)),
            "from round {round} on"
        );
    }
}

/// [FIN-4] Without the checkpoints before, the next one can be signed all the same.
#[test]
fn a_chain_without_older_checkpoints_signs_the_next() {
    let kept = Kept::new();
    let (state, _) = kept.state(40);
    let mut resumed =
        Chain::resume(&kept.genesis, state, OlderCheckpoints::default(), kept.window(40)).unwrap();
    for block in &kept.blocks[40..44] {
        resumed.replay(block).unwrap();
    }
    let (ours, theirs) = (
        resumed.checkpoint(11).unwrap(),
        kept.chain(44).checkpoint(11).unwrap(),
    );
    assert_eq!(ours.statement(), theirs.statement());
    assert_eq!(format!("{:?}", ours.context()), format!("{:?}", theirs.context()));
    assert!(resumed.checkpoint(10).is_none() && kept.chain(44).checkpoint(10).is_some());
}

/// The contexts of rounds that are over are those that they had.
#[test]
fn past_rounds_have_the_contexts_that_they_had() {
    let kept = Kept::new();
    let resumed = kept.resume(40).unwrap();
    for round in 36..=40_u64 {
        let before = &kept.footprints[usize::try_from(round).unwrap() - 2].header;
        let found = resumed.past_context(before, None).unwrap();
        let was = kept.chain(round - 1).context(round).unwrap();
        assert_eq!(format!("{found:?}"), format!("{was:?}"), "round {round}");
    }
    assert!(
        resumed.past_context(&kept.footprints[32].header, None).is_none(),
        "forgotten"
    );
    let mut wrong = kept.footprints[38].header.clone();
    wrong.next_electorate = Digest::ZERO;
    assert!(resumed.past_context(&wrong, None).is_none());
}

/// Each byte of a state is covered by the last header: none can be another.
#[test]
fn a_changed_byte_anywhere_is_refused() {
    let kept = Kept::new();
    let (state, _) = kept.state(30);
    let honest = state.encode();
    let step = honest.len() / 700;
    for place in (0..honest.len()).step_by(step.max(1)) {
        let mut bytes = honest.clone();
        bytes[place] ^= 1 << (place % 8);
        let Ok(state) = ChainState::decode(&bytes) else {
            continue;
        };
        let resumed = Chain::resume(&kept.genesis, state, OlderCheckpoints::default(), kept.window(30));
        assert!(resumed.is_err(), "byte {place}");
    }
}

/// Headers that are missing, exchanged or of another registry.
#[test]
fn headers_that_are_no_row_are_refused() {
    let kept = Kept::new();
    let refused = |change: &dyn Fn(&mut Vec<Footprint>)| {
        let mut row = kept.window(30).to_vec();
        change(&mut row);
        let (state, older) = kept.state(30);
        Chain::resume(&kept.genesis, state, older, &row)
            .map(drop)
            .unwrap_err()
    };
    let at = |change: &dyn Fn(&mut Vec<Footprint>)| match refused(change) {
        StateError::Headers(round) => round,
        other => panic!("{other}"),
    };
    assert_eq!(at(&|row| *row = row[1..].to_vec()), 13);
    assert_eq!(at(&|row| *row = [&row[..4], &row[5..]].concat()), 17);
    assert_eq!(at(&|row| row.truncate(17)), 30);
    assert_eq!(at(&Vec::clear), 30);
    assert_eq!(at(&|row| row[3].header.timestamp += 1), 17);
    assert_eq!(at(&|row| row[3].registry.burnt += 1), 16);
    // The last header is held for true; what it names must be what follows.
    let other = refused(&|row| row.last_mut().unwrap().header.next_seed = Digest::ZERO);
    assert_eq!(other, StateError::Next(31));
}

/// Another round's registry or history with this round's headers.
#[test]
fn a_state_of_another_round_is_refused() {
    let kept = Kept::new();
    let (state, older) = kept.state(29);
    let error = Chain::resume(&kept.genesis, state, older, kept.window(30))
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, StateError::Headers(_)), "{error}");
}

/// A block that does not follow is not replayed, and changes nothing.
#[test]
fn a_damaged_block_is_not_replayed() {
    let kept = Kept::new();
    let mut chain = kept.resume(30).unwrap();
    let mut block = kept.blocks[30].clone();
    block.header.registry_root = Digest::ZERO;
    assert!(chain.replay(&block).is_err());
    let mut block = kept.blocks[30].clone();
    block.body.payload.push(0);
    assert!(chain.replay(&block).is_err());
    assert!(chain.replay(&kept.blocks[31]).is_err());
    assert_eq!(chain.round(), 30);
    chain.replay(&kept.blocks[30]).unwrap();
}
