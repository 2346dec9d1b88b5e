//! A light client hops from checkpoint to checkpoint, and refuses forged ones.

use klero_finality::stake::EntriesError;
use klero_finality::stake::committee::sampling::Digest;
use klero_finality::stake::committee::sampling::codec::Wire;
use klero_finality::stake::committee::{CertificateError, CommitteeSize, Role, Step};
use klero_finality::{
    Age, ChainError, CheckpointRulesError, GenesisError, HeaderError, LightClient, LightError,
    SignedCheckpoint,
};

use crate::changing::Changing;

/// [FIN-4] 100,000 rounds by 100 certificates; the electorate is another at each of them.
#[test]
fn it_hops_over_a_hundred_thousand_rounds() {
    let chain = Changing::of(1_000, 100_000);
    let signed: Vec<Vec<u8>> = (1..=100)
        .map(|number| chain.checkpoint(number, 0).encode())
        .collect();
    let mut client = chain.client();
    for bytes in &signed {
        client.hop(&SignedCheckpoint::decode(bytes).unwrap()).unwrap();
    }
    // A hop takes some two kilobytes and a half a signer.
    let bytes: usize = signed.iter().map(Vec::len).sum();
    assert!(bytes < 100 * 10_000, "{bytes}");
    assert_eq!((client.round(), client.checkpoint()), (100_000, 100));
    assert_eq!(*client.head(), chain.header(100_000).digest());
    // What was hopped over follows by the parents' digests.
    let mut past: Vec<_> = chain.headers[98_000..].to_vec();
    past.reverse();
    let (head, ancestors) = past.split_first().unwrap();
    assert_eq!(client.check_ancestors(head, ancestors), Ok(()));
    past[500].timestamp += 1;
    let (head, ancestors) = past.split_first().unwrap();
    assert_eq!(
        client.check_ancestors(head, ancestors),
        Err(HeaderError::Parent.into())
    );
}

/// [FIN-4] [FIN-5] Walking and hopping lead to the same place.
#[test]
fn it_walks_and_hops_in_any_order() {
    let chain = Changing::of(4, 12);
    let mut client = chain.client();
    client.walk(&chain.block(1, 0)).unwrap();
    client.hop(&chain.checkpoint(1, 2)).unwrap();
    assert_eq!((client.round(), client.checkpoint()), (4, 1));
    for round in 5..=9 {
        client.walk(&chain.block(round, 0)).unwrap();
    }
    // The checkpoint lies behind what was walked, and the next one needs it.
    client.hop(&chain.checkpoint(2, 0)).unwrap();
    assert_eq!((client.round(), client.checkpoint()), (9, 2));
    client.hop(&chain.checkpoint(3, 0)).unwrap();
    assert_eq!((client.round(), *client.head()), (12, chain.header(12).digest()));
}

/// [FIN-6] A checkpoint that contradicts the block that was walked to.
#[test]
fn a_fork_is_named() {
    let chain = Changing::of(4, 4);
    let mut client = chain.client();
    for round in 1..=4 {
        client.walk(&chain.block(round, 0)).unwrap();
    }
    let mut other = chain.trusted(1);
    other.header.payload = Digest::ZERO;
    let refused = client.hop(&chain.checkpoint_of(1, 0, &other)).unwrap_err();
    assert_eq!(refused, LightError::Fork { number: 1, round: 4 });
}

/// A client at checkpoint 1, and what it says to a changed checkpoint 2; it stays where it is.
fn refusal(change: impl FnOnce(&Changing, &mut SignedCheckpoint)) -> LightError {
    let chain = Changing::of(4, 16);
    let mut client = chain.client();
    client.hop(&chain.checkpoint(1, 0)).unwrap();
    let mut signed = chain.checkpoint(2, 0);
    change(&chain, &mut signed);
    let refused = client.hop(&signed).unwrap_err();
    assert_eq!((client.round(), client.checkpoint()), (4, 1));
    client.hop(&chain.checkpoint(2, 0)).unwrap();
    refused
}

/// [D11] None is left out, none is of another round.
#[test]
fn checkpoints_come_in_their_order() {
    let skipped = refusal(|chain, signed| *signed = chain.checkpoint(3, 0));
    assert_eq!(
        skipped,
        LightError::Number {
            found: 3,
            expected: 2
        }
    );
    let again = refusal(|chain, signed| *signed = chain.checkpoint(1, 0));
    assert_eq!(
        again,
        LightError::Number {
            found: 1,
            expected: 2
        }
    );
    let moved = refusal(|chain, signed| {
        let mut other = chain.trusted(2);
        other.header = chain.header(9).clone();
        *signed = chain.checkpoint_of(2, 0, &other);
    });
    let expected = LightError::Round {
        number: 2,
        found: 9,
        expected: 8,
    };
    assert_eq!(moved, expected);
}

/// [D11] What was not signed: another header, another electorate, another chain.
#[test]
fn forged_checkpoints_are_refused() {
    let other = LightError::Certificate(Box::new(ChainError::OtherValue(Role::new(2, 0, Step::Cert))));
    assert_eq!(refusal(|_, signed| signed.header.payload = Digest::ZERO), other);
    assert_eq!(refusal(|_, signed| signed.next_electorate = Digest::ZERO), other);
    let chain = refusal(|_, signed| signed.header.chain = Digest::ZERO);
    assert_eq!(chain, HeaderError::Chain(Digest::ZERO).into());
    let attempt = refusal(|_, signed| signed.certificate.role.period = 1);
    assert_eq!(attempt, CertificateError::Signature.into());
}

