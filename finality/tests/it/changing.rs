//! A chain whose electorate changes at every checkpoint, made without the registry: as much of it as light clients see.

use std::sync::Arc;

use klero_finality::stake::committee::certificate::assemble;
use klero_finality::stake::committee::sampling::{Digest, Domain};
use klero_finality::stake::committee::{
    Committees, Electorate, Member, Role, RoundContext, Step, UnverifiedCertificate, ValidatorKeys, Value,
    cast_vote,
};
use klero_finality::stake::{SignerEntries, electorate_root};
use klero_finality::{
    Checkpoint, Genesis, Header, LightBlock, LightClient, SignedCheckpoint, TrustedCheckpoint,
    checkpoint_context,
};

use crate::network::{genesis_of_twenty, keys};

/// Validators of all times. The genesis has the first twenty.
const POOL: usize = 30;

pub(crate) struct Changing {
    pub(crate) genesis: Genesis,
    keys: Vec<ValidatorKeys>,
    /// Headers from round 1 on.
    pub(crate) headers: Vec<Header>,
}

fn member(keys: &[ValidatorKeys], index: usize, stake: u64) -> Member {
    Member {
        id: Digest([index as u8; 32]),
        stake,
        vote_key: keys[index].vote.public(),
        vrf_key: keys[index].vrf.public(),
    }
}

impl Changing {
    /// The genesis, with checkpoints this far apart.
    pub(crate) fn new(interval: u32) -> Self {
        let mut genesis = genesis_of_twenty();
        genesis.checkpoints.interval = interval;
        Self {
            genesis,
            keys: (0..POOL).map(keys).collect(),
            headers: Vec::new(),
        }
    }

    pub(crate) fn of(interval: u32, rounds: u64) -> Self {
        let mut chain = Self::new(interval);
        (0..rounds).for_each(|_| chain.push());
        chain
    }

    pub(crate) fn client(&self) -> LightClient {
        LightClient::new(&self.genesis).unwrap()
    }

    pub(crate) fn header(&self, round: u64) -> &Header {
        &self.headers[round as usize - 1]
    }

    /// Twenty of thirty validators, others after each checkpoint, with stakes that change, too.
    fn electorate(&self, round: u64) -> Arc<Electorate> {
        let turn = (round / u64::from(self.genesis.checkpoints.interval)) as usize;
        let mut members: Vec<Member> = (0..20)
            .map(|rank| {
                let index = if turn == 0 { rank } else { (rank + 7 * turn) % POOL };
                member(&self.keys, index, 100_000 / (rank as u64 + 1))
            })
            .collect();
        members.sort_by_key(|member| member.id);
        Arc::new(Electorate::new(members).unwrap())
    }

    fn committees(&self, round: u64) -> Arc<Committees> {
        let profile = Arc::new(self.genesis.profile.clone());
        Arc::new(Committees::new(self.electorate(round), profile).unwrap())
    }

    fn checkpoint_committees(&self, round: u64) -> Arc<Committees> {
        let rules = self.genesis.checkpoints;
        rules
            .committees(&self.electorate(round), &self.genesis.profile)
            .unwrap()
    }

    /// The next header; nobody signs it yet.
    pub(crate) fn push(&mut self) {
        let round = self.headers.len() as u64 + 1;
        let chain = self.genesis.chain_id();
        let hash = |what: &str| Domain::Message.digest(&(what, round));
        let interval = u64::from(self.genesis.checkpoints.interval);
        // The electorate stays the same from one checkpoint to the next.
        let known = self
            .headers
            .last()
            .filter(|_| !(round + 1).is_multiple_of(interval));
        let next_electorate = known.map_or_else(
            || electorate_root(&self.committees(round + 1)),
            |last| last.next_electorate,
        );
        self.headers.push(Header {
            version: 1,
            chain,
            round,
            original_period: 0,
            proposer: 0,
            parent: self.headers.last().map_or(chain, Header::digest),
            parent_certificate: hash("certificate"),
            seed: hash("seed"),
            seed_proof: None,
            operations: Digest::ZERO,
            registry_root: hash("registry"),
            application_root: hash("application"),
            payload: hash("payload"),
            payload_length: 0,
            timestamp: self.genesis.timestamp + round * 1_000,
            next_electorate,
            next_seed: hash("next seed"),
        });
    }

    /// What votes of a round are verified against.
    fn context(&self, round: u64) -> RoundContext {
        let seed = match round {
            1 => klero_finality::Chain::new(&self.genesis)
                .unwrap()
                .context(1)
                .map(|it| *it.seed())
                .unwrap(),
            _ => self.header(round - 1).next_seed,
        };
        RoundContext::of(self.genesis.chain_id(), round, seed, self.committees(round))
    }

    fn sign(
        &self,
        context: &RoundContext,
        role: Role,
        value: Value,
    ) -> (UnverifiedCertificate, SignerEntries) {
        let members = context.electorate().members().iter();
        let votes: Vec<_> = (0_u32..)
            .zip(members)
            .filter_map(|(voter, member)| {
                let keys = &self.keys[usize::from(member.id.0[0])];
                cast_vote(context, role, value, voter, keys)
            })
            .collect();
        let made = assemble(context, role, value, &votes).unwrap();
        let certificate = made.as_unverified().clone();
        let signers = SignerEntries::of(context.committees(), &certificate.signers).unwrap();
        (certificate, signers)
    }

    /// A round's header, certified in a period.
    pub(crate) fn block(&self, round: u64, period: u32) -> LightBlock {
        let header = self.header(round).clone();
        let role = Role::new(round, period, Step::Cert);
        let value = Value::Block(header.digest());
        let (certificate, signers) = self.sign(&self.context(round), role, value);
        LightBlock {
            header,
            certificate,
            signers,
        }
    }

    pub(crate) fn trusted(&self, number: u64) -> TrustedCheckpoint {
        let round = self.genesis.checkpoints.round_of(number);
        TrustedCheckpoint {
            header: self.header(round).clone(),
            next_electorate: electorate_root(&self.checkpoint_committees(round)),
        }
    }

    /// A checkpoint, signed in an attempt by the committee that the one before it gives.
    pub(crate) fn checkpoint(&self, number: u64, attempt: u32) -> SignedCheckpoint {
        self.checkpoint_of(number, attempt, &self.trusted(number))
    }

    /// The same of another statement.
    pub(crate) fn checkpoint_of(
        &self,
        number: u64,
        attempt: u32,
        says: &TrustedCheckpoint,
    ) -> SignedCheckpoint {
        let before = self.genesis.checkpoints.round_of(number - 1);
        self.checkpoint_by(before, number, attempt, says)
    }

    /// The same, signed by the electorate of a round that need not be the right one.
    pub(crate) fn checkpoint_by(
        &self,
        electorate_of: u64,
        number: u64,
        attempt: u32,
        says: &TrustedCheckpoint,
    ) -> SignedCheckpoint {
        let seed = match self.genesis.checkpoints.round_of(number - 1) {
            0 => self.genesis.seed(),
            round => self.header(round).seed,
        };
        let committees = self.checkpoint_committees(electorate_of);
        let context = checkpoint_context(&self.genesis.chain_id(), number, seed, committees);
        let statement = Checkpoint {
            number,
            header: says.header.digest(),
            next_electorate: says.next_electorate,
        };
        let (certificate, signers) = self.sign(&context, statement.role(attempt), statement.value());
        SignedCheckpoint {
            header: says.header.clone(),
            next_electorate: says.next_electorate,
            certificate,
            signers,
        }
    }
}
