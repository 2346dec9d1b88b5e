//! A registry with operators, keys and a history, block by block.

use std::cell::RefCell;
use std::collections::BTreeMap;

use klero_stake::committee::sampling::codec::Wire;
use klero_stake::committee::sampling::seed::SeedSchedule;
use klero_stake::committee::sampling::vrf::VrfSuite;
use klero_stake::committee::sampling::{Digest, bls};
use klero_stake::committee::{
    Member, Ratio, Role, Step, ValidatorKeys, Value, proposal_message, vote_message,
};
use klero_stake::evidence::Statement;
use klero_stake::{
    Account, Applied, BlockError, BlockInputs, Evidence, GenesisAccount, History, Operation, OperationError,
    OperatorSecret, Parameters, ProvenKeys, Receipt, Registry, Rules, SignedOperation, Transition,
    VerifiedOperation,
};

pub(crate) const CHAIN: Digest = Digest([0xc4; 32]);

/// K = 2 · 2 · 1 = 4.
pub(crate) const SCHEDULE: SeedSchedule = SeedSchedule {
    lookback: 2,
    refresh: 1,
};

pub(crate) const PARAMETERS: Parameters = Parameters {
    unbonding_rounds: 15,
    evidence_age: 10,
    slash_millionths: 100_000,
    activity_window: 1_000,
    least_active_share: Ratio {
        numerator: 2,
        denominator: 3,
    },
    min_bond: 10,
    entry_price: 0,
};

pub(crate) const RULES: Rules = Rules {
    chain: CHAIN,
    vrf: VrfSuite::Sr25519,
    parameters: PARAMETERS,
};

pub(crate) fn operator(index: u8) -> OperatorSecret {
    OperatorSecret::from_seed(&[index; 32])
}

pub(crate) fn id(index: u8) -> Digest {
    operator(index).public().account()
}

thread_local! {
    static KEYS: RefCell<BTreeMap<u16, ValidatorKeys>> = const { RefCell::new(BTreeMap::new()) };
}

/// The keys with a number, of any validator. They take longer to make than to keep.
pub(crate) fn keys(number: u16) -> ValidatorKeys {
    let make = || {
        let mut seed = [0x7e; 32];
        seed[..2].copy_from_slice(&number.to_le_bytes());
        ValidatorKeys::from_seed(VrfSuite::Sr25519, &seed).unwrap()
    };
    KEYS.with_borrow_mut(|all| all.entry(number).or_insert_with(make).clone())
}

/// The vote key with a number.
pub(crate) fn vote_key(number: u16) -> bls::PublicKey {
    thread_local! {
        static PUBLIC: RefCell<BTreeMap<u16, bls::PublicKey>> = const { RefCell::new(BTreeMap::new()) };
    }
    PUBLIC.with_borrow_mut(|all| *all.entry(number).or_insert_with(|| keys(number).vote.public()))
}

/// Keys with proofs for a chain and an account.
pub(crate) fn proven_for(keys: &ValidatorKeys, chain: &Digest, account: &Digest) -> Box<ProvenKeys> {
    let (vote, vrf) = (keys.vote.public(), keys.vrf.public());
    Box::new(ProvenKeys::prove(keys, &vote, &vrf, chain, account).unwrap())
}

pub(crate) fn proven(number: u16, index: u8) -> Box<ProvenKeys> {
    proven_for(&keys(number), &CHAIN, &id(index))
}

pub(crate) fn block(number: u8) -> Value {
    Value::Block(Digest([number; 32]))
}

/// A statement signed with a vote key.
pub(crate) fn statement(
    vote: &bls::SecretKey,
    chain: &Digest,
    (round, period): (u64, u32),
    step: Step,
    value: Value,
) -> Statement {
    let role = Role::new(round, period, step);
    let signature = match (step, &value) {
        (Step::Propose, Value::Block(header)) => {
            vote.sign(bls::Purpose::Proposal, &proposal_message(chain, role, header))
        }
        _ => vote.sign(bls::Purpose::Vote, &vote_message(chain, role, &value)),
    };
    Statement {
        step,
        value,
        signature: signature.to_bytes(),
    }
}

pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) registry: Registry,
    pub(crate) history: History,
}

impl World {
    /// A genesis of operators 0, 1, 2, …, each with a stake, keys of its number and a free balance. Without stake it
    /// runs no validator.
    pub(crate) fn new(parameters: Parameters, balances: &[(u64, u64)]) -> Self {
        let mut members = Vec::new();
        let mut accounts = Vec::new();
        for (index, (stake, free)) in (0..).zip(balances) {
            accounts.push(GenesisAccount {
                operator: operator(index).public(),
                free: *free,
            });
            let keys = keys(u16::from(index));
            if *stake > 0 {
                members.push(Member {
                    id: id(index),
                    stake: *stake,
                    vote_key: keys.vote.public(),
                    vrf_key: keys.vrf.public(),
                });
            }
        }
        members.sort_by_key(|member| member.id);
        let registry = Registry::with_accounts(members, &accounts).unwrap();
        Self {
            history: History::new(SCHEDULE, parameters.evidence_age, &registry).unwrap(),
            rules: Rules { parameters, ..RULES },
            registry,
        }
    }