/// [D11] [ENC-3] What a round's committee signed is no checkpoint, though its role has the same numbers.
#[test]
fn a_certificate_of_a_round_is_no_checkpoint() {
    let refused = refusal(|chain, signed| signed.certificate = chain.block(2, 0).certificate);
    let other = ChainError::OtherValue(Role::new(2, 0, Step::Cert));
    assert_eq!(refused, LightError::Certificate(Box::new(other)));
}

/// [D10] [D11] Validators who have left sign among themselves: neither their keys nor their stake count any more.
#[test]
fn an_electorate_that_was_not_named_is_refused() {
    // The electorate of the genesis signs checkpoint 2 with all that is right but itself.
    let refused = refusal(|chain, signed| *signed = chain.checkpoint_by(0, 2, 0, &chain.trusted(2)));
    assert_eq!(refused, LightError::Signers(EntriesError::Root));
    // It hides behind the entries of those whom checkpoint 1 named.
    let refused = refusal(|chain, signed| {
        let usurped = chain.checkpoint_by(0, 2, 0, &chain.trusted(2));
        signed.certificate = usurped.certificate;
    });
    assert!(matches!(refused, LightError::Certificate(_)), "{refused}");
}

/// [C7] [FIN-4] A client that starts from a checkpoint names how old it may be.
#[test]
fn a_checkpoint_older_than_the_unbonding_time_is_refused() {
    let chain = Changing::of(4, 12);
    let trusted = chain.trusted(2);
    let made = trusted.header.timestamp;
    let start = |now, limit| LightClient::from_checkpoint(&chain.genesis, &trusted, Age { now, limit });
    let mut client = start(made + 500, 500).unwrap();
    assert_eq!((client.round(), client.checkpoint()), (8, 2));
    client.hop(&chain.checkpoint(3, 0)).unwrap();
    client = start(made - 1, 0).unwrap();
    client.walk(&chain.block(9, 0)).unwrap();
    let refused = start(made + 501, 500).unwrap_err();
    assert_eq!(refused, LightError::TooOld { age: 501, limit: 500 });
}

/// [C7] Keys that had all of the stake once make no second history for a client with a newer checkpoint.
#[test]
fn old_keys_make_no_history_for_a_client_with_a_checkpoint() {
    let chain = Changing::of(4, 12);
    let mut second = Changing::of(4, 12);
    for header in &mut second.headers {
        header.payload = Digest([7; 32]);
    }
    // The keys of the genesis still sign what follows it: who trusts the genesis alone is deceived.
    let mut deceived = chain.client();
    deceived.hop(&second.checkpoint(1, 0)).unwrap();
    assert_ne!(*deceived.head(), chain.header(4).digest());
    // With checkpoint 1 their second history ends before it begins.
    let age = Age { now: 0, limit: 0 };
    let mut client = LightClient::from_checkpoint(&chain.genesis, &chain.trusted(1), age).unwrap();
    assert!(client.hop(&second.checkpoint(1, 0)).is_err());
    let forged = second.checkpoint_by(0, 2, 0, &second.trusted(2));
    assert_eq!(client.hop(&forged), Err(LightError::Signers(EntriesError::Root)));
    client.hop(&chain.checkpoint(2, 0)).unwrap();
}

#[test]
fn what_is_no_checkpoint_starts_no_client() {
    let chain = Changing::of(4, 12);
    let age = Age { now: 0, limit: 0 };
    let mut trusted = chain.trusted(2);
    trusted.header = chain.header(7).clone();
    let refused = LightClient::from_checkpoint(&chain.genesis, &trusted, age).unwrap_err();
    assert!(matches!(refused, LightError::Round { found: 7, .. }), "{refused}");
    trusted.header.chain = Digest::ZERO;
    let refused = LightClient::from_checkpoint(&chain.genesis, &trusted, age).unwrap_err();
    assert_eq!(refused, HeaderError::Chain(Digest::ZERO).into());
}

#[test]
fn a_genesis_with_impossible_checkpoints_is_refused() {
    let refused = |change: fn(&mut klero_finality::CheckpointRules)| {
        let mut genesis = Changing::new(4).genesis;
        change(&mut genesis.checkpoints);
        match genesis.validate().unwrap_err() {
            GenesisError::Checkpoints(error) => error,
            other => panic!("{other}"),
        }
    };
    assert_eq!(
        refused(|rules| rules.interval = 0),
        CheckpointRulesError::Interval
    );
    let half = refused(|rules| {
        rules.committee = CommitteeSize {
            expected: 40,
            threshold: 20,
        }
    });
    assert_eq!(
        half,
        CheckpointRulesError::Threshold {
            threshold: 20,
            expected: 40
        }
    );
    let more = refused(|rules| {
        rules.committee = CommitteeSize {
            expected: 40,
            threshold: 41,
        }
    });
    assert_eq!(
        more,
        CheckpointRulesError::Threshold {
            threshold: 41,
            expected: 40
        }
    );
    let small = refused(|rules| {
        rules.committee = CommitteeSize {
            expected: 29,
            threshold: 29,
        }
    });
    assert_eq!(small, CheckpointRulesError::Small { found: 29, least: 30 });
}
