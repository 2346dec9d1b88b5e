//! What the dear things cost: `cargo test --release -p klero-stake --locked --test it costs -- --ignored --nocapture`.

#![allow(clippy::print_stdout, reason = "they are run to be read")]

use std::time::{Duration, Instant};

use klero_stake::commitments::AccountEntry;
use klero_stake::committee::Member;
use klero_stake::committee::sampling::codec::Wire;
use klero_stake::{GenesisAccount, Operation, OperatorKey, Registry};

use crate::world::{PARAMETERS, World, id, keys, proven};

/// The shortest of thirty runs.
fn best(mut run: impl FnMut()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..30).map(time).min().unwrap()
}

fn registry(validators: u16, accounts: u32) -> Registry {
    let mut members: Vec<Member> = (0..validators)
        .map(|number| {
            let mut id = klero_stake::committee::sampling::Digest([0; 32]);
            id.0[..2].copy_from_slice(&number.to_be_bytes());
            Member {
                id,
                stake: 1000,
                vote_key: keys(number).vote.public(),
                vrf_key: keys(number).vrf.public(),
            }
        })
        .collect();
    members.sort_by_key(|member| member.id);
    let account = |number: u32| {
        let mut key = [1; 32];
        key[..4].copy_from_slice(&number.to_le_bytes());
        GenesisAccount {
            operator: OperatorKey::from_bytes(key),
            free: 7,
        }
    };
    let accounts: Vec<GenesisAccount> = (0..accounts).map(account).collect();
    Registry::with_accounts(members, &accounts).unwrap()
}

#[test]
#[ignore = "prints times, proves nothing"]
fn roots_and_blocks() {
    for (validators, accounts) in [(200, 200), (1000, 0), (200, 2000)] {
        let registry = registry(validators, accounts);
        let world = World::new(PARAMETERS, &[(100, 50)]);
        let inputs = klero_stake::BlockInputs {
            round: 1,
            operations: &[],
            signers: &[],
            proposer: None,
        };
        let block = best(|| {
            let applied = registry.apply_block(&world.rules, &inputs, &world.history);
            assert!(applied.is_ok());
        });
        let root = best(|| assert_ne!(registry.root().0, [0; 32]));
        let electorate = best(|| assert!(registry.electorate().is_ok()));
        let proof =
            registry.presence::<AccountEntry>(&registry.accounts().next().map(|(id, _)| *id).unwrap());
        let bytes = proof.unwrap().encode().len();
        println!(
            "{validators} validators, {accounts} other accounts: empty block {block:.1?}, root {root:.1?}, \
             electorate {electorate:.1?}, state {} bytes, a proof {bytes} bytes",
            registry.encode().len()
        );
    }
}

#[test]
#[ignore = "prints times, proves nothing"]
fn operations() {
    let world = World::new(PARAMETERS, &[(100, 500), (100, 500), (0, 500)]);
    let register = Operation::Register {
        keys: proven(9, 2),
        bond: 20,
    };
    let report = Operation::Report {
        evidence: world.equivocation(1, 1),
    };
    let transfer = Operation::Transfer { to: id(1), amount: 5 };
    for (name, by, operation) in [
        ("transfer", 0, transfer),
        ("register", 2, register),
        ("report", 0, report),
    ] {
        let verified = world.sign(by, operation);
        let verify = best(|| assert!(verified.signed().clone().verify(&world.rules).is_ok()));
        let empty = best(|| assert!(world.attempt(&[]).is_ok()));
        let with = best(|| assert!(world.attempt(std::slice::from_ref(&verified)).is_ok()));
        let apply = with.saturating_sub(empty);
        println!("{name}: signatures and proofs of possession {verify:.1?}, taking effect {apply:.1?}");
    }
}
