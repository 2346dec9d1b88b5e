//! Who makes an electorate, and who does not.

use klero_committee::sampling::Digest;
use klero_committee::sampling::bls::PublicKey;
use klero_committee::{Electorate, ElectorateError, MAX_MEMBERS, Member};

use crate::world::{STAKES, electorate, keys, member};

/// [COM-8] Members stand in ascending order of their ids; indices refer to that order.
#[test]
fn members_are_found_by_index_and_by_id() {
    let electorate = electorate(&STAKES);
    assert_eq!((electorate.len(), electorate.is_empty()), (12, false));
    assert_eq!(electorate.total(), STAKES.iter().sum::<u64>());
    for (index, stake) in STAKES.iter().enumerate() {
        let found = electorate.member(index as u32).unwrap();
        assert_eq!((found.stake, found), (*stake, &electorate.members()[index]));
        assert_eq!(electorate.index_of(&found.id), Some(index as u32));
    }
    assert_eq!(electorate.member(12), None);
    assert_eq!(electorate.member(u32::MAX), None);
    assert_eq!(electorate.index_of(&Digest([0xee; 32])), None);
}

/// [COM-8] Ids out of order or twice.
#[test]
fn ids_that_do_not_ascend_are_refused() {
    let swapped = vec![member(1, 5), member(0, 5)];
    assert_eq!(
        Electorate::new(swapped),
        Err(ElectorateError::Order(Digest([0; 32])))
    );
    let mut twice = vec![member(0, 5), member(1, 5)];
    twice[1].id = twice[0].id;
    assert_eq!(
        Electorate::new(twice),
        Err(ElectorateError::Order(Digest([0; 32])))
    );
}

#[test]
fn nobody_and_too_many_are_no_electorate() {
    assert_eq!(Electorate::new(Vec::new()), Err(ElectorateError::Size(0)));
    let many = vec![member(0, 1); MAX_MEMBERS + 1];
    assert_eq!(Electorate::new(many), Err(ElectorateError::Size(MAX_MEMBERS + 1)));
}

#[test]
fn a_member_without_stake_is_refused() {
    let members = vec![member(0, 5), member(1, 0)];
    let refused = ElectorateError::NoStake(Digest([1; 32]));
    assert_eq!(Electorate::new(members), Err(refused));
}

#[test]
fn more_stake_than_two_to_the_63_is_refused() {
    let of = |stakes: [u64; 2]| Electorate::new(vec![member(0, stakes[0]), member(1, stakes[1])]);
    assert_eq!(of([1 << 62, 1 << 62]).unwrap().total(), 1 << 63);
    for stakes in [
        [1 << 62, (1 << 62) + 1],
        [1 << 63, 1],
        [u64::MAX, 1],
        [u64::MAX, u64::MAX],
    ] {
        assert_eq!(of(stakes), Err(ElectorateError::TooMuchStake));
    }
}

/// [A2] [A7] [COM-6] A vote key stands once, with either sign: a key and its negation would cancel.
#[test]
fn a_vote_key_and_its_negation_are_refused_the_second_time() {
    let refused = Err(ElectorateError::KeyTwice(Digest([2; 32])));
    let mut same = vec![member(0, 5), member(1, 5), member(2, 5)];
    same[2].vote_key = same[0].vote_key;
    assert_eq!(Electorate::new(same.clone()), refused);
    let mut bytes = same[0].vote_key.to_bytes();
    bytes[0] ^= 0x20;
    same[2].vote_key = PublicKey::from_bytes(&bytes).unwrap();
    assert_ne!(same[2].vote_key, same[0].vote_key);
    assert_eq!(Electorate::new(same), refused);
}

/// [SORT-1] One VRF key may serve two validators: the id takes part in the draw.
#[test]
fn a_vrf_key_may_stand_twice() {
    let mut members = vec![member(0, 5), member(1, 5)];
    members[1].vrf_key = members[0].vrf_key;
    assert!(Electorate::new(members).is_ok());
}

#[test]
fn a_member_is_read_from_what_it_writes() {
    let written = member(3, 77);
    let bytes = borsh::to_vec(&written).unwrap();
    assert_eq!(bytes.len(), 32 + 8 + 96 + 33);
    assert_eq!(borsh::from_slice::<Member>(&bytes).unwrap(), written);
    let text = serde_json::to_string(&written).unwrap();
    assert_eq!(serde_json::from_str::<Member>(&text).unwrap(), written);
    assert_eq!(written.vote_key, keys(3).vote.public());
}
