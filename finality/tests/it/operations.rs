//! Operations in blocks: what they change, when, and which blocks are refused for them.

use klero_finality::stake::committee::ValidatorKeys;
use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::committee::sampling::vrf::VrfSuite;
use klero_finality::stake::{
    BlockError, GenesisAccount, Operation, OperationError, OperatorSecret, ProvenKeys, SignedOperation,
};
use klero_finality::{Block, Body, BodyError, Chain, ChainError, HeaderError};

use crate::network::{Network, SEEDS, genesis_of_four};

const FREE: u64 = 1_000;

fn operator(number: u8) -> OperatorSecret {
    OperatorSecret::from_seed(&[number; 32])
}

/// Four members, and an account with free stake.
fn network() -> Network {
    let mut genesis = genesis_of_four();
    genesis.accounts = vec![GenesisAccount {
        operator: operator(77).public(),
        free: FREE,
    }];
    Network::new(genesis)
}

fn sign(network: &Network, number: u8, operation: Operation) -> SignedOperation {
    let (secret, chain) = (operator(number), &network.chain);
    let account = chain.registry().account(&secret.public().account());
    let nonce = account.map_or(0, |account| account.nonce);
    SignedOperation::sign(&secret, chain.id(), nonce, operation)
}

fn block_with(network: &Network, operations: Vec<SignedOperation>) -> Option<Block> {
    let mut draft = network.draft(0);
    draft.operations = operations;
    draft.into_block(&network.chain, &network.keys[network.proposer() as usize])
}

fn transfer(network: &Network, amount: u64) -> SignedOperation {
    let to = operator(78).public().account();
    sign(network, 77, Operation::Transfer { to, amount })
}

/// [STK-1] [FIN-1] A block's operations take effect in it, and its root says so.
#[test]
fn operations_take_effect_in_their_block() {
    let mut network = network();
    network.extend(0);
    let operation = transfer(&network, 300);
    let block = block_with(&network, vec![operation]).unwrap();
    assert_eq!(Block::decode(&block.encode()), Ok(block.clone()));
    network.finish(block.clone());
    let registry = network.chain.registry();
    let free = |number| {
        registry
            .account(&operator(number).public().account())
            .unwrap()
            .free
    };
    assert_eq!((free(77), free(78)), (FREE - 300, 300));
    assert_eq!(registry.root(), block.header.registry_root);
    assert!(registry.is_balanced());
}

/// [STK-1] Whoever follows by its own store arrives at the same registry.
#[test]
fn a_follower_that_trusts_its_store_arrives_at_the_same() {
    let mut network = network();
    let mut stored = Chain::new(&network.genesis).unwrap();
    for round in 1..=9 {
        let operations = (round % 3 == 0).then(|| transfer(&network, round));
        let block = block_with(&network, operations.into_iter().collect()).unwrap();
        network.finish(block.clone());
        stored.advance(&block).unwrap();
        assert_eq!(stored.registry(), network.chain.registry());
        for next in [round + 1, round + 2] {
            let roots = [&stored, &network.chain].map(|chain| *chain.context(next).unwrap().seed());
            assert_eq!(roots[0], roots[1]);
        }
    }
}

/// [STK-1] An operation without effect stands in no valid block.
#[test]
fn a_block_with_an_operation_of_no_effect_is_refused() {
    let network = network();
    let too_much = transfer(&network, FREE + 1);
    assert_eq!(block_with(&network, vec![too_much.clone()]), None);
    let mut block = block_with(&network, vec![]).unwrap();
    block.body.operations = vec![too_much];
    assert_eq!(
        network.chain.check_block(&block).map(drop),
        Err(BodyError::Operations.into())
    );
    block.header.operations = Body::operations_digest(&block.body.operations);
    let refused = network.chain.check_block(&block).unwrap_err();
    let cause = OperationError::NotEnoughFree {
        needed: FREE + 1,
        free: FREE,
    };
    let place = 0;
    assert_eq!(refused, ChainError::Stake(BlockError::Operation { place, cause }));
    let mut follower = network.chain.clone();
    assert!(follower.advance(&block).is_err());
    assert_eq!(
        (follower.round(), follower.registry()),
        (0, network.chain.registry())
    );
}

/// [STK-1] [D6] The root is that of the registry after the block, whatever a proposer claims.
#[test]
fn a_block_with_another_root_is_refused() {
    let network = network();
    let mut block = block_with(&network, vec![transfer(&network, 5)]).unwrap();
    block.header.registry_root = network.chain.registry().root();
    let refused = network.chain.check_block(&block).unwrap_err();
    assert_eq!(refused, HeaderError::RegistryRoot.into());
}

/// [STK-7] Who stands in the parent's certificate, and who proposed, left a trace.
#[test]
fn signers_and_proposers_leave_traces() {
    let mut network = network();
    network.extend(0);
    let certificate = network.certificate.clone().unwrap();
    let block = network.extend(0).block;
    for index in 0..4_u32 {
        let is_seen =
            certificate.signers.iter().any(|signer| signer == index) || block.header.proposer == index;
        let account = network
            .chain
            .registry()
            .account(&Digest([index as u8; 32]))
            .unwrap();
        let trace = account.validator.as_ref().unwrap().last_trace;
        assert_eq!(trace == 2, is_seen, "{index}: {trace}");
    }
}

/// [STK-6] A fifth validator draws K rounds after the block that registered it, and in no round before.
#[test]
fn a_validator_that_registers_draws_k_rounds_later() {
    let mut network = network();
    network.extend(0);
    let new = ValidatorKeys::from_seed(VrfSuite::Sr25519, &[200; 32]).unwrap();
    let account = operator(77).public().account();
    let (vote, vrf) = (new.vote.public(), new.vrf.public());
    let proven = ProvenKeys::prove(&new, &vote, &vrf, network.chain.id(), &account).unwrap();
    let register = Operation::Register {
        keys: Box::new(proven),
        bond: 2,
    };
    let operation = sign(&network, 77, register);
    let block = block_with(&network, vec![operation]).unwrap();
    let registered = block.header.round;
    network.finish(block);
    let first = registered + SEEDS.electorate_lookback();
    while network.chain.round() < first - 3 {
        let next = network.extend(0).block.header;
        assert!(next.round < first - 1);
    }
    let draws = |chain: &Chain, round| chain.context(round).unwrap().electorate().index_of(&account);
    assert_eq!(draws(&network.chain, first - 1), None);
    network.extend(0);
    assert_eq!(draws(&network.chain, first - 1), None);
    let index = draws(&network.chain, first).unwrap();
    // The new one stands among the members by its id; the network's helper signs by index, so its keys go there too.
    network.extend(0);
    network.keys.insert(index as usize, new);
    let header = network.block(0).header;
    assert_eq!(header.round, first);
    let cast = network.votes(&header, 0);
    assert!(cast.iter().any(|vote| vote.voter() == index), "it votes");
    network.extend(0);
}
