//! What all nodes of a simulation know from the start, and what each of them holds in secret.

use std::collections::BTreeMap;
use std::sync::Arc;

use klero_committee::sampling::{Digest, Domain, seed};
use klero_committee::{Committees, Electorate, Member, Profile, RoundContext, Signer};

use super::BuildError;
use super::crypto::{Crypto, KeyMaker, Secrets};

/// How much of what a node of the network does is done here.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mode {
    /// Whether everything received is verified from its bytes.
    pub(super) verifies: bool,
    /// Whether the machine's promises are checked after every input.
    pub(super) checks: bool,
}

/// The keys of one node, each with its index in the electorate.
pub(super) type Keys = Vec<(u32, Secrets)>;

/// An electorate with its committees and everyone's keys. Runs may share it: making keys takes longer than a short
/// run.
#[derive(Clone)]
pub(super) struct Validators {
    /// What their keys follow from.
    pub(super) seed: u64,
    chain: Digest,
    profile: Arc<Profile>,
    committees: Arc<Committees>,
    /// What each node holds.
    pub(super) hands: Vec<Keys>,
}

/// How many validators with what stakes at how many nodes.
pub(super) struct Crowd<'a> {
    pub(super) stakes: &'a [u64],
    /// The node of each, below `nodes`; without this they are dealt.
    pub(super) hands: Option<&'a [usize]>,
    pub(super) nodes: usize,
}

impl Validators {
    /// The validators that a seed, stakes and a profile determine, in the hands of nodes.
    pub(super) fn new(
        seed: u64,
        crowd: Crowd<'_>,
        mut profile: Profile,
        crypto: Crypto,
    ) -> Result<Self, BuildError> {
        let chain = chain_of(seed);
        let maker = KeyMaker::new(crypto, chain)?;
        profile.vrf = maker.suite();
        let mut validators = Vec::new();
        for (number, stake) in (0_u64..).zip(crowd.stakes) {
            validators.push(maker.make(number, *stake)?);
        }
        let owners = crowd.hands.map(|hands| {
            let members = validators.iter().map(|(member, _)| member.id);
            members.zip(hands.iter().copied()).collect()
        });
        validators.sort_by_key(|(member, _)| member.id);
        let members: Vec<Member> = validators.iter().map(|(member, _)| member.clone()).collect();
        let electorate = Arc::new(Electorate::new(members)?);
        let profile = Arc::new(profile);
        // Whatever a later round could refuse is refused here.
        let committees = Arc::new(Committees::new(electorate, Arc::clone(&profile))?);
        let hands = match owners {
            Some(owners) => hand_out(validators, &owners, crowd.nodes),
            None => deal(validators, crowd.nodes),
        };
        Ok(Self {
            seed,
            chain,
            profile,
            committees,
            hands,
        })
    }
}

fn chain_of(seed: u64) -> Digest {
    Domain::Genesis.digest(&("simulation", seed))
}

/// The chain and its electorate, which stays the same in every round.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) chain: Digest,
    pub(super) seed: Digest,
    pub(super) profile: Arc<Profile>,
    pub(super) mode: Mode,
    /// Who wins the draw of which round and period, where that is not left to chance.
    winners: BTreeMap<(u64, u32), u32>,
    /// The committees of every round: only the seed differs.
    committees: Arc<Committees>,
}

impl Setting {
    /// The setting of a run with these validators; its seed decides the draws of the first rounds.
    pub(super) fn new(
        validators: &Validators,
        seed: u64,
        mode: Mode,
        winners: BTreeMap<(u64, u32), u32>,
    ) -> Self {
        Self {
            chain: validators.chain,
            seed: seed::genesis_seed(&chain_of(seed)),
            profile: Arc::clone(&validators.profile),
            mode,
            winners,
            committees: Arc::clone(&validators.committees),
        }
    }

    /// The stake of the member with an index.
    pub(super) fn stake(&self, member: u32) -> Option<u64> {
        self.committees
            .electorate()
            .member(member)
            .map(|known| known.stake)
    }

    /// The context of a round whose committees are drawn with `seed`.
    pub(super) fn context(&self, round: u64, seed: Digest) -> RoundContext {
        RoundContext::of(self.chain, round, seed, Arc::clone(&self.committees))
    }

    /// The validator that is to win the draw of a period.
    pub(super) fn winner(&self, round: u64, period: u32) -> Option<u32> {
        self.winners.get(&(round, period)).copied()
    }
}

/// Deals validators out, the greatest first, each to the node with the least stake so far.
fn deal(validators: Vec<(Member, Secrets)>, nodes: usize) -> Vec<Keys> {
    let mut indexed: Vec<(u32, u64, Secrets)> = (0_u32..)
        .zip(validators)
        .map(|(index, (member, keys))| (index, member.stake, keys))
        .collect();
    indexed.sort_by_key(|(index, stake, _)| (std::cmp::Reverse(*stake), *index));
    let mut hands: Vec<(u64, Keys)> = vec![(0, Vec::new()); nodes];
    for (index, stake, keys) in indexed {
        if let Some(hand) = hands.iter_mut().min_by_key(|(held, _)| *held) {
            hand.0 = hand.0.saturating_add(stake);
            hand.1.push((index, keys));
        }
    }
    hands.into_iter().map(|(_, keys)| keys).collect()
}

/// Gives every validator to its node.
fn hand_out(validators: Vec<(Member, Secrets)>, owners: &BTreeMap<Digest, usize>, nodes: usize) -> Vec<Keys> {
    let mut hands = vec![Vec::new(); nodes];
    for (index, (member, keys)) in (0_u32..).zip(validators) {
        let owner = owners.get(&member.id);
        if let Some(hand) = owner.and_then(|owner| hands.get_mut(*owner)) {
            hand.push((index, keys));
        }
    }
    hands
}

/// The seed that a block contributes: its proposer's VRF output in period 0, nobody's later [SEED-2] [SEED-3].
pub(super) fn seed_of_block(
    setting: &Setting,
    earlier: &Digest,
    round: u64,
    old: &Digest,
    proposer: Option<&dyn Signer>,
) -> Digest {
    use klero_committee::sampling::vrf::VrfInput;
    let input = VrfInput::seed(&setting.chain, earlier, round);
    // No evaluation of these keys fails.
    match proposer.and_then(|keys| keys.evaluate(&input).ok()) {
        Some(output) => seed::proposed_seed(&output, old),
        None => seed::fallback_seed(earlier, round, old),
    }
}
