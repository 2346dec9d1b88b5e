//! Bytes from anyone: no panic, and one value has one encoding.

use klero_stake::commitments::{Absence, AccountEntry, Presence};
use klero_stake::committee::Member;
use klero_stake::committee::sampling::codec::Wire;
use klero_stake::{Evidence, Operation, Registry, SignedOperation};
use proptest::prelude::*;

use crate::world::{PARAMETERS, RULES, World, id};

fn check<T: Wire>(bytes: &[u8]) {
    if let Ok(value) = T::decode(bytes) {
        assert_eq!(value.encode(), bytes);
    }
}

fn check_all(bytes: &[u8]) {
    check::<Registry>(bytes);
    check::<Evidence>(bytes);
    check::<Presence<Member>>(bytes);
    check::<Absence<AccountEntry>>(bytes);
    check::<SignedOperation>(bytes);
    if let Ok(operation) = SignedOperation::decode(bytes) {
        assert!(operation.verify(&RULES).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// [C16] [ENC-2] Bytes that mean nothing.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        check_all(&bytes);
    }

    /// [C16] [ENC-2] What was valid, with some bytes changed or cut off.
    #[test]
    fn spoilt_bytes_are_read_or_refused(
        which in 0_usize..5,
        place in any::<prop::sample::Index>(),
        byte in 1_u8..,
        cut in any::<prop::sample::Index>(),
        cuts in any::<bool>(),
    ) {
        let world = World::new(PARAMETERS, &[(100, 50), (100, 50)]);
        let evidence = world.equivocation(1, 1);
        let mut bytes = match which {
            0 => world.registry.encode(),
            1 => evidence.encode(),
            2 => world.registry.presence::<Member>(&id(0)).unwrap().encode(),
            3 => world.registry.absence::<AccountEntry>(&id(7)).unwrap().encode(),
            _ => world.sign(0, Operation::Report { evidence }).signed().encode(),
        };
        *place.get_mut(&mut bytes) ^= byte;
        if cuts {
            bytes.truncate(cut.index(bytes.len()));
        }
        check_all(&bytes);
    }
}
