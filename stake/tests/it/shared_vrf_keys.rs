//! Two accounts with one VRF key.

use std::sync::Arc;

use klero_stake::committee::sampling::Digest;
use klero_stake::committee::{Electorate, Member, Profile, RoundContext, Signer, Step};
use klero_stake::{Operation, OperationError};

use crate::world::{CHAIN, PARAMETERS, World, id, keys, proven, proven_for};

/// [B3] [STK-4] The registry takes no VRF key twice, be it presented with a fresh vote key and honest proofs.
#[test]
fn a_vrf_key_is_not_shared() {
    let world = World::new(PARAMETERS, &[(100, 0), (0, 50)]);
    let mut shared = keys(9);
    shared.vrf = keys(0).vrf;
    let keys = proven_for(&shared, &CHAIN, &id(1));
    let operation = Operation::Register { keys, bond: 20 };
    assert_eq!(world.refusal(1, operation), OperationError::KeyUsed("VRF"));
    let fine = Operation::Register {
        keys: proven(9, 1),
        bond: 20,
    };
    assert!(world.attempt(&[world.sign(1, fine)]).is_ok());
}

/// [B3] [SORT-1] Were it taken, it would gain nothing: the same output is another draw for another id. Over many roles
/// two such members win seats independently of each other.
#[test]
fn one_vrf_key_draws_apart_for_two_ids() {
    let vrf_key = keys(0).vrf.public();
    let member = |index: u8| Member {
        id: Digest([index; 32]),
        stake: 1,
        vote_key: keys(u16::from(index)).vote.public(),
        vrf_key,
    };
    let electorate = Electorate::new(vec![member(1), member(2)]).unwrap();
    let mut profile = Profile::full();
    // Proposers draw binomial seats: each of the two wins one with probability 1/2.
    profile.propose = 1;
    let context =
        RoundContext::new(CHAIN, 1, Digest([3; 32]), Arc::new(electorate), Arc::new(profile)).unwrap();
    let mut outcomes = [0_u32; 4];
    for period in 0..2000 {
        let role = klero_stake::committee::Role::new(1, period, Step::Propose);
        let output = keys(0).evaluate(&context.input(role)).unwrap();
        let [first, second] = [0, 1].map(|index| {
            let seats = context.seats(Step::Propose, index, &output).unwrap();
            usize::from(seats.total() > 0)
        });
        outcomes[2 * first + second] += 1;
    }
    // 2000 / 4 each, with a standard deviation of 19: seven of them either way.
    for count in outcomes {
        assert!((365..=635).contains(&count), "{outcomes:?}");
    }
}