    pub(crate) fn account(&self, index: u8) -> &Account {
        self.registry.account(&id(index)).unwrap()
    }

    /// An operation of an operator with the next nonce.
    pub(crate) fn sign(&self, index: u8, operation: Operation) -> VerifiedOperation {
        self.sign_later(index, 0, operation)
    }

    /// One that follows some others in the same block.
    pub(crate) fn sign_later(&self, index: u8, later: u64, operation: Operation) -> VerifiedOperation {
        let known = self.registry.account(&id(index));
        let nonce = known.map_or(0, |account| account.nonce) + later;
        SignedOperation::sign(&operator(index), &CHAIN, nonce, operation)
            .verify(&self.rules)
            .unwrap()
    }

    pub(crate) fn attempt(&self, operations: &[VerifiedOperation]) -> Result<Applied, BlockError> {
        let inputs = BlockInputs {
            round: self.registry.round() + 1,
            operations,
            signers: &[],
            proposer: None,
        };
        self.registry.apply_block(&self.rules, &inputs, &self.history)
    }

    /// Takes a block with traces of some operators' validators. Nothing is lost, and a registry that is read from what
    /// it writes is the same.
    pub(crate) fn block_with(&mut self, operations: &[VerifiedOperation], signers: &[u8]) -> Vec<Receipt> {
        let signers: Vec<Digest> = signers.iter().map(|index| id(*index)).collect();
        let round = self.registry.round() + 1;
        let inputs = BlockInputs {
            round,
            operations,
            signers: &signers,
            proposer: None,
        };
        let Applied { registry, receipts } = self
            .registry
            .apply_block(&self.rules, &inputs, &self.history)
            .unwrap();
        assert_eq!(
            held(&registry) + u128::from(registry.burnt()),
            u128::from(registry.supply())
        );
        assert_eq!(registry.supply(), self.registry.supply());
        self.registry = Registry::decode(&registry.encode()).unwrap();
        assert_eq!(self.registry, registry);
        self.history.record(round, &self.registry);
        receipts
    }

    pub(crate) fn block(&mut self, operations: &[VerifiedOperation]) -> Vec<Receipt> {
        self.block_with(operations, &[])
    }

    /// A block with one operation.
    pub(crate) fn perform(&mut self, index: u8, operation: Operation) -> Vec<Receipt> {
        let operation = self.sign(index, operation);
        self.block(&[operation])
    }

    /// Empty blocks up to and with that of a round.
    pub(crate) fn run_to(&mut self, round: u64) {
        while self.registry.round() < round {
            self.block(&[]);
        }
    }

    /// Why an operation is refused in the next block; the refusal changes nothing.
    pub(crate) fn refusal(&self, index: u8, operation: Operation) -> OperationError {
        let operation = self.sign(index, operation);
        let mut transition = Transition::begin(&self.registry, &self.rules, &self.history).unwrap();
        let before = transition.registry().clone();
        let error = transition.apply(&operation).unwrap_err();
        assert_eq!(transition.registry(), &before);
        let cause = BlockError::Operation {
            place: 0,
            cause: error,
        };
        assert_eq!(self.attempt(&[operation]), Err(cause));
        error
    }

    /// The index of an operator's validator in the electorate of a round.
    pub(crate) fn voter(&self, round: u64, index: u8) -> u32 {
        self.history.drawing_in(round).index_of(&id(index)).unwrap()
    }

    /// Evidence that an operator's validator, with keys of a number, said two things.
    pub(crate) fn evidence(
        &self,
        (index, number): (u8, u16),
        (round, period): (u64, u32),
        said: [(Step, Value); 2],
    ) -> Box<Evidence> {
        let vote = keys(number).vote;
        let [first, second] =
            said.map(|(step, value)| statement(&vote, &CHAIN, (round, period), step, value));
        Box::new(Evidence {
            round,
            period,
            voter: self.voter(round, index),
            first,
            second,
        })
    }

    /// Evidence of two Soft votes in period 0 of a round, with the keys of the genesis.
    pub(crate) fn equivocation(&self, index: u8, round: u64) -> Box<Evidence> {
        let said = [(Step::Soft, block(1)), (Step::Soft, block(2))];
        self.evidence((index, u16::from(index)), (round, 0), said)
    }

    pub(crate) fn report(&self, by: u8, evidence: Box<Evidence>) -> VerifiedOperation {
        self.sign(by, Operation::Report { evidence })
    }
}

/// What all accounts hold, added up here.
pub(crate) fn held(registry: &Registry) -> u128 {
    let of = |account: &Account| {
        let unbonding = account.unbonding.iter().map(|entry| u128::from(entry.amount));
        u128::from(account.free) + u128::from(account.bonded) + unbonding.sum::<u128>()
    };
    registry.accounts().map(|(_, account)| of(account)).sum()
}

/// What was burnt by the convictions among receipts.
pub(crate) fn burnt(receipts: &[Receipt]) -> Vec<u64> {
    let of = |receipt: &Receipt| match receipt {
        Receipt::Convicted { burnt, .. } => Some(*burnt),
        _ => None,
    };
    receipts.iter().filter_map(of).collect()
}
