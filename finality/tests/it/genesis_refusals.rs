//! Each thing that may be wrong with a genesis.

use klero_finality::stake::committee::sampling::bls::possession;
use klero_finality::stake::committee::sampling::{Digest, LotteryError};
use klero_finality::stake::committee::{ElectorateError, ProfileError, Signer};
use klero_finality::{Genesis, GenesisError};

use crate::network::{NAME, genesis_of_four, genesis_of_twenty, keys, validator};

fn refusal(change: impl FnOnce(&mut Genesis)) -> GenesisError {
    let mut genesis = genesis_of_twenty();
    change(&mut genesis);
    genesis.validate().unwrap_err()
}

fn id(index: u8) -> Digest {
    Digest([index; 32])
}

#[test]
fn a_sound_genesis_makes_its_registry() {
    for genesis in [genesis_of_four(), genesis_of_twenty()] {
        let electorate = genesis.validate().unwrap().electorate().unwrap();
        assert_eq!(electorate.len(), genesis.validators.len());
        for (member, validator) in electorate.members().iter().zip(&genesis.validators) {
            assert_eq!((member.id, member.stake), (validator.id, validator.stake));
            assert_eq!(member.vote_key, validator.vote_key);
            assert_eq!(member.vrf_key, validator.vrf_key);
        }
    }
}

#[test]
fn a_name_has_one_to_64_bytes() {
    for name in ["", &"n".repeat(65), &"é".repeat(33)] {
        let refused = refusal(|genesis| genesis.network = name.to_owned());
        assert_eq!(refused, GenesisError::Name(name.len()));
    }
    let long = "é".repeat(32);
    let mut genesis = genesis_of_four();
    genesis.validators = (0..4).map(|index| validator(&long, index, 1)).collect();
    genesis.network = long;
    assert!(genesis.validate().is_ok());
}

#[test]
fn a_profile_that_contradicts_itself_is_refused() {
    let refused = refusal(|genesis| genesis.profile.k_max = 0);
    assert_eq!(refused, GenesisError::Profile(ProfileError::KMax(0)));
    let refused = refusal(|genesis| genesis.profile.soft.expected = 0);
    let cause = LotteryError::Expected(0);
    let expected = ProfileError::Committee { step: "soft", cause };
    assert_eq!(refused, GenesisError::Profile(expected));
    let refused = refusal(|genesis| genesis.profile.cert.threshold = 15);
    assert!(matches!(
        refused,
        GenesisError::Profile(ProfileError::Threshold { step: "cert", .. })
    ));
}

/// [COM-6] [COM-8] Validators that are no electorate.
#[test]
fn validators_that_are_no_electorate_are_refused() {
    let refused = refusal(|genesis| genesis.validators.clear());
    assert_eq!(refused, GenesisError::Validators(ElectorateError::Size(0)));
    let refused = refusal(|genesis| genesis.validators.swap(4, 5));
    assert_eq!(refused, GenesisError::Validators(ElectorateError::Order(id(4))));
    let refused = refusal(|genesis| genesis.validators[4] = genesis.validators[3].clone());
    assert_eq!(refused, GenesisError::Validators(ElectorateError::Order(id(3))));
    let refused = refusal(|genesis| genesis.validators[4].stake = 0);
    assert_eq!(refused, GenesisError::Validators(ElectorateError::NoStake(id(4))));
    let refused = refusal(|genesis| genesis.validators[4].stake = 1 << 63);
    assert_eq!(refused, GenesisError::Validators(ElectorateError::TooMuchStake));
}

/// [A7] [COM-6] One vote key for two validators, each with a valid proof of possession.
#[test]
fn a_vote_key_with_two_owners_is_refused() {
    let refused = refusal(|genesis| {
        let (keys, second) = (keys(3), &mut genesis.validators[4]);
        let binding = possession::genesis_binding(NAME);
        second.vote_key = keys.vote.public();
        second.possession = possession::prove(&keys.vote, &binding, &second.id);
    });
    assert_eq!(
        refused,
        GenesisError::Validators(ElectorateError::KeyTwice(id(4)))
    );
}

/// [A1] [COM-6] A proof of possession is of this key, for this validator, in this network.
#[test]
fn a_proof_of_possession_of_something_else_is_refused() {
    let expected = GenesisError::Possession(id(4));
    let south = validator("south", 4, 1).possession;
    assert_eq!(
        refusal(|genesis| genesis.validators[4].possession = south),
        expected
    );
    let others = validator(NAME, 5, 1).possession;
    assert_eq!(
        refusal(|genesis| genesis.validators[4].possession = others),
        expected
    );
    let other_key = keys(90).vote.public();
    assert_eq!(
        refusal(|genesis| genesis.validators[4].vote_key = other_key),
        expected
    );
    let mut moved = id(4);
    moved.0[31] = 5;
    assert_eq!(
        refusal(|genesis| genesis.validators[4].id = moved),
        GenesisError::Possession(moved)
    );
    let vote = keys(4).sign(
        klero_finality::stake::committee::sampling::bls::Purpose::Vote,
        &Digest::ZERO,
    );
    assert_eq!(
        refusal(|genesis| genesis.validators[4].possession = vote),
        expected
    );
}

/// [COM-6] The whole genesis under another name: no proof holds.
#[test]
fn a_renamed_network_needs_new_proofs() {
    let refused = refusal(|genesis| genesis.network = "south".to_owned());
    assert_eq!(refused, GenesisError::Possession(id(0)));
    assert!(refused.to_string().contains("klero keys new --network NAME"));
}

/// [COM-6] Text with a key that is no point does not become a genesis.
#[test]
fn text_is_checked_as_it_is_read() {
    let genesis = genesis_of_four();
    let text = serde_json::to_string(&genesis).unwrap();
    assert_eq!(serde_json::from_str::<Genesis>(&text).unwrap(), genesis);
    let key = text.find("\"vote_key\":\"").unwrap() + 12;
    let mut identity = text.clone();
    identity.replace_range(key..key + 192, &format!("c0{}", "0".repeat(190)));
    assert!(serde_json::from_str::<Genesis>(&identity).is_err());
    let extended = text.replacen('{', "{\"more\":1,", 1);
    assert!(serde_json::from_str::<Genesis>(&extended).is_err());
    let shorter = text.replacen("\"timestamp\":1000000,", "", 1);
    assert!(serde_json::from_str::<Genesis>(&shorter).is_err());
}
